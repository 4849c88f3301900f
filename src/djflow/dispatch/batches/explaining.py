"""Says in words why the solver sent somebody to a post, and why not somebody else; posts and points, no names. Pure."""

from collections import Counter
from collections.abc import Mapping

from djflow.dispatch.batches.model import Candidate, CandidateId, DemandId
from djflow.dispatch.batches.proposals.model import Line
from djflow.dispatch.model import Cadre, Post, Problem, Solution, UnitId
from djflow.dispatch.rules import grounds, most_sent, parts, price
from djflow.dispatch.solver.explain import explain


def lines_of(
    problem: Problem, solution: Solution, people: tuple[Candidate, ...], titles: Mapping[DemandId, str]
) -> tuple[Line, ...]:
    """Return a line for every nomination that is in the problem, in the order of nominations."""
    cadres = {one.id: one for one in problem.cadres}
    posts = {one.id: one for one in problem.posts}
    chosen = {str(one.cadre): posts[one.post] for one in solution.assigned}
    sent = Counter(cadres[one.cadre].unit for one in solution.assigned)
    known = {str(one.id): one for one in problem.cadres}
    return tuple(
        _assigned(problem, known[one.id], chosen[one.id], titles)
        if one.id in chosen
        else Line(one.id, None, None, _left(problem, solution, known[one.id], sent, titles))
        for one in people
        if one.id in known
    )


def _title(post: Post, titles: Mapping[DemandId, str]) -> str:
    return titles[DemandId(post.id)]


def _assigned(problem: Problem, cadre: Cadre, post: Post, titles: Mapping[DemandId, str]) -> Line:
    points = price(problem, cadre, post)
    told = [f"派往{_title(post, titles)}，计 {points} 分（分少者先）"]
    told += [f"{one.text}：{one.points} 分" for one in parts(problem, cadre, post)]
    if not points:
        told.append("专业、意向、轮换各项都符合")
    if (post.id, cadre.id) in problem.pins:
        told.append("由干部科指定或此前已经确定")
    return Line(CandidateId(cadre.id), DemandId(post.id), points, tuple(told))


def _left(
    problem: Problem, solution: Solution, cadre: Cadre, sent: Counter[UnitId], titles: Mapping[DemandId, str]
) -> tuple[str, ...]:
    fitting = [post for post in problem.posts if not grounds(problem, cadre, post)]
    if not fitting:
        found = {one.text for post in problem.posts for one in grounds(problem, cadre, post)}
        return ("没有可派的岗位", *sorted(found))
    if sent[cadre.unit] >= most_sent(problem).get(cadre.unit, 0):
        return (f"所在单位已派 {sent[cadre.unit]} 人，达到可同时派出的人数",)
    best = min(fitting, key=lambda post: (price(problem, cadre, post), post.id))
    points = price(problem, cadre, best)
    cadres = {one.id: one for one in problem.cadres}
    there = [price(problem, cadres[one.cadre], best) for one in solution.assigned if one.post == best.id]
    if there and max(there) == points:
        return (f"与派往{_title(best, titles)}的人选同样合适（{points} 分），由抽签决定（种子 {problem.seed}）",)
    if there and max(there) < points:
        return (f"最合适的是{_title(best, titles)}，计 {points} 分；现定人选最多计 {max(there)} 分",)
    if there:
        return (f"最合适的是{_title(best, titles)}，计 {points} 分；派去会使全批总分更高，或不合班子、科室的要求",)
    return (f"最合适的是{_title(best, titles)}，计 {points} 分；不合班子、科室的要求，留空更稳妥",)


def shortage(
    problem: Problem, solution: Solution, titles: Mapping[DemandId, str], codes: Mapping[CandidateId, str]
) -> tuple[str, ...]:
    """Return why places stay empty: which posts, how many can come, which rule binds, what would help."""
    if not solution.unfilled:
        return ()
    found = explain(problem, solution)
    closed = [one for one in problem.posts if one.closed and one.id in solution.unfilled]
    told = [f"{_title(one, titles)}的接收单位已撤并停用：请撤销这项需求，或改报现在的单位。" for one in closed]
    told += [one.text for one in found.shortages]
    return tuple(in_words(one, titles, codes) for one in told)


def in_words(text: str, titles: Mapping[DemandId, str], codes: Mapping[CandidateId, str]) -> str:
    """Return a sentence of the solver with posts by their titles and people by their codes."""
    for demand, title in titles.items():
        text = text.replace(demand, title)
    for candidate, code in codes.items():
        text = text.replace(candidate, code)
    return text
