"""Which engagements meet the time of a meeting, and who of a unit is free to come instead.

Another meeting stands against a meeting when they share a moment; duty, leave and postings take the whole day, because
whoever is at a market in the morning is not back in time. Source: domain handbook, section 4.1.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from djflow.core.clock import civil_date
from djflow.core.ids import PersonId
from djflow.meetings.conflicts.model import Engagement
from djflow.meetings.invitations.model import Seat
from djflow.meetings.model import Level, NewMeeting
from djflow.meetings.rules import overlap
from djflow.people.model import PersonCard


def clashes(new: NewMeeting, engagements: Iterable[Engagement]) -> Mapping[PersonId, tuple[str, ...]]:
    """Return in words what stands against each person's coming, in order; who is free is not there."""
    first, last = civil_date(new.starts_at), civil_date(new.ends_at)
    found: dict[PersonId, list[str]] = {}
    for one in engagements:
        if one.hours is not None:
            meets = overlap(one.hours, (new.starts_at, new.ends_at))
        else:
            meets = one.first <= last and first <= one.last
        if meets and one.words not in found.setdefault(one.person, []):
            found[one.person].append(one.words)
    return {person: tuple(sorted(words)) for person, words in found.items() if words}


def instead(seat: Seat, cards: Sequence[PersonCard], taken: Collection[PersonId]) -> PersonCard | None:
    """Return whom a unit could send instead: who is free, for a principal a leader; the highest rank, then by code."""
    principal = seat.new.level is Level.PRINCIPAL
    free = [
        one
        for one in cards
        if one.unit_id == seat.new.unit
        and one.serves
        and one.id not in taken
        and one.id != seat.new.person
        and (one.is_leader or not principal)
    ]
    return min(free, key=lambda one: (-one.grade, one.code), default=None)
