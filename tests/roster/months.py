"""Small months for solver tests, written out by hand or drawn at random, and the best roster by trying all."""

import datetime as dt
import itertools
from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from djflow.roster.model import (
    LEADER_POST,
    Assignment,
    Cadre,
    CadreId,
    Department,
    DepartmentId,
    Event,
    EventId,
    Market,
    MarketId,
    Problem,
    Rules,
    Weights,
)
from djflow.roster.scorer import score

FIRST = dt.date(2026, 12, 1)
DESK = "综合受理"
LAW = "法律政策"


def day(n: int) -> dt.date:
    """Return the n-th day of the month, from 1."""
    return FIRST + dt.timedelta(days=n - 1)


def department(name: str, *, kind: str = "dept", x: float = 0.0, low: int = 0, high: int = 99) -> Department:
    """Return a department at (x, 0)."""
    return Department(DepartmentId(name), kind, x, 0.0, low, high)


def market(name: str, x: float = 0.0, incumbents: Iterable[str] = ()) -> Market:
    """Return a market at (x, 0) in a town of the same name."""
    return Market(MarketId(name), f"{name}镇", x, 0.0, frozenset(DepartmentId(d) for d in incumbents))


def event(place: str, on: int, needs: Mapping[str, int] | None = None, units: int = 2) -> Event:
    """Return the session of market `place` on the n-th."""
    return Event(EventId(f"{place}@{on:02d}"), MarketId(place), day(on), units, needs or {DESK: 1})


def cadre(name: str, home: str = "D", skills: Iterable[str] = (DESK,), **more: object) -> Cadre:
    """Return a cadre with plain defaults."""
    plain = Cadre(CadreId(name), DepartmentId(home), LEADER_POST in skills, frozenset(skills), 0, 5)
    return replace(plain, **more)  # type: ignore[arg-type] # fields by name


def month(
    events: Iterable[Event],
    cadres: Iterable[Cadre],
    *,
    departments: Iterable[Department] = (),
    markets: Iterable[Market] = (),
    rules: Rules | None = None,
    weights: Weights | None = None,
) -> Problem:
    """Return a problem; departments and markets that are not given are made up at the origin."""
    events, cadres = tuple(events), tuple(cadres)
    homes = {d.id: d for d in departments}
    places = {m.id: m for m in markets}
    for c in cadres:
        homes.setdefault(c.department, department(c.department))
    for e in events:
        places.setdefault(e.market, market(e.market))
    posts = tuple(sorted({p for e in events for p in e.needs} | {DESK}))
    return Problem(
        "试排",
        posts,
        tuple(homes.values()),
        tuple(places.values()),
        events,
        cadres,
        weights or Weights(),
        rules or Rules(rest_gap=2),
    )


def random_month(seed: int, people: int, sessions: int, days: int) -> Problem:
    """Return a small month with every rule and price in play, decided by `seed`."""
    r = np.random.default_rng(seed)
    departments = [department("D0", x=0, low=1, high=2), department("T0", kind="town", x=9, high=3)]
    markets = [market("A", 3.0, ["D0"]), market("B", 11.0, ["T0"])]
    posts = (LEADER_POST, DESK)
    cadres = []
    for i in range(people):
        skills = [p for p in posts if r.random() < 0.7] or [DESK]
        cadres.append(
            cadre(
                f"C{i}",
                "D0" if r.random() < 0.5 else "T0",
                skills,
                history=int(r.integers(0, 6)),
                max_duties=int(r.integers(0, 4)),
                unavailable=frozenset(day(d) for d in range(1, days + 1) if r.random() < 0.15),
                avoid_weekdays=frozenset({int(r.integers(0, 7))}) if r.random() < 0.4 else frozenset(),
                avoid_towns=frozenset({"A镇"}) if r.random() < 0.3 else frozenset(),
                grade=int(r.integers(0, 3)),
            )
        )
    drawn = {(("A", "B")[int(r.integers(0, 2))], int(r.integers(1, days + 1))) for _ in range(sessions)}
    events = [
        event(
            place,
            on,
            {posts[int(r.integers(0, 2))]: 1, DESK: 1} if r.random() < 0.7 else {DESK: 2},
            int(r.integers(2, 5)),
        )
        for place, on in sorted(drawn)
    ]
    rules = Rules(
        rest_gap=int(r.integers(0, 3)),
        min_grades={LEADER_POST: 1} if r.random() < 0.3 else {},
        max_per_department=1 if r.random() < 0.3 else None,
        min_township=1 if r.random() < 0.4 else 0,
    )
    weights = Weights(
        fairness=int(r.integers(0, 4)), quota=int(r.integers(0, 50)), unfilled=int(r.choice([0, 30, 200, 5000]))
    )
    return month(events, cadres, departments=departments, markets=markets, rules=rules, weights=weights)


def all_rosters(problem: Problem) -> Iterable[tuple[Assignment, ...]]:
    """Return every way to fill the places, lawful or not, without anybody twice at one session and post."""
    choices = []
    for e in problem.events:
        for post, need in e.needs.items():
            people = [c.id for c in problem.cadres if post in c.skills and e.on not in c.unavailable]
            teams = [t for n in range(need + 1) for t in itertools.combinations(people, n)]
            choices.append([[Assignment(e.id, post, c) for c in team] for team in teams])
    for picked in itertools.product(*choices):
        yield tuple(a for team in picked for a in team)


def best_by_trying_all(problem: Problem) -> int:
    """Return the least price of a lawful roster."""
    scores = (score(problem, rows) for rows in all_rosters(problem))
    return min(s.total for s in scores if not s.violations)
