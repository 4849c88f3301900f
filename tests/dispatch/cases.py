"""Small assignments that can be tried in full."""

from collections import Counter
from itertools import product

from hypothesis import strategies as st

from djflow.dispatch import rules
from djflow.dispatch.model import Assigned, Cadre, CadreId, PlaceId, Post, PostId, Problem, UnitId

UNITS = ("U1", "U2", "U3")
SKILLS = ("农业", "法律")


def cadre(number: int, **changes: object) -> Cadre:
    """Somebody who fits everywhere unless changed."""
    values: dict[str, object] = {
        "id": CadreId(f"C{number}"), "unit": UnitId("U1"), "born": 1991, "works_since": 2010,
        "specialties": frozenset(SKILLS), "native": PlaceId(9), "wishes": frozenset({PlaceId(0), PlaceId(1)}),
    }  # fmt: skip
    return Cadre(**(values | changes))  # type: ignore[arg-type] # a test's changes


def post(number: int, **changes: object) -> Post:
    """A post at unit U9 for anybody unless changed."""
    values: dict[str, object] = {
        "id": PostId(f"P{number}"), "batch": "驻村", "unit": UnitId("U9"), "place": PlaceId(0), "specialty": "农业",
        "places": 1, "age_max": 45, "years_min": 2,
    }  # fmt: skip
    return Post(**(values | changes))  # type: ignore[arg-type] # a test's changes


_CADRES = st.builds(
    Cadre,
    id=st.just(CadreId("")),
    unit=st.sampled_from(UNITS).map(UnitId),
    born=st.integers(1975, 2000),
    works_since=st.integers(2015, 2026),
    specialties=st.frozensets(st.sampled_from(SKILLS), max_size=2),
    native=st.integers(0, 2).map(PlaceId),
    relatives=st.frozensets(st.sampled_from(UNITS).map(UnitId), max_size=1),
    last_sent=st.none() | st.integers(2020, 2025),
    appraisal=st.integers(3, 5),
    wishes=st.frozensets(st.integers(0, 2).map(PlaceId), max_size=2),
    unavailable=st.booleans(),
)
_POSTS = st.builds(
    Post,
    id=st.just(PostId("")),
    batch=st.sampled_from(["驻村", "社区"]),
    unit=st.sampled_from(UNITS).map(UnitId),
    place=st.integers(0, 2).map(PlaceId),
    specialty=st.sampled_from(SKILLS),
    places=st.integers(0, 2),
    age_max=st.integers(30, 50),
    years_min=st.integers(0, 5),
)


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Up to five cadres and three posts."""
    cadres = draw(st.lists(_CADRES, min_size=1, max_size=5))
    posts = draw(st.lists(_POSTS, min_size=1, max_size=3))
    return Problem(
        year=2026,
        redispatch_years=draw(st.integers(0, 3)),
        unit_share=draw(st.sampled_from([0.0, 0.5, 0.8, 1.0])),
        cadres=tuple(_named(one, CadreId(f"C{number}")) for number, one in enumerate(cadres)),
        posts=tuple(_post_named(one, PostId(f"P{number}")) for number, one in enumerate(posts)),
        seed=draw(st.integers(0, 3)),
    )


def _named(one: Cadre, key: CadreId) -> Cadre:
    return Cadre(
        key, one.unit, one.born, one.works_since, one.specialties, one.native, one.relatives, one.last_sent,
        one.appraisal, one.wishes, unavailable=one.unavailable,
    )  # fmt: skip


def _post_named(one: Post, key: PostId) -> Post:
    return Post(key, one.batch, one.unit, one.place, one.specialty, one.places, one.age_max, one.years_min)


def faults(problem: Problem, assigned: tuple[Assigned, ...]) -> list[str]:
    """Every rule an assignment breaks, counted one by one."""
    cadres, posts = {one.id: one for one in problem.cadres}, {one.id: one for one in problem.posts}
    found = [r for row in assigned for r in rules.refusals(problem, cadres[row.cadre], posts[row.post])]
    sent = [row.cadre for row in assigned]
    found_words = [one.value for one in found] + [f"twice {one}" for one in set(sent) if sent.count(one) > 1]
    most = rules.most_sent(problem)
    by_unit = Counter(cadres[one].unit for one in sent)
    found_words += [f"share {unit}" for unit, count in by_unit.items() if count > most[unit]]
    filled = [row.post for row in assigned]
    return found_words + [f"over {key}" for key, one in posts.items() if filled.count(key) > one.places]


def cheapest(problem: Problem) -> int:
    """The lowest objective of all assignments, each of them tried."""
    choices = [[None, *(one.id for one in problem.posts)] for _ in problem.cadres]
    best = None
    for picks in product(*choices):
        rows = tuple(
            Assigned(pick, one.id) for pick, one in zip(picks, problem.cadres, strict=True) if pick is not None
        )
        if not faults(problem, rows):
            worth = rules.objective(problem, rows)
            best = worth if best is None else min(best, worth)
    assert best is not None
    return best
