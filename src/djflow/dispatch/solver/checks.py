"""What contradicts itself in the input of an assignment, each with the pins or numbers that do.

Sentences name posts, units and people by their codes only: they may end up in logs.
"""

from collections import Counter
from collections.abc import Iterable

from djflow.dispatch.model import Cadre, DispatchInputError, Post, Problem
from djflow.dispatch.rules import RULE_WORDS, most_sent, refusals

Pinned = list[tuple[Post, Cadre]]


def check(problem: Problem) -> None:
    """Refuse what cannot be kept whatever is assigned.

    Raises: DispatchInputError.
    """
    _once((one.id for one in problem.cadres), "人员")
    _once((one.id for one in problem.posts), "岗位")
    _numbers(problem)
    for post in problem.posts:
        _team(post)
    pinned = _known(problem)
    for where, who in pinned:
        found = refusals(problem, who, where)
        if found:
            words = "、".join(RULE_WORDS[one] for one in found)
            raise DispatchInputError(
                f"不能把 {who.id} 固定在岗位 {where.id}：不符合该岗位的条件（{words}），请取消这一固定。"
            )
    _counts(problem, pinned)
    _people(problem, pinned)
    for post in problem.posts:
        if post.team is not None:
            _team_pins(post, [who for where, who in pinned if where.id == post.id])


def _once(ids: Iterable[str], what: str) -> None:
    twice = [one for one, count in Counter(ids).items() if count > 1]
    if twice:
        raise DispatchInputError(f"派遣文件里{what}“{twice[0]}”写了两次；请删去一处。")


def _numbers(problem: Problem) -> None:
    for name, least in sorted(problem.batch_least.items()):
        most = problem.batch_most.get(name, least)
        if least > most:
            raise DispatchInputError(f"批次“{name}”最少要派 {least} 人，最多只能派 {most} 人；请改正其中一个。")


def _team(post: Post) -> None:
    if post.team is None or not post.places:
        return
    if post.team.women_at_least > post.places:
        raise DispatchInputError(
            f"岗位 {post.id} 只有 {post.places} 个名额，却要至少 {post.team.women_at_least} 名女干部；请改正其中一个。"
        )


def _known(problem: Problem) -> Pinned:
    posts, cadres = {one.id: one for one in problem.posts}, {one.id: one for one in problem.cadres}
    for post, cadre in sorted(problem.pins | problem.bans):
        if post not in posts or cadre not in cadres:
            raise DispatchInputError(f"固定或排除的 {post}、{cadre} 不在岗位和人员里：请核对编号。")
    return [(posts[post], cadres[cadre]) for post, cadre in sorted(problem.pins)]


def _counts(problem: Problem, pinned: Pinned) -> None:
    """Refuse more pins than a person, post, batch, unit or rank can take."""
    units, places = most_sent(problem), {post.id: post.places for post in problem.posts}
    for who, count in Counter(who.id for _, who in pinned).items():
        if count > 1:
            here = "、".join(where.id for where, one in pinned if one.id == who)
            raise _collide(f"{who} 固定在 {here} 共 {count} 处，一人只能派一处")
    _within(Counter((f"岗位 {where.id} ", places[where.id]) for where, _ in pinned))
    batches = problem.batch_most
    _within(Counter((f"批次“{one.batch}”", batches[one.batch]) for one, _ in pinned if one.batch in batches))
    _within(Counter((f"单位 {who.unit} ", units[who.unit]) for _, who in pinned))
    ranks = problem.rank_most
    keys = [(who.unit, who.rank) for _, who in pinned]
    _within(Counter((f"单位 {key[0]} 的“{key[1]}”", ranks[key]) for key in keys if key in ranks))


def _within(pinned: Counter[tuple[str, int]]) -> None:
    for (what, most), count in pinned.items():
        if count > most:
            raise _collide(f"{what}最多派 {most} 人，固定了 {count} 人")


def _people(problem: Problem, pinned: Pinned) -> None:
    """Refuse two pinned people of one section where none may be."""
    if problem.one_per_section:
        _sections([who for _, who in pinned], "")


def _sections(people: list[Cadre], where: str) -> None:
    for (unit, section), count in Counter((one.unit, one.section) for one in people if one.section).items():
        if count > 1:
            raise _collide(f"{where}单位 {unit} 的“{section}”固定了 {count} 人，同一科室只能派一人")


def _team_pins(post: Post, people: list[Cadre]) -> None:
    team = post.team
    if team is None or not people:
        return
    men = sum(not one.woman for one in people)
    if men > post.places - team.women_at_least:
        raise _collide(f"岗位 {post.id} 至少要 {team.women_at_least} 名女干部，固定的人员没有给她们留够名额")
    for name in team.each_of:
        if sum(name not in one.specialties for one in people) > post.places - 1:
            raise _collide(f"岗位 {post.id} 要有“{name}”专业的人，固定的人员没有给此人留名额")
    if team.no_two_of_a_section and post.places > 1:
        _sections(people, f"岗位 {post.id} ")


def _collide(what: str) -> DispatchInputError:
    return DispatchInputError(f"固定的人员互相矛盾：{what}；请取消几个固定。")
