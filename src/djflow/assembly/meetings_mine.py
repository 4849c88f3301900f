"""What somebody sees of meetings on the phone: invitations, topics to hand in, agreed matters to report on.

Nobody sees more than the own unit's answer and the list of topics once it is fixed.
"""

from dataclasses import dataclass

from djflow.assembly import meetings as acts
from djflow.assembly import meetings_watch as watching
from djflow.assembly.house import House
from djflow.core.errors import NotFoundError
from djflow.core.ids import PersonId
from djflow.meetings import rules
from djflow.meetings import service as meetings
from djflow.meetings.actions import service as actions
from djflow.meetings.actions.model import Item, Light, Report
from djflow.meetings.invitations import rules as seating
from djflow.meetings.invitations import service as invitations
from djflow.meetings.invitations.model import Seat
from djflow.meetings.model import LIVE, OVER, Level, Meeting, MeetingState, Times, Topic
from djflow.people import service as people
from djflow.people.model import PersonCard


@dataclass(frozen=True, slots=True)
class MyMeeting:
    """A meeting with the own unit's seat; `answers` and `hands_in` say what the reader may do now."""

    meeting: Meeting
    seat: Seat
    unit: str
    times: Times
    coming: str
    answers: bool
    hands_in: bool
    topics: tuple[Topic, ...]
    own_topics: tuple[Topic, ...]
    substitutes: tuple[PersonCard, ...]


@dataclass(frozen=True, slots=True)
class MyItem:
    """An agreed matter the reader answers for, with its light and what was said about it."""

    item: Item
    light: Light
    meeting: str
    reports: tuple[Report, ...]


def own(house: House, person: PersonId) -> tuple[MyMeeting, ...]:
    """Return the meetings to come, or just held, that somebody has to do with, by start."""
    with house.reading() as session:
        ids = invitations.meetings_of(session, person)
        found = [
            one
            for one in meetings.meetings(session, LIVE | {MeetingState.POSTPONED, MeetingState.HELD})
            if one.id in ids
        ]
    return tuple(meeting(house, person, one.id) for one in found)


def meeting(house: House, person: PersonId, meeting_id: str) -> MyMeeting:
    """Return one meeting as somebody sees it.

    Raises: NotFoundError for a meeting they have nothing to do with.
    """
    now = house.now()
    with house.reading() as session:
        if meeting_id not in invitations.meetings_of(session, person):
            raise NotFoundError("没有这次会议，或它与您无关：请返回查看。", code="meeting.not_yours")
        found = meetings.meeting(session, meeting_id)
        mine = [one for one in invitations.seats(session, meeting_id) if person in _hands(one)]
        seat = min(mine, key=lambda one: (one.new.person != person, one.id))
        units = {unit.id: unit.name for unit in people.units(session)}
        unit_people = [one for one in people.cadres(session) if one.unit_id == seat.new.unit and not one.has_gone]
        coming = seating.expected(seat)
        names = people.people_by_ids(session, [coming] if coming else [])
        topics = meetings.topics(session, meeting_id)
    times = acts.times_of(house, found)
    principal = seat.new.level is Level.PRINCIPAL
    answers = found.state is MeetingState.NOTICED and now < found.new.starts_at and person != seat.substitute
    return MyMeeting(
        meeting=found,
        seat=seat,
        unit=units[seat.new.unit],
        times=times,
        coming=names[coming].name if coming is not None and coming in names else "",
        answers=answers,
        hands_in=found.state is MeetingState.TOPIC_CALL and person == seat.new.liaison,
        topics=rules.listed(topics) if found.topics_fixed else (),
        own_topics=tuple(one for one in topics if one.new.unit == seat.new.unit),
        substitutes=tuple(one for one in unit_people if one.id != seat.new.person and (one.is_leader or not principal)),
    )


def _hands(seat: Seat) -> set[PersonId | None]:
    return {seat.new.person, seat.new.liaison, seat.substitute}


def items(house: House, person: PersonId) -> tuple[MyItem, ...]:
    """Return the open matters somebody answers for, the most urgent first."""
    terms = acts.terms_of(house)
    with house.reading() as session:
        found = [one for one in actions.open_items(session) if one.new.owner == person]
        titles = {one.id: one.new.title for one in meetings.meetings(session, set(MeetingState) - OVER)}
        told = [
            MyItem(one, watching.light_of(house, one, terms), titles[one.meeting], actions.reports(session, one.id))
            for one in found
        ]
    return tuple(sorted(told, key=lambda one: (one.item.new.due_on, one.item.id)))


def item(house: House, person: PersonId, item_id: str) -> MyItem:
    """Return one open matter; raises NotFoundError for one of somebody else."""
    found = next((one for one in items(house, person) if one.item.id == item_id), None)
    if found is None:
        raise NotFoundError("没有这项议定事项，或它已办结、不由您负责：请返回查看。", code="meeting.item")
    return found
