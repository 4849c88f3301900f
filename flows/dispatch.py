"""Batches of cadres on their way: the call for nominations, and what time or approvers have decided.

Prefect is shown titles of batches, steps and figures: no names.
"""

from collections.abc import Mapping

from djflow.assembly import House
from djflow.assembly import dispatch_batches as desk
from djflow.core.clock import civil_datetime
from djflow.dispatch.batches.model import Batch, BatchState
from flows.artifacts import leave_table
from flows.dispatch_forms import BatchKey
from flows.frame import COORDINATOR, SCHEDULE, Ending, attention, done, program, step
from flows.this_run import label_run, meant_for, meant_on

Rows = tuple[Mapping[str, str | int], ...]


@step("查看批次")
def standing(house: House, batch: str) -> Batch:
    """Return where a batch is."""
    return desk.find(house, batch)


@step("发出选派通知")
def call(house: House, batch: str) -> Batch:
    """Share out the quota where that is to be done, and call for nominations."""
    return desk.call(house, batch, by=COORDINATOR)


@step("催报推荐")
def remind(house: House, batch: str) -> int:
    """Remind units that still owe nominations near the last day."""
    return desk.remind(house, batch)


@step("列出需求与人选")
def demands(house: House, batch: str) -> Rows:
    """Return demand against supply by post."""
    return desk.demand_rows(house, batch)


@program("发选派通知", lambda: f"{meant_on()}·发选派通知")
async def dispatch_call(batch: BatchKey) -> Ending:
    """Call for nominations of a batch, or remind units that owe them; leave demand against supply."""
    found = await standing(batch)
    await label_run(found.subject)
    told = 0
    if found.state is BatchState.COLLECTING:
        told = await remind(batch)
    else:
        found = await call(batch)
    await leave_table(f"dispatch-{found.id[-8:]}-demand", f"{found.title}·需求与人选", await demands(batch))
    words = f"“{found.title}”正在推荐，最后一天{found.due_on}。"
    return done(f"{words}催报{told}人次。" if told else words)


@step("带过各批次")
def sweep(house: House) -> desk.Swept:
    """Bring every batch forward that time or its approvers have decided."""
    return desk.sweep(house, by=SCHEDULE)


@step("列出在办批次")
def board(house: House) -> Rows:
    """Return every open batch with its step and clock."""
    return desk.board_rows(house)


@program("选派批次巡查", lambda: f"{civil_datetime(meant_for()):%m月%d日%H:%M}·选派批次巡查")
async def dispatch_advance() -> Ending:
    """End publicity, follow approvals, close nominations, send people; leave the board of open batches."""
    moved = await sweep()
    await leave_table("dispatch-board", "在办选派批次", await board())
    sentence = f"公示期满{moved.ended}人，推进{moved.moved}批，催报{moved.reminded}人次。"
    return attention(f"{sentence}办不下去的：{'；'.join(moved.blocked)}") if moved.blocked else done(sentence)
