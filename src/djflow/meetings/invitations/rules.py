"""Who is to come for a seat, which answers are possible, what came of it, and who must hear of a change.

Source: domain handbook, section 4.1: a principal stays away only with leave that was granted, and is replaced only by a
leader of the same unit that was agreed to.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from djflow.core.errors import ConflictError, InputError, RuleError
from djflow.core.ids import PersonId, UnitId
from djflow.meetings.invitations.model import (
    Grant,
    NewSeat,
    Presence,
    Reply,
    Seat,
    UnitAttendance,
    Wish,
)
from djflow.meetings.model import KindPolicy, Level, Meeting, MeetingState, Times
from djflow.people.model import PersonCard, Unit

_ASKS = frozenset({Reply.SUBSTITUTE, Reply.LEAVE})
ANSWERS = frozenset({Reply.ATTEND, Reply.SUBSTITUTE, Reply.LEAVE})


def expected(seat: Seat) -> PersonId | None:
    """Return who is to come for a seat now, None when nobody is."""
    if seat.grant is Grant.GRANTED and seat.reply is Reply.SUBSTITUTE:
        return seat.substitute
    if seat.grant is Grant.GRANTED and seat.reply is Reply.LEAVE:
        return None
    return seat.new.person


def members(policy: KindPolicy, units: Collection[Unit]) -> tuple[Unit, ...]:
    """Return the units that belong to a kind of meeting, in the official order; units that are closed do not."""
    groups, codes = set(policy.groups), set(policy.units)
    found = [one for one in units if one.entry.active and (one.code in codes or one.entry.kind in groups)]
    return tuple(sorted(found, key=lambda one: (one.entry.official_order, one.code)))


def lost_members(policy: KindPolicy, units: Collection[Unit]) -> tuple[str, ...]:
    """Return the codes of fixed members that are closed or not known (any more)."""
    active = {one.code for one in units if one.entry.active}
    return tuple(code for code in policy.units if code not in active)


def principal(cards: Iterable[PersonCard]) -> PersonId | None:
    """Return who leads a unit by the people's table: the leader of the highest rank, the first by code of equals."""
    leaders = [one for one in cards if one.is_leader and not one.has_gone]
    return min(leaders, key=lambda one: (-one.grade, one.code)).id if leaders else None


def seats_of(
    policy: KindPolicy, units: Sequence[Unit], cards: Collection[PersonCard], liaisons: Mapping[UnitId, PersonId]
) -> tuple[NewSeat, ...]:
    """Return a seat for each of the units, with whom it is offered to."""
    found = []
    for unit in units:
        liaison = liaisons.get(unit.id)
        leader = principal(one for one in cards if one.unit_id == unit.id)
        person = leader if policy.level is Level.PRINCIPAL else leader or liaison
        found.append(NewSeat(unit.id, policy.level, person, liaison))
    return tuple(found)


def attending(seats: Iterable[Seat]) -> tuple[Seat, ...]:
    """Return the seats that attend; the others sit in (列席): any delegate of a unit where principals are called."""
    seats = tuple(seats)
    principals = tuple(one for one in seats if one.new.level is Level.PRINCIPAL)
    return principals or seats


def require_open(meeting: Meeting, now: datetime) -> None:
    """Refuse an answer before the notice or after the meeting began; raises ConflictError."""
    if meeting.state is not MeetingState.NOTICED:
        raise ConflictError("现在不用回复：会议还没有通知，或已经有变。", code="meeting.reply_state")
    if now >= meeting.new.starts_at:
        raise ConflictError("会议已经开始，不能再改回复：请与会务人员联系。", code="meeting.reply_late")


def grant_for(seat: Seat, wish: Wish) -> Grant:
    """Return how an answer stands when it is given: what a principal asks for counts once it is granted."""
    if wish.reply not in _ASKS:
        return Grant.NONE
    return Grant.ASKED if seat.new.level is Level.PRINCIPAL else Grant.GRANTED


def require_wish(seat: Seat, wish: Wish, card: PersonCard | None) -> None:
    """Refuse an answer that is none: no reason, or a substitute who may not sit there; `card` is the substitute's.

    Raises: InputError, RuleError.
    """
    if wish.reply not in ANSWERS:
        raise InputError("请选参会、替会或请假。", code="meeting.reply")
    if wish.reply in _ASKS and not wish.reason.strip():
        raise InputError("请写明原因，再提交一次。", code="meeting.reply_reason")
    if wish.reply is not Reply.SUBSTITUTE:
        return
    if card is None or card.has_gone or card.unit_id != seat.new.unit:
        raise RuleError("替会的同志须是本单位在册人员：请另选一位。", code="meeting.substitute")
    if card.id == seat.new.person:
        raise RuleError("替会的同志就是参会人员本人：请选“参会”，或另选一位。", code="meeting.substitute")
    if seat.new.level is Level.PRINCIPAL and not card.is_leader:
        raise RuleError("主要负责人不能参会的，由分管负责同志替会：请另选一位领导班子成员。", code="meeting.substitute")


def no_quorum(seats: Sequence[Seat]) -> str:
    """Return why a meeting cannot be held, empty when somebody is to come."""
    if seats and all(expected(seat) is None for seat in seats):
        return "参会人员全部请假，会议开不成：请延期或取消。"
    return ""


def require_signing(meeting: Meeting, times: Times, now: datetime) -> None:
    """Refuse a signature outside the window from some minutes before the start until the end.

    Raises: ConflictError saying when it is.
    """
    if meeting.state not in {MeetingState.NOTICED, MeetingState.HELD}:
        raise ConflictError("这次会议现在不能签到。", code="meeting.sign_state")
    if now < times.signin_from:
        raise ConflictError("还没到签到时间：请在会前规定的时间内签到。", code="meeting.sign_early")
    if now > meeting.new.ends_at:
        raise ConflictError("会议已经结束，不能再签到：请与会务人员联系。", code="meeting.sign_late")


def presence(meeting: Meeting, seat: Seat) -> Presence:
    """Return what came of a seat."""
    if seat.signed is not None and seat.signed_at is not None:
        if seat.signed != seat.new.person:
            return Presence.SUBSTITUTED
        return Presence.LATE if seat.signed_at > meeting.new.starts_at else Presence.PRESENT
    return Presence.EXCUSED if expected(seat) is None else Presence.ABSENT


def attendance(held: Iterable[tuple[Meeting, Sequence[Seat]]]) -> tuple[UnitAttendance, ...]:
    """Return per unit how it came to meetings that were held, by unit."""
    invited: Counter[UnitId] = Counter()
    silent: Counter[UnitId] = Counter()
    counts: dict[UnitId, Counter[Presence]] = {}
    for meeting, seats in held:
        for seat in seats:
            unit = seat.new.unit
            invited[unit] += 1
            silent[unit] += seat.reply in {Reply.NO_REPLY, Reply.PENDING}
            counts.setdefault(unit, Counter())[presence(meeting, seat)] += 1
    return tuple(UnitAttendance(unit, invited[unit], counts[unit], silent[unit]) for unit in sorted(invited))


def called(seats: Iterable[Seat]) -> frozenset[PersonId]:
    """Return who was asked for topics: the liaisons."""
    return frozenset(one.new.liaison for one in seats if one.new.liaison)


def concerned(seats: Iterable[Seat]) -> frozenset[PersonId]:
    """Return whom a meeting that was noticed concerns: those invited, and substitutes that come.

    Whoever was let off is among them: a new date asks anew.
    """
    seats = tuple(seats)
    return frozenset(one for seat in seats for one in (seat.new.person, expected(seat)) if one)


def excused(seats: Iterable[Seat]) -> frozenset[PersonId]:
    """Return who was let off: a cancelled meeting would not call them in vain, unless they come for another seat."""
    seats = tuple(seats)
    off = {one.new.person for one in seats if expected(one) is None and one.new.person}
    kept = {expected(one) for one in seats} | {one.new.liaison for one in seats}
    return frozenset(off - kept)
