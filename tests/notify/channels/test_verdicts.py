from datetime import timedelta

import pytest

from djflow.notify.channels.base import Outcome, Verdict
from djflow.notify.channels.wire import Answer, Ruling
from tests.notify.channels.talk import answer, converse, message, provider, stamp

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
V = Verdict

ROBOT_CODES = [
    ("wecomrobot", {"errcode": 0, "errmsg": "ok"}, V.ACCEPTED),
    ("wecomrobot", {"errcode": 45009, "errmsg": "api freq out of limit"}, V.RATE_LIMITED),
    ("wecomrobot", {"errcode": 93000, "errmsg": "invalid webhook url"}, V.CONFIG),
    ("wecomrobot", {"errcode": 40058, "errmsg": "too long"}, V.PERMANENT),
    ("wecomrobot", {"errcode": -1, "errmsg": "system busy"}, V.UNKNOWN),
    ("wecomrobot", {"errcode": 12345, "errmsg": "unheard of"}, V.PERMANENT),
    ("dingrobot", {"errcode": 0, "errmsg": "ok"}, V.ACCEPTED),
    ("dingrobot", {"errcode": 130101, "errmsg": "send too fast"}, V.RATE_LIMITED),
    ("dingrobot", {"errcode": 310000, "errmsg": "sign not match"}, V.CONFIG),
    ("dingrobot", {"errcode": 310000, "errmsg": "keywords not in content"}, V.CONFIG),
    ("dingrobot", {"errcode": 300001, "errmsg": "token is not exist"}, V.CONFIG),
    ("dingrobot", {"errcode": 460101, "errmsg": "message too long"}, V.PERMANENT),
    ("feishurobot", {"code": 0, "msg": "success"}, V.ACCEPTED),
    ("feishurobot", {"code": 19021, "msg": "sign match fail"}, V.CONFIG),
    ("feishurobot", {"code": 19024, "msg": "Key Words Not Found"}, V.CONFIG),
    ("feishurobot", {"code": 11232, "msg": "frequency limited"}, V.RATE_LIMITED),
    ("feishurobot", {"code": 9499, "msg": "Bad Request"}, V.PERMANENT),
    ("feishurobot", {"code": 9499, "msg": "too many request"}, V.RATE_LIMITED),
]
WECOM_APP_CODES = [
    ("wecomapp", {"errcode": 0, "errmsg": "ok", "msgid": "x"}, V.ACCEPTED),
    ("wecomapp", {"errcode": 0, "errmsg": "ok", "invaliduser": "u1"}, V.PERMANENT),
    ("wecomapp", {"errcode": 0, "errmsg": "ok", "unlicenseduser": "u1"}, V.PERMANENT),
    ("wecomapp", {"errcode": 81013, "errmsg": "all invalid"}, V.PERMANENT),
    ("wecomapp", {"errcode": 60020, "errmsg": "not allow to access from your ip"}, V.CONFIG),
    ("wecomapp", {"errcode": 45009, "errmsg": "api freq out of limit"}, V.RATE_LIMITED),
]
SMS_CODES = [
    ("aliyunsms", {"Code": "OK", "BizId": "b^0"}, V.ACCEPTED),
    ("aliyunsms", {"Code": "isv.MOBILE_NUMBER_ILLEGAL"}, V.PERMANENT),
    ("aliyunsms", {"Code": "isv.SMS_TEMPLATE_ILLEGAL"}, V.PERMANENT),
    ("aliyunsms", {"Code": "isv.AMOUNT_NOT_ENOUGH"}, V.CONFIG),
    ("aliyunsms", {"Code": "isp.RAM_PERMISSION_DENY"}, V.CONFIG),
    ("aliyunsms", {"Code": "isp.SYSTEM_ERROR"}, V.UNKNOWN),
    ("aliyunsms", {"Code": "Throttling.User"}, V.RATE_LIMITED),
    ("aliyunsms", {"Code": "SignatureNonceUsed"}, V.TRANSIENT),
    ("tencentsms", {"Response": {"Error": {"Code": "AuthFailure.SignatureFailure"}}}, V.CONFIG),
    ("tencentsms", {"Response": {"Error": {"Code": "UnauthorizedOperation.RequestIpNotInWhitelist"}}}, V.CONFIG),
    ("tencentsms", {"Response": {"Error": {"Code": "RequestLimitExceeded"}}}, V.RATE_LIMITED),
    ("tencentsms", {"Response": {"Error": {"Code": "InternalError.Timeout"}}}, V.UNKNOWN),
    ("tencentsms", {"Response": {"SendStatusSet": []}}, V.UNKNOWN),
    ("cloudmas", {"rspcod": "success", "success": True, "msgGroup": "g"}, V.ACCEPTED),
    ("cloudmas", {"rspcod": "IllegalMac", "success": False}, V.CONFIG),
    ("cloudmas", {"rspcod": "InvalidUsrOrPwd", "success": False}, V.CONFIG),
    ("cloudmas", {"rspcod": "InvalidMessage", "success": False}, V.PERMANENT),
]
SCHEMES = ("wecomrobot", "wecomapp", "dingrobot", "feishurobot", "aliyunsms", "tencentsms", "cloudmas")


def said(scheme: str, reply: Answer) -> Outcome:
    """What becomes of one message when the provider says this."""
    outcomes, _ = converse(provider(scheme).deliver((message(),), stamp), [reply])
    return outcomes[0]


@pytest.mark.parametrize(("scheme", "content", "verdict"), [*ROBOT_CODES, *WECOM_APP_CODES, *SMS_CODES])
def test_the_body_decides_although_the_status_is_200(scheme: str, content: object, verdict: Verdict) -> None:
    """Every provider's published code has its verdict."""
    assert said(scheme, answer(content)).verdict is verdict


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        (answer("<html>系统维护中</html>"), V.UNKNOWN),
        (answer('{"errcode": 0, "errm'), V.UNKNOWN),
        (answer("[]"), V.UNKNOWN),
        (answer("{}"), V.UNKNOWN),
        (answer(""), V.UNKNOWN),
        (answer("bad gateway", 502), V.UNKNOWN),
        (answer({"errcode": 0, "Code": "OK", "code": 0}, 503), V.UNKNOWN),
        (answer("forbidden", 403), V.CONFIG),
        (answer("who are you", 401), V.CONFIG),
        (answer("not here", 404), V.CONFIG),
        (answer("moved", 302), V.CONFIG),
        (answer("too many", 429), V.RATE_LIMITED),
        (Answer(fault=Ruling(V.UNKNOWN, "timeout")), V.UNKNOWN),
        (Answer(fault=Ruling(V.TRANSIENT, "refused")), V.TRANSIENT),
    ],
)
def test_what_no_provider_says_on_purpose(scheme: str, reply: Answer, verdict: Verdict) -> None:
    """Pages, cut answers, server errors and refused keys mean the same everywhere."""
    assert said(scheme, reply).verdict is verdict


@pytest.mark.parametrize(
    ("words", "wait", "next_channel"),
    [
        ("触发分钟级流控Permits:1", MINUTE, False),
        ("触发小时级流控Permits:5", HOUR, False),
        ("触发天级流控Permits:50", DAY, True),
    ],
)
def test_aliyun_names_the_window_in_a_sentence(words: str, wait: timedelta, *, next_channel: bool) -> None:
    """A minute's or hour's limit is waited for; a day's limit sends the message to the next channel."""
    outcome = said("aliyunsms", answer({"Code": "isv.BUSINESS_LIMIT_CONTROL", "Message": words}))
    assert (outcome.verdict, outcome.retry_after, outcome.next_channel) == (V.RATE_LIMITED, wait, next_channel)


def test_dingtalk_pauses_ten_minutes() -> None:
    """A DingTalk robot that was too fast rests for ten minutes."""
    assert said("dingrobot", answer({"errcode": 130101})).retry_after == timedelta(minutes=10)


def test_a_wait_named_by_the_provider_is_kept() -> None:
    """A 429 that names the seconds is believed."""
    reply = Answer(429, b"", {"x-ogw-ratelimit-reset": "7"})
    assert said("feishurobot", reply).retry_after == timedelta(seconds=7)


def test_half_a_message_is_unknown() -> None:
    """When the second piece of a long text is refused, the message is neither sent again nor called sent."""
    long = message(text="值班" * 500)
    replies = [answer({"errcode": 0}), answer({"errcode": 45009})]
    outcomes, requests = converse(provider("wecomrobot").deliver((long,), stamp), replies)
    assert (outcomes[0].verdict, outcomes[0].code, len(requests)) == (V.UNKNOWN, "partial", 2)


def test_a_text_goes_out_in_as_many_pieces_as_needed() -> None:
    """3,000 bytes of text are two messages of a WeCom robot, but one in markdown."""
    long = message(text="值班" * 500)
    outcomes, _ = converse(provider("wecomrobot").deliver((long,), stamp), [answer({"errcode": 0})] * 2)
    assert (outcomes[0].verdict, outcomes[0].parts) == (V.ACCEPTED, 2)
    robot = provider("wecomrobot", "wecomrobot://sim-a?format=markdown")
    outcomes, _ = converse(robot.deliver((long,), stamp), [answer({"errcode": 0})])
    assert outcomes[0].parts == 1


@pytest.mark.parametrize("scheme", ["aliyunsms", "tencentsms"])
def test_a_text_without_template_never_leaves(scheme: str) -> None:
    """These gateways send templates only."""
    outcomes, requests = converse(provider(scheme).deliver((message(template=""),), stamp), [])
    assert (outcomes[0].verdict, requests) == (V.PERMANENT, [])


def test_a_repeat_is_the_same_to_the_byte() -> None:
    """The payload of a WeCom message does not change when it is sent again."""
    first, second = (
        converse(provider("wecomapp").deliver((message(),), stamp), [answer({"errcode": 0})])[1] for _ in range(2)
    )
    assert [one.body for one in first] == [one.body for one in second]
    assert b'"enable_duplicate_check":1' in first[0].body
