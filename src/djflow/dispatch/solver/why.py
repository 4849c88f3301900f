"""Answers "why this one?" and "why not that one?" for any pair of a post and a person.

Somebody whom a rule forbids is told the rule. Otherwise the whole is solved again the other way round, the pair
settled or excluded, and among equally good assignments the one that moves the fewest people is taken: the difference
of the two is what it would cost, exactly, and who would move.
"""

from dataclasses import replace

from djflow.dispatch.model import (
    Assigned,
    Cadre,
    CadreId,
    DispatchInputError,
    Ground,
    Move,
    Post,
    PostId,
    Problem,
    Reason,
    Solution,
)
from djflow.dispatch.rules import grounds, parts
from djflow.dispatch.solver.assign import solve

_MOVES = 6
"""So many moves are written out in a sentence; the reason holds them all."""


def why(problem: Problem, solution: Solution, post: PostId, cadre: CadreId) -> Reason:
    """Return why somebody goes to a post in a solution of the problem, or why not.

    Raises: DispatchInputError for a post or person that is not in the problem.
    """
    where = next((one for one in problem.posts if one.id == post), None)
    who = next((one for one in problem.cadres if one.id == cadre), None)
    if where is None or who is None:
        raise DispatchInputError(f"岗位 {post} 或人员 {cadre} 不在派遣文件里：请核对编号。")
    refused = grounds(problem, who, where)
    if refused:
        words = "；".join(one.text for one in refused)
        return Reason(post, cadre, False, f"{cadre} 不能派到岗位 {post}：{words}。", refused)
    if Assigned(post, cadre) in solution.assigned:
        return _sent(problem, solution, where, who)
    return _not_sent(problem, solution, where, who)


def _sent(problem: Problem, solution: Solution, where: Post, who: Cadre) -> Reason:
    pair, found = (where.id, who.id), parts(problem, who, where)
    pinned = pair in problem.pins
    other = replace(problem, pins=problem.pins - {pair}) if pinned else replace(problem, bans=problem.bans | {pair})
    instead = solve(other, near=solution)
    change = _Change(solution, instead)
    head = f"派 {who.id} 到岗位 {where.id}：{_points(found)}。"
    if pinned:
        text = f"{head}这一安排是固定的；如取消固定，{change.words}。"
    elif change.extra == 0:
        text = f"{head}不派此人也有同样好的安排，由抽签（种子 {problem.seed}）决定；如不派，{change.words}。"
    else:
        text = f"{head}如不派此人到该岗位，{change.words}。"
    return Reason(where.id, who.id, True, text, (), found, change.extra, change.moves, change.proven)


def _not_sent(problem: Problem, solution: Solution, where: Post, who: Cadre) -> Reason:
    pair, found = (where.id, who.id), parts(problem, who, where)
    head = f"{who.id} 可以派到岗位 {where.id}（{_points(found)}）"
    try:
        forced = solve(replace(problem, pins=problem.pins | {pair}), near=solution)
    except DispatchInputError as error:
        text = f"{head}，但与已固定的安排或名额冲突。{error.message}"
        return Reason(where.id, who.id, False, text, (), found)
    change = _Change(solution, forced)
    if change.extra == 0:
        text = f"{head}，与现在的安排同样好，由抽签（种子 {problem.seed}）决定；如派此人，{change.words}。"
    else:
        text = f"{head}；如派此人到该岗位，{change.words}。"
    return Reason(where.id, who.id, False, text, (), found, change.extra, change.moves, change.proven)


class _Change:
    """What is different in another assignment."""

    def __init__(self, before: Solution, after: Solution) -> None:
        self.extra = after.objective - before.objective
        self.moves = _moves(before, after)
        self.proven = before.optimal and after.optimal
        empty = sum(after.unfilled.values()) - sum(before.unfilled.values())
        short = sum(after.batch_short.values()) - sum(before.batch_short.values())
        points = f"总分{'增加' if self.extra > 0 else '减少'}{'' if self.proven else '约'} {abs(self.extra)} 分"
        told = [points if self.extra else "总分不变"]
        told += [f"空缺{'多' if empty > 0 else '少'} {abs(empty)} 个"] if empty else []
        told += [f"批次最低数{'多' if short > 0 else '少'}缺 {abs(short)} 人"] if short else []
        moved = "；".join(_move(one) for one in self.moves[:_MOVES]) or "其他人不变"
        moved += f"；等共 {len(self.moves)} 人变动" if len(self.moves) > _MOVES else ""
        self.words = f"{'，'.join(told)}：{moved}"


def _points(found: tuple[Ground, ...]) -> str:
    if not found:
        return "各项都合适，计 0 分"
    words = "、".join(f"{one.text} {one.points} 分" for one in found)
    return f"{words}，合计 {sum(one.points for one in found)} 分"


def _moves(before: Solution, after: Solution) -> tuple[Move, ...]:
    old = {row.cadre: row.post for row in before.assigned}
    new = {row.cadre: row.post for row in after.assigned}
    changed = sorted(one for one in old.keys() | new.keys() if old.get(one) != new.get(one))
    return tuple(Move(one, old.get(one), new.get(one)) for one in changed)


def _move(one: Move) -> str:
    if one.before is None:
        return f"{one.cadre} 派到 {one.after}"
    if one.after is None:
        return f"{one.cadre} 不再派出（原定 {one.before}）"
    return f"{one.cadre} 由 {one.before} 改派 {one.after}"
