"""One reserve per session, chosen after the roster: free that day, rested, and the burden shared over the month.

Days are taken in order. Each day is an assignment problem: few standbys so far come first, then the posts the
person could take over, then load and distance.
"""

import math
from collections import Counter
from collections.abc import Iterable

import numpy as np

from djflow.roster.model import Assignment, CadreId, Event, Problem, Standby
from djflow.roster.rules import too_close, why_not
from djflow.roster.solver.dayblock import cheapest

_AGAIN = 10_000
_UNCOVERED = 300
_LOAD = 10
_NOBODY = 10_000_000.0


def choose_standby(problem: Problem, roster: Iterable[Assignment]) -> tuple[Standby, ...]:
    """Return one reserve per session, sorted by date and session; None where nobody is free.

    A reserve has no duty and no other standby within the rest gap of the day.
    """
    rows = tuple(roster)
    on = {e.id: e.on for e in problem.events}
    units = {e.id: e.units for e in problem.events}
    busy: dict[CadreId, list[int]] = {c.id: [d.toordinal() for d in c.recent] for c in problem.cadres}
    load = {c.id: c.history for c in problem.cadres}
    for a in rows:
        if a.event in on and a.cadre in busy:
            busy[a.cadre].append(on[a.event].toordinal())
            load[a.cadre] += units[a.event]
    times = Counter[CadreId]()
    found: list[Standby] = []
    for day in sorted(set(on.values())):
        sessions = sorted((e for e in problem.events if e.on == day), key=lambda e: e.id)
        matrix = _prices(problem, sessions, busy, load, times)
        people = sorted(c.id for c in problem.cadres)
        rows_at, at = cheapest(matrix, _NOBODY)
        chosen = {int(r): people[int(c)] for r, c in zip(rows_at, at, strict=True)}
        for i, session in enumerate(sessions):
            who = chosen.get(i)
            found.append(Standby(session.id, who))
            if who is not None:
                times[who] += 1
                busy[who].append(day.toordinal())
    return tuple(found)


def _prices(
    problem: Problem,
    sessions: list[Event],
    busy: dict[CadreId, list[int]],
    load: dict[CadreId, int],
    times: Counter[CadreId],
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Return [session, person] prices; infinite where the person cannot stand by."""
    market = {m.id: m for m in problem.markets}
    seat = {d.id: d for d in problem.departments}
    people = sorted(problem.cadres, key=lambda c: c.id)
    price = np.full((len(sessions), len(people)), np.inf)
    for j, cadre in enumerate(people):
        day = sessions[0].on.toordinal()
        if any(too_close(day, d, problem.rules.rest_gap) for d in busy[cadre.id]):
            continue
        burden = _AGAIN * times[cadre.id] + _LOAD * load[cadre.id]
        home = seat[cadre.department]
        for i, session in enumerate(sessions):
            posts = [q for q, need in session.needs.items() if need]
            covered = sum(why_not(problem, cadre, session, q) is None for q in posts)
            if covered:
                place = market[session.market]
                km = math.hypot(home.x - place.x, home.y - place.y)
                price[i, j] = burden + _UNCOVERED * (len(posts) - covered) + km
    return price
