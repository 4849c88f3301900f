"""The sweep: finds what a crash, a timeout or a lost Prefect database left behind and brings it back, once.

Every open draft has a living review run; a review answered elsewhere is closed; a month whose planned draft never
came about gets its run; a declined duty gets its replacement. The database is asked what is true, Prefect only what
it still remembers.
"""

from datetime import datetime

from cronsim import CronSim
from prefect.client.schemas.objects import FlowRun

from djflow.assembly import House, answers
from djflow.assembly import roster as desk
from djflow.core.clock import civil_datetime
from djflow.core.spans import Month
from djflow.core.subject import Subject
from djflow.roster.views import RosterState
from flows.drafting import standing
from flows.frame import Ending, done, program, step, the_house
from flows.runs import finish_run, is_living, is_waiting, is_wrecked, month_of, roster_runs, start_roster_run
from flows.this_run import meant_on, say

_MOST_ATTEMPTS = 3


@step("列出待审的稿子")
def open_reviews(house: House) -> tuple[desk.Draft, ...]:
    """Return every draft that waits for the coordinator."""
    return desk.open_reviews(house)


@step("收尾值班答复")
def finish_answers(house: House) -> answers.Settled:
    """Find somebody for declines that a crash left open, and end requests to swap that nobody answered."""
    return answers.settle(house, by="schedule")


def month_due(house: House, now: datetime) -> Month | None:
    """Return the next month once its planned drafting time is past, else None; the demonstration is always due."""
    local, plan = civil_datetime(now), house.settings.schedules["roster-generate"]
    this_month = Month.of(local.date())
    planned = [next(CronSim(line, local, reverse=True)) for line in plan.cron]
    is_past = not plan.paused and any(Month.of(moment.date()) == this_month for moment in planned)
    return this_month.following if is_past or house.is_demo else None


async def bring_back(runs: tuple[FlowRun, ...]) -> int:
    """Start a review run for every open draft without a living one; return how many."""
    living = {month_of(run) for run in runs if is_living(run)}
    lost = [draft for draft in await open_reviews() if draft.month not in living]
    for draft in lost:
        subject = Subject("roster.roster", draft.roster_id)
        earlier = sum(month_of(run) == draft.month for run in runs)
        await start_roster_run(draft.month, f"roster:{draft.roster_id}:review:{draft.round}:{earlier}", [str(subject)])
        say(f"{draft.month.title}的稿子没有等待审核的运行，已重新提请审核。")
    return len(lost)


async def close_answered(runs: tuple[FlowRun, ...]) -> int:
    """Finish every waiting run whose roster is no longer a draft; return how many."""
    closed = 0
    for run in runs:
        month = month_of(run)
        if not is_waiting(run) or month is None:
            continue
        current = await standing(month)
        if current is None or current.state is not RosterState.REVIEW:
            await finish_run(run, f"{month.title}值班表已在别处答复，不用再审。")
            closed += 1
    return closed


async def make_up(runs: tuple[FlowRun, ...], due: Month | None) -> int:
    """Start the run of a month whose planned draft never came about; failed ones are tried three times in all."""
    if due is None or await standing(due) is not None:
        return 0
    mine = [run for run in runs if month_of(run) == due]
    if any(not is_wrecked(run) for run in mine) or len(mine) >= _MOST_ATTEMPTS:
        return 0
    await start_roster_run(due, f"roster:{due}:generate:{len(mine)}", [])
    say(f"{due.title}还没有值班表，已补做。")
    return 1


@program("审核补漏", lambda: f"{meant_on()}·审核补漏")
async def roster_review_sweep() -> Ending:
    """Bring lost reviews back, close those answered elsewhere, make up for a draft that never came about."""
    house = the_house()
    runs = await roster_runs(house.now())
    closed = await close_answered(runs)
    back = await bring_back(runs)
    made = await make_up(runs, month_due(house, house.now()))
    left = await finish_answers()
    said = f"重新提请{back}件，收起{closed}件，补做{made}件。" if closed + back + made else "没有遗漏。"
    answered = f"补办接替{left.declines}件，结束过期换班{left.offers}件。" if left.declines + left.offers else ""
    return done(said + answered)
