"""The best assignment as a flow of least cost, unit → cadre → post → batch, and its exact bound.

A linear program over the cheapest pairs of each post is solved by HiGHS; its dual prices tell which of the pairs left
out would improve it, they are added, and so on until none would: then no pair at all would, and the optimum of the
few is the optimum of all. Every corner of a flow's polyhedron is whole-numbered, and the simplex method ends in a
corner; with limits beside the flow a corner may be broken, and the bound remains. Source: handbook of rosters,
section 6; Ahuja, Magnanti and Orlin, Network Flows, 1993.
"""

from dataclasses import dataclass

import numpy as np

from djflow.dispatch.model import DispatchInputError
from djflow.dispatch.solver.limits import Limit, Sections
from djflow.dispatch.solver.program import Program, cheapest
from djflow.dispatch.solver.table import Doubles

_FIRST, _MORE = 20, 30
"""Pairs per post to begin with, and at most added per post and round."""
_TOLERANCE = 1e-3
"""In scaled costs, where the smallest difference is 1."""
PINS_COLLIDE = "固定的人员互相矛盾（同一人固定了两处，或超过单位可派人数、岗位名额）：请取消几个。"


@dataclass(frozen=True, slots=True, eq=False)
class Relaxed:
    """The optimum without whole numbers; `whole` says that the `values` of the program's pairs are whole all the same.

    No assignment costs less than `bound`, and none that sends a pair less than that plus its `reduced` [post, cadre].
    """

    bound: float
    reduced: Doubles
    values: Doubles
    whole: bool


def relax(program: Program, known: list[Limit], sections: Sections, pinned: list[tuple[int, int]]) -> Relaxed:
    """Add pairs and limits until none would change anything.

    Raises: DispatchInputError for pins that contradict each other.
    """
    may = program.table.may
    program.limit(known)
    program.add(*cheapest(np.where(may, program.costs.pair, np.inf), _FIRST, may))
    program.pin(pinned)
    while True:
        if not program.run():
            raise DispatchInputError(PINS_COLLIDE)
        reduced = program.reduced()
        left_out = np.where(program.have, np.inf, reduced)
        better = left_out < -_TOLERANCE
        if better.any():
            program.add(*cheapest(np.where(better, left_out, np.inf), _MORE, better))
            continue
        values = program.values()
        broken = sections.broken(program.posts, program.cadres, values)
        if not broken:
            break
        program.limit(broken)
    whole = bool(np.all(np.abs(values - np.round(values)) < 1e-6))
    objective = float(program.highs.getInfo().objective_function_value)
    # What the tolerances let pass counts once for each place at most.
    slack = (1e-7 + max(0.0, -float(left_out.min(initial=0.0)))) * int(program.table.places.sum())
    return Relaxed(objective - slack, reduced, values, whole)
