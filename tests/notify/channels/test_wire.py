import asyncio
import logging
import socket
import ssl
from datetime import timedelta

import aiohttp
import pytest

from djflow.notify.channels.base import Outcome, Verdict
from djflow.notify.channels.config import ChannelConfig
from djflow.notify.channels.factory import build
from djflow.notify.channels.wire import Answer, Request, exchange_now, fault_before, fault_of
from djflow.notify.simulator import Faults, Simulator, simulated
from tests.notify.channels.talk import URLS, at_simulator, message

QUICK = timedelta(milliseconds=300)


def closed_port() -> int:
    """A port of this machine on which nobody listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def test_a_refused_connection_is_certainly_not_taken() -> None:
    """Nobody listens, or the name is unknown: try again later."""

    async def run() -> tuple[Outcome, ...]:
        url, base = simulated("a", URLS["wecomrobot"], f"http://127.0.0.1:{closed_port()}")
        channel = build(ChannelConfig("a", url, base))
        await channel.start()
        try:
            return await channel.send([message()])
        finally:
            await channel.close()

    assert [(one.verdict, one.code) for one in asyncio.run(run())] == [(Verdict.TRANSIENT, "refused")]


@pytest.mark.parametrize(
    ("faults", "code", "arrived"),
    [
        (Faults(reset_before=1.0), "reset", 0),
        (Faults(reset_after=1.0), "reset", 1),
        (Faults(html=1.0), "unreadable", 0),
        (Faults(cut_json=1.0), "unreadable", 1),
        (Faults(server_error=1.0), "http_502", None),
        (Faults(hang=1.0, hang_seconds=30), "timeout", None),
    ],
)
@pytest.mark.parametrize("scheme", ["wecomrobot", "dingrobot", "feishurobot", "aliyunsms", "tencentsms", "cloudmas"])
def test_whatever_happens_after_the_request_left_is_unknown(
    scheme: str, faults: Faults, code: str, arrived: int | None
) -> None:
    """A reset, a silence, a page or half an answer says nothing about whether the message was taken."""

    async def run() -> tuple[Outcome, int]:
        async with (
            Simulator(faults=faults, seed=3) as simulator,
            at_simulator(simulator, scheme, patience=QUICK) as channel,
        ):
            outcomes = await channel.send([message()])
            return outcomes[0], len(simulator.taken)

    outcome, count = asyncio.run(run())
    assert (outcome.verdict, outcome.code) == (Verdict.UNKNOWN, code)
    assert arrived is None or count == arrived


@pytest.mark.parametrize("scheme", ["wecomrobot", "dingrobot", "feishurobot", "aliyunsms", "tencentsms", "cloudmas"])
def test_a_slow_answer_is_a_good_answer(scheme: str) -> None:
    """A provider that takes its time has taken the message."""

    async def run() -> Outcome:
        faults = Faults(slow=1.0, slow_seconds=0.01)
        async with Simulator(faults=faults) as simulator, at_simulator(simulator, scheme) as channel:
            return (await channel.send([message()]))[0]

    assert asyncio.run(run()).verdict is Verdict.ACCEPTED


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (TimeoutError(), Verdict.UNKNOWN),
        (aiohttp.ServerDisconnectedError(), Verdict.UNKNOWN),
        (aiohttp.ConnectionTimeoutError(), Verdict.TRANSIENT),
        (aiohttp.SocketTimeoutError(), Verdict.UNKNOWN),
        (ConnectionResetError(), Verdict.UNKNOWN),
        (aiohttp.InvalidURL("x"), Verdict.CONFIG),
        (ssl.SSLCertVerificationError(), Verdict.CONFIG),
    ],
)
def test_errors_of_the_network(error: Exception, verdict: Verdict) -> None:
    """Each error of the network has its verdict."""
    assert fault_of(error).verdict is verdict


def test_errors_before_the_blocking_request() -> None:
    """The Apprise path sorts its errors the same way."""
    assert fault_before(socket.gaierror()).code == "dns"
    assert fault_before(ssl.SSLError()).verdict is Verdict.CONFIG
    answer = exchange_now(Request(f"http://127.0.0.1:{closed_port()}/x"), QUICK)
    assert answer.fault
    assert answer.fault.verdict is Verdict.TRANSIENT


def test_nothing_personal_is_shown_or_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Number, name, text and keys appear in no log line and in no printed object."""
    caplog.set_level(logging.DEBUG)
    one = message(address="13812345678", variables={"name": "张某某"}, text="张某某同志请值班")

    async def run() -> tuple[Outcome, str]:
        async with Simulator(faults=Faults(refused=1.0)) as simulator, at_simulator(simulator, "aliyunsms") as channel:
            outcomes = await channel.send([one])
            simulator.world.faults = Faults()
            await channel.send([one])
            return outcomes[0], repr(simulator.taken)

    outcome, shown = asyncio.run(run())
    config = ChannelConfig("sms", "aliyunsms://keyid:keysecret@某区组织部")
    printed = [one, outcome, config, Request("http://x/?key=k", b"13812345678"), Answer(200, b"13812345678"), shown]
    everything = caplog.text + "".join(map(repr, printed))
    for secret in ("13812345678", "张某", "keysecret", "key=k"):
        assert secret not in everything
    assert "BUSINESS_LIMIT_CONTROL" in caplog.text
