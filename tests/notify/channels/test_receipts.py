import json
from datetime import UTC, datetime
from urllib.parse import parse_qsl

import pytest

from djflow.core.errors import InputError
from djflow.notify.channels.base import ReceiptState
from djflow.notify.simulator import Taken
from djflow.notify.simulator.accounts import CALLBACK_AES, CALLBACK_TOKEN, CORP
from djflow.notify.simulator.receipts import card_click, report, words_back
from tests.notify.channels.talk import NOW, NUMBER, URLS, answer, converse, provider, stamp

PUSHING = ("aliyunsms", "tencentsms", "cloudmas")
WECOM = f"wecomapp://{CORP}/1000002?secret=s&token={CALLBACK_TOKEN}&aes={CALLBACK_AES}"


def taken(scheme: str, out_id: str = "m1") -> Taken:
    """A message that the provider took."""
    return Taken(scheme, "SMS_1", out_id, "p1", NOW, NUMBER, "words")


@pytest.mark.parametrize("scheme", PUSHING)
@pytest.mark.parametrize(("delivered", "state"), [(True, ReceiptState.DELIVERED), (False, ReceiptState.UNDELIVERED)])
def test_delivery_reports_are_read(scheme: str, state: ReceiptState, *, delivered: bool) -> None:
    """A pushed report says which message of which number arrived or did not, and when."""
    pushed = provider(scheme).pushed(report(scheme, [taken(scheme)], delivered=delivered), {}, {})
    receipt = pushed.receipts[0]
    assert (receipt.provider_id, receipt.address, receipt.state, receipt.at) == ("p1", NUMBER, state, NOW)
    assert pushed.replies == ()


def test_aliyun_echoes_our_id_unless_it_was_a_batch() -> None:
    """A single message's report carries our id; a batch's report is found by the provider's id and the number."""
    body = report("aliyunsms", [taken("aliyunsms"), taken("aliyunsms", "~aaaaabbbbb")])
    assert [one.message_id for one in provider("aliyunsms").pushed(body, {}, {}).receipts] == ["m1", ""]


@pytest.mark.parametrize("scheme", PUSHING)
def test_words_come_back(scheme: str) -> None:
    """A reply by SMS is read with its number."""
    pushed = provider(scheme).pushed(words_back(scheme, NUMBER, " 1 ", NOW), {}, {})
    assert [(one.address, one.words, one.at) for one in pushed.replies] == [(NUMBER, "1", NOW)]


@pytest.mark.parametrize("scheme", PUSHING)
@pytest.mark.parametrize(
    "body", [b"", b"hello", b"[1]", b'"x"', b'[{"biz_id": 1, "mobile": "1", "report_status": "x"}]', b"\xff"]
)
def test_nonsense_is_refused(scheme: str, body: bytes) -> None:
    """What is not a report is refused with a sentence."""
    with pytest.raises(InputError):
        provider(scheme).pushed(body, {}, {})


def test_a_press_on_a_card_comes_back_as_a_word() -> None:
    """The button's word comes back with our id and the person."""
    body, query = card_click("u1", "m1", "decline", NOW)
    reply = provider("wecomapp", WECOM).pushed(body, {}, dict(parse_qsl(query))).replies[0]
    assert (reply.address, reply.message_id, reply.words, reply.at) == ("u1", "m1", "decline", NOW)


def test_a_callback_that_is_not_signed_is_refused() -> None:
    """A callback without the right signature, with a document type, or without configured keys is refused."""
    body, query = card_click("u1", "m1", "decline", NOW)
    signed = dict(parse_qsl(query))
    for content, words in ((body, signed | {"nonce": "x"}), (b"<!DOCTYPE x><xml/>", signed), (b"<xml", signed)):
        with pytest.raises(InputError):
            provider("wecomapp", WECOM).pushed(content, {}, words)
    with pytest.raises(InputError, match="没有配置回调"):
        provider("wecomapp", f"wecomapp://{CORP}/1?secret=s").pushed(body, {}, signed)


@pytest.mark.parametrize("scheme", ["wecomrobot", "dingrobot", "feishurobot"])
def test_robots_push_nothing(scheme: str) -> None:
    """A robot has no receipts."""
    with pytest.raises(InputError):
        provider(scheme).pushed(b"[]", {}, {})


def test_tencent_hands_out_what_waits() -> None:
    """Pulled reports and replies are read like pushed ones."""
    at = int(datetime(2026, 11, 18, 1, 0, tzinfo=UTC).timestamp())
    row = {"ReportStatus": "FAIL", "UserReceiveTime": at, "SubscriberNumber": NUMBER, "SerialNo": "s1"}
    reply = {"PhoneNumber": f"+86{NUMBER}", "ReplyContent": "请假", "ReplyTime": at}
    answers = [
        answer({"Response": {"PullSmsSendStatusSet": [row]}}),
        answer({"Response": {"PullSmsReplyStatusSet": [reply]}}),
    ]
    pulled, requests = converse(provider("tencentsms").fetch(NOW, stamp), answers)
    assert [(one.provider_id, one.state) for one in pulled.receipts] == [("s1", ReceiptState.UNDELIVERED)]
    assert [(one.address, one.words) for one in pulled.replies] == [(NUMBER, "请假")]
    assert json.loads(requests[0].body)["SmsSdkAppId"] in URLS["tencentsms"]
