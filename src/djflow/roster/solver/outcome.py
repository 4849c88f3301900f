"""The figures of a finished roster: the parts of its price, its empty places, its missing township persons."""

import math
from collections import Counter
from collections.abc import Iterable

from djflow.roster.model import (
    TOWN_KIND,
    Assignment,
    EventId,
    Objective,
    Problem,
    Vacancy,
)
from djflow.roster.solver.month import class_targets


def objective_of(problem: Problem, rows: Iterable[Assignment]) -> Objective:
    """Return the parts of the price of the roster `rows`."""
    rows = tuple(rows)
    w = problem.weights
    events, cadres = {e.id: e for e in problem.events}, {c.id: c for c in problem.cadres}
    markets, departments = {m.id: m for m in problem.markets}, {d.id: d for d in problem.departments}
    load, heads = Counter[str](), Counter[str]()
    distance = continuity = wishes = 0
    for a in rows:
        event, cadre = events[a.event], cadres[a.cadre]
        market, department = markets[event.market], departments[cadre.department]
        distance += round(math.hypot(department.x - market.x, department.y - market.y)) * w.distance_per_km
        continuity += 0 if department.id in market.incumbents else w.not_incumbent
        wishes += w.avoid * ((event.on.weekday() in cadre.avoid_weekdays) + (market.town in cadre.avoid_towns))
        load[cadre.id] += event.units
        heads[department.id] += 1
    targets = class_targets(problem)
    unfair = sum((c.history + load[c.id] - targets[c.leader]) ** 2 for c in problem.cadres)
    off_quota = sum(max(0, heads[d.id] - d.quota_max) + max(0, d.quota_min - heads[d.id]) for d in problem.departments)
    return Objective(
        distance=distance,
        continuity=continuity,
        wishes=wishes,
        fairness=w.fairness * unfair,
        quota=w.quota * off_quota,
        unfilled=sum(v.count for v in vacancies(problem, rows)),
        township_missing=sum(township_short(problem, rows).values()),
        unfilled_price=w.unfilled,
        township_price=w.township_price,
    )


def vacancies(problem: Problem, rows: Iterable[Assignment]) -> tuple[Vacancy, ...]:
    """Return the empty places, sorted by session date, session and post."""
    filled = Counter((a.event, a.post) for a in rows)
    order = {post: i for i, post in enumerate(problem.posts)}
    found = []
    for e in sorted(problem.events, key=lambda e: (e.on, e.id)):
        for post, need in sorted(e.needs.items(), key=lambda n: (order.get(n[0], len(order)), n[0])):
            if need > filled[e.id, post]:
                found.append(Vacancy(e.id, post, need - filled[e.id, post]))
    return tuple(found)


def township_short(problem: Problem, rows: Iterable[Assignment]) -> dict[EventId, int]:
    """Return how many township persons each session lacks; sessions that lack none are left out."""
    least = problem.rules.min_township
    if not least:
        return {}
    town = {d.id for d in problem.departments if d.kind == TOWN_KIND}
    local = {c.id for c in problem.cadres if c.department in town}
    present = Counter(a.event for a in rows if a.cadre in local)
    asked = {e.id: min(least, sum(e.needs.values())) for e in problem.events}
    return {e: asked[e] - present[e] for e in sorted(asked) if asked[e] > present[e]}
