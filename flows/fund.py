"""The fund's cases on their way: one short run per event, deadlines, publicity that is over, money that arrives."""

from collections.abc import Mapping

from djflow.assembly import House, approvals, fund_duties, fund_watch, relief
from djflow.core.clock import civil_datetime
from djflow.fund.cases.model import FundCase
from flows.artifacts import leave_table
from flows.frame import SCHEDULE, Ending, attention, done, program, step
from flows.fund_forms import CaseNumber, StepWords
from flows.this_run import label_run, meant_for, meant_on, parameter


@step("向前办理")
def advance(house: House, number: str) -> FundCase:
    """Bring one case forward as far as time alone has decided."""
    return fund_duties.advance(house, number, by=SCHEDULE)


@step("写出办理过程")
def timeline(house: House, number: str) -> fund_watch.Timeline:
    """Return one case's way: steps, days and offices."""
    return fund_watch.timeline(house, number)


@program("办理申请", lambda: f"{parameter('number')}·{parameter('reached') or '补办'}")
async def fund_advance(number: CaseNumber, reached: StepWords = "补办") -> Ending:
    """Bring a case forward after an event and leave its timeline; again changes nothing."""
    _ = reached  # it names the run; where the case stands is asked of the database
    await advance(number)
    found = await timeline(number)
    await label_run(found.subject)
    await leave_table(f"fund-{number.lower()}", found.title, found.rows)
    return done(f"{found.title}。")


@step("催办与超时")
def remind(house: House) -> Mapping[str, int]:
    """Remind approvers, escalate what is late, let papers expire; each once."""
    return approvals.sweep(house)


@step("带过中断的申请")
def sweep(house: House) -> relief.Swept:
    """Bring forward every case that time has decided or a crash left behind."""
    return relief.sweep(house, by=SCHEDULE)


@step("列出在办申请")
def board(house: House) -> fund_watch.Board:
    """Return every open case with its age."""
    return fund_watch.board(house)


@step("列出超期申请")
def late(house: House) -> fund_watch.Late:
    """Return what stays longer than it should."""
    return fund_watch.late(house)


@program("基金时限巡查", lambda: f"{civil_datetime(meant_for()):%m月%d日%H:%M}·基金时限巡查")
async def fund_sla() -> Ending:
    """Remind, escalate, bring lost cases forward; leave the board of open cases and those that are late."""
    told, moved = await remind(), await sweep()
    seen, overdue = await board(), await late()
    await leave_table("fund-board", f"在办申请{seen.count}件", seen.rows)
    await leave_table("fund-late", f"超期{overdue.count}件", overdue.rows)
    sentence = (
        f"在办{seen.count}件。催办{told.get('reminded', 0)}次，上报{told.get('escalated', 0)}次；"
        f"公示期满{moved.ended_periods}件，安排资金{moved.served}件，过期{moved.expired}件，接着办{moved.left_behind}件，"
        f"名单送审{moved.filed}行，催补应急材料{moved.chased}件。"
    )
    blocked = told.get("blocked", 0)
    waits = f"没有人能批的{blocked}件。" if blocked else ""
    waits += f"超期{overdue.count}件，请看超期表。" if overdue.count else ""
    return attention(sentence + waits) if waits else done(sentence)


@program("公示期满", lambda: f"{meant_on()}·公示期满")
async def notice_period_close() -> Ending:
    """End the publicity periods whose days are over, so that their cases are paid on this day."""
    moved = await sweep()
    return done(f"公示期满{moved.ended_periods}件。" if moved.ended_periods else "今天没有期满的公示。")


@step("安排资金")
def serve(house: House) -> int:
    """Keep money for waiting cases in the order of their approval."""
    return relief.serve_queue(house, by=SCHEDULE)


@step("列出等资金的")
def queue(house: House) -> tuple[int, fund_watch.Rows, str]:
    """Return how many approved cases wait for money, the first of them, and what is available."""
    return fund_watch.queue(house)


@program("排队等资金", lambda: f"{civil_datetime(meant_for()):%m月%d日%H:%M}·排队等资金")
async def budget_queue() -> Ending:
    """Serve approved cases that wait for money in order of approval; leave the queue."""
    served = await serve()
    count, waiting, available = await queue()
    await leave_table("fund-queue", f"等资金的{count}件，账上可用{available}元", waiting)
    sentence = f"安排资金{served}件，"
    return attention(f"{sentence}还有{count}件等，可用{available}元。") if count else done(f"{sentence}没有再等的。")
