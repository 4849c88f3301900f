"""Says in words why places stay empty: which posts, how many are needed and can come, which rule binds, what helps."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from djflow.dispatch.model import Explanation, Problem, Refusal, Relaxation, Shortage, Solution
from djflow.dispatch.rules import RULE_WORDS
from djflow.dispatch.solver.assign import solve
from djflow.dispatch.solver.limits import LimitKind
from djflow.dispatch.solver.menu import best, counting, fewest, menu
from djflow.dispatch.solver.shortage import Part, barriers, parts

SHARE, QUOTA, PEOPLE, PINNED, TOGETHER = "单位可派人数", "批次名额", "合适人数", "已固定的安排", "几条规则合在一起"
LIMIT_WORDS: Mapping[LimitKind, str] = MappingProxyType(
    {
        LimitKind.RANK: "职级上限",
        LimitKind.SECTION: "同一科室不得派两人",
        LimitKind.TEAM_SECTION: "同一科室不得派两人",
        LimitKind.WOMEN: "团队女干部",
        LimitKind.SPECIALTY: "团队专业",
    }
)
_REMEDIES = 3
"""For so many of the largest shortages the menu is tried; for the rest the menu of the whole answers."""
_NAMES = 5
"""So many codes are written out in a sentence."""


def explain(problem: Problem, found: Solution | None = None, *, what_if: bool = True) -> Explanation:
    """Return why places stay empty in the best assignment, and with `what_if` what would fill them.

    Raises: DispatchInputError.
    """
    best_one = solve(problem) if found is None else found
    few = fewest(problem)
    least = few.bound
    options = menu(problem, few.empty) if what_if and least else ()
    lacking = parts(counting(problem)) if least else []
    if sum(part.short for part in lacking) > least:
        lacking = []
    told = list[Shortage]()
    for part in lacking:
        if what_if and len(told) < _REMEDIES:
            # What lacks everything that is lacking has been asked already.
            remedy = best(options) if part.short == least else _remedy(problem, part)
            told.append(_tell(problem, part, _remedy_words(remedy, part.short), remedy))
        else:
            told.append(_tell(problem, part, "", None))
    rest = least - sum(one.short for one in told)
    if rest > 0:
        told.append(_together(problem, rest))
    return Explanation(tuple(told), least, best_one.unfilled, options, tuple(_notes(problem, best_one, least)))


def _tell(problem: Problem, part: Part, advice: str, remedy: Relaxation | None) -> Shortage:
    keys = tuple(problem.posts[number].id for number in sorted(set(part.posts)))
    supply, alone = part.need - part.short, barriers(problem, sorted(set(part.posts)))
    rule = _rule(part, alone)
    text = (
        f"岗位 {_list(keys)} 共需 {part.need} 人，最多能派 {supply} 人，缺 {part.short} 人，卡在“{rule}”："
        f"{'；'.join(_causes(part, alone))}。{advice}"
    )
    return Shortage(keys, part.need, supply, rule, text, remedy)


def _rule(part: Part, alone: Counter[Refusal]) -> str:
    if part.pins:
        return PINNED
    if part.batches:
        return QUOTA
    if part.limits:
        return LIMIT_WORDS[part.limits[0][0]]
    if part.units:
        return SHARE
    return RULE_WORDS[_most(alone)[0][0]] if alone else PEOPLE


def _causes(part: Part, alone: Counter[Refusal]) -> Iterator[str]:
    """Yield what gives at most how many, then whom a single rule keeps away."""
    if part.pins:
        yield "已固定的人员占了人或名额"
    for name, most in sorted(part.batches.items()):
        yield f"批次“{name}”最多派 {most} 人"
    if part.units:
        total, names = sum(part.units.values()), sorted(part.units)
        yield f"合适人员所在的单位 {_list(names)} 合计最多派 {total} 人"
    for kind, count in sorted(Counter(kind for kind, _, _ in part.limits).items()):
        names = [name for one, name, _ in part.limits if one is kind]
        most = sum(most for one, _, most in part.limits if one is kind)
        yield f"{LIMIT_WORDS[kind]}（{_limit_names(kind, names)}，共 {count} 处）限制最多派 {most} 人"
    if part.people:
        yield f"{'另外' if part.units else ''}合适的只有 {part.people} 人"
    elif not (part.units or part.batches or part.limits or part.pins):
        yield "没有一个人符合条件"
    if alone:
        yield "只差一条就合适的：" + "、".join(f"{RULE_WORDS[rule]} {count} 人" for rule, count in _most(alone))


def _most(alone: Counter[Refusal]) -> list[tuple[Refusal, int]]:
    return sorted(alone.items(), key=lambda item: (-item[1], item[0]))


def _limit_names(kind: LimitKind, names: list[str]) -> str:
    if kind is LimitKind.WOMEN:
        return f"至少 {'、'.join(sorted(set(names)))} 名"
    return _list(sorted(set(names)))


def _list(names: Sequence[str]) -> str:
    shown = "、".join(names[:_NAMES])
    return shown if len(names) <= _NAMES else f"{shown} 等 {len(names)} 个"


def _remedy(problem: Problem, part: Part) -> Relaxation | None:
    """Return the mildest relaxation that fills most of these posts, what is settled elsewhere staying so."""
    keys, settled = {problem.posts[number].id for number in part.posts}, Counter(post for post, _ in problem.pins)
    posts = tuple(
        one if one.id in keys else replace(one, places=settled[one.id], team=None)
        for one in problem.posts
        if one.id in keys or settled[one.id]
    )
    known = {one.id for one in posts}
    alone = replace(problem, posts=posts, bans=frozenset(pair for pair in problem.bans if pair[0] in known))
    return best(menu(alone, fewest(alone).empty))


def _remedy_words(remedy: Relaxation | None, short: int) -> str:
    if remedy is None:
        return "放宽任何一条都补不上，需要增加人员或减少名额。"
    left = f"，仍缺 {remedy.unfilled} 人" if remedy.unfilled else ""
    what = "可以补齐" if remedy.filled >= short and not remedy.unfilled else f"可以多派 {remedy.filled} 人"
    return f"最省的办法：{remedy.relax}，{what}{left}。"


def _together(problem: Problem, rest: int) -> Shortage:
    """Return what no single count shows: rules that allow half of everybody, but nobody whole."""
    teams = tuple(sorted(one.id for one in problem.posts if one.places and one.team is not None))
    keys = teams or tuple(sorted(one.id for one in problem.posts if one.places))
    need = sum(one.places for one in problem.posts if one.id in keys)
    text = f"团队、科室等几条规则合在一起，岗位 {_list(keys)} 还必然空缺 {rest} 人：逐条看都派得满，合起来没有办法。"
    return Shortage(keys, need, need - rest, TOGETHER, text)


def _notes(problem: Problem, found: Solution, least: int) -> Iterator[str]:
    """Yield what is odd about the input or the answer."""
    places, people = sum(one.places for one in problem.posts), len(problem.cadres)
    if places > people:
        yield f"名额 {places} 个，人员只有 {people} 名：至少空缺 {places - people} 个，请减少名额或增加推荐人选。"
    closed = sorted(one.id for one in problem.posts if one.closed and one.places)
    if closed:
        yield f"岗位 {_list(closed)} 的接收单位已停用，名额不再派人；请撤销这些岗位或改到别处。"
    busy = sum(bool(one.other_batch) for one in problem.cadres)
    if busy:
        yield f"{busy} 人已在其他批次，不参加本次派遣。"
    sizes = Counter(one.unit for one in problem.cadres)
    units = {one.id: one.unit for one in problem.cadres}
    emptied = sorted({units[row.cadre] for row in found.assigned if sizes[units[row.cadre]] == 1})
    for unit in emptied if not problem.unit_most else ():
        yield f"单位 {unit} 只有 1 人，派出后单位无人在岗；如不能派，请排除或把该单位可派人数定为 0。"
    for name, short in sorted(found.batch_short.items()):
        yield f"批次“{name}”最少要派 {problem.batch_least[name]} 人，还差 {short} 人。"
    more = sum(found.unfilled.values()) - least
    if more > 0:
        yield f"另有 {more} 个名额有人可派而未派：派人的分值高于空缺的分值，或须先保证别的批次；请核对分值。"
