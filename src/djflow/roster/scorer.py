"""Scores a roster from the definitions alone; shares no code with the solver, so that each checks the other.

Definitions: distance = whole km department seat to market; continuity: department did not serve that market
last month; fairness = weight × (history + load − target)² per person, target per class (leaders, others) =
round half up of (all history + units of the class's places) / heads; quota: heads of a department above its
maximum or below its minimum; empty places and missing township persons at their own price.
"""

import datetime as dt
import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from djflow.roster.model import LEADER_POST, TOWN_KIND, Assignment, Cadre, CadreId, Event, Problem


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken hard rule: its stable name, whom or what it concerns, and a Chinese sentence."""

    rule: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Score:
    """The price of a roster by parts, its empty places, and every broken hard rule."""

    distance: int
    continuity: int
    wishes: int
    fairness: int
    quota: int
    unfilled: int
    township_missing: int
    total: int
    violations: tuple[Violation, ...]


def score(problem: Problem, rows: Iterable[Assignment]) -> Score:
    """Score `rows`; duties that name an unknown session or person count as violations only."""
    listed = list(rows)
    book = _Book(problem, listed)
    w = problem.weights
    km, strangers, avoided = book.travel()
    fairness = w.fairness * book.unfairness()
    quota = w.quota * book.off_quota()
    empty, township = book.empty(), book.township_missing()
    distance, continuity, wishes = km * w.distance_per_km, strangers * w.not_incumbent, avoided * w.avoid
    price = w.unfilled if w.township is None else w.township
    return Score(
        distance=distance,
        continuity=continuity,
        wishes=wishes,
        fairness=fairness,
        quota=quota,
        unfilled=empty,
        township_missing=township,
        total=distance + continuity + wishes + fairness + quota + empty * w.unfilled + township * price,
        violations=tuple(book.unknown + book.broken_places() + book.broken_people() + book.broken_orders(listed)),
    )


class _Book:
    """The roster looked up by person, by session and by department."""

    def __init__(self, problem: Problem, rows: Sequence[Assignment]) -> None:
        """File every row; unknown sessions and people become violations."""
        self.p = problem
        self.event = {e.id: e for e in problem.events}
        self.cadre = {c.id: c for c in problem.cadres}
        self.unknown: list[Violation] = []
        self.rows: list[tuple[Event, str, Cadre]] = []
        for a in rows:
            if a.event in self.event and a.cadre in self.cadre:
                self.rows.append((self.event[a.event], a.post, self.cadre[a.cadre]))
            else:
                self.unknown.append(Violation("unknown", a.cadre, f"没有场次 {a.event} 或工号 {a.cadre}"))
        self._sessions: dict[str, list[tuple[Event, str, Cadre]]] = {}
        for row in self.rows:
            self._sessions.setdefault(row[0].id, []).append(row)

    def travel(self) -> tuple[int, int, int]:
        """Return (km, duties by departments new to the market, wishes ignored)."""
        market = {m.id: m for m in self.p.markets}
        seat = {d.id: d for d in self.p.departments}
        km = strangers = avoided = 0
        for event, _, cadre in self.rows:
            place, home = market[event.market], seat[cadre.department]
            km += int(round(math.sqrt((home.x - place.x) ** 2 + (home.y - place.y) ** 2)))  # noqa: RUF046 - as defined
            if cadre.department not in place.incumbents:
                strangers += 1
            if event.on.weekday() in cadre.avoid_weekdays:
                avoided += 1
            if place.town in cadre.avoid_towns:
                avoided += 1
        return km, strangers, avoided

    def unfairness(self) -> int:
        """Return the sum of squared distances from the class target."""
        load = dict.fromkeys(self.cadre, 0)
        for event, _, cadre in self.rows:
            load[cadre.id] += event.units
        total = 0
        for is_leader in (False, True):
            group = [c for c in self.p.cadres if c.leader is is_leader]
            if not group:
                continue
            points = sum(c.history for c in group)
            for event in self.p.events:
                for post, heads in event.needs.items():
                    if (post == LEADER_POST) is is_leader:
                        points += heads * event.units
            target = (2 * points + len(group)) // (2 * len(group))
            total += sum((c.history + load[c.id] - target) ** 2 for c in group)
        return total

    def off_quota(self) -> int:
        """Return the heads outside the departments' quotas."""
        heads = {d.id: 0 for d in self.p.departments}
        for _, _, cadre in self.rows:
            heads[cadre.department] += 1
        above = sum(heads[d.id] - d.quota_max for d in self.p.departments if heads[d.id] > d.quota_max)
        below = sum(d.quota_min - heads[d.id] for d in self.p.departments if heads[d.id] < d.quota_min)
        return above + below

    def empty(self) -> int:
        """Return the number of empty places."""
        missing = 0
        for event in self.p.events:
            for post, heads in event.needs.items():
                there = sum(1 for _, q, _ in self._at(event) if q == post)
                missing += heads - there if there < heads else 0
        return missing

    def township_missing(self) -> int:
        """Return the township persons missing at all sessions together."""
        town = {d.id for d in self.p.departments if d.kind == TOWN_KIND}
        missing = 0
        for event in self.p.events if self.p.rules.min_township else ():
            asked = min(self.p.rules.min_township, sum(event.needs.values()))
            there = sum(1 for _, _, c in self._at(event) if c.department in town)
            missing += asked - there if there < asked else 0
        return missing

    def _at(self, event: Event) -> list[tuple[Event, str, Cadre]]:
        """Return the rows of one session."""
        return self._sessions.get(event.id, [])

    def frozen(self, event: Event) -> bool:
        """Return whether the session lies before the freeze date."""
        return self.p.freeze_before is not None and event.on < self.p.freeze_before

    def broken_places(self) -> list[Violation]:
        """List posts with too many people and sessions with too many of one department."""
        found = []
        most = self.p.rules.max_per_department
        for event in self.p.events:
            here = self._at(event)
            for post in sorted({q for _, q, _ in here}):
                there = sum(1 for _, q, _ in here if q == post)
                if there > event.needs.get(post, 0):
                    asked = event.needs.get(post, 0)
                    found.append(Violation("overfilled", event.id, f"{event.id} {post} 需 {asked} 人，排了 {there} 人"))
            if most is None or self.frozen(event):
                continue
            for department in sorted({c.department for _, _, c in here}):
                there = sum(1 for _, _, c in here if c.department == department)
                if there > most:
                    text = f"{event.id} 同一单位 {department} 有 {there} 人，最多 {most} 人"
                    found.append(Violation("max_per_department", event.id, text))
        return found

    def broken_people(self) -> list[Violation]:
        """List duties against skill, grade, leave, cap and rest gap; frozen days are taken as they are."""
        found = []
        mine: dict[str, list[Event]] = {}
        for event, post, cadre in self.rows:
            mine.setdefault(cadre.id, []).append(event)
            if self.frozen(event):
                continue
            if post not in cadre.skills:
                found.append(Violation("skill", cadre.id, f"{cadre.id} 不具备岗位“{post}”的资格"))
            if post in self.p.rules.min_grades and cadre.grade < self.p.rules.min_grades[post]:
                found.append(Violation("grade", cadre.id, f"{cadre.id} 职级低于岗位“{post}”的要求"))
            if event.on in cadre.unavailable:
                found.append(Violation("unavailable", cadre.id, f"{cadre.id} 在 {event.on} 不在岗"))
        people = {c.id: c for c in self.p.cadres}
        for cid in sorted(mine):
            found += self._broken_month(people[CadreId(cid)], mine[cid])
        return found

    def _broken_month(self, cadre: Cadre, events: list[Event]) -> list[Violation]:
        """List what one person's month breaks."""
        found, cid = [], cadre.id
        if len(events) > cadre.max_duties and not all(self.frozen(e) for e in events):
            text = f"{cid} 值班 {len(events)} 次，上限 {cadre.max_duties} 次"
            found.append(Violation("max_duties", cid, text))
        gap = max(0, self.p.rules.rest_gap)
        duties = sorted(events, key=lambda e: (e.on, e.id))
        for one, two in itertools.pairwise(duties):
            if (two.on - one.on).days <= gap and not (self.frozen(one) and self.frozen(two)):
                found.append(Violation("gap", cid, f"{cid} 在 {one.on} 与 {two.on} 之间休息不足 {gap} 天"))
        for event in duties:
            near = [d for d in cadre.recent if abs(event.on - d) <= dt.timedelta(days=gap)]
            if near and not self.frozen(event):
                found.append(Violation("gap", cid, f"{cid} 在 {near[0]} 与 {event.on} 之间休息不足 {gap} 天"))
        return found

    def broken_orders(self, rows: Sequence[Assignment]) -> list[Violation]:
        """List pins not kept, bans ignored and frozen days changed."""
        present = set(rows)
        found = [
            Violation("pin", p.cadre, f"固定安排“{p.event} {p.post} {p.cadre}”没有保留")
            for p in self.p.pins
            if p not in present
        ]
        for ban in self.p.bans:
            for event, post, cadre in self.rows:
                if cadre.id == ban.cadre and ban.event in {None, event.id} and ban.post in {None, post}:
                    found.append(Violation("ban", cadre.id, f"{cadre.id} 被排除，却排在 {event.id} {post}"))
        if self.p.freeze_before is None:
            return found
        before = {a for a in rows if a.event in self.event and self.frozen(self.event[a.event])}
        found += [
            Violation("frozen", a.event, f"冻结的安排“{a.event} {a.post} {a.cadre}”被改动")
            for a in sorted(before ^ {a for a in self.p.frozen if self.frozen(self.event[a.event])})
        ]
        return found
