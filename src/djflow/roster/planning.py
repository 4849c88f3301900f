"""From the district's facts to a month's problem: which sessions are held, who could serve, what each costs.

Pure: facts come in as values, a `Problem` comes out. People are known to the solver by the office's code, so that
ties break the same way on every machine. Load units follow the kind of day; a department's fair share of places
follows its head count. Sources: the office's roster rules in config/roster.toml.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time

from djflow.calendar.lunar import lunar_label
from djflow.calendar.town import Closure, MarketTown, service_days_of
from djflow.calendar.workdays import DayKind, WorkCalendar
from djflow.core.ids import PersonId
from djflow.core.spans import Month
from djflow.people.model import PersonCard, Unit
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


@dataclass(frozen=True, slots=True)
class Post:
    """A post at the stall: the skill it asks for and the services it offers the public."""

    name: str
    skill: str
    leader: bool
    services: str


@dataclass(frozen=True, slots=True)
class Policy:
    """The office's rules of duty. `load` maps a kind of day to points; `quota_tolerance` 1.25 allows a quarter more."""

    posts: tuple[Post, ...]
    rules: Rules
    load: Mapping[DayKind, int]
    max_duties: int
    quota_tolerance: float
    standby: bool
    comp_leave: bool


@dataclass(frozen=True, slots=True)
class MarketPlan:
    """A market town with its place on the district's grid in km and the heads needed per post at a session."""

    town: MarketTown
    x: float
    y: float
    needs: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything known about a month before it is rostered.

    `history` are points carried from earlier months, `recent` duty dates just before the month, `incumbents` the
    codes of the units that served a market last month.
    """

    month: Month
    markets: tuple[MarketPlan, ...]
    closures: tuple[Closure, ...]
    units: tuple[Unit, ...]
    people: tuple[PersonCard, ...]
    unavailable: Mapping[PersonId, frozenset[date]] = field(default_factory=dict)
    history: Mapping[PersonId, int] = field(default_factory=dict)
    recent: Mapping[PersonId, frozenset[date]] = field(default_factory=dict)
    incumbents: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlannedSession:
    """A session to be staffed; `event` is `market@date`."""

    event: str
    market: str
    market_name: str
    township: str
    on: date
    lunar: str
    place: str
    start: time
    end: time
    units: int
    rest_day: bool
    needs: Mapping[str, int]


def plan_sessions(facts: Facts, policy: Policy, calendar: WorkCalendar) -> tuple[PlannedSession, ...]:
    """Return the month's sessions by date, then in the configured order of markets; closed markets have none."""
    sessions: list[tuple[date, int, PlannedSession]] = []
    for order, market in enumerate(facts.markets):
        town = market.town
        for day in service_days_of(town, facts.month.first, facts.month.last, facts.closures):
            if day.closed:
                continue
            kind = calendar.day_kind(day.day)
            planned = PlannedSession(
                event=f"{town.code}@{day.day.isoformat()}",
                market=town.code,
                market_name=town.name,
                township=town.township,
                on=day.day,
                lunar=lunar_label(day.day),
                place=(day.site.address or day.site.name) if day.site else "",
                start=town.service_hours.begin,
                end=town.service_hours.end,
                units=policy.load[kind],
                rest_day=not kind.works,
                needs={post: count for post, count in market.needs.items() if count},
            )
            sessions.append((day.day, order, planned))
    return tuple(planned for _, _, planned in sorted(sessions, key=lambda item: item[:2]))


def build_problem(
    facts: Facts, policy: Policy, sessions: Iterable[PlannedSession], weights: Weights, *, name: str
) -> Problem:
    """Return the month's problem for the solver."""
    planned = tuple(sessions)
    events = tuple(Event(EventId(s.event), MarketId(s.market), s.on, s.units, dict(s.needs)) for s in planned)
    serving = [person for person in facts.people if person.serves]
    return Problem(
        name=name,
        posts=tuple(post.name for post in policy.posts),
        departments=_departments(facts, policy, serving, sum(sum(s.needs.values()) for s in planned)),
        markets=tuple(_market(market, facts.incumbents) for market in facts.markets),
        events=events,
        cadres=tuple(_cadre(person, facts, policy) for person in sorted(facts.people, key=lambda p: p.code)),
        weights=weights,
        rules=policy.rules,
        seed=facts.month.year * 100 + facts.month.month,
    )


def _departments(facts: Facts, policy: Policy, serving: list[PersonCard], places: int) -> tuple[Department, ...]:
    heads = Counter(person.unit_code for person in serving)
    needed = {person.unit_code for person in facts.people}
    departments = []
    for unit in facts.units:
        if unit.code not in needed:
            continue
        share = heads[unit.code] / max(len(serving), 1) * places
        x, y = unit.entry.seat or (0.0, 0.0)
        departments.append(
            Department(
                DepartmentId(unit.code),
                TOWN_KIND if unit.entry.kind.is_town else "dept",
                x,
                y,
                quota_min=math.floor(share / (2 * policy.quota_tolerance)),
                quota_max=math.ceil(share * policy.quota_tolerance) + 1,
                name=unit.short_name,
            )
        )
    return tuple(departments)


def _market(plan: MarketPlan, incumbents: Mapping[str, frozenset[str]]) -> Market:
    served = frozenset(DepartmentId(code) for code in incumbents.get(plan.town.code, frozenset()))
    return Market(MarketId(plan.town.code), plan.town.township, plan.x, plan.y, served, plan.town.name)


def _cadre(person: PersonCard, facts: Facts, policy: Policy) -> Cadre:
    skills = {post.name for post in policy.posts if not post.leader and post.skill in person.skills}
    if person.is_leader:
        skills.add(LEADER_POST)
    away = facts.unavailable.get(person.id, frozenset())
    return Cadre(
        id=CadreId(person.code),
        department=DepartmentId(person.unit_code),
        leader=person.is_leader,
        skills=frozenset(skills),
        history=facts.history.get(person.id, 0),
        max_duties=policy.max_duties if person.max_duties is None else min(person.max_duties, policy.max_duties),
        unavailable=away if person.serves else frozenset(facts.month.span),
        avoid_weekdays=person.avoid_weekdays,
        avoid_towns=person.avoid_towns,
        grade=person.grade,
        recent=facts.recent.get(person.id, frozenset()),
    )


def targets(problem: Problem) -> Mapping[CadreId, int]:
    """Return the fair number of points per cadre: what the class carries and must serve, divided by its heads.

    Rounded half up, as the solver and the scorer do.
    """
    result: dict[CadreId, int] = {}
    for leads in (True, False):
        members = [cadre for cadre in problem.cadres if cadre.leader == leads]
        units = sum(
            event.units * heads
            for event in problem.events
            for post, heads in event.needs.items()
            if (post == LEADER_POST) == leads
        )
        if members:
            carried = sum(cadre.history for cadre in members)
            target = math.floor((carried + units) / len(members) + 0.5)
            result.update({cadre.id: target for cadre in members})
    return result


def with_weights(weights: Weights, changes: Mapping[str, int]) -> Weights:
    """Return the weights with some of them changed by name."""
    return replace(weights, **dict(changes))
