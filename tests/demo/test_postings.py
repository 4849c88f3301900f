"""The demonstration district's postings."""

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from djflow.assembly import House
from djflow.assembly import dispatch_postings_watch as watching
from djflow.assembly.dispatch_terms import dispatch_terms
from djflow.core.clock import FixedClock
from djflow.core.spans import Month
from djflow.db.session import Database
from djflow.demo.load import copy_starter
from djflow.demo.people import demo_people, load_people
from djflow.demo.postings import load_postings
from djflow.dispatch.postings import service
from djflow.dispatch.postings.leave import service as leaves
from djflow.dispatch.postings.model import PostingState
from djflow.dispatch.postings.months import service as months
from djflow.dispatch.postings.months.model import Light
from djflow.notify.texts import Texts
from djflow.settings.load import load_settings


@pytest.fixture
def house(database: Database, tmp_path: Path, now: datetime) -> House:
    """The demonstration district without anything in it."""
    copy_starter(tmp_path)
    settings = load_settings(tmp_path)
    settings.state.mkdir()
    return House(settings, database, Texts(tmp_path / "config" / "texts"), FixedClock(now), "demo")


def test_the_postings_are_there_once(house: House) -> None:
    """Loaded twice they are there once: one to report, one on leave, one with few days, one that ends in a month."""
    today = house.today()
    with house.transaction() as session:
        load_people(session, demo_people(house.settings.townships, Month.of(today)), by="test", now=house.now())
    assert [load_postings(house, by="test") for _ in range(2)] == [True, False]
    with house.reading() as session:
        found = service.postings(session)
        assert Counter(one.state for one in found) == {
            PostingState.TALKED: 1, PostingState.ON_DUTY: 2, PostingState.MIDTERM_DONE: 1,
        }  # fmt: skip
        assert len({one.new.home for one in found}) == len({one.new.host for one in found}) == 4
        away = leaves.on_leave(session, [one.id for one in found], today)
        lights = [months.lights(session, one, terms=dispatch_terms(house)) for one in found]
    assert len(away) == 1
    assert max(light is Light.RED for light_of in lights for light in light_of.values())
    assert min(one.span.last for one in found) >= today + timedelta(days=30)
    seen = watching.watch(house, by="test")
    assert (len(seen.ending), seen.proposed) == (1, 1)
