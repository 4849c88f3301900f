"""Rules that no network flow knows: teams, sections, ranks, quotas of batches, findings from outside, rotation."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from djflow.dispatch import rules
from djflow.dispatch.model import Assigned, CadreId, Given, Ground, PlaceId, PostId, Problem, Team, UnitId, Weights
from djflow.dispatch.solver import solve
from djflow.dispatch.solver.limits import Sections
from djflow.dispatch.solver.table import table_of
from djflow.dispatch.solver.whole import Search, Whole
from tests.dispatch.cases import cadre, cheapest, faults, odd_problems, post, team_problems
from tests.dispatch.test_solver import problem

P0 = PostId("P0")


@given(team_problems() | odd_problems())
@settings(max_examples=150, deadline=None)
def test_nothing_is_better_with_teams_either(one: Problem) -> None:
    """Against every assignment there is: the same lowest points, no rule broken, proven, the same when asked again."""
    found = solve(one)
    assert faults(one, found.assigned) == []
    assert found.objective == found.bound == rules.objective(one, found.assigned) == cheapest(one)
    assert found.optimal
    assert solve(one) == found


@given(team_problems())
def test_the_tables_say_what_the_rules_say_of_findings_and_rotation(one: Problem) -> None:
    """Eligibility and points of every pair are those of the rules, and every refusal has words."""
    table = table_of(one)
    for row, where in enumerate(one.posts):
        for column, who in enumerate(one.cadres):
            assert table.may[row, column] == (not rules.grounds(one, who, where))
            assert table.price[row, column] == rules.price(one, who, where)


def test_where_the_corner_is_broken_whole_numbers_are_found_and_proven(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two places, three skills asked for, three people of one skill each: half of everybody is no answer, one is."""
    searched, run = list[int](), Search.run

    def counted(search: Search, known: Sections, nodes: int) -> Whole | None:
        searched.append(nodes)
        return run(search, known, nodes)

    monkeypatch.setattr(Search, "run", counted)
    skills = ("农业", "法律", "财务")
    people = [cadre(number, specialties=frozenset({skill})) for number, skill in enumerate(skills)]
    one = problem(*people, posts=(post(0, places=2, team=Team(each_of=skills)),))
    found = solve(one)
    assert searched
    assert (found.objective, found.gap, found.optimal) == (cheapest(one), 0.0, True)
    assert (len(found.assigned), found.unfilled) == (1, {P0: 1})


def test_a_team_keeps_a_place_for_a_woman() -> None:
    """Two places, the better two are men: one of them goes, and she does; without her the place stays empty."""
    men, woman = [cadre(0), cadre(1)], cadre(2, woman=True, appraisal=3)
    team = (post(0, places=2, team=Team(women_at_least=1)),)
    assert [row.cadre for row in solve(problem(*men, woman, posts=team)).assigned][-1] == "C2"
    assert solve(problem(*men, posts=team)).unfilled == {P0: 1}


def test_two_of_one_section_do_not_go_to_one_team_nor_away_at_all_where_the_office_says_so() -> None:
    """Of a section of two, one may join the team; the other may go elsewhere unless no two may be away."""
    pair = [cadre(number, section="办公室") for number in range(2)]
    posts = (post(0, places=2, team=Team()), post(1))
    found = solve(problem(*pair, posts=posts))
    assert sorted(row.post for row in found.assigned) == ["P0", "P1"]
    assert len(solve(problem(*pair, posts=posts, one_per_section=True)).assigned) == 1
    other = cadre(2, section="办公室", unit=UnitId("U2"))
    assert len(solve(problem(*pair, other, posts=posts, one_per_section=True)).assigned) == 2


def test_a_unit_sends_no_more_of_a_rank_than_it_may_and_no_more_than_it_is_told() -> None:
    """Three of one rank, one of them may go; a unit told to send nobody sends nobody."""
    people = [cadre(number, rank="正科") for number in range(3)]
    posts = (post(0, places=3),)
    assert len(solve(problem(*people, posts=posts, rank_most={(UnitId("U1"), "正科"): 1})).assigned) == 1
    assert solve(problem(*people, posts=posts, unit_most={UnitId("U1"): 0})).assigned == ()


def test_a_batch_gets_no_more_than_its_quota() -> None:
    """Two posts of a batch that may send one: the better fit goes."""
    posts = (post(0, specialty="医疗"), post(1))
    assert solve(problem(cadre(0), cadre(1), posts=posts, batch_most={"驻村": 1})).unfilled == {P0: 1}


def test_findings_from_outside_refuse_and_cost() -> None:
    """Who is refused by the check does not go; who costs points goes after who does not."""
    refused = Given((Ground("health", "健康状况不符"),))
    soft = Given(soft=(Ground("native_place", "在籍贯乡镇", 30),))
    people = (cadre(0), cadre(1), cadre(2))
    one = problem(*people, given={(P0, CadreId("C0")): soft}, given_anywhere={CadreId("C1"): refused})
    assert solve(one).assigned == (Assigned(P0, CadreId("C2")),)
    assert rules.price(one, people[0], one.posts[0]) == 30
    assert [ground.text for ground in rules.grounds(one, people[1], one.posts[0])] == ["健康状况不符"]


def test_rotation_sends_who_was_never_sent_then_who_rested_longest_then_who_worked_less() -> None:
    """The order of going is: never posted, longest rest, least overtime."""
    never, long_ago = cadre(0, overtime=2), cadre(1, last_sent=2015)
    lately, busy = cadre(2, last_sent=2021), cadre(3, last_sent=2021, overtime=4)
    weights = Weights(posted=30, recent=5, overtime=1)
    for places, goes in ((1, ["C0"]), (2, ["C0", "C1"]), (3, ["C0", "C1", "C2"])):
        found = solve(problem(busy, lately, long_ago, never, posts=(post(0, places=places),), weights=weights))
        assert [row.cadre for row in found.assigned] == goes


def test_circular_wishes_are_all_granted_at_once() -> None:
    """Three who each wish for the next one's place: everybody gets the place, nobody has to move first."""
    people = [cadre(number, wishes=frozenset({PlaceId((number + 1) % 3)})) for number in range(3)]
    posts = tuple(post(number, place=PlaceId(number)) for number in range(3))
    found = solve(problem(*people, posts=posts))
    assert found.objective == 0
    assert [(row.post, row.cadre) for row in found.assigned] == [("P0", "C2"), ("P1", "C0"), ("P2", "C1")]


def test_a_search_that_is_cut_short_says_how_far_it_got() -> None:
    """An assignment above its bound is not called the best, and the gap is told."""
    one = problem(cadre(0))
    found = replace(solve(one), objective=100, bound=80)
    assert (found.optimal, found.gap) == (False, 0.25)
