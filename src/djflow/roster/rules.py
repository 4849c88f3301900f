"""Hard rules of market-day duty as plain functions, and the checks a month's problem must pass.

Source: the office's duty rules: skill, leave, one place a day, rest gap, monthly cap, leader grade, pins, bans.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from djflow.roster.model import (
    Assignment,
    Ban,
    Cadre,
    Event,
    EventId,
    PinConflictError,
    Problem,
    RosterInputError,
)


def too_close(first_day: int, second_day: int, rest_gap: int) -> bool:
    """Return whether two duty days (ordinals) of one person break the rest gap; the same day always does."""
    return abs(first_day - second_day) <= max(0, rest_gap)


def banned(bans: Iterable[Ban], cadre: str, event: str, post: str) -> bool:
    """Return whether one of `bans` keeps the cadre from this place."""
    return any(b.cadre == cadre and b.event in {None, event} and b.post in {None, post} for b in bans)


def why_not(problem: Problem, cadre: Cadre, event: Event, post: str) -> str | None:
    """Return the rule that keeps `cadre` from `post` at `event` whatever else is rostered, or None."""
    if post not in cadre.skills:
        return f"不具备岗位“{post}”的资格"
    if cadre.grade < problem.rules.min_grades.get(post, cadre.grade):
        return f"职级低于岗位“{post}”的要求"
    if event.on in cadre.unavailable:
        return f"{event.on.isoformat()} 不在岗"
    if any(too_close(d.toordinal(), event.on.toordinal(), problem.rules.rest_gap) for d in cadre.recent):
        return f"离上月值班不足 {problem.rules.rest_gap} 天"
    if banned(problem.bans, cadre.id, event.id, post):
        return "已被排除在该场次或岗位之外"
    return None


def place_name(a: Assignment) -> str:
    """Name a pinned or frozen duty in an error sentence."""
    return f"“{a.event} {a.post} {a.cadre}”"


def check_problem(problem: Problem) -> None:
    """Refuse a problem whose ids repeat or point nowhere.

    Raises: RosterInputError.
    """
    _distinct("单位", [d.id for d in problem.departments])
    _distinct("场镇", [m.id for m in problem.markets])
    _distinct("场次", [e.id for e in problem.events])
    _distinct("工号", [c.id for c in problem.cadres])
    departments, markets = {d.id for d in problem.departments}, {m.id for m in problem.markets}
    for e in problem.events:
        if e.market not in markets:
            raise RosterInputError(f"场次 {e.id} 的场镇 {e.market} 不在场镇表里；请补上场镇或改正编号。")
    for c in problem.cadres:
        if c.department not in departments:
            raise RosterInputError(f"工号 {c.id} 的单位 {c.department} 不在单位表里；请补上单位或改正编号。")
    if problem.events:
        first, last = min(e.on for e in problem.events), max(e.on for e in problem.events)
        if (last - first).days > 400:
            raise RosterInputError(f"场次从 {first} 到 {last} 超过一年；请一次排一个月。")


def _distinct(what: str, ids: Sequence[str]) -> None:
    """Refuse an id that appears twice."""
    twice = sorted(i for i, n in Counter(ids).items() if n > 1)
    if twice:
        raise RosterInputError(f"{what} {twice[0]} 重复出现；每个编号只能用一次，请删去多余的一行。")


def check_known(problem: Problem, rows: Iterable[Assignment], what: str) -> None:
    """Refuse rows that name an unknown session, post or person.

    Raises: RosterInputError naming the row.
    """
    events = {e.id: e for e in problem.events}
    cadres = {c.id for c in problem.cadres}
    for a in rows:
        if a.event not in events:
            raise RosterInputError(f"{what}{place_name(a)}：没有场次 {a.event}；请核对场次编号。")
        if a.post not in events[a.event].needs:
            raise RosterInputError(f"{what}{place_name(a)}：该场次没有岗位“{a.post}”；请核对岗位名称。")
        if a.cadre not in cadres:
            raise RosterInputError(f"{what}{place_name(a)}：没有工号 {a.cadre}；请核对工号。")


@dataclass(frozen=True, slots=True)
class _Pins:
    """Pins and frozen duties by person and by place."""

    problem: Problem
    events: dict[EventId, Event]

    def conflict(self, a: Assignment, reason: str, other: Assignment | None = None) -> PinConflictError:
        """Return the refusal that names the pin, and the other one when there is one."""
        names = place_name(a) if other is None else f"{place_name(other)}与{place_name(a)}"
        return PinConflictError(f"固定安排{names}{reason}；请改动或取消其中的固定安排。")


def check_pins(problem: Problem) -> None:
    """Refuse pins that contradict each other, a frozen day or a hard rule.

    Raises: PinConflictError naming the pins, RosterInputError for unknown ids.
    """
    check_known(problem, problem.pins, "固定安排")
    check_known(problem, problem.frozen, "冻结安排")
    unknown = sorted({b.cadre for b in problem.bans} - {c.id for c in problem.cadres})
    if unknown:
        raise RosterInputError(f"排除名单里的工号 {unknown[0]} 不在人员表里；请核对工号。")
    events, cadres = {e.id: e for e in problem.events}, {c.id: c for c in problem.cadres}
    told = _Pins(problem, events)
    kept = set(problem.kept)
    pins = [p for p in dict.fromkeys(problem.pins) if p not in kept]
    for p in pins:
        event = events[p.event]
        if problem.freeze_before is not None and event.on < problem.freeze_before:
            raise told.conflict(p, f"在冻结日期 {problem.freeze_before} 之前，且与已定名单不同")
        reason = why_not(problem, cadres[p.cadre], event, p.post)
        if reason:
            raise told.conflict(p, f"违反规则：{reason}")
    _check_pinned_days(problem, told, pins)
    _check_pinned_places(problem, told, pins)


def _check_pinned_days(problem: Problem, told: _Pins, pins: Sequence[Assignment]) -> None:
    """Refuse pins of one person that lie too close or exceed the monthly cap."""
    caps = {c.id: c.max_duties for c in problem.cadres}
    mine: dict[str, list[Assignment]] = {}
    for a in [*problem.kept, *pins]:
        mine.setdefault(a.cadre, []).append(a)
    for p in pins:
        for other in mine[p.cadre]:
            days = (told.events[other.event].on.toordinal(), told.events[p.event].on.toordinal())
            if other != p and too_close(*days, problem.rules.rest_gap):
                raise told.conflict(p, f"相隔不超过 {problem.rules.rest_gap} 天，同一人不能都去", other)
        if len(mine[p.cadre]) > caps[p.cadre]:
            raise told.conflict(p, f"使该人当月值班 {len(mine[p.cadre])} 次，超过上限 {caps[p.cadre]} 次")


def _check_pinned_places(problem: Problem, told: _Pins, pins: Sequence[Assignment]) -> None:
    """Refuse more pins than places, or more of one department than a session may have."""
    places = Counter((a.event, a.post) for a in [*problem.kept, *pins])
    department = {c.id: c.department for c in problem.cadres}
    heads = Counter((a.event, department[a.cadre]) for a in [*problem.kept, *pins])
    most = problem.rules.max_per_department
    for p in pins:
        need = told.events[p.event].needs[p.post]
        if places[p.event, p.post] > need:
            others = [o for o in [*problem.kept, *pins] if (o.event, o.post) == (p.event, p.post) and o != p]
            raise told.conflict(p, f"同在一个岗位，只需 {need} 人，却固定了 {places[p.event, p.post]} 人", others[0])
        if most is not None and heads[p.event, department[p.cadre]] > most:
            raise told.conflict(p, f"使同一单位在该场次超过 {most} 人")
