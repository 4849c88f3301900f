"""Small assignments that can be tried in full."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from hypothesis import strategies as st

from djflow.dispatch import rules
from djflow.dispatch.model import (
    Assigned,
    Cadre,
    CadreId,
    Given,
    Ground,
    PlaceId,
    Post,
    PostId,
    Problem,
    Team,
    UnitId,
    Weights,
)

UNITS = ("U1", "U2", "U3")
SKILLS = ("农业", "法律")
MORE_SKILLS = (*SKILLS, "财务")


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


_PEOPLE = st.builds(
    Cadre,
    id=st.just(CadreId("")),
    unit=st.sampled_from(UNITS[:2]).map(UnitId),
    born=st.integers(1985, 1992),
    works_since=st.just(2010),
    specialties=st.frozensets(st.sampled_from(MORE_SKILLS), min_size=1, max_size=2),
    last_sent=st.none() | st.integers(2019, 2024),
    appraisal=st.integers(3, 5),
    wishes=st.frozensets(st.integers(0, 2).map(PlaceId), max_size=2),
    woman=st.booleans(),
    section=st.sampled_from(["", "办公室", "业务科"]),
    rank=st.sampled_from(["正科", "副科"]),
    overtime=st.integers(0, 3),
    other_batch=st.sampled_from(["", "", "", "社区"]),
)
_TEAMS = st.builds(
    Team,
    each_of=st.sampled_from([(), SKILLS, MORE_SKILLS, MORE_SKILLS]),
    women_at_least=st.integers(0, 1),
    no_two_of_a_section=st.booleans(),
)
_TEAM_POSTS = st.builds(
    Post,
    id=st.just(PostId("")),
    batch=st.sampled_from(["驻村", "社区"]),
    unit=st.sampled_from([*UNITS, "U9"]).map(UnitId),
    place=st.integers(0, 2).map(PlaceId),
    specialty=st.sampled_from(["", *SKILLS]),
    places=st.integers(1, 3),
    team=st.none() | _TEAMS,
    closed=st.integers(0, 9).map(lambda one: one == 0),
)
_GIVEN = st.builds(
    Given,
    refused=st.sampled_from([(), (), (Ground("health", "健康状况不符"),)]),
    soft=st.sampled_from([(), (Ground("native_place", "在籍贯乡镇", 30),)]),
)


@st.composite
def team_problems(draw: st.DrawFn) -> Problem:
    """Up to six cadres and three posts, with every rule that a network flow does not know."""
    people = draw(st.lists(_PEOPLE, min_size=1, max_size=6))
    cadres = tuple(_named(one, CadreId(f"C{number}")) for number, one in enumerate(people))
    places = draw(st.lists(_TEAM_POSTS, min_size=1, max_size=3))
    posts = tuple(_post_named(one, PostId(f"P{number}")) for number, one in enumerate(places))
    pairs = st.tuples(st.sampled_from([one.id for one in posts]), st.sampled_from([one.id for one in cadres]))
    ranks = st.tuples(st.sampled_from(UNITS[:2]).map(UnitId), st.sampled_from(["正科", "副科"]))
    return Problem(
        year=2026,
        redispatch_years=3,
        unit_share=draw(st.sampled_from([0.5, 0.8, 1.0])),
        cadres=cadres,
        posts=posts,
        weights=Weights(recent=2, posted=10, overtime=3),
        batch_most=draw(st.dictionaries(st.sampled_from(["驻村", "社区"]), st.integers(0, 3), max_size=1)),
        unit_most=draw(st.dictionaries(st.sampled_from(UNITS[:2]).map(UnitId), st.integers(0, 3), max_size=1)),
        rank_most=draw(st.dictionaries(ranks, st.integers(0, 2), max_size=2)),
        one_per_section=draw(st.booleans()),
        given=draw(st.dictionaries(pairs, _GIVEN, max_size=3)),
        given_anywhere=draw(st.dictionaries(st.sampled_from([one.id for one in cadres]), _GIVEN, max_size=1)),
        bans=frozenset(draw(st.lists(pairs, max_size=2))),
        seed=draw(st.integers(0, 3)),
    )


@st.composite
def odd_problems(draw: st.DrawFn) -> Problem:
    """People of one skill and teams that ask for three: what breaks the corner of the flow."""
    skills = draw(st.lists(st.sampled_from(MORE_SKILLS), min_size=3, max_size=6))
    cadres = tuple(
        cadre(
            number,
            specialties=frozenset({skill}),
            appraisal=draw(st.integers(3, 5)),
            wishes=draw(st.frozensets(st.integers(0, 1).map(PlaceId), max_size=2)),
            woman=draw(st.booleans()),
        )
        for number, skill in enumerate(skills)
    )
    posts = tuple(
        post(
            number,
            places=draw(st.integers(2, 3)),
            place=PlaceId(number),
            team=Team(MORE_SKILLS, draw(st.integers(0, 1))),
        )
        for number in range(draw(st.integers(1, 2)))
    )
    return Problem(2026, 3, 1.0, cadres, posts, seed=draw(st.integers(0, 3)))


def _named(one: Cadre, key: CadreId) -> Cadre:
    return replace(one, id=key)


def _post_named(one: Post, key: PostId) -> Post:
    return replace(one, id=key)


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
    found_words += [f"over {key}" for key, one in posts.items() if filled.count(key) > one.places]
    return found_words + _side_faults(problem, [cadres[one] for one in sent], [posts[one] for one in filled])


def _side_faults(problem: Problem, sent: list[Cadre], filled: list[Post]) -> list[str]:
    """Every rule beside the flow that these people at these posts break."""
    batches = Counter(one.batch for one in filled)
    found = [f"batch {name}" for name, most in problem.batch_most.items() if batches[name] > most]
    ranks = Counter((one.unit, one.rank) for one in sent)
    found += [f"rank {key}" for key, most in problem.rank_most.items() if ranks[key] > most]
    if problem.one_per_section:
        found += _doubled(sent)
    for post in problem.posts:
        here = [who for who, where in zip(sent, filled, strict=True) if where.id == post.id]
        if post.team is not None:
            left = post.places - len(here)
            if sum(one.woman for one in here) + left < post.team.women_at_least:
                found.append(f"women {post.id}")
            for skill in post.team.each_of:
                if not left and not any(skill in one.specialties for one in here):
                    found.append(f"{skill} {post.id}")
            found += _doubled(here) if post.team.no_two_of_a_section else []
    return found


def _doubled(people: list[Cadre]) -> list[str]:
    known = Counter((one.unit, one.section) for one in people if one.section)
    return [f"section {key}" for key, count in known.items() if count > 1]


def all_sound(problem: Problem) -> Iterator[tuple[Assigned, ...]]:
    """Every assignment that breaks no rule."""
    choices = [
        [None, *(post.id for post in problem.posts if not rules.refusals(problem, one, post))] for one in problem.cadres
    ]
    for picks in product(*choices):
        rows = tuple(
            Assigned(pick, one.id) for pick, one in zip(picks, problem.cadres, strict=True) if pick is not None
        )
        pinned = {(row.post, row.cadre) for row in rows} >= problem.pins
        if pinned and not faults(problem, rows):
            yield rows


def cheapest(problem: Problem) -> int:
    """The lowest objective of all assignments, each of them tried."""
    return min(rules.objective(problem, rows) for rows in all_sound(problem))


def most_filled(problem: Problem) -> int:
    """The most places that can be filled, every assignment tried."""
    return max(len(rows) for rows in all_sound(problem))
