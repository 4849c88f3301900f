"""What stands against a meeting: its room, other meetings, market duty, leave, postings; and whom to send instead."""

from datetime import date, time, timedelta

import pytest

from djflow.assembly import House
from djflow.assembly import meetings as acts
from djflow.assembly import meetings_conflicts as conflicts
from djflow.assembly import meetings_planning as planning
from djflow.assembly import roster as rosters
from djflow.core.clock import instant_of
from djflow.core.errors import ConflictError
from djflow.core.spans import DateSpan, Month
from djflow.core.subject import Subject
from djflow.meetings.model import Meeting, MeetingKind, NewMeeting, Who
from djflow.people import service as people
from djflow.people.model import AbsenceEntry, AbsenceKind
from tests.assembly.test_meetings import Hall, fixed, hall

__all__ = ["hall"]
BY = "test"


def warned(house: House, meeting: Meeting) -> dict[str, str]:
    """Return what the office is told by the name of who cannot come."""
    with house.reading() as session:
        return {one.person.name: one.sentence for one in conflicts.of_meeting(session, meeting)}


def away(hall: Hall, code: str, kind: AbsenceKind, day: date) -> None:
    """Let somebody be away on a day."""
    with hall.house.transaction() as session:
        entry = AbsenceEntry(hall.ids[code], DateSpan(day, day), kind, Subject("test.absence", code))
        people.record_absences(session, [entry], by=BY, now=hall.house.now())


def another(day: date, at: time, place: str = "二楼") -> NewMeeting:
    """Return a plan of an hour."""
    starts = instant_of(day, at)
    key = f"other{at:%H%M}"
    return NewMeeting(key, MeetingKind.AD_HOC, "防汛专题会", place, starts, starts + timedelta(hours=1), "副部长")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (AbsenceKind.LEAVE, "当天请假"),
        (AbsenceKind.SICK, "当天请假"),
        (AbsenceKind.DISPATCH, "派出在外"),
        (AbsenceKind.TRAINING, "当天参加培训"),
    ],
)
def test_whoever_is_away_is_warned_of(hall: Hall, kind: AbsenceKind, words: str) -> None:
    """Leave, illness, which is called leave, postings and training are seen on the day, and on no other."""
    away(hall, "B01", kind, date(2026, 12, 10))
    away(hall, "A01", kind, date(2026, 12, 11))
    found = warned(hall.house, hall.meeting)
    assert list(found) == ["甲B01"]
    assert words in found["甲B01"]
    assert "没有其他可以参会" in found["甲B01"]


def test_another_meeting_stands_in_the_way_only_at_the_time(hall: Hall) -> None:
    """A meeting that ends when this one begins is none; one that shares a moment is, in another room too."""
    new = another(date(2026, 12, 10), time(8))
    planning.plan(hall.house, new, [hall.unit("HR")], by=BY)
    assert warned(hall.house, hall.meeting) == {}
    planning.plan(hall.house, another(date(2026, 12, 10), time(10)), [hall.unit("HR")], by=BY)
    assert "要参加防汛专题会" in warned(hall.house, hall.meeting)["甲A01"]


def test_market_duty_is_seen(hall: Hall) -> None:
    """Whoever is on the published roster of the day is warned of by market."""
    house = hall.house
    published = rosters.publish(house, rosters.draft(house, Month(2026, 12), by=BY).roster_id, by=BY)
    line = next(
        one for one in rosters.book(house, published.roster_id).lines if one.person_code in {"A01", "B01", "C01"}
    )
    meeting = planning.plan(house, another(line.on, time(15)), [line.unit], by=BY)
    assert line.market_name in warned(house, meeting)[line.person_name]


def test_a_room_is_refused_and_a_free_colleague_named(hall: Hall) -> None:
    """The room stops a plan by name of the other meeting; where anybody may come a free colleague is proposed."""
    taken = another(date(2026, 12, 10), time(10), hall.meeting.new.place)
    units = [hall.unit("HR")]
    assert [one.id for one in planning.outlook(hall.house, taken, units).rooms] == [hall.meeting.id]
    with pytest.raises(ConflictError, match="已安排"):
        planning.plan(hall.house, taken, units, by=BY)
    away(hall, "A02", AbsenceKind.LEAVE, date(2026, 12, 10))
    (found,) = planning.outlook(hall.house, another(date(2026, 12, 10), time(10)), units).warned
    assert "可请甲A03" in found.sentence


def test_the_own_absence_for_the_meeting_is_no_conflict(hall: Hall) -> None:
    """Being invited to this meeting does not stand against coming to it."""
    fixed(hall)
    acts.send_notice(hall.house, hall.meeting.id, Who.OFFICE, by=BY)
    assert warned(hall.house, hall.meeting) == {}
