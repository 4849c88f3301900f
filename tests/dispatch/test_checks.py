"""Input that contradicts itself is refused with the codes that do, and nothing is assigned."""

import pytest

from djflow.dispatch.model import Cadre, CadreId, DispatchInputError, Post, PostId, Team, UnitId
from djflow.dispatch.solver import solve
from tests.dispatch.cases import cadre, post
from tests.dispatch.test_solver import problem

P0, P1 = PostId("P0"), PostId("P1")
C0, C1, C2 = CadreId("C0"), CadreId("C1"), CadreId("C2")
BOTH = {(P0, C0), (P1, C1)}


@pytest.mark.parametrize(
    ("pins", "said"),
    [
        ({(P0, C2)}, "不能把 C2 固定在岗位 P0：不符合该岗位的条件（目前不能派出）"),
        ({(P0, C0), (P1, C0)}, "互相矛盾：C0 固定在 P0、P1 共 2 处，一人只能派一处"),
        ({(P0, C0), (P0, C1)}, "互相矛盾：岗位 P0 最多派 1 人，固定了 2 人"),
        ({(PostId("P7"), C0)}, "固定或排除的 P7、C0 不在岗位和人员里"),
        ({(P0, CadreId("C9"))}, "固定或排除的 P0、C9 不在岗位和人员里"),
    ],
)
def test_pins_that_cannot_be_are_refused(pins: set[tuple[PostId, CadreId]], said: str) -> None:
    """Against a rule, one person in two batches, two on one place, an unknown post or person: a sentence each."""
    people = (cadre(0), cadre(1), cadre(2, unavailable=True))
    posts = (post(0), post(1, batch="社区"))
    with pytest.raises(DispatchInputError, match=said):
        solve(problem(*people, posts=posts, pins=frozenset(pins)))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"unit_most": {UnitId("U1"): 1}}, "单位 U1 最多派 1 人，固定了 2 人"),
        ({"batch_most": {"驻村": 1}}, "批次“驻村”最多派 1 人，固定了 2 人"),
        ({"rank_most": {(UnitId("U1"), "正科"): 1}}, "单位 U1 的“正科”最多派 1 人，固定了 2 人"),
        ({"one_per_section": True}, "单位 U1 的“办公室”固定了 2 人，同一科室只能派一人"),
        ({"bans": frozenset({(P0, C0)})}, "不能把 C0 固定在岗位 P0：不符合该岗位的条件（已排除）"),
    ],
)
def test_pins_beyond_a_number_are_refused_with_the_number(changes: dict[str, object], said: str) -> None:
    """Two pins where a unit, a batch, a rank or a section takes one; a pin that is banned as well."""
    people = [cadre(number, rank="正科", section="办公室") for number in range(2)]
    with pytest.raises(DispatchInputError, match=said):
        solve(problem(*people, posts=(post(0), post(1)), pins=frozenset(BOTH), **changes))


@pytest.mark.parametrize(
    ("team", "said"),
    [
        (Team(women_at_least=1), "岗位 P0 至少要 1 名女干部"),
        (Team(each_of=("医疗",)), "岗位 P0 要有“医疗”专业的人"),
        (Team(), "岗位 P0 单位 U1 的“办公室”固定了 2 人"),
    ],
)
def test_pins_that_spoil_a_team_are_refused(team: Team, said: str) -> None:
    """Two men on both places of a team that needs a woman, a doctor, or no two of one section."""
    people = [cadre(number, section="办公室") for number in range(2)]
    pins = frozenset({(P0, C0), (P0, C1)})
    with pytest.raises(DispatchInputError, match=said):
        solve(problem(*people, posts=(post(0, places=2, team=team),), pins=pins))


@pytest.mark.parametrize(
    ("people", "posts", "changes", "said"),
    [
        ((cadre(0), cadre(0)), (post(0),), {}, "人员“C0”写了两次"),
        ((cadre(0),), (post(0), post(0)), {}, "岗位“P0”写了两次"),
        (
            (cadre(0),),
            (post(0),),
            {"batch_least": {"驻村": 2}, "batch_most": {"驻村": 1}},
            "最少要派 2 人，最多只能派 1",
        ),
        ((cadre(0),), (post(0, team=Team(women_at_least=2)),), {}, "岗位 P0 只有 1 个名额，却要至少 2 名女干部"),
    ],
)
def test_what_is_written_twice_or_against_itself_is_refused(
    people: tuple[Cadre, ...], posts: tuple[Post, ...], changes: dict[str, object], said: str
) -> None:
    """A person or post twice, a least number above the most, more women than places."""
    with pytest.raises(DispatchInputError, match=said):
        solve(problem(*people, posts=posts, **changes))
