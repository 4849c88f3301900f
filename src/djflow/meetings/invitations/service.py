"""What can be done with the seats of a meeting: invite, send the notice, answer, grant, sign in, count.

Whoever is to come is written among people's absences in the same transaction, so that no roster asks for them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.core.clock import civil_date
from djflow.core.errors import ConflictError, InputError, NotFoundError
from djflow.core.ids import PersonId
from djflow.core.spans import DateSpan
from djflow.meetings import rules as meeting_rules
from djflow.meetings import service as meetings
from djflow.meetings.invitations import rules, store
from djflow.meetings.invitations.model import Grant, NewSeat, Reply, Seat, SeatId, UnitAttendance, Wish
from djflow.meetings.model import AFTER, Act, Meeting, MeetingId, MeetingState, NewMeeting, Terms, Who
from djflow.meetings.service import Step
from djflow.meetings.transitions import Facts
from djflow.people import service as people
from djflow.people.model import AbsenceEntry, AbsenceKind


def seat_units(
    session: Session, meeting_id: str, wanted: Iterable[NewSeat], *, by: str, now: datetime
) -> tuple[Seat, ...]:
    """Give units a seat at a meeting that was not noticed yet; a unit that has one keeps it."""
    meeting = meetings.opened(session, meeting_id)
    if meeting.state not in {MeetingState.TOPIC_CALL, MeetingState.TOPICS_FIXED}:
        raise ConflictError("会议通知已发出，参会单位不能再加：请先延期。", code="meeting.seats_closed")
    known = {one.new.unit for one in store.seats(session, [meeting_id])}
    fresh = [one for one in wanted if one.unit not in known]
    store.add(session, meeting_id, fresh, now=now)
    if fresh:
        audit.record(session, meeting.subject, "meeting.seats", by=by, now=now, details={"units": len(fresh)})
    return store.seats(session, [meeting_id])


def invite(
    session: Session, seat_id: str, person: PersonId, liaison: PersonId | None, *, by: str, now: datetime
) -> Seat:
    """Invite somebody else of the unit for a seat, before the notice goes out.

    Raises: InputError for somebody of elsewhere; ConflictError after the notice.
    """
    seat, meeting = _opened(session, seat_id)
    if meeting.state not in {MeetingState.TOPIC_CALL, MeetingState.TOPICS_FIXED}:
        raise ConflictError("会议通知已发出，不能换参会人：请在回执里登记替会。", code="meeting.seats_closed")
    card = people.people_by_ids(session, [person]).get(person)
    if card is None or card.has_gone or card.unit_id != seat.new.unit:
        raise InputError("参会人须是本单位在册人员：请核对工号。", code="meeting.invitee")
    store.put_person(session, seat.id, person, liaison or seat.new.liaison)
    audit.record(session, meeting.subject, "meeting.invite", by=by, now=now)
    return _seat(session, seat_id)


def send_notice(session: Session, meeting_id: str, who: Who, *, by: str, now: datetime) -> Meeting:
    """Put a meeting into force: everybody invited is away for it from now on; twice is once.

    Raises: RuleError when a seat has nobody to invite, or there is none; InputError when it is past.
    """
    meeting = meetings.opened(session, meeting_id)
    if meeting.state is MeetingState.NOTICED:
        return meeting
    meeting_rules.require_plan(meeting.new, now=now)
    seats = store.seats(session, [meeting_id])
    facts = Facts(uninvited=_uninvited(session, seats))
    after = meetings.step(session, meeting, Step(Act.NOTIFY, who, facts), by=by, now=now)
    for seat in seats:
        _tell_absence(session, after, seat, by=by, now=now)
    return after


def _uninvited(session: Session, seats: Sequence[Seat]) -> str:
    if not seats:
        return "还没有参会单位：请先加参会单位。"
    units = {one.id: one for one in people.units(session)}
    closed = [units[one.new.unit].short_name for one in seats if not units[one.new.unit].entry.active]
    if closed:
        return f"{'、'.join(closed)}已撤并停用：请先去掉。"
    cards = people.people_by_ids(session, [one.new.person for one in seats if one.new.person])
    empty = [
        units[one.new.unit].short_name
        for one in seats
        if one.new.person is None or one.new.person not in cards or cards[one.new.person].has_gone
    ]
    return f"{'、'.join(empty)}还没有参会人：请先写明。" if empty else ""


def drop(session: Session, seat_id: str, *, by: str, now: datetime) -> None:
    """Take a unit off a meeting before the notice; a unit that was taken off before is none.

    Raises: ConflictError after the notice.
    """
    seat, meeting = _opened(session, seat_id)
    if meeting.state not in {MeetingState.TOPIC_CALL, MeetingState.TOPICS_FIXED}:
        raise ConflictError("会议通知已发出，不能去掉参会单位：请登记请假。", code="meeting.seats_closed")
    store.remove(session, seat.id)
    audit.record(session, meeting.subject, "meeting.drop_seat", by=by, now=now)


def reply(session: Session, seat_id: str, wish: Wish, *, by: str, now: datetime) -> Seat:
    """Take the answer for a seat; another one replaces it until the meeting begins.

    Raises: InputError, RuleError for an answer that is none; ConflictError when it is too early or too late.
    """
    seat, meeting = _opened(session, seat_id)
    rules.require_open(meeting, now)
    reason = meeting_rules.clean_text(wish.reason, "原因")
    card = people.people_by_ids(session, [wish.substitute]).get(wish.substitute) if wish.substitute else None
    rules.require_wish(seat, wish, card)
    substitute = wish.substitute if wish.reply is Reply.SUBSTITUTE else None
    if (seat.reply, seat.substitute) == (wish.reply, substitute) and seat.grant is not Grant.REFUSED:
        return seat
    grant = rules.grant_for(seat, wish)
    told = replace(seat, reply=wish.reply, grant=grant, substitute=substitute, replied_at=now)
    store.put_reply(session, told, reason if wish.reply is not Reply.ATTEND else "")
    _tell_absence(session, meeting, told, by=by, now=now)
    audit.record(session, meeting.subject, "meeting.reply", by=by, now=now, details={"reply": wish.reply.value})
    return _seat(session, seat_id)


def grant(session: Session, seat_id: str, *, granted: bool, by: str, now: datetime) -> Seat:
    """Agree to a substitute or a leave, or not; the same answer twice is once.

    Raises: ConflictError when nothing is asked, or the meeting was put off or given up meanwhile.
    """
    seat, meeting = _opened(session, seat_id)
    verdict = Grant.GRANTED if granted else Grant.REFUSED
    if seat.grant is verdict:
        return seat
    if seat.grant is not Grant.ASKED:
        raise ConflictError("这个单位没有等您答复的请假或替会：请刷新后查看。", code="meeting.grant")
    if meeting.state not in {MeetingState.NOTICED, MeetingState.HELD}:
        raise ConflictError("会议已经延期、取消或办完，请假和替会不用再答复。", code="meeting.grant_state")
    store.put_grant(session, seat.id, verdict)
    after = _seat(session, seat_id)
    _tell_absence(session, meeting, after, by=by, now=now)
    audit.record(session, meeting.subject, "meeting.grant", by=by, now=now, details={"grant": verdict.value})
    return after


def sign_in(session: Session, seat_id: str, *, terms: Terms, by: str, now: datetime) -> Seat:
    """Note that whoever is to come for a seat is there; twice is once.

    Raises: ConflictError outside the window, or for a seat nobody comes for.
    """
    seat, meeting = _opened(session, seat_id)
    if seat.signed is not None:
        return seat
    rules.require_signing(meeting, meeting_rules.times_of(meeting.new, terms.clocks, terms.calendar), now)
    person = rules.expected(seat)
    if person is None:
        raise ConflictError("这个单位已经请假，不用签到；人来了请先改回复。", code="meeting.sign_excused")
    store.put_signature(session, seat.id, person, now=now)
    audit.record(session, meeting.subject, "meeting.sign_in", by=by, now=now)
    return _seat(session, seat_id)


def hold(session: Session, meeting_id: str, who: Who, *, by: str, now: datetime) -> Meeting:
    """Note that a meeting was held; twice is once.

    Raises: RuleError before its start, or when everybody was let off.
    """
    meeting = meetings.opened(session, meeting_id)
    if meetings.done(session, meeting, Act.HOLD):
        return meeting
    seats = store.seats(session, [meeting_id])
    early = "还没到开会时间，到时再登记。" if now < meeting.new.starts_at else ""
    facts = Facts(no_quorum=early or rules.no_quorum(seats))
    return meetings.step(session, meeting, Step(Act.HOLD, who, facts), by=by, now=now)


def postpone(session: Session, meeting_id: str, reason: str, *, by: str, now: datetime) -> Meeting:
    """Put a meeting off; nobody is away for it any more; twice is once."""
    after = meetings.postpone(session, meeting_id, reason, by=by, now=now)
    _free(session, after, by=by, now=now)
    return after


def cancel(session: Session, meeting_id: str, reason: str, *, by: str, now: datetime) -> Meeting:
    """Give a meeting up; nobody is away for it any more; twice is once."""
    after = meetings.cancel(session, meeting_id, reason, by=by, now=now)
    _free(session, after, by=by, now=now)
    return after


def reschedule(session: Session, meeting_id: str, moved: NewMeeting, *, by: str, now: datetime) -> Meeting:
    """Give a meeting that was put off another date; everybody is asked anew."""
    after = meetings.reschedule(session, meeting_id, moved, by=by, now=now)
    for seat in store.seats(session, [meeting_id]):
        store.put_reply(session, Seat(seat.id, seat.meeting, seat.new), "")
        store.drop_signature(session, seat.id)
    return after


def _free(session: Session, meeting: Meeting, *, by: str, now: datetime) -> None:
    for seat in store.seats(session, [meeting.id]):
        _cancel_absence(session, seat, by=by, now=now)


def mark_silent(session: Session, meeting_id: str, *, by: str, now: datetime) -> tuple[Seat, ...]:
    """Note which seats nobody answered for in time, and return those newly noted."""
    meeting = meetings.opened(session, meeting_id)
    if meeting.state is not MeetingState.NOTICED:
        return ()
    late = [one for one in store.seats(session, [meeting_id]) if one.reply is Reply.PENDING]
    for seat in late:
        store.put_silent(session, seat.id)
    if late:
        audit.record(session, meeting.subject, "meeting.silent", by=by, now=now, details={"units": len(late)})
    return tuple(_seat(session, one.id) for one in late)


def seats(session: Session, meeting_id: str) -> tuple[Seat, ...]:
    """Return the seats of a meeting."""
    return store.seats(session, [meeting_id])


def seats_by_meeting(session: Session, ids: Sequence[MeetingId]) -> Mapping[MeetingId, tuple[Seat, ...]]:
    """Return the seats of several meetings."""
    found = store.seats(session, ids)
    return {one: tuple(seat for seat in found if seat.meeting == one) for one in ids}


def seat(session: Session, seat_id: str) -> Seat:
    """Return a seat; raises NotFoundError."""
    return _seat(session, seat_id)


def meetings_of(session: Session, person: PersonId) -> frozenset[MeetingId]:
    """Return the meetings somebody has to do with, as invited, as substitute or as liaison."""
    return store.meetings_of(session, person)


def reason(session: Session, seat_id: SeatId) -> str:
    """Open and return the reason of a leave or a substitution."""
    return store.reason(session, seat_id)


def attendance(session: Session, span: DateSpan) -> tuple[UnitAttendance, ...]:
    """Return per unit how it came to the meetings held in a span of days."""
    held = [one for one in meetings.meetings(session, AFTER) if civil_date(one.new.starts_at) in span]
    by_meeting = seats_by_meeting(session, [one.id for one in held])
    return rules.attendance((one, by_meeting[one.id]) for one in held)


def _tell_absence(session: Session, meeting: Meeting, seat: Seat, *, by: str, now: datetime) -> None:
    person = rules.expected(seat)
    if person is None:
        _cancel_absence(session, seat, by=by, now=now)
        return
    span = DateSpan(civil_date(meeting.new.starts_at), civil_date(meeting.new.ends_at))
    entry = AbsenceEntry(person, span, AbsenceKind.MEETING, meeting.subject)
    before = store.put_absence(session, seat.id, None)
    if before is not None:
        people.cancel_absence(session, before, by=by, now=now)
    added = people.record_absences(session, [entry], by=by, now=now)[0]
    store.put_absence(session, seat.id, added)


def _cancel_absence(session: Session, seat: Seat, *, by: str, now: datetime) -> None:
    before = store.put_absence(session, seat.id, None)
    if before is not None:
        people.cancel_absence(session, before, by=by, now=now)


def _opened(session: Session, seat_id: str) -> tuple[Seat, Meeting]:
    meeting = meetings.opened(session, _seat(session, seat_id).meeting)
    return _seat(session, seat_id), meeting


def _seat(session: Session, seat_id: str) -> Seat:
    found = store.seat(session, seat_id)
    if found is None:
        raise NotFoundError("没有这个参会单位：请刷新后再试。", code="meeting.seat")
    return found
