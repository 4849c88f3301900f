"""Meetings of one house: each act one transaction in which whom it concerns is told."""

from collections.abc import Mapping
from datetime import date, timedelta

from sqlalchemy.orm import Session

from djflow.accounts import service as accounts
from djflow.accounts.model import Role
from djflow.approvals.model import Outcome
from djflow.assembly import meetings_heard as heard
from djflow.assembly import meetings_inbox as waiting
from djflow.assembly import meetings_telling as telling
from djflow.assembly import meetings_topics as asked
from djflow.assembly.approval_office import office_of
from djflow.assembly.documents_terms import document_terms
from djflow.assembly.house import House
from djflow.core.clock import instant_of
from djflow.core.errors import NotFoundError
from djflow.core.ids import PersonId, UnitId
from djflow.documents.numbering import service as numbering
from djflow.meetings import rules
from djflow.meetings import service as meetings
from djflow.meetings.actions import service as actions
from djflow.meetings.actions.model import Item, ItemAct, ItemWho
from djflow.meetings.invitations import rules as seating
from djflow.meetings.invitations import service as invitations
from djflow.meetings.invitations.model import Seat, Wish
from djflow.meetings.minutes import service as minutes
from djflow.meetings.model import (
    Meeting,
    MeetingKind,
    MeetingState,
    NewMeeting,
    NewTopic,
    Terms,
    Times,
    Topic,
    Who,
)
from djflow.meetings.papers import service as papers
from djflow.meetings.service import Arrangement
from djflow.people import service as people


def terms_of(house: House) -> Terms:
    """Return the office's rules of meetings with the official calendar."""
    settings = house.settings
    return settings.meetings.terms(settings.calendar, settings.notices.liaisons)


def times_of(house: House, meeting: Meeting) -> Times:
    """Return when everything around a meeting is due."""
    terms = terms_of(house)
    return rules.times_of(meeting.new, terms.clocks, terms.calendar)


def usual(house: House, kind: MeetingKind, day: date, key: str) -> NewMeeting:
    """Return a kind's meeting on a day as the office usually holds it."""
    policy = terms_of(house).kinds[kind]
    starts_at = instant_of(day, policy.at)
    ends_at = starts_at + timedelta(minutes=policy.minutes)
    return NewMeeting(key, kind, policy.name, policy.place, starts_at, ends_at, policy.chair)


def liaisons(session: Session, terms: Terms) -> Mapping[UnitId, PersonId]:
    """Return who answers for each unit: as configured, else whoever holds a liaison's account there."""
    found: dict[UnitId, PersonId] = {}
    holders = accounts.holders(session, (Role.UNIT_LIAISON, Role.TOWN_CLERK))
    cards = people.people_by_ids(session, [one.person for one in holders if one.person])
    for card in sorted(cards.values(), key=lambda one: one.code):
        if not card.has_gone:
            found.setdefault(card.unit_id, card.id)
    units = {unit.code: unit.id for unit in people.units(session)}
    known = people.person_ids(session, sorted(set(terms.liaisons.values())))
    for unit, person in terms.liaisons.items():
        if unit in units and person in known:
            found[units[unit]] = known[person]
    return found


def plan(house: House, new: NewMeeting, *, by: str) -> Meeting:
    """Plan a meeting with a seat for each of its kind's units, and ask their liaisons for topics; twice is once.

    Raises: what `meetings.service.plan` raises.
    """
    terms, now = terms_of(house), house.now()
    policy = terms.kinds[new.kind]
    with house.transaction() as session:
        meeting = meetings.plan(session, new, by=by, now=now)
        if meeting.state is not MeetingState.TOPIC_CALL or invitations.seats(session, meeting.id):
            return meeting
        members = seating.members(policy, people.units(session))
        wanted = seating.seats_of(policy, members, people.cadres(session), liaisons(session, terms))
        seats = invitations.seat_units(session, meeting.id, wanted, by=by, now=now)
        _call(house, session, meeting, seats)
        return meeting


def _call(house: House, session: Session, meeting: Meeting, seats: tuple[Seat, ...]) -> None:
    words = telling.call_words(times_of(house, meeting))
    telling.tell(session, meeting, seating.called(seats), f"topics:{meeting.round}", words, now=house.now())


def hand_in(house: House, meeting_id: str, new: NewTopic, person: PersonId | None, *, by: str) -> Topic:
    """Take a topic while the list is not being approved; raises what `meetings.service.hand_in` raises."""
    with house.transaction() as session:
        asked.require_unasked(session, meetings.opened(session, meeting_id))
        topic = meetings.hand_in(session, meeting_id, new, person, by=by, now=house.now())
        waiting.keep(session, meeting_id, by=by, now=house.now())
        return topic


def arrange(house: House, meeting_id: str, how: Arrangement, *, by: str) -> tuple[Topic, ...]:
    """Arrange the list while it is not being approved; raises what `meetings.service.arrange` raises."""
    with house.transaction() as session:
        asked.require_unasked(session, meetings.opened(session, meeting_id))
        return meetings.arrange(session, meeting_id, how, by=by, now=house.now())


def ask_approval(house: House, meeting_id: str, *, by: str) -> Outcome:
    """Put the list before its approvers; raises what `meetings_topics.open_case` raises."""
    with house.transaction() as session:
        meeting = meetings.opened(session, meeting_id)
        outcome = asked.open_case(session, meeting, office_of(house), by=by, house=house)
        waiting.keep(session, meeting_id, by=by, now=house.now())
        return outcome


def send_notice(house: House, meeting_id: str, who: Who, *, by: str) -> Meeting:
    """Send the notice to everybody invited, once; raises what `invitations.service.send_notice` raises."""
    with house.transaction() as session:
        return notify_all(house, session, meeting_id, who, by=by)


def notify_all(house: House, session: Session, meeting_id: str, who: Who, *, by: str) -> Meeting:
    """Do what `send_notice` does in the caller's transaction."""
    now, before = house.now(), meetings.opened(session, meeting_id)
    meeting = invitations.send_notice(session, meeting_id, who, by=by, now=now)
    if before.state is MeetingState.NOTICED:
        return meeting
    seats = invitations.seats(session, meeting_id)
    words = telling.notice_words(meeting, times_of(house, meeting))
    told = seating.concerned(seats) | seating.called(seats)
    telling.tell(session, meeting, told, f"notice:{meeting.round}", words, now=now)
    return meeting


def reply(house: House, seat_id: str, wish: Wish, *, by: str) -> Seat:
    """Take the answer for a seat, and tell a substitute; raises what `invitations.service.reply` raises."""
    now = house.now()
    with house.transaction() as session:
        before = _substitute(session, seat_id)
        seat = invitations.reply(session, seat_id, wish, by=by, now=now)
        telling.tell_substitute(session, meetings.meeting(session, seat.meeting), before, seat, now=now)
        waiting.keep(session, seat.meeting, by=by, now=now)
        return seat


def _substitute(session: Session, seat_id: str) -> PersonId | None:
    meetings.opened(session, invitations.seat(session, seat_id).meeting)
    seat = invitations.seat(session, seat_id)
    return seat.substitute if seating.expected(seat) == seat.substitute else None


def grant(house: House, seat_id: str, *, granted: bool, by: str) -> Seat:
    """Answer a leave or a substitution, and tell whom it concerns; raises what `invitations.service.grant` raises."""
    now = house.now()
    with house.transaction() as session:
        before = _substitute(session, seat_id)
        seat = invitations.grant(session, seat_id, granted=granted, by=by, now=now)
        meeting = meetings.meeting(session, seat.meeting)
        told = {one for one in (seat.new.person, seat.new.liaison) if one}
        what = f"您单位的{'请假' if seat.substitute is None else '替会'}"
        words = f"{what}{'已同意' if granted else '没有同意，请按时参会'}"
        replied = seat.replied_at.timestamp() if seat.replied_at else 0
        slot = f"grant:{meeting.round}:{int(replied)}:{seat.grant}"
        telling.tell(session, meeting, told, slot, words, now=now)
        telling.tell_substitute(session, meeting, before, seat, now=now)
        waiting.keep(session, seat.meeting, by=by, now=now)
        return seat


def postpone(house: House, meeting_id: str, reason: str, *, by: str) -> Meeting:
    """Put a meeting off and tell everybody who was told of its date, once; raises what `meetings.postpone` raises.

    Whoever was let off hears of it too, for the new date asks anew.
    """
    now = house.now()
    with house.transaction() as session:
        before = meetings.opened(session, meeting_id)
        after = invitations.postpone(session, meeting_id, reason, by=by, now=now)
        if before.state is not MeetingState.POSTPONED:
            asked.withdraw(session, after, office_of(house), by=by, house=house)
            words = f"原定{telling.day_of(before)}召开，现延期，时间另行通知"
            told = heard.hears_of_postponing(session, before)
            telling.tell(session, after, told, f"postponed:{before.round}", words, now=now)
            waiting.keep(session, meeting_id, by=by, now=now)
        return after


def cancel(house: House, meeting_id: str, reason: str, *, by: str) -> Meeting:
    """Give a meeting up and tell whom it would call in vain, once; raises what `meetings.service.cancel` raises.

    Once its notice is out these are all who were told of its date and were not let off; before that, and while it is
    put off, all who were ever told of one.
    """
    now = house.now()
    with house.transaction() as session:
        before = meetings.opened(session, meeting_id)
        after = invitations.cancel(session, meeting_id, reason, by=by, now=now)
        if before.state is not MeetingState.CANCELLED:
            asked.withdraw(session, after, office_of(house), by=by, house=house)
            told = heard.hears_of_cancelling(session, before)
            words = f"原定{telling.day_of(before)}召开，现取消"
            telling.tell(session, after, told, "cancelled", words, now=now)
            waiting.keep(session, meeting_id, by=by, now=now)
        return after


def reschedule(house: House, meeting_id: str, moved: NewMeeting, *, by: str) -> Meeting:
    """Give a meeting another date; liaisons are asked for topics again while they are open."""
    with house.transaction() as session:
        meeting = invitations.reschedule(session, meeting_id, moved, by=by, now=house.now())
        if meeting.state is MeetingState.TOPIC_CALL:
            _call(house, session, meeting, invitations.seats(session, meeting_id))
        waiting.keep(session, meeting_id, by=by, now=house.now())
        return meeting


def sign_in(house: House, seat_id: str, *, by: str) -> Seat:
    """Note that somebody is there; raises what `invitations.service.sign_in` raises."""
    with house.transaction() as session:
        return invitations.sign_in(session, seat_id, terms=terms_of(house), by=by, now=house.now())


def issue_minutes(house: House, meeting_id: str, signer: str, *, by: str) -> Meeting:
    """Issue minutes signed on paper, under the next number of the documents' series, and tell owners of items, once.

    Raises: ConflictError when the minutes are a document of the register; what `minutes.sign_on_paper` raises.
    """
    with house.transaction() as session:
        meeting = meetings.opened(session, meeting_id)
        papers.require_none(session, meeting)
        series = numbering.series_of(document_terms(house).series, papers.MINUTES_SERIES)
        meeting = minutes.sign_on_paper(session, meeting_id, signer, series, by=by, now=house.now())
        tell_owners(house, session, meeting)
        return meeting


def tell_owners(house: House, session: Session, meeting: Meeting) -> None:
    """Tell the owner of every item of issued minutes, once."""
    for item in actions.items(session, meeting=meeting.id):
        if item.new.owner:
            words = f"第{item.number}项议定事项由您单位牵头，{item.new.due_on:%m月%d日}前完成，请签收"
            telling.tell_about(session, item.subject, meeting, [item.new.owner], ("assigned", words), house.now())


def act_on_item(house: House, item_id: str, what: ItemAct, person: PersonId | None, text: str = "", *, by: str) -> Item:
    """Move an item on, for its owner or, without a person, for the office; the last strike-off closes the meeting.

    Raises: NotFoundError for an item of somebody else; what `actions.service.act` raises.
    """
    now = house.now()
    with house.transaction() as session:
        item = actions.item(session, item_id)
        if person is not None and item.new.owner != person:
            raise NotFoundError("没有这项议定事项，或它不由您负责。", code="meeting.item")
        who = ItemWho.OFFICE if person is None else ItemWho.OWNER
        after = actions.act(session, item_id, what, who, text, by=by, now=now)
        meeting = meetings.opened(session, after.meeting)
        if what is ItemAct.SEND_BACK and item.new.owner:
            words = f"第{item.number}项议定事项退回再办，请补充后重报"
            slot = f"back:{after.version}"
            telling.tell_about(session, item.subject, meeting, [item.new.owner], (slot, words), now)
        if what is ItemAct.STRIKE_OFF:
            minutes.follow(session, meeting, Who.OFFICE, by=by, now=now)
        waiting.keep(session, meeting.id, by=by, now=now)
        return after


def urge(house: House, item_id: str, text: str, *, by: str) -> Item:
    """Supervise an item and tell its owner; raises what `actions.service.urge` raises."""
    now = house.now()
    with house.transaction() as session:
        item = actions.urge(session, item_id, text, by=by, now=now)
        if item.new.owner:
            said = (f"urge:{item.urged}", f"第{item.number}项议定事项请抓紧办理")
            meeting = meetings.meeting(session, item.meeting)
            telling.tell_about(session, item.subject, meeting, [item.new.owner], said, now)
        return item
