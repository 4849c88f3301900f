"""What coordinators do for the fund by form. Nothing here approves: that is done by persons on their own pages."""

from datetime import date

from djflow.assembly import House, fund_duties, fund_lists, fund_till, relief
from djflow.fund.cases.model import STATE_WORDS
from djflow.fund.payment.model import PaymentBatch
from flows.artifacts import leave_table
from flows.frame import COORDINATOR, Ending, attention, done, program, step
from flows.fund_forms import BatchNumber, Festival, FestivalCode, FestivalDay, PaperName, file_code
from flows.this_run import label_run, meant_on, parameter

_MOST_SHOWN = 20


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
def file_list(house: House, festival: fund_lists.Festival) -> fund_lists.Filed:
    """Take in the prepared list whole and send every line to its approvers."""
    source = fund_lists.prepared(fund_duties.import_folder(house), festival)
    return fund_lists.file_list(house, festival, source, by=COORDINATOR)


@step("列出名单进度")
def show_list(house: House, name: str) -> fund_lists.Rows:
    """Return how far each line of a list is, by number."""
    return fund_lists.show(house, name)


@program("节日慰问名单", lambda: f"{parameter('on')}·{parameter('festival')}慰问名单")
async def fund_festival_batch(festival: Festival, on: FestivalDay) -> Ending:
    """File a festival's list: all of it or nothing, each line a case of its own; again files only what is missing."""
    meant = _festival(festival, on)
    found = await file_list(meant)
    report = found.report
    if report.rejected:
        wrong = "；".join(f"第{one.row}行“{one.column}”{one.message}" for one in report.rejected[:_MOST_SHOWN])
        more = f"等共{len(report.rejected)}处" if len(report.rejected) > _MOST_SHOWN else ""
        return attention(f"名单没有上报，一行也没有：{wrong}{more}请改好后再运行。")
    await leave_table(f"fund-list-{meant.name}", f"{meant.full_title}慰问名单", await show_list(meant.name))
    before = f"，其中{report.unchanged}行先前已上报" if report.unchanged else ""
    sentence = f"名单{report.rows}行{before}，新上报{report.created}行，等各级审批。"
    return attention(f"{sentence}有{found.held}行现在不符合条件，没有送审。") if found.held else done(sentence)


def _festival(festival: FestivalCode, on: date) -> fund_lists.Festival:
    return fund_lists.Festival(file_code(festival), festival.value, on)
