"""Why this one, why not that one: for every pair the rule, or what the other way would cost and who would move."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from djflow.dispatch import rules
from djflow.dispatch.model import (
    Assigned,
    CadreId,
    DispatchInputError,
    Move,
    PlaceId,
    PostId,
    Problem,
    Reason,
    Solution,
    UnitId,
)
from djflow.dispatch.solver import solve
from djflow.dispatch.solver.why import why
from tests.dispatch.cases import all_sound, cadre, cheapest, faults, odd_problems, post, problems, team_problems
from tests.dispatch.test_solver import problem

P0, P1 = PostId("P0"), PostId("P1")
C0, C1, C2 = CadreId("C0"), CadreId("C1"), CadreId("C2")


def _moved(found: Solution, reason: Reason) -> tuple[Assigned, ...]:
    """The assignment after the moves of a reason."""
    places = {row.cadre: row.post for row in found.assigned}
    for move in reason.moves:
        assert places.pop(move.cadre, None) == move.before
        if move.after is not None:
            places[move.cadre] = move.after
    return tuple(sorted((Assigned(where, who) for who, where in places.items()), key=lambda row: (row.post, row.cadre)))


@given(problems() | team_problems() | odd_problems(), st.data())
@settings(max_examples=100, deadline=None)
def test_every_answer_is_true(one: Problem, data: st.DataObject) -> None:
    """A refusal is a rule's; a cost is the difference of both best ways; the moves lead there, and are the fewest."""
    found = solve(one)
    where, who = data.draw(st.sampled_from(one.posts)), data.draw(st.sampled_from(one.cadres))
    reason, pair = why(one, found, where.id, who.id), (where.id, who.id)
    assert reason == why(one, found, where.id, who.id)
    assert reason.sent == (Assigned(*pair) in found.assigned)
    assert reason.refused == rules.grounds(one, who, where)
    if reason.refused:
        return
    other = replace(one, bans=one.bans | {pair}) if reason.sent else replace(one, pins=one.pins | {pair})
    ways = list(all_sound(other))
    if reason.extra is None:
        assert not ways
        return
    assert reason.extra == cheapest(other) - found.objective
    after = _moved(found, reason)
    assert faults(other, after) == []
    assert (Assigned(*pair) in after) != reason.sent
    assert rules.objective(one, after) == found.objective + reason.extra
    best = [set(way) for way in ways if rules.objective(one, way) == rules.objective(one, after)]
    assert len(set(after) - set(found.assigned)) == min(len(way - set(found.assigned)) for way in best)


def ask(one: Problem, post: PostId, cadre: CadreId) -> Reason:
    """Solve and ask."""
    return why(one, solve(one), post, cadre)


def test_who_is_refused_is_told_every_rule() -> None:
    """Too old and from there."""
    reason = ask(problem(cadre(0), cadre(1, born=1970, native=PlaceId(0))), P0, C1)
    assert reason.text == "C1 不能派到岗位 P0：年龄 56 岁，岗位要求不超过 45 岁；岗位在籍贯所在地，应当回避。"
    assert (reason.sent, reason.extra, reason.moves) == (False, None, ())


def test_who_would_cost_more_is_told_how_much_and_whom_it_moves() -> None:
    """The other of a unit that may send one, who does not wish for the place."""
    people = (cadre(0), cadre(1, wishes=frozenset({PlaceId(5)})))
    one = problem(*people, unit_most={UnitId("U1"): 1})
    reason = ask(one, P0, C1)
    assert (reason.extra, reason.moves) == (15, (Move(C0, P0, None), Move(C1, None, P0)))
    assert reason.text == (
        "C1 可以派到岗位 P0（不在本人志愿之内 15 分，合计 15 分）；"
        "如派此人到该岗位，总分增加 15 分：C0 不再派出（原定 P0）；C1 派到 P0。"
    )
    sent = ask(one, P0, C0)
    assert sent.text == (
        "派 C0 到岗位 P0：各项都合适，计 0 分。如不派此人到该岗位，总分增加 15 分：C0 不再派出（原定 P0）；C1 派到 P0。"
    )


def test_without_anybody_else_the_place_would_be_empty() -> None:
    """The only one there is."""
    assert "总分增加 1000 分，空缺多 1 个" in ask(problem(cadre(0)), P0, C0).text


def test_between_equals_the_lot_is_named() -> None:
    """Two who fit equally: the lot decided, with its seed."""
    one = problem(cadre(0), cadre(1), seed=7)
    reasons = [ask(one, P0, key) for key in (C0, C1)]
    assert [reason.extra for reason in reasons] == [0, 0]
    assert all("由抽签（种子 7）决定" in reason.text for reason in reasons)


def test_pins_are_named_on_both_sides() -> None:
    """Who is settled is there for that; who would need the settled place cannot have it."""
    people = (cadre(0, wishes=frozenset({PlaceId(5)})), cadre(1))
    one = problem(*people, pins=frozenset({(P0, C0)}))
    settled, other = ask(one, P0, C0), ask(one, P0, C1)
    assert "这一安排是固定的；如取消固定，总分减少 15 分" in settled.text
    assert (settled.extra, other.extra) == (-15, None)
    assert "与已固定的安排或名额冲突" in other.text


def test_what_a_batch_must_have_is_part_of_the_answer() -> None:
    """The only person fills the batch that must have somebody; elsewhere he would fit better."""
    posts = (post(0), post(1, batch="社区", specialty="医疗"))
    reason = ask(problem(cadre(0), posts=posts, batch_least={"社区": 1}), P0, C0)
    assert "总分减少 40 分，批次最低数多缺 1 人：C0 由 P1 改派 P0" in reason.text


def test_an_unknown_post_or_person_is_refused() -> None:
    """A code that is nowhere."""
    with pytest.raises(DispatchInputError, match="不在派遣文件里"):
        ask(problem(cadre(0)), PostId("P9"), C0)
