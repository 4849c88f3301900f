import asyncio
import json
from collections import Counter

from djflow.core.clock import FixedClock
from djflow.notify.channels.base import Button, Outcome, Verdict
from djflow.notify.channels.http_channel import HttpChannel
from djflow.notify.channels.wecom_app import WeComApp
from djflow.notify.simulator import Faults, Simulator
from tests.notify.channels.talk import NOW, answer, at_simulator, converse, message, provider, stamp

GETTOKEN = "/wecom/cgi-bin/gettoken"


async def fifty(channel: HttpChannel, first: int) -> list[Outcome]:
    """Fifty messages at once."""
    rounds = await asyncio.gather(*(channel.send([message(first + number)]) for number in range(50)))
    return [one for outcomes in rounds for one in outcomes]


def test_fifty_sends_share_one_token_and_one_refresh() -> None:
    """Fifty messages at once fetch one token; when WeCom forgets it, they fetch one more and all go out once."""

    async def run() -> tuple[list[Outcome], Counter[str], int]:
        async with Simulator(clock=FixedClock(NOW)) as simulator, at_simulator(simulator, "wecomapp") as channel:
            assert isinstance(channel, HttpChannel)
            outcomes = await fifty(channel, 0)
            simulator.world.tokens.clear()
            outcomes += await fifty(channel, 50)
            return outcomes, simulator.world.calls, simulator.world.doubles()

    outcomes, calls, doubles = asyncio.run(run())
    assert {one.verdict for one in outcomes} == {Verdict.ACCEPTED}
    assert len({one.provider_id for one in outcomes}) == 100
    assert (calls[GETTOKEN], doubles) == (2, 0)


def test_a_token_that_cannot_be_fetched_is_tried_once_for_all() -> None:
    """When no token is to be had, nothing was sent, and the waiting messages do not all try for themselves."""

    async def run() -> tuple[list[Outcome], int]:
        async with Simulator(faults=Faults(html=1.0)) as simulator, at_simulator(simulator, "wecomapp") as channel:
            assert isinstance(channel, HttpChannel)
            return await fifty(channel, 0), simulator.world.calls[GETTOKEN]

    outcomes, fetches = asyncio.run(run())
    assert ({one.verdict for one in outcomes}, fetches) == ({Verdict.TRANSIENT}, 1)


def test_a_wrong_secret_stops_the_channel() -> None:
    """A refused secret is the office's to mend, not the message's fault."""
    token, _ = converse(provider("wecomapp").token(stamp), [answer({"errcode": 40001, "errmsg": "invalid"})])
    assert getattr(token, "verdict", None) is Verdict.CONFIG
    token, _ = converse(provider("wecomapp").token(stamp), [answer({"errcode": 99999, "errmsg": "?"})])
    assert getattr(token, "verdict", None) is Verdict.CONFIG


def test_an_expired_token_is_renewed_once_only() -> None:
    """A second refusal right after the renewal is left to the next attempt."""
    expired = answer({"errcode": 42001, "errmsg": "access_token expired"})
    outcomes, requests = converse(provider("wecomapp").deliver((message(),), stamp), [expired, expired])
    assert (outcomes[0].verdict, len(requests)) == (Verdict.TRANSIENT, 2)
    outcomes, _ = converse(provider("wecomapp").deliver((message(),), stamp), [expired, answer({"errcode": 0})])
    assert outcomes[0].verdict is Verdict.ACCEPTED


def test_who_has_left_is_permanent() -> None:
    """A person who is not in the corporation any more is told by another channel."""

    async def run() -> tuple[Outcome, ...]:
        async with Simulator() as simulator, at_simulator(simulator, "wecomapp") as channel:
            return await channel.send([message(address="gone1")])

    assert asyncio.run(run())[0].verdict is Verdict.PERMANENT


def test_a_repeat_is_filtered_and_a_message_can_be_recalled() -> None:
    """The same message twice reaches the person once; it can be taken back."""

    async def run() -> tuple[str, str, int, Verdict, set[str]]:
        async with Simulator() as simulator, at_simulator(simulator, "wecomapp") as channel:
            assert isinstance(channel, HttpChannel)
            (first,) = await channel.send([message()])
            (second,) = await channel.send([message()])
            assert isinstance(channel.provider, WeComApp)
            ruling = await channel.hold(channel.provider.recall(first.provider_id))
            recalled = simulator.world.recalled
            return first.provider_id, second.provider_id, len(simulator.taken), ruling.verdict, recalled

    first, second, count, verdict, recalled = asyncio.run(run())
    assert (first, count, verdict, recalled) == (second, 1, Verdict.ACCEPTED, {first})


def test_buttons_make_a_card() -> None:
    """A message with buttons is a card whose buttons carry words or open pages, known by our id."""
    buttons = (Button("收到", "confirm"), Button("看详情", "", "https://example.gov.cn/me/x"))
    _, requests = converse(
        provider("wecomapp").deliver((message(buttons=buttons, title="值班提醒"),), stamp), [answer({"errcode": 0})]
    )
    card = json.loads(requests[0].body)["template_card"]
    assert (card["card_type"], card["task_id"], card["main_title"]) == (
        "button_interaction",
        "m1",
        {"title": "值班提醒"},
    )
    assert [one.get("key") or one.get("url") for one in card["button_list"]] == ["confirm", buttons[1].url]


def test_nobody_else_takes_messages_back() -> None:
    """A message by SMS or to a group stays; buttons need an application with a callback."""
    for scheme in ("aliyunsms", "wecomrobot"):
        ruling, requests = converse(provider(scheme).recall("x"), [])
        assert (ruling.verdict, requests) == (Verdict.PERMANENT, [])
        assert provider(scheme).traits.can_recall is None
    assert provider("wecomapp").traits.buttons
    assert not provider("wecomapp", "wecomapp://corp/1?secret=s").traits.buttons
