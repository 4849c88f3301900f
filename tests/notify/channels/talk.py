"""Conversations with canned answers, and channels at the simulator."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from djflow.core.clock import Clock
from djflow.notify.channels.base import Channel, Outgoing
from djflow.notify.channels.config import ChannelConfig, channel_url
from djflow.notify.channels.factory import build
from djflow.notify.channels.provider import Conversation, Provider, Stamp, TokenWanted
from djflow.notify.channels.providers import PROVIDERS
from djflow.notify.channels.wire import Answer, Request
from djflow.notify.simulator import Simulator, simulated

R = TypeVar("R")
NOW = datetime(2026, 11, 18, 1, 0, tzinfo=UTC)
NUMBER = "13800000001"
URLS = {
    "wecomrobot": "wecomrobot://sim-a",
    "wecomapp": "wecomapp://wwcorp/1000002?secret=s3cret&token=t&aes=a",
    "dingrobot": "dingrobot://sim-a?secret=SEC1",
    "feishurobot": "feishurobot://sim-a?secret=s1",
    "aliyunsms": "aliyunsms://keyid:keysecret@某区组织部",
    "tencentsms": "tencentsms://keyid:keysecret@1400000000/某区组织部",
    "cloudmas": "cloudmas://ap:secret@SIGN?ec=某单位",
}


def stamp() -> Stamp:
    """A fixed instant and word."""
    return Stamp(NOW, "nonce")


def provider(scheme: str, url: str = "") -> Provider:
    """The provider of a scheme as the office might configure it."""
    kind = next(one for one in PROVIDERS if one.scheme == scheme)
    return kind(channel_url(url or URLS[scheme]), "http://mas.example" if scheme == "cloudmas" else "")


def message(number: int = 1, **more: object) -> Outgoing:
    """A duty reminder to one person."""
    values: dict[str, object] = {
        "id": f"m{number}",
        "address": f"138{number:08d}",
        "text": "请于12月5日的8:30到甲场参加赶场服务。",
        "template": "SMS_1",
        "variables": {"name": f"某{number}"},
    }
    return Outgoing(**(values | more))  # type: ignore[arg-type] # names are checked by the class itself


def answer(content: object, status: int = 200) -> Answer:
    """What a provider says, as JSON unless it is text already."""
    return Answer(status, content.encode() if isinstance(content, str) else json.dumps(content).encode())


def converse(conversation: Conversation[R], answers: Sequence[Answer]) -> tuple[R, list[Request]]:
    """Run a conversation with these answers; tokens come for free."""
    waiting = list(answers)
    requests: list[Request] = []
    try:
        step = next(conversation)
        while True:
            if isinstance(step, TokenWanted):
                step = conversation.send(Answer(200, b"fresh" if step.stale else b"token"))
            else:
                requests.append(step)
                step = conversation.send(waiting.pop(0))
    except StopIteration as stop:
        result: R = stop.value
        return result, requests


@asynccontextmanager
async def at_simulator(
    simulator: Simulator, scheme: str, *, patience: timedelta = timedelta(seconds=5), clock: Clock | None = None
) -> AsyncIterator[Channel]:
    """A started channel that sends to the simulator."""
    url, base = simulated("a", URLS[scheme], simulator.url)
    channel = build(ChannelConfig("a", url, base, patience), clock=clock)
    await channel.start()
    try:
        yield channel
    finally:
        await channel.close()
