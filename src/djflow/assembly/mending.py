"""Brings a roster up to date with absences and closures that came after it was made, changing as little as possible."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise

from djflow.assembly.frames import horizon_of, plans_of, policy_of
from djflow.assembly.house import House
from djflow.assembly.solving import Planned, assignments_of, kept_of, parts_of, prices
from djflow.calendar.town import Closure
from djflow.core.ids import PersonId
from djflow.roster import service
from djflow.roster.answers import service as answers
from djflow.roster.facts import gather
from djflow.roster.model import Assignment, Ban, CadreId, Changes, EventId, Limits, Problem, Repair
from djflow.roster.outputs.wording import REPAIRED
from djflow.roster.planning import Facts, build_problem
from djflow.roster.record import Duty, Gap, Kept, StoredSession, cancelled
from djflow.roster.service import Standing
from djflow.roster.views import DutyKind, Quality

CLOSURE = "closure"
ABSENCE = "absence"
REPAIR_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Mended:
    """A roster brought up to date: what it holds now, how many places changed, and the cause that weighs most."""

    kept: Kept
    quality: Quality
    changed: int
    cause: str


@dataclass(frozen=True, slots=True)
class _Broken:
    """What no longer holds: people away on their duty dates, sessions closed by notice."""

    away: Mapping[CadreId, frozenset[date]] = field(default_factory=dict)
    closed: Mapping[str, Closure] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.away or self.closed)


def mend(house: House, standing: Standing, *, today: date) -> Mended | None:
    """Return the roster brought up to date, None when nothing is broken; days before `today` never move."""
    kept, planned, facts = situation(house, standing)
    broken = _broken(planned, kept, facts, today)
    if not broken:
        return None
    changes = Changes(
        freeze_before=today,
        unavailable=broken.away,
        cancelled=frozenset(EventId(event) for event in broken.closed),
    )
    return _result(house, planned, kept, broken, changes, _repair(planned, kept, changes))


def _result(house: House, planned: Planned, kept: Kept, broken: _Broken, changes: Changes, repair: Repair) -> Mended:
    return Mended(
        kept=_mended(house, planned, kept, broken, repair),
        quality=_quality(planned, kept, changes, repair),
        changed=repair.changed,
        cause=CLOSURE if broken.closed else ABSENCE,
    )


def without(house: House, planned: Planned, kept: Kept, declined: Assignment, *, freeze: date) -> Mended | None:
    """Return the roster with somebody else at a declined place, None when that place would stay empty.

    Days before `freeze` never move.
    """
    changes = Changes(freeze_before=freeze, must_replace=(declined,))
    found = _repair(planned, kept, changes)
    place = (declined.event, declined.post)
    before = sum(gap.count for gap in kept.gaps if (gap.event, gap.post) == place)
    after = sum(empty.count for empty in found.unfilled if (empty.event, empty.post) == place)
    return None if after > before else _result(house, planned, kept, _Broken(), changes, found)


def situation(house: House, standing: Standing) -> tuple[Kept, Planned, Facts]:
    """Return what a stored roster holds, and its sessions that take place as a problem with today's facts."""
    with house.reading() as session:
        kept = service.content(session, standing.roster_id)
        preset = service.preset_of(session, standing.roster_id)
        holders = {duty.person for duty in kept.duties}
        facts = gather(session, standing.month, plans_of(house), horizon_of(house), keep=holders)
        unwilling = answers.unwilling(session, standing.month)
    sessions = tuple(stored.plan for stored in kept.planned.values())
    weights = prices(house, preset, {})
    problem = build_problem(facts, policy_of(house), sessions, weights, name=str(standing.month))
    people = {CadreId(card.code): card.id for card in facts.people}
    problem = _sparing(problem, people, unwilling)
    planned = Planned(standing.month, sessions, problem, people)
    return kept, replace(planned, problem=as_published(problem, assignments_of(planned, kept))), facts


def as_published(problem: Problem, held: Iterable[Assignment]) -> Problem:
    """Loosen cap, rest gap and heads of one department to what the published roster already holds.

    A rule the office tightens afterwards binds the next month; it must not empty places people were told about.
    """
    on = {event.id: event.on for event in problem.events}
    rows = [row for row in held if row.event in on]
    homes = {cadre.id: cadre.department for cadre in problem.cadres}
    rules, duties = problem.rules, Counter(row.cadre for row in rows)
    days = {cadre.id: [*sorted(cadre.recent)[-1:]] for cadre in problem.cadres if duties[cadre.id]}
    for row in sorted(rows, key=lambda row: on[row.event]):
        days[row.cadre].append(on[row.event])
    apart = min(((b - a).days for mine in days.values() for a, b in pairwise(mine)), default=None)
    most = max(Counter((row.event, homes[row.cadre]) for row in rows).values(), default=0)
    return replace(
        problem,
        rules=replace(
            rules,
            rest_gap=rules.rest_gap if apart is None else min(rules.rest_gap, apart - 1),
            max_per_department=None if rules.max_per_department is None else max(rules.max_per_department, most),
        ),
        cadres=tuple(replace(cadre, max_duties=max(cadre.max_duties, duties[cadre.id])) for cadre in problem.cadres),
    )


def _sparing(
    problem: Problem, people: Mapping[CadreId, PersonId], unwilling: Iterable[tuple[str, PersonId]]
) -> Problem:
    """Keep whoever declined a session from being put back there by a later repair."""
    codes = {person: code for code, person in people.items()}
    bans = tuple(Ban(codes[person], EventId(event)) for event, person in unwilling if person in codes)
    return replace(problem, bans=(*problem.bans, *bans))


def _broken(planned: Planned, kept: Kept, facts: Facts, today: date) -> _Broken:
    away: dict[CadreId, set[date]] = {}
    cadres = {cadre.id: cadre for cadre in planned.problem.cadres}
    codes = {person: code for code, person in planned.people.items()}
    sessions = kept.planned
    for duty in kept.duties:
        stored = sessions.get(duty.event)
        if stored is None or stored.plan.on < today:
            continue
        cadre = cadres[codes[duty.person]]
        if stored.plan.on in cadre.unavailable:
            away.setdefault(cadre.id, set()).add(stored.plan.on)
    closed = {
        event: closure
        for event, stored in sessions.items()
        for closure in facts.closures
        if stored.plan.on >= today and closure.town_code == stored.plan.market and stored.plan.on in closure.span
    }
    return _Broken({code: frozenset(dates) for code, dates in away.items()}, closed)


def _repair(planned: Planned, kept: Kept, changes: Changes) -> Repair:
    from djflow.roster.solver import repair  # noqa: PLC0415 - numerical libraries load only when a roster is mended

    return repair(planned.problem, assignments_of(planned, kept), changes, limits=Limits(time_limit=REPAIR_SECONDS))


def _mended(house: House, planned: Planned, kept: Kept, broken: _Broken, repair: Repair) -> Kept:
    after = kept
    for event, closure in sorted(broken.closed.items()):
        after = cancelled(after, event, closure_note(kept.planned[event], closure))
    planned_events = after.planned
    held = tuple(event for event in planned.problem.events if event.id in planned_events)
    fresh = kept_of(
        house,
        replace(planned, problem=replace(planned.problem, events=held)),
        tuple(a for a in repair.assignments if a.event in planned_events),
        tuple(v for v in repair.unfilled if v.event in planned_events),
    )
    after = replace(after, duties=tuple(duty for duty in fresh.duties if duty.kind is DutyKind.DUTY))
    known = {(gap.event, gap.post): gap.why for gap in kept.gaps}
    gaps = tuple(Gap(g.event, g.post, g.count, known.get((g.event, g.post), g.why)) for g in fresh.gaps)
    standby = standby_of(planned, after, kept, fresh)
    return replace(after, duties=(*after.duties, *standby), gaps=gaps, loads=kept.loads)


def standby_of(planned: Planned, after: Kept, kept: Kept, fresh: Kept) -> tuple[Duty, ...]:
    """Return the standby of `after`: of `kept` whoever still can; sessions that lost theirs get `fresh` ones."""
    sessions = after.planned
    busy: set[tuple[PersonId, date]] = {(duty.person, sessions[duty.event].plan.on) for duty in after.duties}
    cadres = {planned.people[cadre.id]: cadre for cadre in planned.problem.cadres}
    bans = set(planned.problem.bans)
    chosen: list[Duty] = []
    for pool in (kept.duties, fresh.duties):
        served = {duty.event for duty in chosen}
        for duty in sorted(pool):
            if duty.kind is not DutyKind.STANDBY or duty.event in served or duty.event not in sessions:
                continue
            on = sessions[duty.event].plan.on
            cadre = cadres[duty.person]
            if (duty.person, on) in busy or on in cadre.unavailable or Ban(cadre.id, EventId(duty.event)) in bans:
                continue
            chosen.append(duty)
            busy.add((duty.person, on))
    return tuple(chosen)


def closure_note(stored: StoredSession, closure: Closure) -> str:
    """Return the public sentence about a session cancelled by a closure."""
    on = stored.plan.on
    notice = closure.notice or "该场镇停场"
    return f"因{notice}，原定{on.month}月{on.day}日{stored.plan.market_name}的赶场服务取消"


def _quality(planned: Planned, kept: Kept, changes: Changes, repair: Repair) -> Quality:
    from djflow.roster.solver.explain import explain  # noqa: PLC0415 - loads numerical libraries
    from djflow.roster.solver.repair import changed_problem  # noqa: PLC0415 - loads numerical libraries

    after, empty = changed_problem(planned.problem, assignments_of(planned, kept), changes), repair.objective.unfilled
    return Quality(
        objective=repair.objective.total,
        bound=0.0,
        gap=None,
        status=REPAIRED,
        seconds=round(repair.seconds, 1),
        places=after.slots,
        unfilled=empty,
        min_unfilled_proven=explain(after).min_unfilled if empty else 0,
        township_missing=repair.objective.township_missing,
        parts=parts_of(repair.objective),
        changed=repair.changed,
        changed_proven=repair.changed_lower_bound,
    )
