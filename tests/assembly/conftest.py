"""A small real house: three markets, ten people, on each kind of database, on the morning of 18 November 2026."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from djflow.assembly import House
from djflow.core.clock import FixedClock
from djflow.core.ids import PersonId
from djflow.db.session import Database
from djflow.demo.load import copy_starter
from djflow.notify.texts import Texts
from djflow.settings.load import load_settings
from tests.roster.district import settle

MARKETS = """
[[markets]]
code = "DACANG"
name = "大仓"
township = "大仓镇"
rule = "公历逢1、5、8"
service = "每月第1、3场"
x_km = 8.0
y_km = 1.0
town_phone = "0872-000-0101"
heads = { "民政社保" = 0, "农业技术" = 0, "法律政策" = 0, "医疗卫生" = 0, "综合受理" = 1 }

[[markets]]
code = "LONGJIE"
name = "龙街"
township = "大仓镇"
rule = "星期六"
service = "每月最后一场"
x_km = 5.0
y_km = 5.0
town_phone = "0872-000-0101"
heads = { "民政社保" = 0, "农业技术" = 0, "法律政策" = 0, "医疗卫生" = 0, "综合受理" = 1 }

[[markets]]
code = "GUZHOU"
name = "古州"
township = "大仓镇"
rule = "未知"
service = "每场"
x_km = 1.0
y_km = 5.0
"""


@pytest.fixture
def house(database: Database, tmp_path: Path, now: datetime) -> House:
    """The small house, empty of rosters."""
    home = tmp_path / "home"
    home.mkdir()
    copy_starter(home)
    (home / "config" / "markets.toml").write_text(MARKETS, "utf-8")
    roster = home / "config" / "roster.toml"
    text = roster.read_text("utf-8")
    text = re.sub(r"(?m)^time_limit_seconds = .*$", "time_limit_seconds = 5", text)
    roster.write_text(re.sub(r"(?m)^min_township = .*$", "min_township = 0", text), "utf-8")
    settings = load_settings(home)
    settings.state.mkdir()
    return House(settings, database, Texts(home / "config" / "texts"), FixedClock(now), "district")


@pytest.fixture
def ids(house: House) -> dict[str, PersonId]:
    """The ten people of the house, by code."""
    with house.transaction() as session:
        return settle(session, house.now())


@pytest.fixture
def at(house: House) -> Callable[[str], House]:
    """The same house at another moment, written as `2026-12-01T08:00` Shanghai time."""
    return lambda moment: replace(house, clock=FixedClock(datetime.fromisoformat(f"{moment}:00+08:00")))
