"""What people import into their phones."""

import io
import zipfile
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from icalendar import Alarm, Calendar, Event

from djflow.core.clock import CIVIL_ZONE
from djflow.core.errors import NotFoundError
from djflow.core.ids import PersonId, UnitId
from djflow.roster.outputs.ics import calendars_zip, person_calendar, unit_calendar
from djflow.roster.views import DutyKind, DutyLine, RosterBook, RosterState
from tests.roster.books import december_book, with_cancelled_session


@pytest.fixture(scope="module")
def book() -> RosterBook:
    """December in force."""
    return december_book(RosterState.PUBLISHED, version=3)


def _events(content: bytes) -> list[Event]:
    return list(Calendar.from_ical(content).events)


def _own(book: RosterBook, kind: DutyKind) -> list[DutyLine]:
    person = next(line.person for line in book.lines if line.kind is kind)
    return [line for line in book.lines if line.person == person]


@pytest.mark.parametrize("kind", list(DutyKind))
def test_calendar_holds_each_duty_of_the_person(book: RosterBook, kind: DutyKind) -> None:
    """Every duty and standby of a person is one entry with the roster's time, place and name."""
    own = _own(book, kind)
    events = _events(person_calendar(book, own[0].person))
    assert len(events) == len(own)
    for line, event in zip(own, events, strict=True):
        word = "备勤" if line.kind is DutyKind.STANDBY else "值班"
        assert str(event["summary"]) == f"赶场{word}：{line.market_name}"
        assert str(event["location"]) == line.place
        assert event.start == datetime.combine(line.on, line.start, CIVIL_ZONE)
        assert event.end == datetime.combine(line.on, line.end, CIVIL_ZONE)


def test_uid_stays_and_sequence_counts(book: RosterBook) -> None:
    """In a new version the UID stays and SEQUENCE counts up, so that phones replace the entry."""
    person = book.lines[0].person
    older = _events(person_calendar(december_book(RosterState.AMENDED, version=2), person))
    newer = _events(person_calendar(book, person))
    assert [str(e["uid"]) for e in older] == [str(e["uid"]) for e in newer]
    assert {e["sequence"] for e in older} == {2}
    assert {e["sequence"] for e in newer} == {3}
    people = {line.person for line in book.lines[:50]}
    uids = [str(e["uid"]) for p in sorted(people) for e in _events(person_calendar(book, p))]
    assert len(uids) == len(set(uids)) == sum(line.person in people for line in book.lines)


def test_reminders_ring_the_day_before_and_two_hours_before(book: RosterBook) -> None:
    """A reminder rings at 16:00 on the day before and two hours before the start."""
    for event in _events(person_calendar(book, book.lines[0].person)):
        start = event.start
        assert isinstance(start, datetime)
        before = start.replace(hour=16, minute=0) - timedelta(days=1)
        moments = [alarm.TRIGGER for alarm in event.walk("VALARM") if isinstance(alarm, Alarm)]
        assert moments == [before - start, -timedelta(hours=2)]


def test_description_has_leader_and_services_but_no_phone(book: RosterBook) -> None:
    """The description has post, services and leader but no telephone."""
    content = person_calendar(book, book.lines[1].person)
    (first, *_) = _events(content)
    words = str(first["description"])
    assert f"岗位：{book.lines[1].post}" in words
    assert book.sessions[0].leader in words
    assert "健康义诊" in words
    assert not any(market.town_phone in content.decode() for market in book.markets)


def test_draft_is_tentative_and_named(book: RosterBook) -> None:
    """A draft is tentative and says so."""
    (first, *_) = _events(person_calendar(december_book(), book.lines[0].person))
    assert str(first["summary"]).startswith("【征求意见稿】")
    assert str(first["status"]) == "TENTATIVE"


def test_cancelled_session_is_cancelled_and_silent(book: RosterBook) -> None:
    """A cancelled session is marked cancelled and rings no more."""
    (first, *_) = _events(person_calendar(with_cancelled_session(book), book.lines[0].person))
    assert str(first["status"]) == "CANCELLED"
    assert not list(first.walk("VALARM"))


def test_unit_calendar_has_one_entry_a_session(book: RosterBook) -> None:
    """A unit's calendar has one entry a session that says who goes."""
    own = [line for line in book.lines if line.unit == book.lines[0].unit]
    events = _events(unit_calendar(book, own[0].unit))
    assert len(events) == len({line.event for line in own})
    words = "".join(str(event["description"]) for event in events)
    assert all(line.person_name in words for line in own)


def test_unknown_person_or_unit_is_refused(book: RosterBook) -> None:
    """An unknown person or unit is refused with a sentence."""
    with pytest.raises(NotFoundError, match="没有这名干部"):
        person_calendar(book, PersonId("nobody"))
    with pytest.raises(NotFoundError, match="没有这个单位"):
        unit_calendar(book, UnitId("nobody"))


def test_person_without_duty_gets_an_empty_calendar(book: RosterBook) -> None:
    """A person without a duty gets an empty calendar."""
    busy = {line.person for line in book.lines}
    idle = next(load.person for load in book.loads if load.person not in busy)
    assert _events(person_calendar(book, idle)) == []


def test_archive_holds_everybody_once(book: RosterBook) -> None:
    """The archive has a folder per unit and a file per person, the same bytes each time."""
    small = replace(book, lines=book.lines[:60])
    content = calendars_zip(small)
    assert content == calendars_zip(small)
    archive = zipfile.ZipFile(io.BytesIO(content))
    people = {line.person for line in small.lines}
    units = {line.unit for line in small.lines}
    assert len(archive.namelist()) == len(people) + len(units)
    assert all(_events(archive.read(name)) for name in archive.namelist())
