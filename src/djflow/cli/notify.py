"""`djflow notify`: send, look, preview, rehearse, stop and start channels, send again."""

from dataclasses import asdict
from datetime import datetime

import click

from djflow.cli.frame import answer, home_of, json_option, progress

_BY = "cli"


@click.group("notify", help="通知：发送、查看、预览、演练。")
def notify() -> None:
    """Group of notice commands."""


@notify.command("serve", help="一直运行，到时间就发送；按 Ctrl-C 停下。")
@click.pass_context
def serve(context: click.Context) -> None:
    """Send until interrupted."""
    from djflow.assembly import open_house, sending  # noqa: PLC0415 - loads SQLAlchemy

    house = open_house(home_of(context))
    progress("发送程序已启动，按 Ctrl-C 停下。")
    sending.serve(house)


@notify.command("drain", help="把现在能发的都发出去，然后结束。")
@click.option("--once", is_flag=True, help="只发一轮；不写就发到没有可发的为止。")
@json_option
@click.pass_context
def drain(context: click.Context, *, once: bool, as_json: bool) -> None:
    """Send what may leave now."""
    from djflow.assembly import open_house, sending  # noqa: PLC0415 - loads SQLAlchemy

    done = sending.drain(open_house(home_of(context)), once=once)
    value = {"sent": done.sent, "failed": done.failed, "unknown": done.unknown, "held": done.held}
    text = f"送出 {done.sent} 条，失败 {done.failed} 条，不明 {done.unknown} 条，留待以后 {done.held} 条。"
    answer(value, as_json=as_json, text=text)


@notify.command("list", help="列出通知，新的在前。")
@click.option(
    "--limit",
    type=click.IntRange(1, 10_000),
    default=200,
    show_default=True,
    metavar="条数",
    help="最多列几条，新的在前。",
)
@click.option("--state", default="", metavar="状态", help="只列这种状态的，如 pending、needs_human。")
@json_option
@click.pass_context
def list_(context: click.Context, limit: int, state: str, *, as_json: bool) -> None:
    """List notices without their texts."""
    from djflow.assembly import notices, open_house  # noqa: PLC0415 - loads SQLAlchemy

    rows = notices.listing(open_house(home_of(context)), state=state, limit=limit)
    answer([dict(row) for row in rows], as_json=as_json, text=lambda: notices.listing_text(rows))


@notify.command("show", help="显示一条通知从写下到答复的全过程。")
@click.argument("number", metavar="编号")
@json_option
@click.pass_context
def show(context: click.Context, number: str, *, as_json: bool) -> None:
    """Show a notice's whole life, addresses masked."""
    from djflow.assembly import notices, open_house  # noqa: PLC0415 - loads SQLAlchemy

    life = notices.life(open_house(home_of(context)), number)
    answer(_plain(asdict(life)), as_json=as_json, text=lambda: notices.life_text(life))


@notify.command("preview", help="按现在的配置和资料，看一条通知会怎样写、多长、走哪些渠道。")
@click.argument("number", metavar="编号", required=False, default="")
@click.option("--text", "text_name", default="", metavar="文本", help="用示例资料预览一个文本，如 sms/duty_reminder。")
@json_option
@click.pass_context
def preview(context: click.Context, number: str, text_name: str, *, as_json: bool) -> None:
    """Show how a notice or a text would read."""
    from djflow.assembly import notices, open_house  # noqa: PLC0415 - loads SQLAlchemy

    found = notices.preview(open_house(home_of(context)), number, text_name)
    answer([asdict(one) for one in found], as_json=as_json, text=lambda: notices.preview_text(found))


@notify.command("rehearse", help="用本区的配置对着模拟平台演练，不会真发；故障、强行中断都试一遍。")
@click.option(
    "--messages", type=click.IntRange(1, 100_000), default=500, show_default=True, metavar="条数", help="发几条。"
)
@click.option(
    "--kills",
    type=click.IntRange(0, 50),
    default=0,
    show_default=True,
    metavar="次数",
    help="中途强行结束发送程序几次。",
)
@click.option("--seed", type=int, default=1, show_default=True, metavar="种子", help="故障的随机种子。")
@json_option
@click.pass_context
def rehearse(context: click.Context, messages: int, kills: int, seed: int, *, as_json: bool) -> None:
    """Rehearse against the simulated providers."""
    from djflow.assembly import open_house, rehearsal  # noqa: PLC0415 - loads SQLAlchemy

    progress("正在对着模拟平台演练，不会真的发出任何消息…")
    done = rehearsal.rehearse(open_house(home_of(context)), messages=messages, kills=kills, seed=seed)
    text = (
        f"{done.messages} 条：平台收到 {done.delivered} 条，丢 {done.lost} 条，重 {done.doubled} 条，"
        f"因太快被拒 {done.refused_for_rate} 次，没有察觉的错误 {done.undetected_errors} 条；"
        f"每秒 {done.msgs_per_second:.0f} 条（直接发 {done.raw_msgs_per_second:.0f} 条）。"
    )
    answer(asdict(done), as_json=as_json, text=text)


@notify.command("pause", help="停用一个渠道，它的消息等着。")
@click.argument("channel", metavar="渠道")
@json_option
@click.pass_context
def pause(context: click.Context, channel: str, *, as_json: bool) -> None:
    """Stop a channel."""
    from djflow.assembly import notices, open_house  # noqa: PLC0415 - loads SQLAlchemy

    notices.pause_channel(open_house(home_of(context)), channel, reason="manual", by=_BY)
    answer({"channel": channel, "paused": True}, as_json=as_json, text=f"渠道 {channel} 已停用，它的消息等着。")


@notify.command("resume", help="恢复一个停用的渠道。")
@click.argument("channel", metavar="渠道")
@json_option
@click.pass_context
def resume(context: click.Context, channel: str, *, as_json: bool) -> None:
    """Start a stopped channel again."""
    from djflow.assembly import notices, open_house  # noqa: PLC0415 - loads SQLAlchemy

    notices.resume_channel(open_house(home_of(context)), channel, by=_BY)
    answer({"channel": channel, "paused": False}, as_json=as_json, text=f"渠道 {channel} 已恢复。")


@notify.command("replay", help="把一条失败的消息再发一次。")
@click.argument("message", metavar="消息编号")
@json_option
@click.pass_context
def replay(context: click.Context, message: str, *, as_json: bool) -> None:
    """Send a failed message again."""
    from djflow.assembly import notices, open_house  # noqa: PLC0415 - loads SQLAlchemy

    notices.replay(open_house(home_of(context)), message, by=_BY)
    answer({"message": message, "state": "pending"}, as_json=as_json, text="已放回发送队列。")


def _plain(value: object) -> object:
    """Return the value with instants as ISO 8601."""
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, datetime) else value
