"""Around the published roster: reminders before duty, closures and absences that break it, and their repair."""

from datetime import date

from djflow.assembly import House
from djflow.assembly import roster as desk
from djflow.core.clock import civil_datetime
from djflow.core.spans import DateSpan, Month
from djflow.roster.views import DifferenceLine
from flows.artifacts import difference_rows, leave_table
from flows.forms import FirstDay, LastDay, MarketCode, NoticeKind
from flows.frame import COORDINATOR, SCHEDULE, Ending, attention, done, program, step
from flows.this_run import meant_for, meant_on


@step("写出提醒")
def remind(house: House) -> desk.Reminded:
    """Write the reminders due at the run's planned time; each is written once."""
    return desk.remind(house, meant_for())


@step("修补值班表")
def repair(house: House, month: Month, by: str) -> desk.Amended | None:
    """Mend what closures and absences broke in the month's published roster; None when nothing is broken."""
    return desk.repair_month(house, month, by=by, reason="停场或请假")


@step("列出变动")
def changes(house: House, found: desk.Amended) -> tuple[DifferenceLine, ...]:
    """Return what the new version changed, people by code."""
    return desk.differences(house, found.roster_id)


@step("登记停场")
def declare(house: House, market: str, span: DateSpan, notice: str) -> str:
    """Write the closure down and return its id."""
    return desk.declare_closure(house, market, span, notice=notice, by=COORDINATOR)


async def repair_months(months: tuple[Month, ...], by: str) -> Ending:
    """Repair each month and leave the difference; say what changed."""
    amended = [found for month in months if (found := await repair(month, by)) is not None]
    for found in amended:
        title = f"{found.month.title}·第{found.version}版·变动"
        await leave_table(f"roster-{found.month}-change", title, difference_rows(await changes(found)))
    if not amended:
        return done("没有需要修补的值班表。")
    sentence = "；".join(f"{it.month.title}第{it.version}版：变动{it.changed}处，通知{it.told}条" for it in amended)
    empty = sum(it.unfilled for it in amended)
    return attention(f"{sentence}。仍空缺{empty}处，请看变动表。") if empty else done(f"{sentence}。")


@program("值班提醒", lambda: f"{civil_datetime(meant_for()):%m月%d日%H:%M}·值班提醒")
async def duty_remind() -> Ending:
    """Write the reminders of three days, one day and two hours before duty."""
    found = await remind()
    written = sum(found.slots.values())
    return done(f"写出提醒{written}条。" if written else "现在没有要提醒的人。")


@program("停场与请假巡查", lambda: f"{meant_on()}·停场与请假巡查")
async def closure_watch() -> Ending:
    """Look for closures and absences that break this or next month's published roster and mend it."""
    this_month = Month.of(meant_on())
    return await repair_months((this_month, this_month.following), SCHEDULE)


@program("登记停场", lambda: f"{meant_on()}·登记停场")
async def closure_declare(
    market: MarketCode, first: FirstDay, last: LastDay, notice: NoticeKind = "镇政府通知"
) -> Ending:
    """Write down that a market stays closed on some days and mend the rosters it touches."""
    await declare(market, DateSpan(first, last), notice)
    return await repair_months(_months(first, last), COORDINATOR)


def _months(first: date, last: date) -> tuple[Month, ...]:
    months = [Month.of(first)]
    while months[-1] < Month.of(last):
        months.append(months[-1].following)
    return tuple(months)
