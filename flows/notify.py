"""Around the sender: sweeps, digests, reports fetched, dead letters shown, channels watched."""

from collections.abc import Mapping
from datetime import timedelta

from djflow.assembly import House, notices, outbox, postbox, sending
from djflow.assembly.runs import FailedRun, runs_failed
from djflow.core.clock import civil_datetime
from djflow.notify.delivery.model import ChannelHealth
from djflow.notify.feedback.model import Taken
from flows.artifacts import leave_table
from flows.failures import look
from flows.frame import SCHEDULE, Ending, attention, done, program, step, the_house
from flows.this_run import meant_for, meant_on

_WEEK = timedelta(days=7)


@step("巡查通知")
def sweep(house: House) -> sending.Swept:
    """Move every notice on; send as well when no sender runs."""
    return sending.sweep(house)


@step("报告失败的运行")
def report(house: House, failed: tuple[FailedRun, ...], well: frozenset[str]) -> int:
    """Tell the office of runs that failed, once each day and deployment."""
    return runs_failed(house, failed, well=well, by=SCHEDULE)


@program("巡查通知", lambda: f"{civil_datetime(meant_for()):%m月%d日%H:%M}·巡查通知")
async def notify_sweep() -> Ending:
    """Look after leases, unknown messages, escalations, what is too old, runs that failed; send what was left."""
    told = await report(*await look(the_house()))
    found = await sweep()
    sentence = f"办理{found.moved}条，补发{found.sent}条。" + (f"报告运行失败{told}件。" if told else "")
    return attention(f"{sentence}失败{found.failed}条，请看“失败的消息”。") if found.failed else done(sentence)


@step("合并通知")
def merge(house: House) -> int:
    """Merge what may wait into one notice per person and half-day."""
    return outbox.make_digests(house)


@program("合并通知", lambda: f"{civil_datetime(meant_for()):%m月%d日%H:%M}·合并通知")
async def notify_digest() -> Ending:
    """Write the digests of this half-day; each is written once."""
    made = await merge()
    return done(f"写出合并通知{made}条。" if made else "没有要合并的通知。")


@step("取回执")
def pull(house: House) -> Mapping[str, Taken]:
    """Fetch reports and replies from every channel that hands them out."""
    return postbox.pull(house)


@program("取回执", lambda: f"{civil_datetime(meant_for()):%m月%d日%H:%M}·取回执")
async def receipt_pull() -> Ending:
    """Fetch delivery reports and replies; what nobody understands goes to the inbox."""
    found = await pull()
    reports, answers = sum(one.reports for one in found.values()), sum(one.answers for one in found.values())
    unclear = sum(one.unclear for one in found.values())
    sentence = f"回执{reports}条，答复{answers}条。"
    return attention(f"{sentence}有{unclear}条看不明白，请到工作台阅读。") if unclear else done(sentence)


@step("汇总送达情况")
def figures(house: House) -> notices.Rows:
    """Return what became of the last seven days' notices."""
    return notices.figure_rows(house, meant_for() - _WEEK, meant_for())


@step("列出失败的消息")
def lost(house: House) -> notices.Rows:
    """Return messages that failed or whose fate nobody knows."""
    return notices.lost_rows(house)


@step("列出要打电话的")
def calls(house: House) -> notices.Rows:
    """Return the notices that wait for a human."""
    return notices.call_rows(house)


@program("失败的消息", lambda: f"{meant_on()}·失败的消息")
async def dead_letter_report() -> Ending:
    """Leave the delivery figures of the week, the failed messages with reasons, and whom to call; codes only."""
    failed, waiting = await lost(), await calls()
    await leave_table("notify-week", "七天送达情况", await figures())
    await leave_table("notify-lost", "失败的消息", failed)
    await leave_table("notify-calls", "要打电话的", waiting)
    sentence = f"失败{len(failed)}条，要打电话{len(waiting)}人次。"
    return attention(sentence) if failed or waiting else done("没有失败的消息。")


@step("检查渠道")
def check(house: House) -> tuple[ChannelHealth, ...]:
    """Return how every channel is doing, and alert the office about those that are stopped or stuck."""
    return notices.check_channels(house)


@program("检查渠道", lambda: f"{civil_datetime(meant_for()):%m月%d日%H:%M}·检查渠道")
async def channel_check() -> Ending:
    """Look for channels that are stopped or do not get on."""
    found = await check()
    bad = [one.channel for one in found if one.needs_attention]
    return attention(f"渠道不正常：{'、'.join(bad)}。请到工作台查看。") if bad else done("各渠道正常。")
