"""From facts to a roster worth keeping: plan, solve, choose standby, explain what stays empty.

No transaction is open while the solver runs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from djflow.assembly.frames import horizon_of, plans_of, policy_of
from djflow.assembly.house import House
from djflow.core.ids import PersonId
from djflow.core.spans import Month
from djflow.roster.alone import account
from djflow.roster.facts import gather
from djflow.roster.model import (
    Assignment,
    CadreId,
    EventId,
    Limits,
    Objective,
    Problem,
    Progress,
    Shortage,
    Solution,
    Stop,
    Vacancy,
    Weights,
)
from djflow.roster.planning import PlannedSession, build_problem, plan_sessions, targets, with_weights
from djflow.roster.record import Duty, Gap, Kept, Load, StoredSession
from djflow.roster.service import DraftInput
from djflow.roster.views import DutyKind, Quality


@dataclass(frozen=True, slots=True)
class Planned:
    """A month ready for the solver; `people` maps the office's codes to person ids."""

    month: Month
    sessions: tuple[PlannedSession, ...]
    problem: Problem
    people: Mapping[CadreId, PersonId]


def plan_month(house: House, month: Month, weights: Weights, *, pins: tuple[Assignment, ...] = ()) -> Planned:
    """Read the month's facts and return its problem; `pins` are places that somebody must hold."""
    with house.reading() as session:
        facts = gather(session, month, plans_of(house), horizon_of(house))
    policy = policy_of(house)
    sessions = plan_sessions(facts, policy, house.settings.calendar)
    problem = replace(build_problem(facts, policy, sessions, weights, name=str(month)), pins=pins)
    return Planned(month, sessions, problem, {CadreId(card.code): card.id for card in facts.people})


def prices(house: House, preset: str | None, changes: Mapping[str, int]) -> Weights:
    """Return the prices of a preset with single changes on top.

    Raises: InputError for an unknown preset.
    """
    return with_weights(house.settings.roster.prices(preset or None), changes)


def solve_month(
    house: House,
    planned: Planned,
    *,
    progress: Progress | None = None,
    stop: Stop | None = None,
    limits: Limits | None = None,
) -> Solution:
    """Solve the month within the office's limits, or within `limits`."""
    from djflow.roster.solver import solve  # noqa: PLC0415 - numerical libraries load only when a roster is made

    roster = house.settings.roster
    usual = Limits(time_limit=roster.time_limit_seconds, gap=roster.gap)
    return solve(planned.problem, limits=limits or usual, progress=progress, stop=stop)


def draft_of(house: House, planned: Planned, solution: Solution, preset: str | None) -> DraftInput:
    """Return the solved month as a draft to be kept."""
    kept = kept_of(house, planned, solution.assignments, solution.unfilled)
    weights = planned.problem.weights
    return DraftInput(
        month=planned.month,
        kept=kept,
        quality=quality_of(planned.problem, solution),
        weights={name: getattr(weights, name) for name in Weights.__slots__ if getattr(weights, name) is not None},
        preset=preset or "",
    )


def kept_of(house: House, planned: Planned, assignments: tuple[Assignment, ...], unfilled: tuple[Vacancy, ...]) -> Kept:
    """Return assignments as stored duties with standby people, gaps with their reasons, and everybody's target."""
    from djflow.roster.solver.standby import choose_standby  # noqa: PLC0415 - loads numerical libraries

    problem = planned.problem
    duties = [Duty(a.event, a.post, planned.people[a.cadre]) for a in assignments]
    if policy_of(house).standby:
        reserves = choose_standby(problem, assignments)
        duties += [
            Duty(reserve.event, "", planned.people[reserve.cadre], DutyKind.STANDBY)
            for reserve in reserves
            if reserve.cadre is not None
        ]
    reasons = _reasons(problem) if unfilled else ()
    fair = targets(problem)
    return Kept(
        sessions=tuple(StoredSession(session) for session in planned.sessions),
        duties=tuple(duties),
        gaps=tuple(_gap(problem, assignments, vacancy, reasons) for vacancy in unfilled),
        loads=tuple(
            Load(planned.people[cadre.id], cadre.history, fair[cadre.id]) for cadre in problem.cadres if cadre.skills
        ),
    )


def _reasons(problem: Problem) -> tuple[Shortage, ...]:
    """Return the proven shortages, those of several posts that share their people among them."""
    from djflow.roster.solver.explain import explain  # noqa: PLC0415 - loads numerical libraries

    return explain(problem).shortages


def _gap(problem: Problem, roster: tuple[Assignment, ...], vacancy: Vacancy, reasons: tuple[Shortage, ...]) -> Gap:
    """Return the empty place with the narrowest proven shortage it belongs to, else with what holds for it alone."""
    on = next(event.on for event in problem.events if event.id == vacancy.event)
    fitting = [reason for reason in reasons if vacancy.post in reason.post.split("、") and on in reason.dates]
    named = min(fitting, key=lambda reason: (len(reason.dates), len(reason.post), reason.text), default=None)
    why = named.text if named else account(problem, roster, vacancy.event, vacancy.post)
    return Gap(vacancy.event, vacancy.post, vacancy.count, why)


def quality_of(problem: Problem, solution: Solution) -> Quality:
    """Return how good a solution is, in the words of the review card."""
    gap = solution.gap
    return Quality(
        objective=solution.objective.total,
        bound=solution.bound,
        gap=gap if gap != float("inf") else None,
        status=solution.status.value,
        seconds=round(solution.seconds, 1),
        places=problem.slots,
        unfilled=solution.objective.unfilled,
        min_unfilled_proven=solution.min_unfilled_proven,
        township_missing=solution.objective.township_missing,
        parts=parts_of(solution.objective),
    )


def parts_of(objective: Objective) -> Mapping[str, int]:
    """Return the parts of the objective by name, in points."""
    return {
        "distance": objective.distance,
        "continuity": objective.continuity,
        "wishes": objective.wishes,
        "fairness": objective.fairness,
        "quota": objective.quota,
    }


def assignments_of(planned: Planned, kept: Kept) -> tuple[Assignment, ...]:
    """Return stored duties (without standby) as the solver's assignments."""
    codes = {person: code for code, person in planned.people.items()}
    return tuple(
        sorted(
            Assignment(EventId(duty.event), duty.post, codes[duty.person])
            for duty in kept.duties
            if duty.kind is DutyKind.DUTY
        )
    )
