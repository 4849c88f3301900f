"""Who may be sent to a post and how well it fits. Pure; the solver has vectorised tables that must say the same."""

from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from djflow.dispatch.model import Assigned, Cadre, Given, Ground, Post, Problem, Refusal, UnitId

BEST_AGE = 35
BEST_APPRAISAL = 5


def refusals(problem: Problem, cadre: Cadre, post: Post) -> tuple[Refusal, ...]:
    """Return every rule that forbids sending somebody to a post."""
    rested = cadre.last_sent is None or problem.year - cadre.last_sent > problem.redispatch_years
    pair = post.id, cadre.id
    found = (
        (Refusal.CLOSED, post.closed),
        (Refusal.AGE, problem.year - cadre.born > post.age_max),
        (Refusal.YEARS, problem.year - cadre.works_since < post.years_min),
        (Refusal.UNAVAILABLE, cadre.unavailable),
        (Refusal.REDISPATCH, not rested),
        (Refusal.NATIVE, cadre.native == post.place),
        (Refusal.OWN_UNIT, cadre.unit == post.unit),
        (Refusal.RELATIVE, post.unit in cadre.relatives),
        (Refusal.OTHER_BATCH, bool(cadre.other_batch)),
        (Refusal.GIVEN, any(one.refused for one in given(problem, cadre, post))),
        (Refusal.BANNED, pair in problem.bans),
    )
    return tuple(reason for reason, broken in found if broken)


RULE_WORDS: Mapping[Refusal, str] = MappingProxyType(
    {
        Refusal.AGE: "年龄",
        Refusal.YEARS: "工龄",
        Refusal.UNAVAILABLE: "目前不能派出",
        Refusal.REDISPATCH: "派出间隔",
        Refusal.NATIVE: "籍贯地回避",
        Refusal.OWN_UNIT: "本单位岗位",
        Refusal.RELATIVE: "亲属回避",
        Refusal.OTHER_BATCH: "已在其他批次",
        Refusal.CLOSED: "接收单位已停用",
        Refusal.GIVEN: "资格审查",
        Refusal.BANNED: "已排除",
    }
)


def grounds(problem: Problem, cadre: Cadre, post: Post) -> tuple[Ground, ...]:
    """Return every rule that forbids sending somebody to a post, in words."""
    age, years = problem.year - cadre.born, problem.year - cadre.works_since
    told = {
        Refusal.AGE: f"年龄 {age} 岁，岗位要求不超过 {post.age_max} 岁",
        Refusal.YEARS: f"工龄 {years} 年，岗位要求至少 {post.years_min} 年",
        Refusal.UNAVAILABLE: "目前不能派出",
        Refusal.REDISPATCH: f"{cadre.last_sent} 年派出过，要满 {problem.redispatch_years} 年以后才能再派",
        Refusal.NATIVE: "岗位在籍贯所在地，应当回避",
        Refusal.OWN_UNIT: "岗位就在本人单位",
        Refusal.RELATIVE: "有亲属在接收单位，应当回避",
        Refusal.OTHER_BATCH: f"已在“{cadre.other_batch}”批次，不能同时派到两处",
        Refusal.CLOSED: "接收单位已停用，不再派人",
        Refusal.BANNED: "已指定不派此人到该岗位",
    }
    found = list[Ground]()
    for refusal in refusals(problem, cadre, post):
        if refusal is Refusal.GIVEN:
            found += [ground for one in given(problem, cadre, post) for ground in one.refused]
        else:
            found.append(Ground(refusal.value, told[refusal]))
    return tuple(found)


def given(problem: Problem, cadre: Cadre, post: Post) -> tuple[Given, ...]:
    """Return what was found outside about somebody anywhere and at this post."""
    found = problem.given_anywhere.get(cadre.id), problem.given.get((post.id, cadre.id))
    return tuple(one for one in found if one is not None)


def parts(problem: Problem, cadre: Cadre, post: Post) -> tuple[Ground, ...]:
    """Return what sending somebody to a post costs, each part with its points; parts that cost nothing are left out."""
    weights, age = problem.weights, problem.year - cadre.born
    gone = None if cadre.last_sent is None else problem.year - cadre.last_sent
    recent = 0 if gone is None else max(0, weights.rested_years - gone)
    lacks = bool(post.specialty) and post.specialty not in cadre.specialties
    found = (
        Ground("specialty", f"没有“{post.specialty}”专业", weights.specialty * lacks),
        Ground("wish", "不在本人志愿之内", weights.wish * (post.place not in cadre.wishes)),
        Ground("appraisal", "年度考核未达最高等次", weights.appraisal * (BEST_APPRAISAL - cadre.appraisal)),
        Ground("age", f"年龄 {age} 岁，距 {BEST_AGE} 岁", weights.age * abs(age - BEST_AGE) // 2),
        Ground("recent", f"{gone} 年前派出过", weights.recent * recent),
        Ground("posted", "以前派出过（没派过的优先）", weights.posted * (gone is not None)),
        Ground("overtime", f"近期加班 {cadre.overtime}", weights.overtime * cadre.overtime),
        *(ground for one in given(problem, cadre, post) for ground in one.soft),
    )
    return tuple(one for one in found if one.points)


def price(problem: Problem, cadre: Cadre, post: Post) -> int:
    """Return the points of sending somebody to a post; fewer is better."""
    return sum(one.points for one in parts(problem, cadre, post))


def most_sent(problem: Problem) -> Mapping[UnitId, int]:
    """Return how many people each unit may send: what is told, else its share, rounded down, and always one."""
    sizes = Counter(cadre.unit for cadre in problem.cadres)
    share = {unit: max(1, int(size * problem.unit_share)) for unit, size in sizes.items()}
    return {unit: max(0, problem.unit_most.get(unit, most)) for unit, most in share.items()}


def objective(problem: Problem, assigned: Iterable[Assigned]) -> int:
    """Return the points of an assignment, its empty places included."""
    cadres = {cadre.id: cadre for cadre in problem.cadres}
    posts = {post.id: post for post in problem.posts}
    rows = tuple(assigned)
    filled = Counter(row.post for row in rows)
    paid = sum(price(problem, cadres[row.cadre], posts[row.post]) for row in rows)
    empty = sum(post.places - filled[post.id] for post in problem.posts)
    return paid + problem.weights.unfilled * empty
