"""Postings on their way: a daily look at clocks and ends, the month's attendance, the reviews in the middle."""

from djflow.assembly import House, dispatch_postings_watch
from djflow.assembly.dispatch_postings_watch import Attended, Middles, Watched
from djflow.core.spans import Month
from flows.artifacts import leave_table
from flows.frame import SCHEDULE, Ending, attention, done, program, step
from flows.this_run import meant_on


@step("巡查派出")
def look(house: House) -> Watched:
    """Do what is due in every posting and return what somebody must look after."""
    return dispatch_postings_watch.watch(house, by=SCHEDULE)


@program("派出巡查", lambda: f"{meant_on()}·派出巡查")
async def posting_watch() -> Ending:
    """Tell about reports, reviews and ends that are due; leave what is late, ends coming up, and empty posts."""
    found = await look()
    await leave_table("posting-late", f"超期{len(found.late)}项", found.late)
    await leave_table("posting-ending", f"即将期满{len(found.ending)}人", found.ending)
    await leave_table("posting-vacancies", f"岗位空缺{len(found.vacancies)}个", found.vacancies)
    sentence = f"在办派出{found.open}人，即将期满{len(found.ending)}人，待印发文书{found.papers}份。"
    waits = f"超期{len(found.late)}项。" if found.late else ""
    waits += f"岗位空缺{len(found.vacancies)}个，要提出替补。" if found.vacancies else ""
    waits += f"新提出召回{found.proposed}人，请研究。" if found.proposed else ""
    return attention(sentence + waits) if waits else done(sentence)


@step("看是否到了下发月报的日子")
def which_month(house: House) -> Month | None:
    """Return the month to ask about, None before the second workday."""
    return dispatch_postings_watch.month_to_ask(house)


@step("下发月报")
def attend(house: House, month: Month) -> Attended:
    """Ask for the forms of a month and return how attendance stands."""
    return dispatch_postings_watch.attend(house, month, by=SCHEDULE)


@program("派出考勤", lambda: f"{Month.of(meant_on()).preceding.title}·派出考勤")
async def attendance_monthly() -> Ending:
    """Ask for last month's forms; leave the lights, and propose recalls that the figures ask for."""
    month = await which_month()
    if month is None:
        return done("还没有到本月第二个工作日。")
    found = await attend(month)
    await leave_table("posting-attendance", f"{found.month.title}在岗情况", found.rows)
    sentence = f"{found.month.title}月报新下发{found.asked}人，天数不足{found.short}人。"
    return attention(f"{sentence}新提出召回{found.proposed}人，请研究。") if found.proposed else done(sentence)


@step("中期考核")
def middles(house: House) -> Middles:
    """Ask for the reviews in the middle that are due and record those that are in."""
    return dispatch_postings_watch.middles(house, by=SCHEDULE)


@program("派出中期考核", lambda: f"{meant_on()}·派出中期考核")
async def posting_midterm() -> Ending:
    """Ask hosts for the reviews in the middle that are due; record those whose form is in, and leave who is due."""
    found = await middles()
    await leave_table("posting-midterm", f"应做中期考核{len(found.rows)}人", found.rows)
    waiting = len(found.rows) - found.recorded
    sentence = f"登记中期考核{found.recorded}人。"
    return attention(f"{sentence}还等接收单位填报{waiting}人。") if waiting else done(sentence)
