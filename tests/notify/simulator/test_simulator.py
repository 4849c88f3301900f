import asyncio
import json
from collections.abc import Mapping
from datetime import timedelta

import aiohttp
import pytest
from aiohttp import web

from djflow.core.clock import FixedClock
from djflow.core.errors import InputError
from djflow.notify.channels.base import Outcome, Verdict
from djflow.notify.channels.config import ChannelConfig
from djflow.notify.channels.factory import build
from djflow.notify.simulator import Faults, Simulator, Taken, digest, parse_faults, simulated
from djflow.notify.simulator.__main__ import main
from djflow.notify.simulator.faults import faults_of
from djflow.notify.simulator.world import World
from tests.notify.channels.talk import NOW, NUMBER, URLS, at_simulator, message

V = Verdict
QUICK = timedelta(milliseconds=200)


def robot(scheme: str, count: int, clock: FixedClock) -> list[Outcome]:
    """Send to one robot, one after the other."""

    async def run() -> list[Outcome]:
        async with Simulator(clock=clock) as simulator, at_simulator(simulator, scheme, clock=clock) as channel:
            return [outcome for number in range(count) for outcome in await channel.send([message(number)])]

    return asyncio.run(run())


@pytest.mark.parametrize(("scheme", "most"), [("wecomrobot", 20), ("dingrobot", 20), ("feishurobot", 5)])
def test_a_robot_takes_what_it_publishes_and_no_more(scheme: str, most: int) -> None:
    """The twenty-first message of a minute (the sixth of a second at Feishu) is refused, with status 200."""
    verdicts = [one.verdict for one in robot(scheme, most + 1, FixedClock(NOW))]
    assert verdicts == [V.ACCEPTED] * most + [V.RATE_LIMITED]


def test_dingtalk_blocks_for_ten_minutes() -> None:
    """After one message too many the robot refuses everything for ten minutes."""
    clock = FixedClock(NOW)

    async def run() -> list[Verdict]:
        async with Simulator(clock=clock) as simulator, at_simulator(simulator, "dingrobot", clock=clock) as channel:
            for number in range(21):
                await channel.send([message(number)])
            verdicts = []
            for minutes in (9, 11):
                later = FixedClock(NOW + timedelta(minutes=minutes))
                simulator.world.clock = later
                verdicts += [one.verdict for one in await channel.send([message(99)])]
            return verdicts

    assert asyncio.run(run()) == [V.RATE_LIMITED, V.ACCEPTED]


def test_provider_time_can_run_faster() -> None:
    """With a time scale of 600 the ten-minute block is over after a second."""
    clock = FixedClock(NOW)
    world = World(Faults(), 0, 600.0, clock)
    assert world.allow("x", 1, 599)
    assert not world.allow("x", 1, 599)
    world.clock = FixedClock(NOW + timedelta(seconds=1))
    assert world.allow("x", 1, 599)


@pytest.mark.parametrize("scheme", ["dingrobot", "feishurobot", "aliyunsms", "tencentsms", "cloudmas", "wecomapp"])
def test_a_wrong_key_is_seen(scheme: str) -> None:
    """A request signed with the wrong secret is refused as what it is: the office's configuration."""

    async def run() -> Outcome:
        async with Simulator() as simulator:
            url, base = simulated("a", URLS[scheme], simulator.url)
            channel = build(ChannelConfig("a", url.replace("simulator-secret", "wrong"), base))
            await channel.start()
            try:
                return (await channel.send([message()]))[0]
            finally:
                await channel.close()

    assert asyncio.run(run()).verdict is V.CONFIG


@pytest.mark.parametrize("scheme", ["dingrobot", "feishurobot", "aliyunsms", "tencentsms"])
def test_a_clock_that_is_wrong_is_seen(scheme: str) -> None:
    """A machine whose clock is two hours off is told by every provider that signs the time."""
    ahead = FixedClock(NOW + timedelta(hours=2))

    async def run() -> Outcome:
        async with (
            Simulator(clock=FixedClock(NOW)) as simulator,
            at_simulator(simulator, scheme, clock=ahead) as channel,
        ):
            return (await channel.send([message()]))[0]

    assert asyncio.run(run()).verdict is V.CONFIG


@pytest.mark.parametrize("version", ["v3", "v1"])
def test_both_ways_of_signing_batches_and_questions_are_accepted(version: str) -> None:
    """Aliyun takes single messages, batches and questions in either signature version."""

    async def run() -> tuple[set[Verdict], list[Verdict]]:
        async with Simulator() as simulator:
            url, base = simulated("a", f"aliyunsms://a:b@签名?version={version}", simulator.url)
            channel = build(ChannelConfig("a", url, base))
            await channel.start()
            try:
                batch = [message(number) for number in range(50)]
                outcomes = await channel.send([*batch, message(50, template="SMS_2")])
                asked = await channel.query(["m7", "m50", "lost"], [batch[7].address, "13800000050", NUMBER])
                return {one.verdict for one in outcomes}, [one.verdict for one in asked]
            finally:
                await channel.close()

    assert asyncio.run(run()) == ({V.ACCEPTED}, [V.ACCEPTED, V.ACCEPTED, V.TRANSIENT])


def test_a_bad_day_loses_and_doubles_nothing_that_can_be_asked_for() -> None:
    """Under every fault at once, sending again only what certainly did not arrive gives each person one message."""
    faults = Faults(
        refused=0.1, html=0.1, cut_json=0.1, server_error=0.1, reset_before=0.1, reset_after=0.1, hang=0.02, slow=0.05,
        hang_seconds=5, slow_seconds=0.01,
    )  # fmt: skip

    async def run() -> tuple[int, int]:
        async with (
            Simulator(faults=faults, seed=11) as simulator,
            at_simulator(simulator, "aliyunsms", patience=QUICK) as channel,
        ):
            waiting = {one.id: one for one in (message(number) for number in range(40))}
            unknown: dict[str, str] = {}
            while waiting or unknown:
                outcomes = await channel.send(list(waiting.values())[:8]) if waiting else ()
                if unknown:
                    outcomes += await channel.query(list(unknown), list(unknown.values()))
                for one in outcomes:
                    sent = waiting.pop(one.id, None) or message(int(one.id.removeprefix("m")))
                    unknown.pop(one.id, None)
                    if one.verdict is V.UNKNOWN:
                        unknown[one.id] = sent.address
                    elif one.verdict is not V.ACCEPTED:
                        waiting[one.id] = sent
            return len(simulator.taken), simulator.world.doubles()

    assert asyncio.run(run()) == (40, 0)


def test_receipts_get_lost_doubled_and_shuffled() -> None:
    """Ordered receipts arrive as ordered: none, twice, or in another order."""
    messages = [Taken("aliyunsms", "S", f"m{n}", f"b{n}", NOW, f"138{n:08d}", "x") for n in range(20)]

    def ids(**faults: float) -> list[str]:
        reports = Simulator(faults=Faults(**faults), seed=5).reports(messages)
        return [row["out_id"] for _, body in reports for row in json.loads(body)]

    straight = [one.out_id for one in messages]
    assert ids() == straight
    assert ids(receipt_lost=1.0) == []
    assert sorted(ids(receipt_doubled=1.0)) == sorted(straight * 2)
    shuffled = ids(receipt_reordered=1.0)
    assert shuffled != straight
    assert sorted(shuffled) == sorted(straight)


def test_receipts_are_pushed_to_the_given_address() -> None:
    """Once an address is given, the simulator pushes a report for what it took."""

    async def run() -> tuple[str, bytes]:
        came: asyncio.Queue[bytes] = asyncio.Queue()

        async def take(request: web.Request) -> web.Response:
            await came.put(await request.read())
            return web.Response()

        app = web.Application()
        app.router.add_post("/receipts", take)
        async with Simulator() as simulator, at_simulator(simulator, "cloudmas") as channel:
            runner = web.AppRunner(app)
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            simulator.receipts_to = {"cloudmas": f"http://127.0.0.1:{runner.addresses[0][1]}/receipts"}
            (outcome,) = await channel.send([message()])
            async with asyncio.timeout(10):
                body = await came.get()
            await runner.cleanup()
            return outcome.provider_id, body

    group, body = asyncio.run(run())
    (row,) = json.loads(body)
    assert (row["msgGroup"], row["errorCode"]) == (group, "DELIVRD")


def test_the_control_pages_show_counts_and_no_person() -> None:
    """State, messages and faults can be read and set over HTTP; numbers and texts appear as digests only."""

    async def get(session: aiohttp.ClientSession, url: str) -> tuple[str, object]:
        async with session.get(url) as response:
            text = await response.text()
            return text, json.loads(text)

    async def run() -> tuple[str, Mapping[str, object], list[int]]:
        async with Simulator() as simulator, at_simulator(simulator, "tencentsms") as channel:
            await channel.send([message(1), message(1, id="m2"), message(3, address="12")])
            async with aiohttp.ClientSession() as session:
                state_text, state = await get(session, f"{simulator.url}/sim/state")
                text, _ = await get(session, f"{simulator.url}/sim/messages?provider=tencentsms")
                statuses = []
                for path, content in (
                    ("faults", {"html": 0.5}),
                    ("faults", {"rain": 1}),
                    ("receipts", {"aliyunsms": "http://127.0.0.1:1/x"}),
                    ("receipts", {"pigeon": "x"}),
                ):
                    async with session.post(f"{simulator.url}/sim/{path}", json=content) as response:
                        statuses.append(response.status)
                _, faults = await get(session, f"{simulator.url}/sim/faults")
            assert isinstance(state, dict)
            assert isinstance(faults, dict)
            assert faults["html"] == 0.5
            return state_text + text, state, statuses

    shown, state, statuses = asyncio.run(run())
    assert (state["accepted"], state["doubles"], statuses) == ({"tencentsms": 2}, 1, [200, 400, 200, 400])
    assert message(1).address not in shown
    assert digest(message(1).address) in shown


def test_faults_are_written_as_shares() -> None:
    """Faults on the command line are names and shares; anything else is refused with a sentence."""
    assert parse_faults("html=0.05, reset_after=0.02") == Faults(html=0.05, reset_after=0.02)
    assert parse_faults("") == Faults()
    for wrong in ("html", "html=x", "rain=0.1", "html=1.5", "html=0.6,hang=0.6"):
        with pytest.raises(InputError):
            parse_faults(wrong)
    with pytest.raises(InputError):
        faults_of({"html": True})
    assert main(["--faults", "rain=1"]) == 2


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("file://outbox/messages.jsonl", ("file://outbox/messages.jsonl", "")),
        ("mailtos://${USER}:${WORD}@example.gov.cn", ("memory://", "")),
        ("jsons://u:secret@example.gov.cn/x/{address}", ("json://127.0.0.1:1/json/a/{address}", "")),
        ("ntfys://token@example.gov.cn/topic", ("ntfy://127.0.0.1:1/a", "")),
        ("wecomrobot://${KEY}?format=markdown", ("wecomrobot://sim-a?format=markdown", "http://127.0.0.1:1/wecom")),
        ("dingrobot://${KEY}", ("dingrobot://sim-a", "http://127.0.0.1:1/dingtalk")),
    ],
)
def test_a_channel_is_pointed_at_the_simulator(url: str, expected: tuple[str, str]) -> None:
    """The rehearsal keeps kind and options and replaces address and keys; what it cannot play goes to memory."""
    assert simulated("a", url, "http://127.0.0.1:1/") == expected


def test_no_secret_survives_the_rehearsal() -> None:
    """None of the office's keys is in the rehearsal's URL."""
    for url in (*URLS.values(), "tencentsms://${A}:${B}@${C}/${D}", "aliyunsms://${A}:${B}@${C}"):
        rewritten, _ = simulated("a", url, "http://127.0.0.1:1")
        for secret in ("keyid", "keysecret", "s3cret", "SEC1", "wwcorp", "${"):
            assert secret not in rewritten
