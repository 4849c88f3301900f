"""What coordinators do for the fund by form. Nothing here approves: that is done by persons on their own pages."""

from datetime import date

from djflow.assembly import House, fund_duties, fund_till, relief
from djflow.fund.cases.model import STATE_WORDS
from djflow.fund.payment.model import PaymentBatch
from flows.frame import COORDINATOR, Ending, attention, done, program, step
from flows.fund_forms import BatchNumber, Festival, FestivalCode, FestivalDay, PaperName, file_code
from flows.this_run import label_run, meant_on, parameter


@step("登记纸质申请")
def register(house: House, name: str) -> relief.Received:
    """File the application that lies in the import folder."""
    return fund_duties.register_paper(house, name, by=COORDINATOR)


@program("登记纸质申请", lambda: f"{meant_on()}·登记纸质申请")
async def fund_paper(name: PaperName) -> Ending:
    """Register a paper application with its photographs; what lacks something stays a draft and says what."""
    found = await register(name)
    await label_run(found.case.subject)
    if found.missing:
        return attention(f"已登记 {found.case.number}，还缺：{'、'.join(found.missing)}。")
    return done(f"已登记 {found.case.number}：{STATE_WORDS[found.case.state]}。")


@step("结清批次")
def close(house: House, number: str) -> PaymentBatch:
    """Close a batch in which nothing is open."""
    return fund_till.close_settled(house, number, by=COORDINATOR)


@program("结清付款批次", lambda: f"{parameter('number')}·结清付款批次")
async def fund_batch_close(number: BatchNumber) -> Ending:
    """Close a payment batch; one with an open payment or a doubtful row is refused and says which."""
    found = await close(number)
    await label_run(fund_till.subject_of(found))
    return done(f"批次 {found.number} 已结清，{found.count}笔。")


@step("上报名单")
def file_list(house: House, festival: fund_duties.Festival) -> fund_duties.Opened:
    """Open an approval for every line of the prepared list."""
    return fund_duties.open_festival(house, festival, by=COORDINATOR)


@program("节日慰问名单", lambda: f"{parameter('on')}·{parameter('festival')}慰问名单")
async def fund_festival_batch(festival: Festival, on: FestivalDay) -> Ending:
    """File a festival's list: each line goes to its approvers by itself; again files only what is missing."""
    found = await file_list(_festival(festival, on))
    before = f"，其中{found.before}行先前已上报" if found.before else ""
    sentence = f"名单{found.lines}行{before}，新上报{found.opened}行，等各级审批。"
    if found.refused:
        rows = "、".join(map(str, found.refused))
        return attention(f"{sentence}第{rows}行正以别的金额审批，没有上报：要改金额，请先撤回。")
    return done(sentence)


def _festival(festival: FestivalCode, on: date) -> fund_duties.Festival:
    return fund_duties.Festival(file_code(festival), festival.value, on)
