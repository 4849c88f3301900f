"""Who may be sent to a post and how well it fits. Pure; the solver has tables of the same and shares no code."""

from collections import Counter
from collections.abc import Iterable, Mapping

from djflow.dispatch.model import Assigned, Cadre, Post, Problem, Refusal, UnitId, Weights

BEST_AGE = 35
BEST_APPRAISAL = 5


def refusals(problem: Problem, cadre: Cadre, post: Post) -> tuple[Refusal, ...]:
    """Return every rule that forbids sending somebody to a post."""
    rested = cadre.last_sent is None or problem.year - cadre.last_sent > problem.redispatch_years
    found = (
        (Refusal.AGE, problem.year - cadre.born > post.age_max),
        (Refusal.YEARS, problem.year - cadre.works_since < post.years_min),
        (Refusal.UNAVAILABLE, cadre.unavailable),
        (Refusal.REDISPATCH, not rested),
        (Refusal.NATIVE, cadre.native == post.place),
        (Refusal.OWN_UNIT, cadre.unit == post.unit),
        (Refusal.RELATIVE, post.unit in cadre.relatives),
    )
    return tuple(reason for reason, broken in found if broken)


def price(weights: Weights, cadre: Cadre, post: Post, year: int) -> int:
    """Return the points of sending somebody to a post; fewer is better."""
    return (
        weights.specialty * (post.specialty not in cadre.specialties)
        + weights.wish * (post.place not in cadre.wishes)
        + weights.appraisal * (BEST_APPRAISAL - cadre.appraisal)
        + weights.age * abs(year - cadre.born - BEST_AGE) // 2
    )


def most_sent(problem: Problem) -> Mapping[UnitId, int]:
    """Return how many people each unit may send: its share, rounded down, and always one."""
    sizes = Counter(cadre.unit for cadre in problem.cadres)
    return {unit: max(1, int(size * problem.unit_share)) for unit, size in sizes.items()}


def objective(problem: Problem, assigned: Iterable[Assigned]) -> int:
    """Return the points of an assignment, its empty places included."""
    cadres = {cadre.id: cadre for cadre in problem.cadres}
    posts = {post.id: post for post in problem.posts}
    rows = tuple(assigned)
    filled = Counter(row.post for row in rows)
    paid = sum(price(problem.weights, cadres[row.cadre], posts[row.post], problem.year) for row in rows)
    empty = sum(post.places - filled[post.id] for post in problem.posts)
    return paid + problem.weights.unfilled * empty
