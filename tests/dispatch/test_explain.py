"""Why places stay empty: the fewest possible, which posts, which rule, and relaxations that fill what they promise."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings

from djflow.dispatch import rules
from djflow.dispatch.model import (
    CadreId,
    Explanation,
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
from djflow.dispatch.solver.explain import explain
from tests.dispatch.cases import cadre, most_filled, odd_problems, post, problems, team_problems
from tests.dispatch.test_solver import problem


def _teams(one: Problem, **changes: object) -> Problem:
    def changed(where: Post) -> Post:
        return where if where.team is None else replace(where, team=replace(where.team, **changes))  # type: ignore[arg-type] # fields of Team

    return replace(one, posts=tuple(changed(where) for where in one.posts))


LOOSER: Mapping[str, Callable[[Problem], Problem]] = {
    "各单位多派 1 人": lambda one: replace(
        one, unit_most={unit: most + 1 for unit, most in rules.most_sent(one).items()}
    ),
    "各批次名额加 1": lambda one: replace(one, batch_most={key: most + 1 for key, most in one.batch_most.items()}),
    "各职级上限加 1": lambda one: replace(one, rank_most={key: most + 1 for key, most in one.rank_most.items()}),
    "不计派出间隔": lambda one: replace(one, cadres=tuple(replace(who, last_sent=None) for who in one.cadres)),
    "年龄上限加 5 岁": lambda one: replace(
        one, posts=tuple(replace(where, age_max=where.age_max + 5) for where in one.posts)
    ),
    "不要求团队专业齐全": lambda one: _teams(one, each_of=()),
    "不要求团队有女干部": lambda one: _teams(one, women_at_least=0),
    "同一科室可派 2 人以上": lambda one: replace(_teams(one, no_two_of_a_section=False), one_per_section=False),
    "取消全部排除": lambda one: replace(one, bans=frozenset()),
}


def _places(one: Problem) -> int:
    return sum(where.places for where in one.posts)


@given(problems() | team_problems() | odd_problems() | odd_problems())
@settings(max_examples=100, deadline=None)
def test_the_fewest_are_the_fewest_and_a_relaxation_fills_as_many_as_it_says(one: Problem) -> None:
    """Against every assignment there is, before and after each relaxation; the shortages add up to all that lacks."""
    told = explain(one)
    assert told.min_unfilled == _places(one) - most_filled(one)
    assert sum(each.short for each in told.shortages) == told.min_unfilled
    for each in told.what_if:
        assert each.filled == told.min_unfilled - each.unfilled
        if each.relax in LOOSER:
            assert each.unfilled == _places(one) - most_filled(LOOSER[each.relax](one))
    assert bool(told.what_if) == bool(told.min_unfilled)
    assert explain(one) == told


@given(problems() | team_problems())
@settings(max_examples=60, deadline=None)
def test_a_shortage_is_one_even_if_its_posts_had_everybody(one: Problem) -> None:
    """The posts of a shortage, alone with all people there are, cannot be filled better than it says."""
    for each in explain(one, what_if=False).shortages:
        places = tuple(where if where.id in each.posts else replace(where, places=0, team=None) for where in one.posts)
        assert most_filled(replace(one, posts=places)) <= each.supply < each.need
        assert all(key in each.text for key in each.posts)
        assert each.rule in each.text


def _only(told: Explanation) -> tuple[str, str]:
    (one,) = told.shortages
    return one.rule, one.text


def test_a_share_that_binds_is_named_with_its_units() -> None:
    """Ten people of one unit, two of whom may go, and three places."""
    ten = [cadre(number) for number in range(10)]
    rule, text = _only(explain(problem(*ten, posts=(post(0, places=3),), unit_share=0.2)))
    assert rule == "单位可派人数"
    assert text == (
        "岗位 P0 共需 3 人，最多能派 2 人，缺 1 人，卡在“单位可派人数”：合适人员所在的单位 U1 合计最多派 2 人。"
        "最省的办法：各单位多派 1 人，可以补齐。"
    )


def test_a_rule_that_keeps_the_only_others_away_is_named_with_their_number() -> None:
    """One fits; two are too old by a little: the age binds, five years more help."""
    old = [cadre(number, born=1979) for number in range(1, 3)]
    rule, text = _only(explain(problem(cadre(0), *old, posts=(post(0, places=3),))))
    assert rule == "年龄"
    assert "合适的只有 1 人；只差一条就合适的：年龄 2 人" in text
    assert text.endswith("最省的办法：年龄上限加 5 岁，可以补齐。")


def test_what_the_check_refuses_is_waived_only_where_the_office_may() -> None:
    """A rule judged outside is on the menu when the office named it, recusal never is."""
    refused = {CadreId("C0"): Given((Ground("care", "在照护期内"),))}
    one = problem(cadre(0), cadre(1, native=PlaceId(0)), given_anywhere=refused)
    told = explain(one)
    assert _only(told)[0] in ("资格审查", "籍贯地回避")
    assert all("回避" not in each.relax for each in told.what_if)
    assert "放宽任何一条都补不上" in _only(told)[1]
    told = explain(replace(one, waivable={"care": "照护情形"}))
    assert [(each.relax, each.filled) for each in told.what_if if each.filled] == [("不计“照护情形”", 1)]


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"batch_most": {"驻村": 1}}, "批次名额"),
        ({"rank_most": {(UnitId("U1"), "正科"): 1}}, "职级上限"),
        ({"one_per_section": True}, "同一科室不得派两人"),
        ({"pins": frozenset({(PostId("P1"), CadreId("C0"))})}, None),
    ],
)
def test_each_rule_that_binds_is_called_by_its_name(changes: dict[str, object], rule: str | None) -> None:
    """Quota, rank and section each hold one of two back; a pin that holds nobody back is not blamed."""
    people = [cadre(number, rank="正科", section="办公室") for number in range(2)]
    told = explain(problem(*people, posts=(post(0), post(1)), **changes))
    assert [each.rule for each in told.shortages] == ([rule] if rule else [])


def test_a_pin_that_takes_the_only_fit_is_blamed() -> None:
    """Who alone fits the one post is settled at the other."""
    people = (cadre(0), cadre(1, works_since=2025))
    posts = (post(0), post(1, years_min=0))
    told = explain(problem(*people, posts=posts, pins=frozenset({(PostId("P1"), CadreId("C0"))})))
    assert _only(told)[0] == "已固定的安排"
    assert _only(told)[1].endswith("最省的办法：工龄要求减 1 年，可以补齐。")


def test_a_team_without_a_woman_lacks_one() -> None:
    """Three men and a team of three with at least one woman."""
    men = [cadre(number) for number in range(3)]
    rule, text = _only(explain(problem(*men, posts=(post(0, places=3, team=Team(women_at_least=1)),))))
    assert rule == "团队女干部"
    assert "不要求团队有女干部，可以补齐" in text


def test_rules_that_only_together_leave_a_place_empty_are_told_as_such() -> None:
    """Two places, three skills, one of each: every count allows half of everybody."""
    skills = ("农业", "法律", "财务")
    people = [cadre(number, specialties=frozenset({skill})) for number, skill in enumerate(skills)]
    told = explain(problem(*people, posts=(post(0, places=2, team=Team(each_of=skills)),)))
    assert told.min_unfilled == 1
    assert sum(each.short for each in told.shortages) == 1


def test_what_is_odd_about_the_input_is_said() -> None:
    """More places than people, a closed host, somebody in another batch, a unit of one, a batch below its least."""
    people = (cadre(0), cadre(1, unit=UnitId("U2"), other_batch="社区"))
    posts = (post(0, places=2), post(1, places=3, closed=True))
    told = explain(problem(*people, posts=posts, batch_least={"驻村": 4}))
    assert told.notes == (
        "名额 5 个，人员只有 2 名：至少空缺 3 个，请减少名额或增加推荐人选。",
        "岗位 P1 的接收单位已停用，名额不再派人；请撤销这些岗位或改到别处。",
        "1 人已在其他批次，不参加本次派遣。",
        "单位 U1 只有 1 人，派出后单位无人在岗；如不能派，请排除或把该单位可派人数定为 0。",
        "批次“驻村”最少要派 4 人，还差 3 人。",
    )
    assert [each.rule for each in told.shortages] == ["接收单位已停用", "已在其他批次"]


def test_places_left_empty_because_people_are_dear_are_told_apart() -> None:
    """An empty place costs less than the only person: nothing lacks, and the points are to be looked at."""
    told = explain(problem(cadre(0, appraisal=0), weights=Weights(unfilled=10)))
    assert (told.min_unfilled, told.unfilled, told.shortages) == (0, {"P0": 1}, ())
    assert "派人的分值高于空缺的分值" in told.notes[-1]


def test_two_teams_that_share_few_skills_are_filled_as_far_as_can_be() -> None:
    """Six people of three skills, two teams of two that ask for all three: what once came back as nobody at all."""
    skills, women = ("法律", "财务", "财务", "财务", "农业", "法律"), (1, 4, 5)
    people = [cadre(n, specialties=frozenset({skill}), woman=n in women, appraisal=3) for n, skill in enumerate(skills)]
    asked = Team(("农业", "法律", "财务"))
    posts = (post(0, places=2, team=asked), post(1, places=2, team=replace(asked, women_at_least=1)))
    one = problem(*people, posts=posts)
    assert explain(one).min_unfilled == _places(one) - most_filled(one) == 2
