import json
from urllib.parse import parse_qsl

from djflow.notify.channels.base import Outcome, Verdict
from djflow.notify.channels.provider import is_marked, mark_of
from tests.notify.channels.talk import answer, converse, message, provider, stamp


def verdicts(outcomes: tuple[Outcome, ...]) -> list[tuple[str, str]]:
    """Ids with their verdicts."""
    return [(one.id, one.verdict.value) for one in outcomes]


def test_one_bad_number_does_not_spoil_the_batch() -> None:
    """Aliyun refuses a whole batch for one number; halving finds it, and everybody else gets the message."""
    group = tuple(message(number) for number in range(1, 5))
    refused, good = answer({"Code": "isv.MOBILE_NUMBER_ILLEGAL"}), answer({"Code": "OK", "BizId": "b"})
    # 1-4 refused; 1-2 taken; 3-4 refused; 3 refused; 4 taken.
    replies = [refused, good, refused, refused, good]
    outcomes, _ = converse(provider("aliyunsms").deliver(group, stamp), replies)
    assert verdicts(outcomes) == [("m1", "accepted"), ("m2", "accepted"), ("m3", "permanent"), ("m4", "accepted")]


def test_a_bad_template_is_not_halved() -> None:
    """What is wrong for all is asked once."""
    group = tuple(message(number) for number in range(1, 5))
    outcomes, requests = converse(
        provider("aliyunsms").deliver(group, stamp), [answer({"Code": "isv.SMS_TEMPLATE_ILLEGAL"})]
    )
    assert ({one.verdict for one in outcomes}, len(requests)) == ({Verdict.PERMANENT}, 1)


def test_an_unknown_batch_is_unknown_for_all() -> None:
    """A server error after a batch left is unknown for every number of it, and nothing is sent again."""
    group = tuple(message(number) for number in range(1, 5))
    outcomes, requests = converse(provider("aliyunsms").deliver(group, stamp), [answer("oops", 502)])
    assert ({one.verdict for one in outcomes}, len(requests)) == ({Verdict.UNKNOWN}, 1)


def test_tencent_answers_for_each_number() -> None:
    """Each number has its own verdict, in whatever order the provider lists them."""
    group = tuple(message(number, variables={"time": "8:30"}) for number in range(1, 4))
    rows = [
        {"PhoneNumber": "+8613800000003", "Code": "LimitExceeded.PhoneNumberDailyLimit", "SerialNo": ""},
        {"PhoneNumber": "+8613800000001", "Code": "Ok", "SerialNo": "s1", "Fee": 2},
        {"PhoneNumber": "+8613800000002", "Code": "InvalidParameterValue.IncorrectPhoneNumber", "SerialNo": ""},
    ]
    outcomes, _ = converse(
        provider("tencentsms").deliver(group, stamp), [answer({"Response": {"SendStatusSet": rows}})]
    )
    assert verdicts(outcomes) == [("m1", "accepted"), ("m2", "permanent"), ("m3", "rate_limited")]
    assert (outcomes[0].provider_id, outcomes[0].parts, outcomes[2].next_channel) == ("s1", 2, True)


def test_who_gets_the_same_words_goes_together() -> None:
    """Tencent and 云MAS send one wording to many; another wording or the same number again is another call."""
    same = [message(number, variables={"time": "8:30"}) for number in range(1, 4)]
    other = message(4, variables={"time": "9:00"})
    again = message(5, address=same[0].address, variables={"time": "8:30"})
    groups = provider("tencentsms").groups([*same, other, again])
    assert [[one.id for one in group] for group in groups] == [["m1", "m2", "m3"], ["m4"], ["m5"]]
    assert [len(group) for group in provider("cloudmas").groups([*same, other, again])] == [3, 1, 1]


def test_every_message_of_a_batch_can_be_asked_for() -> None:
    """The one id of a call names each of its messages and nobody else's, within what the provider carries."""
    group = [message(number) for number in range(50)]
    mark = mark_of(group)
    assert len(mark) <= 256
    assert all(is_marked(mark, one.id) for one in group)
    assert not any(is_marked(mark, f"other{number}") for number in range(5000))
    assert mark_of(group[:1]) == group[0].id


def test_aliyun_is_asked_by_number_and_day() -> None:
    """A message found under the number was accepted; one not found today or yesterday never arrived."""
    details = {"Code": "OK", "SmsSendDetailDTOs": {"SmsSendDetailDTO": [{"OutId": mark_of([message(1), message(2)])}]}}
    none = {"Code": "OK", "SmsSendDetailDTOs": {"SmsSendDetailDTO": []}}
    sms = provider("aliyunsms")
    found, requests = converse(sms.ask("m2", "13800000002", stamp), [answer(none), answer(details)])
    days = [dict(parse_qsl(request.url.partition("?")[2]))["SendDate"] for request in requests]
    assert (found.verdict, days) == (Verdict.ACCEPTED, ["20261118", "20261117"])
    lost, _ = converse(sms.ask("m3", "13800000003", stamp), [answer(details), answer(none)])
    assert lost.verdict is Verdict.TRANSIENT
    unclear, _ = converse(sms.ask("m3", "13800000003", stamp), [answer("busy", 503)])
    assert unclear.verdict is Verdict.UNKNOWN


def test_tencent_not_found_stays_unknown() -> None:
    """Tencent lists only what was reported, so what is not listed may still be on its way."""
    rows = {"Response": {"PullSmsSendStatusSet": [{"SessionContext": "m1", "SerialNo": "s1"}]}}
    sms = provider("tencentsms")
    found, _ = converse(sms.ask("m1", "13800000001", stamp), [answer(rows)])
    assert (found.verdict, found.provider_id) == (Verdict.ACCEPTED, "s1")
    lost, _ = converse(sms.ask("m2", "13800000001", stamp), [answer(rows)])
    assert lost.verdict is Verdict.UNKNOWN


def test_both_signature_versions_carry_the_same_message() -> None:
    """Aliyun's old and new way of calling hold the same number, template and id."""
    for version in ("v3", "v1"):
        sms = provider("aliyunsms", f"aliyunsms://keyid:keysecret@某区组织部?version={version}")
        _, requests = converse(sms.deliver((message(),), stamp), [answer({"Code": "OK"})])
        fields = dict(parse_qsl(requests[0].url.partition("?")[2] or requests[0].body.decode()))
        assert (fields["PhoneNumbers"], fields["OutId"], fields["SignName"]) == ("13800000001", "m1", "某区组织部")
        assert json.loads(fields["TemplateParam"]) == {"name": "某1"}
