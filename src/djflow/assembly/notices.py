"""What people see and do about notices: lists, lives, previews, stopped channels, dead letters, the phone list."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from djflow.assembly import boxes
from djflow.assembly.channels import unopenable
from djflow.assembly.house import House
from djflow.assembly.outbox import BY, alert_stopped, outlook_of
from djflow.audit import service as audit
from djflow.core.clock import civil_datetime
from djflow.core.errors import InputError, NotFoundError
from djflow.core.subject import Subject
from djflow.notify import service
from djflow.notify.again import send_again
from djflow.notify.delivery import service as delivery
from djflow.notify.delivery.model import ChannelHealth
from djflow.notify.labels import ANSWER_LABELS, KIND_LABELS, MESSAGE_LABELS, NOTICE_LABELS, REASON_LABELS
from djflow.notify.lives import service as lives
from djflow.notify.lives.model import Call, Figures, Life, Lost, MessageLife
from djflow.notify.model import NoticeKind, NoticeState
from djflow.notify.rules import sms_parts, utf16_units
from djflow.notify.texts import SAMPLES

Row = Mapping[str, str]
Rows = tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """How a text reads: length in UTF-16 units and UTF-8 bytes, SMS parts with the signature, channels it goes by."""

    text_name: str
    text: str
    units: int
    octets: int
    parts: int
    channels: tuple[str, ...]


def listing(house: House, *, state: str = "", kind: str = "", limit: int = 200) -> tuple[Row, ...]:
    """Return notices, newest first, without texts.

    Raises: InputError for an unknown state or kind.
    """
    if state and state not in set(NoticeState):
        raise InputError(f"没有“{state}”这种状态，可以写：{'、'.join(NoticeState)}。", code="notice.no_state")
    if kind and kind not in set(NoticeKind):
        raise InputError(f"没有“{kind}”这种通知，可以写：{'、'.join(NoticeKind)}。", code="notice.no_kind")
    states = (NoticeState(state),) if state else ()
    kinds = (NoticeKind(kind),) if kind else ()
    with house.reading() as session:
        return service.listing(session, states=states, kinds=kinds, limit=limit)


def listing_text(rows: Sequence[Row]) -> str:
    """Return a list as lines for people."""
    if not rows:
        return "没有通知。"
    return "\n".join(
        f"{row['id']}  {KIND_LABELS[NoticeKind(row['kind'])]}  {NOTICE_LABELS[NoticeState(row['state'])]}"
        f"{_because(row['reason'])}  {row['subject']}  {row['slot']}"
        for row in rows
    )


def life(house: House, notice_id: str) -> Life:
    """Return a notice from intent to answer.

    Raises: NotFoundError.
    """
    with house.reading() as session:
        return lives.life(session, notice_id)


def life_text(found: Life) -> str:
    """Return a notice's life as lines for people."""
    lines = [
        f"{KIND_LABELS[found.kind]} {found.subject} 第{found.version}版",
        f"状态：{NOTICE_LABELS[found.state]}{_because(found.reason)}",
        f"有效：{_at(found.due_at)} 至 {_at(found.expires_at)}",
    ]
    for message in found.messages:
        lines += _message_lines(message)
    lines += [f"答复：{ANSWER_LABELS[one.answer]}（{one.via}，{_at(one.at)}）" for one in found.answers]
    return "\n".join(lines)


def _message_lines(message: MessageLife) -> list[str]:
    head = f"第{message.step + 1}步 {message.channel}：{MESSAGE_LABELS[message.state]}{_because(message.reason)}"
    tries = [f"  第{one.number}次 {_at(one.at)} {one.verdict} {one.code}".rstrip() for one in message.attempts]
    reports = [f"  回执 {_at(one.at)} {one.state} {one.code}".rstrip() for one in message.reports]
    return [head, f"  {message.text}", *tries, *reports]


def _because(reason: str) -> str:
    return f"（{REASON_LABELS.get(reason, reason)}）" if reason else ""


def _at(instant: datetime) -> str:
    return f"{civil_datetime(instant):%m月%d日%H:%M}"


def preview(house: House, notice_id: str, text_name: str) -> tuple[Preview, ...]:
    """Return how a notice reads with its real values, or a text with sample values; every text when neither is given.

    Raises: NotFoundError for an unknown notice; InputError for an unknown text; ConfigError when a text is wrong.
    """
    outlook = outlook_of(house)
    if notice_id:
        found = life(house, notice_id)
        row = next((one for one in listing(house, limit=10_000) if one["id"] == notice_id), None)
        name = row["text"] if row else ""
        channels = tuple(step.channel for step in outlook.policies[found.kind].steps)
        return (_previewed(house, name, found.values, channels),)
    if text_name and text_name not in SAMPLES:
        raise InputError(f"没有文本“{text_name}”，可以写：{'、'.join(SAMPLES)}。", code="text.unknown")
    names = [text_name] if text_name else [name for name in SAMPLES if not name.startswith(("public/", "documents/"))]
    return tuple(_previewed(house, name, SAMPLES[name], ()) for name in names)


def _previewed(house: House, name: str, values: Mapping[str, object], channels: tuple[str, ...]) -> Preview:
    text = house.texts.render(name, **values)
    parts = sms_parts(text, house.settings.district.signature)
    return Preview(name, text, utf16_units(text), len(text.encode()), parts, channels)


def preview_text(found: Sequence[Preview]) -> str:
    """Return previews as lines for people."""
    return "\n".join(
        f"【{one.text_name}】{one.units} 字，{one.octets} 字节，短信 {one.parts} 条"
        f"{'，走 ' + '、'.join(one.channels) if one.channels else ''}\n{one.text}"
        for one in found
    )


def pause_channel(house: House, channel: str, *, reason: str, by: str) -> None:
    """Stop a channel; its messages wait.

    Raises: NotFoundError for an unknown channel.
    """
    _known(house, channel)
    with house.transaction() as session:
        delivery.pause_channel(session, channel, reason=reason, by=by, now=house.now())
        audit.record(session, Subject("notify.channel", channel), "channel.pause", by=by, now=house.now())
        boxes.channel_down(session, channel, "已暂停，消息在等：可以发了请恢复", now=house.now())


def resume_channel(house: House, channel: str, *, by: str) -> None:
    """Start a stopped channel again.

    Raises: NotFoundError for an unknown channel.
    """
    _known(house, channel)
    with house.transaction() as session:
        delivery.resume_channel(session, channel, by=by, now=house.now())
        audit.record(session, Subject("notify.channel", channel), "channel.resume", by=by, now=house.now())
        boxes.channels_up(session, [channel], by=by, now=house.now())


def _known(house: House, channel: str) -> None:
    keys = [entry.key for entry in house.settings.channels.entries]
    if channel not in keys:
        raise NotFoundError(f"没有渠道“{channel}”，可以写：{'、'.join(keys)}。", code="channel.unknown")


def health(house: House) -> tuple[ChannelHealth, ...]:
    """Return how every enabled channel is doing."""
    keys = [entry.key for entry in house.settings.channels.entries if entry.enabled]
    with house.reading() as session:
        return delivery.channel_health(session, keys, now=house.now())


def check_channels(house: House) -> tuple[ChannelHealth, ...]:
    """Return how every enabled channel is doing; the office is told once a day of each that is stopped or stuck."""
    found, shut = health(house), unopenable(house.settings, os.environ)
    bad = {one.channel: one for one in found if one.needs_attention or one.channel in shut}
    for one in bad.values():
        alert_stopped(house, one.channel, stuck=one.is_stuck and not one.paused and one.channel not in shut)
    with house.transaction() as session:
        well = [one.channel for one in found if one.channel not in bad]
        boxes.channels_up(session, well, by=BY, now=house.now())
    return found


def replay(house: House, message_id: str, *, by: str) -> None:
    """Send a failed message again, to the address of today.

    Raises: NotFoundError; ConflictError when it did not fail, nobody is to hear of it any more, or there is no address.
    """
    with house.transaction() as session:
        send_again(session, outlook_of(house), message_id, by=by, now=house.now())
        boxes.keep_calls(session, by=by, now=house.now())


def dead_letters(house: House) -> tuple[Lost, ...]:
    """Return messages that failed or whose fate nobody knows, newest first."""
    with house.reading() as session:
        return lives.dead_letters(session)


def phone_list(house: House) -> tuple[Call, ...]:
    """Return the notices that wait for a human, the most pressing first."""
    with house.reading() as session:
        return lives.phone_list(session)


def settle_call(house: House, notice_id: str, *, by: str) -> None:
    """Record that somebody called about a notice; twice is once."""
    with house.transaction() as session:
        lives.settle_call(session, notice_id, by=by, now=house.now())
        boxes.keep_calls(session, by=by, now=house.now())


def figures(house: House, since: datetime, until: datetime) -> Figures:
    """Return what became of the notices written from `since` up to `until` (excluded)."""
    asking = [kind for kind, policy in outlook_of(house).policies.items() if policy.acknowledge]
    with house.reading() as session:
        return lives.figures(session, since, until, asking=asking)


def figure_rows(house: House, since: datetime, until: datetime) -> Rows:
    """Return what became of the notices of a span as rows for people."""
    found = figures(house, since, until)
    numbers = {"通知": found.notices, "平台已收": found.accepted, "已送达": found.delivered, "失败": found.failed}
    rates = {"送达率": found.delivery_rate, "答复率": found.answer_rate}
    rows = [{"项目": name, "数": str(count)} for name, count in numbers.items()]
    rows += [{"项目": name, "数": "—" if rate is None else f"{rate:.1%}"} for name, rate in rates.items()]
    return (*rows, *({"项目": f"计费条数（{channel}）", "数": str(parts)} for channel, parts in found.parts.items()))


def lost_rows(house: House) -> Rows:
    """Return failed messages as rows for people, by code."""
    return tuple(
        {
            "消息": one.message_id,
            "通知": KIND_LABELS[one.kind],
            "渠道": one.channel,
            "状态": MESSAGE_LABELS[one.state],
            "原因": REASON_LABELS.get(one.reason, one.reason),
            "代码": one.code,
        }
        for one in dead_letters(house)
    )


def call_rows(house: House) -> Rows:
    """Return whom to call as rows for people, by the notice's number."""
    return tuple(
        {
            "通知": KIND_LABELS[one.kind],
            "编号": one.notice_id,
            "原因": REASON_LABELS.get(one.reason, one.reason),
            "最迟": _at(one.expires_at),
        }
        for one in phone_list(house)
    )
