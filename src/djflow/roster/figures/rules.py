"""Counts sessions and duties that have begun. Pure.

Whoever said to be there before the session began has confirmed; a later answer changes nothing.
"""

from collections.abc import Iterable, Iterator, Mapping

from djflow.core.ids import UnitId
from djflow.core.sections import Figure, Reach, Shortfall, Tally
from djflow.roster.answers.model import DutyState
from djflow.roster.figures.model import (
    CANCELLED,
    CONFIRMED,
    DUTIES,
    HANDED_OVER,
    SESSIONS,
    STAFFED,
    Duty,
    Gathering,
    Given,
)


def begun(sessions: Iterable[Gathering], reach: Reach) -> dict[str, Gathering]:
    """Return the sessions that began before the end of what is told, by event."""
    return {one.event: one for one in sessions if one.begins_at < reach.end}


def confirmed(duty: Duty, session: Gathering) -> bool:
    """Return whether somebody had said to be there when the session began."""
    said_at = duty.answered_at
    return duty.state is DutyState.CONFIRMED and said_at is not None and said_at < session.begins_at


def held(duties: Iterable[Duty], sessions: Mapping[str, Gathering]) -> tuple[Duty, ...]:
    """Return the duties at sessions that took place."""
    return tuple(one for one in duties if one.event in sessions and not sessions[one.event].cancelled)


def tallies(
    duties: Iterable[Duty], given: Iterable[Given], sessions: Mapping[str, Gathering], reach: Reach
) -> Iterator[Tally]:
    """Yield what counts for units: duties, whether they were confirmed, duties that others took over."""
    duties = held(duties, sessions)
    answered = any(one.state is not None for one in duties)
    for duty in duties:
        yield Tally(duty.unit, DUTIES.code)
        if answered:
            yield Tally(duty.unit, CONFIRMED.code, int(confirmed(duty, sessions[duty.event])), 1)
    for one in given:
        if reach.knows(one.at) and one.event in sessions and not sessions[one.event].cancelled:
            yield Tally(one.unit, HANDED_OVER.code)


def of_the_whole(sessions: Mapping[str, Gathering], filled: int) -> dict[str, Figure]:
    """Return figures that belong to no unit; none where there was no session."""
    if not sessions:
        return {}
    held_sessions = [one for one in sessions.values() if not one.cancelled]
    empty = sum(one.empty for one in held_sessions)
    found = {
        SESSIONS.code: Figure(len(held_sessions)),
        CANCELLED.code: Figure(len(sessions) - len(held_sessions)),
    }
    if filled + empty:
        found[STAFFED.code] = Figure(filled, filled + empty)
    return found


def shortfalls(units: Mapping[UnitId, Mapping[str, Figure]]) -> Iterator[Shortfall]:
    """Yield what units did not do: duties that nobody had confirmed when the session began."""
    for unit, figures in sorted(units.items()):
        figure = figures.get(CONFIRMED.code)
        if figure is not None and figure.whole is not None and figure.part < figure.whole:
            missing = figure.whole - figure.part
            yield Shortfall(unit, CONFIRMED.code, "未在开场前确认值班", missing, "人次")
