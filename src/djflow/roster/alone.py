"""Says of one empty place who could not take it and why, in heads, where no window of days is short by itself.

Counting (`solver.counting`) speaks for days and posts together. A place can stay empty although they add up: whoever is
qualified is on duty near that day, has his month full, or his department is there in full number already.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from djflow.roster.model import Assignment, Cadre, Event, EventId, Problem
from djflow.roster.rules import too_close, why_not

LEAVE, BARRED, DAY, BOTH, GAP, CAP, MATES, FREE = (
    "请假", "不合条件", "当天已有值班", "已到月上限又未满休息间隔", "未满休息间隔", "已到月上限", "单位在本场已满员",
    "可以上",
)  # fmt: skip
_ORDER = (LEAVE, BARRED, DAY, BOTH, GAP, CAP, MATES, FREE)
_REMEDIES: Mapping[str, str] = {
    FREE: "请从“可以上”的人员中指定",
    CAP: "最省的办法是请 {short} 名已到月上限的人员多值一次",
    GAP: "最省的办法是请 {short} 名未满休息间隔的人员提前到岗",
    MATES: "最省的办法是放宽同一单位在一场的人数",
    LEAVE: "最省的办法是请假人员中有 {short} 人改期到岗",
}
"""The cheapest first; what is not listed only recruits can mend."""


@dataclass(frozen=True, slots=True)
class _Roster:
    problem: Problem
    events: Mapping[EventId, Event]
    duties: Mapping[str, list[Event]]
    mates: Mapping[tuple[str, str], int]


def account(problem: Problem, roster: Iterable[Assignment], event: EventId, post: str) -> str:
    """Return the Chinese sentence about one place: need, supply, who cannot come by which rule, what helps most."""
    rows = tuple(roster)
    seen = _seen(problem, rows)
    place = seen.events[event]
    need = place.needs[post]
    here = {row.cadre for row in rows if (row.event, row.post) == (event, post)}
    able = [cadre for cadre in problem.cadres if post in cadre.skills and cadre.id not in here]
    counts = Counter(_reason(seen, cadre, place, post) for cadre in able)
    short = need - len(here)
    named = "、".join(f"{reason} {counts[reason]} 人" for reason in _ORDER if counts[reason])
    others = f"其余有资格的 {len(able)} 人中，{named}" if able else "没有其他有资格的人员"
    return (
        f"{place.on.month}月{place.on.day}日这一场“{post}”需要 {need} 人，能安排 {len(here)} 人，缺 {short} 人："
        f"{others}；{_remedy(counts, short, post)}。"
    )


def _seen(problem: Problem, rows: tuple[Assignment, ...]) -> _Roster:
    events = {event.id: event for event in problem.events}
    homes = {cadre.id: cadre.department for cadre in problem.cadres}
    duties: defaultdict[str, list[Event]] = defaultdict(list)
    for row in rows:
        duties[row.cadre].append(events[row.event])
    return _Roster(problem, events, duties, Counter((row.event, homes[row.cadre]) for row in rows))


def _reason(seen: _Roster, cadre: Cadre, place: Event, post: str) -> str:
    """Return what keeps a qualified person from the place."""
    rules, mine = seen.problem.rules, seen.duties.get(cadre.id, [])
    days, most = [duty.on for duty in mine], rules.max_per_department
    close = any(too_close(day.toordinal(), place.on.toordinal(), rules.rest_gap) for day in (*days, *cadre.recent))
    if place.on in cadre.unavailable:
        return LEAVE
    if why_not(seen.problem, replace(cadre, recent=frozenset()), place, post) is not None:
        return BARRED
    if place.on in days:
        return DAY
    if close or len(mine) >= cadre.max_duties:
        return GAP if len(mine) < cadre.max_duties else BOTH if close else CAP
    return MATES if most is not None and seen.mates.get((place.id, cadre.department), 0) >= most else FREE


def _remedy(counts: Counter[str], short: int, post: str) -> str:
    """Return the cheapest change that fills the place."""
    for reason, words in _REMEDIES.items():
        if counts[reason] >= (1 if reason in {FREE, MATES} else short):
            return words.format(short=short)
    return f"最省的办法是再增加 {short} 名有“{post}”资格的人员"
