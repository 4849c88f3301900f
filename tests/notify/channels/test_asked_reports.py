"""Delivery reports that a provider hands out only to who asks."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qsl

from djflow.core.clock import FixedClock
from djflow.notify.channels.base import Awaited, Receipt, ReceiptState
from djflow.notify.channels.provider import mark_of
from djflow.notify.simulator import Simulator
from tests.notify.channels.talk import NOW, NUMBER, answer, at_simulator, converse, message, provider, stamp

ONE = Awaited("m1", "b1", NOW, NOW, NUMBER)


def details(*rows: tuple[str, int]) -> dict[str, object]:
    """What Aliyun says of a number and day: our id and the state of each message."""
    at = "2026-11-18 09:00:30"
    found = [{"OutId": mark, "SendStatus": state, "SendDate": at, "ErrCode": "E"} for mark, state in rows]
    return {"Code": "OK", "SmsSendDetailDTOs": {"SmsSendDetailDTO": found}}


def test_one_question_for_all_messages_of_a_number_and_day() -> None:
    """Two messages to one number are one question; each gets its own report, one that still waits gets none."""
    waiting = [replace(ONE, message_id=f"m{number}", provider_id=f"b{number}") for number in (1, 2, 3)]
    mark = mark_of([message(2), message(9)])
    said = answer(details(("m1", 3), (mark, 2), ("m3", 1), ("other", 3)))
    pulled, requests = converse(provider("aliyunsms").fetch(NOW, stamp, waiting), [said])
    assert [(one.message_id, one.provider_id, one.state) for one in pulled.receipts] == [
        ("m1", "b1", ReceiptState.DELIVERED),
        ("m2", "b2", ReceiptState.UNDELIVERED),
    ]
    assert {one.at for one in pulled.receipts} == {NOW + timedelta(seconds=30)}
    assert len(requests) == 1


def test_around_midnight_both_days_are_asked() -> None:
    """A message that left before midnight and was taken after it may be filed under either day."""
    late = replace(ONE, claimed_at=NOW + timedelta(hours=14, minutes=59), accepted_at=NOW + timedelta(hours=15))
    _, requests = converse(provider("aliyunsms").fetch(NOW, stamp, [late]), [answer(details())] * 2)
    days = [dict(parse_qsl(request.url.partition("?")[2]))["SendDate"] for request in requests]
    assert days == ["20261118", "20261119"]


def test_a_refusal_ends_the_asking_and_keeps_what_came() -> None:
    """When Aliyun has enough of our questions, the rest is asked next time."""
    other = replace(ONE, message_id="m2", address="13800000002")
    third = replace(ONE, message_id="m3", address="13800000003")
    answers = [answer(details(("m1", 3))), answer({"Code": "Throttling.User"})]
    pulled, requests = converse(provider("aliyunsms").fetch(NOW, stamp, [ONE, other, third]), answers)
    assert ([one.message_id for one in pulled.receipts], len(requests)) == (["m1"], 2)


def test_the_carrier_needs_some_seconds() -> None:
    """At first a message waits for the carrier; then a good number has it and one out of service has not."""

    async def run() -> tuple[tuple[Receipt, ...], tuple[Receipt, ...]]:
        clock = FixedClock(NOW)
        async with Simulator(clock=clock) as simulator, at_simulator(simulator, "aliyunsms", clock=clock) as channel:
            sent = [message(1), message(2, address="17000000001")]
            outcomes = await channel.send(sent)
            asked = [
                Awaited(one.id, outcome.provider_id, NOW, NOW, one.address)
                for one, outcome in zip(sent, outcomes, strict=True)
            ]
            early = await channel.pull(NOW, asked)
            simulator.world.clock = FixedClock(NOW + timedelta(seconds=6))
            return early.receipts, (await channel.pull(NOW, asked)).receipts

    early, late = asyncio.run(run())
    assert early == ()
    assert [(one.message_id, one.state, one.code) for one in late] == [
        ("m1", ReceiptState.DELIVERED, "DELIVERED"),
        ("m2", ReceiptState.UNDELIVERED, "MOBILE_NOT_ON_SERVICE"),
    ]


def test_others_are_not_asked() -> None:
    """Tencent hands its reports out by itself and is not asked for single messages."""
    empty = [answer({"Response": {"PullSmsSendStatusSet": []}}), answer({"Response": {"PullSmsReplyStatusSet": []}})]
    pulled, requests = converse(provider("tencentsms").fetch(NOW, stamp, [ONE]), empty)
    assert (pulled.receipts, len(requests)) == ((), 2)
    assert not provider("tencentsms").traits.tells_when_asked
    assert provider("aliyunsms").traits.tells_when_asked


def test_a_failure_without_a_time_is_not_lost() -> None:
    """Tencent hands a report out once; one of a message that never arrived has no time and still counts."""
    rows = [
        {"ReportStatus": "FAIL", "UserReceiveTime": 0, "SubscriberNumber": NUMBER, "SerialNo": "s1"},
        {"ReportStatus": "SUCCESS", "UserReceiveTime": 1795000000, "SubscriberNumber": NUMBER, "SerialNo": "s2"},
    ]
    said = [answer({"Response": {"PullSmsSendStatusSet": rows}}), answer({"Response": {"PullSmsReplyStatusSet": []}})]
    pulled, _ = converse(provider("tencentsms").fetch(NOW, stamp), said)
    assert [(one.provider_id, one.at == NOW) for one in pulled.receipts] == [("s1", True), ("s2", False)]
