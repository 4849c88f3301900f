"""The plain CP-SAT model of a month, as a first attempt would write it; a process of its own, never beside HiGHS.

`python -m benchmarks.plain_cp small|district SEED` prints the roster as JSON rows.
"""

import json
import sys

from ortools.sat.python import cp_model

from benchmarks.instances import SIZES, district
from djflow.roster.model import Assignment, Cadre, CadreId, EventId, Problem
from djflow.roster.rules import why_not

SECONDS = 60


def squared_load(
    model: cp_model.CpModel, problem: Problem, cadre: Cadre, mine: list[tuple[int, int, cp_model.IntVar]]
) -> cp_model.IntVar:
    """Add one person's cap and rest gap; return the square of the load with history."""
    model.add(sum(v for _, _, v in mine) <= cadre.max_duties)
    for day in sorted({d for d, _, _ in mine}):
        model.add_at_most_one(v for d, _, v in mine if day <= d <= day + problem.rules.rest_gap)
    load = model.new_int_var(0, 40, "")
    model.add(load == cadre.history + sum(u * v for _, u, v in mine))
    square = model.new_int_var(0, 1600, "")
    model.add_multiplication_equality(square, [load, load])
    return square


def cp_sat(problem: Problem) -> list[Assignment]:
    """Build and run the plain model (places, rest gap, cap, cost, squared load); called in its own process."""
    model = cp_model.CpModel()
    x: dict[tuple[EventId, str, CadreId], cp_model.IntVar] = {}
    for e in problem.events:
        for post in e.needs:
            for c in problem.cadres:
                if why_not(problem, c, e, post) is None:
                    x[e.id, post, c.id] = model.new_bool_var("")
    empty = []
    by_place: dict[tuple[EventId, str], list[cp_model.IntVar]] = {}
    by_person: dict[CadreId, list[tuple[int, int, cp_model.IntVar]]] = {c.id: [] for c in problem.cadres}
    on = {e.id: (e.on.toordinal(), e.units) for e in problem.events}
    for (event, post, who), var in x.items():
        by_place.setdefault((event, post), []).append(var)
        by_person[who].append((*on[event], var))
    for e in problem.events:
        for post, need in e.needs.items():
            gap = model.new_int_var(0, need, "")
            model.add(sum(by_place.get((e.id, post), [])) + gap == need)
            empty.append(gap)
    unfair = [squared_load(model, problem, c, by_person[c.id]) for c in problem.cadres]
    model.minimize(problem.weights.unfilled * sum(empty) + problem.weights.fairness * sum(unfair))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = SECONDS
    solver.parameters.num_workers = 8
    status = solver.solve(model)
    if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return []
    return [Assignment(e, p, c) for (e, p, c), var in x.items() if solver.value(var)]


def main() -> None:
    """Print the roster of the month named on the command line."""
    rows = cp_sat(district(SIZES[sys.argv[1]], int(sys.argv[2])))
    print(json.dumps([[a.event, a.post, a.cadre] for a in rows]))


if __name__ == "__main__":
    main()
