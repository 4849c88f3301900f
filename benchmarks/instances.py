"""Invented months for the roster benchmarks, in the words of the solver's model; the same seed gives the same month.

A district is a grid of townships around a seat. Each market keeps one printed rule (market days of the solar
calendar by their last digit); departments specialise, township offices take in what comes. About a third of the
people have leave in the month, a few are away for all of it.
"""

import datetime as dt
import math
from dataclasses import dataclass

import numpy as np

from djflow.roster.model import (
    LEADER_POST,
    TOWN_KIND,
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

SPECIAL = ("民政社保", "农业技术", "法律政策", "医疗卫生")
DESK = "综合受理"
POSTS = (LEADER_POST, *SPECIAL, DESK)
DIGITS = ((1, 4, 7), (2, 5, 8), (3, 6, 9), (0, 5), (2, 7), (4, 9))


@dataclass(frozen=True, slots=True)
class Size:
    """How large a month is."""

    name: str
    townships: int
    markets: int
    departments: int
    cadres: int


SMALL = Size("小区", 12, 15, 12, 300)
DISTRICT = Size("全区", 30, 60, 40, 1200)
SIZES = {"small": SMALL, "district": DISTRICT}


def district(size: Size, seed: int, *, first: dt.date = dt.date(2026, 12, 1), skilled: float = 1.0) -> Problem:
    """Return an invented month of `size`; `skilled` below 1 means fewer second skills and so shortages."""
    rng = np.random.default_rng([seed, 77])
    side = math.ceil(math.sqrt(size.townships))
    spots = [
        (10.0 * (i % side) + rng.normal(0, 2), 10.0 * (i // side) + rng.normal(0, 2)) for i in range(size.townships)
    ]
    centre = 10.0 * (side - 1) / 2
    days = [first + dt.timedelta(days=i) for i in range(31) if (first + dt.timedelta(days=i)).month == first.month]
    homes = [
        (f"B{i:02d}", "dept", (centre + rng.normal(0, 1.5), centre + rng.normal(0, 1.5)))
        for i in range(size.departments)
    ]
    homes += [(f"Z{i:02d}", TOWN_KIND, spot) for i, spot in enumerate(spots)]
    markets, events = _markets(size, rng, spots, homes, days)
    cadres = _cadres(size, rng, [h[0] for h in homes], days, skilled)
    slots = sum(sum(e.needs.values()) for e in events)
    heads = {h[0]: sum(c.department == h[0] for c in cadres) for h in homes}
    departments = tuple(
        Department(
            DepartmentId(name),
            kind,
            float(at[0]),
            float(at[1]),
            math.floor(0.4 * slots * heads[name] / size.cadres),
            math.ceil(1.3 * slots * heads[name] / size.cadres) + 1,
        )
        for name, kind, at in homes
    )
    return Problem(
        f"{size.name}-{seed}", POSTS, departments, markets, events, cadres, Weights(), Rules(rest_gap=2), seed=seed
    )


def _markets(
    size: Size,
    rng: np.random.Generator,
    spots: list[tuple[float, float]],
    homes: list[tuple[str, str, tuple[float, float]]],
    days: list[dt.date],
) -> tuple[tuple[Market, ...], tuple[Event, ...]]:
    """Return the markets with last month's departments, and their sessions."""
    markets, events = [], []
    names = [h[0] for h in homes if h[1] != TOWN_KIND]
    for j in range(size.markets):
        town = j % size.townships
        regulars = {str(n) for n in rng.choice(names, size=min(3, len(names)), replace=False)} | {f"Z{town:02d}"}
        x, y = (float(v + rng.normal(0, 1.5)) for v in spots[town])
        name = MarketId(f"M{j:02d}")
        markets.append(Market(name, f"T{town:02d}", x, y, frozenset(DepartmentId(r) for r in regulars)))
        digits = DIGITS[int(rng.choice(len(DIGITS), p=(0.27, 0.27, 0.27, 0.07, 0.06, 0.06)))]
        needs = dict.fromkeys(POSTS, 1) | {DESK: 2 if rng.random() < 0.35 else 1}
        for day in days:
            if day.day % 10 in digits and day.day != 31:
                units = 4 if (day.month, day.day) in {(1, 1), (10, 1), (5, 1)} else 3 if day.weekday() >= 5 else 2
                events.append(Event(EventId(f"{name}-{day:%m%d}"), name, day, units, needs))
    return tuple(markets), tuple(events)


def _cadres(
    size: Size, rng: np.random.Generator, homes: list[str], days: list[dt.date], skilled: float
) -> tuple[Cadre, ...]:
    """Return the people: skills by department and by chance, leave, history, wishes."""
    people = []
    for i in range(size.cadres):
        home = i if i < len(homes) else int(rng.integers(len(homes)))
        own = SPECIAL[home % len(SPECIAL)] if home < size.departments else DESK
        skills = {own} if rng.random() < 0.85 else {DESK}
        skills |= {p for p in SPECIAL if rng.random() < 0.13 * skilled}
        skills |= {DESK} if rng.random() < 0.45 * skilled else set()
        leader = bool(rng.random() < 0.14)
        skills |= {LEADER_POST} if leader else set()
        away = {d for d in days if rng.random() < 0.06}
        if rng.random() < 0.3:
            start, length = int(rng.integers(len(days))), int(rng.choice([2, 3, 5, 7]))
            away |= set(days[start : start + length])
        if rng.random() < 0.04:
            away = set(days)
        people.append(
            Cadre(
                CadreId(f"G{i:05d}"),
                DepartmentId(homes[home]),
                leader,
                frozenset(skills),
                history=int(rng.binomial(12, 0.45)),
                max_duties=int(rng.choice([5, 4, 2], p=(0.6, 0.3, 0.1))),
                unavailable=frozenset(away),
                avoid_weekdays=frozenset({int(rng.integers(5, 7))}) if rng.random() < 0.2 else frozenset(),
                avoid_towns=frozenset({f"T{int(rng.integers(size.townships)):02d}"})
                if rng.random() < 0.15
                else frozenset(),
            )
        )
    return tuple(people)
