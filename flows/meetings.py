"""Meetings on their way: regular ones are planned, notices and reminders go out, agreed matters are watched."""

from djflow.assembly import House, meetings_watch
from djflow.assembly.meetings_watch import Cycle, Reminded, Watched
from djflow.core.clock import civil_datetime
from flows.artifacts import leave_table
from flows.frame import SCHEDULE, Ending, attention, done, program, step
from flows.this_run import meant_for, meant_on


@step("安排会议和发通知")
def cycle(house: House) -> Cycle:
    """Plan what is near, send the notices that are due, and return every meeting under way."""
    return meetings_watch.cycle(house, by=SCHEDULE)


@program("会议周期", lambda: f"{meant_on()}·会议周期")
async def meeting_cycle() -> Ending:
    """Plan regular meetings and send notices in time; leave the meetings under way and what stands in the way."""
    found = await cycle()
    await leave_table("meeting-cycle", f"在办会议{len(found.rows)}次", found.rows)
    await leave_table("meeting-stuck", f"办不下去的会议{len(found.stuck)}次", found.stuck)
    drafted = f"拟好通知文稿{found.drafted}份，" if found.drafted else ""
    sentence = f"在办会议{len(found.rows)}次，{drafted}发出通知{found.noticed}次。"
    late = sum(1 for row in found.rows if row["超期"])
    paperless = sum(1 for row in found.rows if row["缺公文"])
    waits = f"办不下去{len(found.stuck)}次。" if found.stuck else ""
    waits += f"超期{late}次，请看表。" if late else ""
    waits += f"缺公文{paperless}次，请补办。" if paperless else ""
    return attention(sentence + waits) if waits else done(sentence)


@step("会议提醒")
def remind(house: House) -> Reminded:
    """Remind whoever is to hand in, answer or come."""
    return meetings_watch.remind(house, by=SCHEDULE)


@program("会议提醒", lambda: f"{civil_datetime(meant_for()):%m月%d日%H:%M}·会议提醒")
async def meeting_remind() -> Ending:
    """Remind of topics, replies and starts, each once; say how many units did not answer in time."""
    found = await remind()
    sentence = f"新提醒{found.told}人。"
    return attention(f"{sentence}{found.silent}个单位逾期未回复。") if found.silent else done(sentence)


@step("看议定事项的期限")
def watch(house: House) -> Watched:
    """Tell owners of what is near its due date or past it, and return every open item."""
    return meetings_watch.watch_items(house)


@program("议定事项督办", lambda: f"{meant_on()}·议定事项督办")
async def action_watch() -> Ending:
    """Watch the lights of agreed matters and ask for monthly reports; leave the table of open ones."""
    found = await watch()
    await leave_table("meeting-items", f"未销号事项{len(found.rows)}项", found.rows)
    sentence = f"未销号{len(found.rows)}项，临近期限{found.yellow}项，新提醒{found.told}人次。"
    return attention(f"{sentence}已超期{found.red}项，请督办。") if found.red else done(sentence)
