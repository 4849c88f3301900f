"""Counts how units came: principal or whoever was invited, late, by substitute, with leave, or not at all."""

from collections import Counter
from collections.abc import Iterable, Sequence

from djflow.core.ids import UnitId
from djflow.meetings.attendance.model import Tally
from djflow.meetings.invitations.model import Presence, Reply, Seat
from djflow.meetings.invitations.rules import presence
from djflow.meetings.model import Meeting, MeetingKind

_SILENT = frozenset({Reply.NO_REPLY, Reply.PENDING})


def tallies(held: Iterable[tuple[Meeting, Sequence[Seat]]]) -> tuple[Tally, ...]:
    """Return per unit and kind how it came to meetings that were held, by unit and kind."""
    counts: dict[tuple[UnitId, MeetingKind], Counter[Presence]] = {}
    silent: Counter[tuple[UnitId, MeetingKind]] = Counter()
    for meeting, seats in held:
        for seat in seats:
            key = (seat.new.unit, meeting.new.kind)
            counts.setdefault(key, Counter())[presence(meeting, seat)] += 1
            silent[key] += seat.reply in _SILENT
    return tuple(_tally(key, counts[key], silent[key]) for key in sorted(counts))


def _tally(key: tuple[UnitId, MeetingKind], counts: Counter[Presence], silent: int) -> Tally:
    return Tally(
        unit=key[0],
        kind=key[1],
        invited=counts.total(),
        present=counts[Presence.PRESENT],
        late=counts[Presence.LATE],
        substitute=counts[Presence.SUBSTITUTED],
        leave=counts[Presence.EXCUSED],
        absent=counts[Presence.ABSENT],
        no_reply=silent,
    )


def total(tallies_: Iterable[Tally]) -> tuple[int, ...]:
    """Return the sums in the order of the columns: invited, present, late, substitute, leave, absent, no reply."""
    found = [
        (one.invited, one.present, one.late, one.substitute, one.leave, one.absent, one.no_reply) for one in tallies_
    ]
    return tuple(sum(column) for column in zip(*found, strict=True)) if found else (0,) * 7
