"""Puts the demonstration district into a home: configuration, people, accounts, money, applications, a roster."""

import shutil
from collections.abc import Callable
from importlib.resources import as_file, files
from pathlib import Path

from djflow.assembly import House, create_house
from djflow.assembly import roster as desk
from djflow.assembly.house import home_folder
from djflow.assembly.solving import draft_of, plan_month, prices, solve_month
from djflow.core.clock import Clock
from djflow.core.errors import ConflictError
from djflow.core.spans import Month
from djflow.db.upgrade import downgrade
from djflow.demo.accounts import load_accounts
from djflow.demo.money import load_money
from djflow.demo.people import demo_people, load_people
from djflow.demo.postings import load_postings
from djflow.demo.profiles import load_profiles
from djflow.demo.relief import load_relief
from djflow.people import service as people
from djflow.roster import service
from djflow.roster.model import Limits
from djflow.roster.views import RosterState

BY = "demo"
_PRESENT_MONTH = Limits(time_limit=4.0, gap=0.02)
Say = Callable[[str], None]


def load(home: Path | None = None, *, clock: Clock | None = None, say: Say = lambda _: None) -> House:
    """Load the demonstration district into `home`; safe to repeat, what is there stays.

    Raises: ConflictError when the home holds a real district.
    """
    folder = home_folder(home)
    copy_starter(folder)
    house = create_house(folder, kind="demo", clock=clock)
    if not house.settings.district.demonstration:
        raise ConflictError(
            "这个目录的 config/djflow.toml 不是示范区的配置，没有装入示范资料：请另用一个目录（--home）。"
        )
    with house.transaction() as session:
        load_money(session, now=house.now())
    month = Month.of(house.today())
    present = desk.standing(house, month)
    if present is not None and present.state is RosterState.PUBLISHED:
        return house  # the last thing that is loaded is there
    say("正在装入示范区的部门、人员、请假和历史积分…")
    invented = demo_people(house.settings.townships, month)
    with house.transaction() as session:
        fresh = load_people(session, invented, by=BY, now=house.now())
        if fresh:
            ids = people.person_ids(session, list(invented.history))
            points = {ids[code]: units for code, units in invented.history.items()}
            service.state_opening(session, month.preceding, points, by=BY, now=house.now())
        load_profiles(session, invented, month, by=BY, now=house.now())
    load_accounts(house, by=BY)
    load_relief(house, by=BY)
    load_postings(house, by=BY)
    say(f"正在排出本月（{month.title}）的值班表…")
    _publish_present_month(house, month)
    return house


def _publish_present_month(house: House, month: Month) -> None:
    standing = desk.standing(house, month)
    if standing is None:
        planned = plan_month(house, month, prices(house, None, {}))
        solution = solve_month(house, planned, limits=_PRESENT_MONTH)
        with house.transaction() as session:
            made = service.keep_draft(session, draft_of(house, planned, solution, None), by=BY, now=house.now())
        desk.publish(house, made.roster_id, by=BY)
    elif standing.state is RosterState.REVIEW:
        desk.publish(house, standing.roster_id, by=BY)


def copy_starter(home: Path) -> None:
    """Copy the starter configuration to a home that has none."""
    if (home / "config").exists():
        return
    with as_file(files("djflow") / "starter") as starter:
        shutil.copytree(starter, home / "config")


def remove(home: Path | None = None) -> None:
    """Throw the demonstration district's data away; its config/ stays.

    Raises: ConflictError when the home holds a real district.
    """
    from djflow.assembly import open_house  # noqa: PLC0415 - only to learn the kind

    house = open_house(home)
    if not house.is_demo:
        raise ConflictError("这个目录里是正式的区，不能清除。")
    if house.settings.database.url:  # a database outside the home does not go with its folder
        downgrade(house.database.engine, "base")
    house.database.engine.dispose()
    shutil.rmtree(house.state)
