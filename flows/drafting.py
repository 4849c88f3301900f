"""Steps of a draft's life: look where it stands, solve, do what the coordinator answered. Progress is logged."""

import time

from djflow.assembly import House
from djflow.assembly import roster as desk
from djflow.core.spans import Month
from flows.forms import Decision, RosterReview, preset_of
from flows.frame import COORDINATOR, SCHEDULE, step, stop
from flows.this_run import say

_QUIET_SECONDS = 2.0


class SolverLog:
    """Writes the solver's progress into the run's log, at most one line per stage and two seconds."""

    def __init__(self) -> None:
        self._stage = ""
        self._written = 0.0

    def __call__(self, stage: str, objective: float | None, bound: float | None, seconds: float) -> None:
        """Write one line if the stage is new or enough time has passed."""
        if stage == self._stage and time.monotonic() - self._written < _QUIET_SECONDS:
            return
        self._stage, self._written = stage, time.monotonic()
        figures = [f"第{seconds:.1f}秒"]
        if objective is not None:
            figures.append(f"目标{objective:.0f}")
        if bound is not None:
            figures.append(f"下界{bound:.0f}")
        say(f"{stage}：{'，'.join(figures)}")


@step("查看本月现状")
def standing(house: House, month: Month) -> desk.Draft | None:
    """Return the month's open draft, else its published roster, else nothing."""
    return desk.standing(house, month)


@step("排班")
def draft(house: House, month: Month) -> desk.Draft:
    """Return the month's draft, solved now unless one is open."""
    return desk.draft(house, month, by=SCHEDULE, progress=SolverLog(), stop=stop)


@step("执行答复")
def answer(house: House, current: desk.Draft, review: RosterReview) -> desk.Draft:
    """Do what the coordinator decided and return where the roster stands now."""
    by, reason = COORDINATOR, review.reason.strip()
    if review.decision is Decision.VOID:
        return desk.void(house, current.roster_id, by=by, reason=reason)
    if review.decision is Decision.REGENERATE:
        preset = preset_of(desk.presets(house), review.weighting)
        return desk.regenerate(
            house, current.roster_id, by=by, preset=preset, weights={}, reason=reason, progress=SolverLog(), stop=stop
        )
    published = desk.publish(house, current.roster_id, by=by, reason=reason)
    say(f"第{published.version}版已发布，写出通知{published.told}条、文件{len(published.files)}个。")
    return desk.standing(house, published.month) or current
