"""Counts seats at meetings that were held, and action items that were due. Pure.

An item is done in time when its owner reported so before midnight in Beijing of the day it is due on and the office
did not send it back; helpers are not counted.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from djflow.core.ids import UnitId
from djflow.core.sections import Figure, Reach, Shortfall, Tally, day_over
from djflow.core.spans import DateSpan
from djflow.meetings.figures.model import (
    ABSENT,
    ATTENDED,
    EXCUSED,
    ITEMS_DONE,
    ITEMS_ON_TIME,
    ITEMS_OVERDUE,
    LATE,
    REPLIED,
    Task,
)
from djflow.meetings.invitations.model import Presence, Seat
from djflow.meetings.invitations.rules import ANSWERS, presence
from djflow.meetings.model import Meeting

_CAME = frozenset({Presence.PRESENT, Presence.LATE, Presence.SUBSTITUTED})
_COUNTED = {Presence.EXCUSED: EXCUSED, Presence.LATE: LATE, Presence.ABSENT: ABSENT}
_WORDS = ((ABSENT.code, "无故缺席会议", "次"), (LATE.code, "参会迟到", "次"))


def signed_in(seats: Sequence[Seat]) -> bool:
    """Return whether anybody signed in at a meeting: without that nobody knows who came."""
    return any(one.signed_at is not None for one in seats)


def of_seats(held: Iterable[tuple[Meeting, Sequence[Seat]]]) -> Iterator[Tally]:
    """Yield what counts for units of meetings that were held: answers, and who came where people signed in."""
    for meeting, seats in held:
        known = signed_in(seats)
        for seat in seats:
            unit = seat.new.unit
            yield Tally(unit, REPLIED.code, int(seat.reply in ANSWERS), 1)
            if not known:
                continue
            came = presence(meeting, seat)
            yield Tally(unit, ATTENDED.code, int(came in _CAME), 1)
            if came in _COUNTED:
                yield Tally(unit, _COUNTED[came].code)


def of_tasks(tasks: Iterable[Task], span: DateSpan, reach: Reach) -> Iterator[Tally]:
    """Yield what counts for leading units; an item that is still not done counts as overdue in every later span."""
    for one in tasks:
        done_at = one.done_at if reach.knows(one.done_at) else None
        if done_at is not None and done_at in reach:
            yield Tally(one.lead, ITEMS_DONE.code)
        if not reach.is_over(one.due_on):
            continue
        if one.due_on in span:
            in_time = done_at is not None and done_at < day_over(one.due_on)
            yield Tally(one.lead, ITEMS_ON_TIME.code, int(in_time), 1)
        if done_at is None:
            yield Tally(one.lead, ITEMS_OVERDUE.code)


def shortfalls(units: Mapping[UnitId, Mapping[str, Figure]]) -> Iterator[Shortfall]:
    """Yield what units did not do."""
    for unit, figures in sorted(units.items()):
        replied = figures.get(REPLIED.code)
        for code, what, noun in _WORDS:
            if code in figures:
                yield Shortfall(unit, code, what, figures[code].part, noun)
        if replied is not None and replied.whole is not None and replied.part < replied.whole:
            yield Shortfall(unit, REPLIED.code, "未反馈参会回执", replied.whole - replied.part, "次")
