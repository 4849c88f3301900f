"""Ranked people for one place of a roster, in milliseconds: free people first, swaps where nobody is free.

Every person is priced by what he adds to the roster's price compared with an empty place (the price of the
empty place itself left out). A swap moves a person who is on duty too near, and gives his place to the person
who is cheapest there.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from djflow.roster.model import (
    Assignment,
    Cadre,
    CadreId,
    Change,
    Department,
    Event,
    EventId,
    Market,
    Problem,
    RosterInputError,
    Suggestion,
)
from djflow.roster.rules import check_known, too_close, why_not
from djflow.roster.solver.month import class_targets

_SWAPS = 12


@dataclass(slots=True)
class _Book:
    """A roster by person, by session and by department."""

    problem: Problem
    events: dict[EventId, Event]
    cadres: dict[CadreId, Cadre]
    markets: dict[str, Market]
    departments: dict[str, Department]
    targets: dict[bool, int]
    duties: dict[CadreId, list[Assignment]] = field(default_factory=dict)
    heads: dict[str, int] = field(default_factory=dict)
    here: dict[tuple[str, str], int] = field(default_factory=dict)

    def add(self, a: Assignment, sign: int = 1) -> None:
        """File a duty, or take it out with `sign` −1."""
        mine = self.duties.setdefault(a.cadre, [])
        if sign > 0:
            mine.append(a)
        else:
            mine.remove(a)
        department = self.cadres[a.cadre].department
        self.heads[department] = self.heads.get(department, 0) + sign
        self.here[a.event, department] = self.here.get((a.event, department), 0) + sign

    def in_the_way(self, cadre: Cadre, event: Event) -> list[Assignment] | None:
        """Return the duties that must go before `cadre` can serve at `event`; None when no swap would do."""
        rules, mine = self.problem.rules, self.duties.get(cadre.id, [])
        on = event.on.toordinal()
        near = [a for a in mine if too_close(on, self.events[a.event].on.toordinal(), rules.rest_gap)]
        if len(mine) - len(near) >= cadre.max_duties:
            return None
        most = rules.max_per_department
        mates = self.here.get((event.id, cadre.department), 0) - sum(a.event == event.id for a in near)
        return None if most is not None and mates >= most else near

    def parts(self, cadre: Cadre, event: Event) -> dict[str, int]:
        """Return what `cadre` at `event` adds to the price, by part."""
        w = self.problem.weights
        market = self.markets[event.market]
        home = self.departments[cadre.department]
        load = cadre.history + sum(self.events[a.event].units for a in self.duties.get(cadre.id, []))
        off = load - self.targets[cadre.leader]
        heads = self.heads.get(home.id, 0)
        quota = (heads >= home.quota_max) - (heads < home.quota_min)
        return {
            "路程": round(math.hypot(home.x - market.x, home.y - market.y)) * w.distance_per_km,
            "定点": 0 if home.id in market.incumbents else w.not_incumbent,
            "意愿": w.avoid * ((event.on.weekday() in cadre.avoid_weekdays) + (market.town in cadre.avoid_towns)),
            "公平": w.fairness * event.units * (2 * off + event.units),
            "单位任务": w.quota * int(quota),
        }


def suggest(
    problem: Problem, roster: Iterable[Assignment], event: EventId, post: str, n: int = 10
) -> tuple[Suggestion, ...]:
    """Return up to `n` people for one place, cheapest first; when the place is full, for its first holder.

    Raises: RosterInputError for an unknown session or post.
    """
    rows = tuple(roster)
    check_known(problem, rows, "值班表的")
    events = {e.id: e for e in problem.events}
    if event not in events or post not in events[event].needs:
        raise RosterInputError(f"没有场次 {event} 的岗位“{post}”；请核对场次编号和岗位名称。")
    book = _Book(
        problem,
        events,
        {c.id: c for c in problem.cadres},
        {m.id: m for m in problem.markets},
        {d.id: d for d in problem.departments},
        class_targets(problem),
    )
    for a in rows:
        book.add(a)
    holders = sorted(a for a in rows if a.event == event and a.post == post)
    leaving = holders[0] if len(holders) >= events[event].needs[post] and holders else None
    if leaving is not None:
        book.add(leaving, -1)
    fixed = {*problem.pins, *problem.kept}
    free, swaps = _candidates(book, events[event], post, leaving.cadre if leaving else None, fixed)
    found = sorted(free, key=lambda s: (s.extra, s.cadre))[:n]
    if len(found) < n:
        found += _swapped(book, events[event], post, swaps)[: n - len(found)]
    return tuple(found)


def _candidates(
    book: _Book, event: Event, post: str, leaving: CadreId | None, fixed: set[Assignment]
) -> tuple[list[Suggestion], list[tuple[int, Cadre, Assignment]]]:
    """Return the people who are free, and those who would be but for one duty that may move."""
    free: list[Suggestion] = []
    swaps: list[tuple[int, Cadre, Assignment]] = []
    for cadre in book.problem.cadres:
        if cadre.id == leaving or why_not(book.problem, cadre, event, post) is not None:
            continue
        blocking = book.in_the_way(cadre, event)
        if blocking is None or len(blocking) > 1:
            continue
        parts = book.parts(cadre, event)
        if not blocking:
            free.append(Suggestion(cadre.id, sum(parts.values()), parts))
        elif blocking[0] not in fixed:
            swaps.append((sum(parts.values()), cadre, blocking[0]))
    return free, sorted(swaps, key=lambda s: (s[0], s[1].id))[:_SWAPS]


def _swapped(book: _Book, event: Event, post: str, swaps: list[tuple[int, Cadre, Assignment]]) -> list[Suggestion]:
    """Return the swaps that work out, cheapest first."""
    found = []
    for _, cadre, old in swaps:
        before = _price_of_leaving(book, cadre, old)
        book.add(old, -1)
        parts = book.parts(cadre, event)
        moved = Assignment(event.id, post, cadre.id)
        book.add(moved)
        place = book.events[old.event]
        stand_in = min(
            (
                (sum(book.parts(c, place).values()), c.id)
                for c in book.problem.cadres
                if c.id != cadre.id
                and why_not(book.problem, c, place, old.post) is None
                and book.in_the_way(c, place) == []
            ),
            default=None,
        )
        book.add(moved, -1)
        book.add(old)
        if stand_in is not None:
            parts["换班"] = stand_in[0] - before
            move = Change(old.event, old.post, cadre.id, stand_in[1])
            found.append(Suggestion(cadre.id, sum(parts.values()), parts, (move,)))
    return sorted(found, key=lambda s: (s.extra, s.cadre))


def _price_of_leaving(book: _Book, cadre: Cadre, old: Assignment) -> int:
    """Return what taking `old` from `cadre` saves."""
    book.add(old, -1)
    saved = sum(book.parts(cadre, book.events[old.event]).values())
    book.add(old)
    return saved
