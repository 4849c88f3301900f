"""The whole search: first roster, bound, restricted MIP, and when to stop."""

from collections.abc import Sequence

from djflow.roster.model import Assignment, Limits, Problem, Progress, Solution, Stop


def solve(
    problem: Problem,
    *,
    limits: Limits | None = None,
    pins: Sequence[Assignment] = (),
    progress: Progress | None = None,
    stop: Stop | None = None,
) -> Solution:
    """Find a roster of least price and a proven lower bound of that price.

    Raises: PinConflictError, RosterInputError.
    """
    raise NotImplementedError
