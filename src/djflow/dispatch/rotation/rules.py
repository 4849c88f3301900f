"""Whose term ends, whose turn it is, when a successor begins. Pure. Source: handbook of the domain, section 2.3."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from djflow.dispatch.rotation.model import Candidate, Due, Score, Seat, Term, Weights

_TENTH_OF_A_YEAR = 36.525


def due_terms(terms: Iterable[Term], on: date, due_days: Sequence[int]) -> tuple[Due, ...]:
    """Return the terms that end within the longest of `due_days`, or are vacated, the first to end first."""
    found = []
    for term in terms:
        left = (term.span.last - on).days
        within = min((days for days in due_days if left <= days), default=None)
        if within is not None or term.vacated:
            found.append(Due(term, left, within or 0))
    return tuple(sorted(found, key=lambda one: (one.term.span.last, one.term.id)))


def score_of(candidate: Candidate, on: date, weights: Weights, seed: int) -> Score:
    """Return the points of somebody's turn: years since the last posting, never posted, less recent overtime."""
    until = candidate.posted_until
    tenths = 0 if until is None else max(0, int((on - until).days / _TENTH_OF_A_YEAR))
    return Score(
        tenths=tenths,
        years=weights.year * min(tenths, 10 * weights.most_years) // 10,
        never=weights.never + weights.year * weights.most_years if until is None else 0,
        overtime=weights.overtime * max(0, candidate.overtime),
        lot=lot_of(candidate.person, seed),
    )


def lot_of(person: str, seed: int) -> int:
    """Return the lot that a seed draws for somebody, 0 to 9999: the same on every machine."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{person}".encode()).digest()[:4]) % 10_000


def begins(seat: Seat, leaving: date, on: date) -> tuple[date, int, bool]:
    """Return when a successor begins if the holder's last day is `leaving`, days together, and whether too few.

    Nobody begins before tomorrow. In a vacant seat there is nobody to serve with; it is late after its day only.
    """
    soonest = on + timedelta(days=1)
    if seat.vacant:
        return max(seat.last, soonest), 0, seat.last < soonest
    wanted = leaving - timedelta(days=seat.handover_days - 1)
    first = max(wanted, soonest)
    overlap = max(0, (leaving - first).days + 1)
    return first, overlap, overlap < seat.handover_days
