"""Tencent Cloud SMS: SendSms with a result per number, pulled and pushed reports, signature TC3-HMAC-SHA256.

One call has one text, so messages of one wording go together. Its SessionContext (512 bytes) carries a short mark of
every message, 100 of which fit.
Source: cloud.tencent.com/document/product/382 "发送短信", "拉取短信下发状态", "拉取短信回复状态", "API 错误码".
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import ClassVar
from urllib.parse import urlsplit

from djflow.core.errors import InputError
from djflow.notify.channels.base import (
    Awaited,
    Outcome,
    Outgoing,
    Pushed,
    Receipt,
    ReceiptState,
    Reply,
    Traits,
    Verdict,
)
from djflow.notify.channels.codes import DAY, HOUR, accepted, limited, table, text_of
from djflow.notify.channels.config import ChannelUrl, needed
from djflow.notify.channels.provider import (
    Conversation,
    Provider,
    Stamp,
    Stamps,
    grouped,
    id_of,
    is_marked,
    mark_of,
    ruled,
)
from djflow.notify.channels.reports import instant, number, rows_of
from djflow.notify.channels.signing import tc3_authorization
from djflow.notify.channels.wire import Answer, Request, Ruling, by_status, json_answer, json_request

VERSION = "2021-01-11"
BATCH = 200
_CALL = 100
_THANKS = '{"result":0,"errmsg":"OK"}'
_PULL = 100
_PULLS = 20
_LOOK_BACK = timedelta(days=2)
_PREFIXES = (
    ("AuthFailure", Verdict.CONFIG),
    ("UnauthorizedOperation", Verdict.CONFIG),
    ("InternalError", Verdict.UNKNOWN),
    ("ResourceUnavailable", Verdict.CONFIG),
    ("ResourceInsufficient", Verdict.CONFIG),
)


class TencentSms(Provider):
    """`tencentsms://SECRETID:SECRETKEY@SDKAPPID/签名?region=ap-guangzhou`."""

    scheme = "tencentsms"
    label = "腾讯云短信"
    home = "https://sms.tencentcloudapi.com"
    codes: ClassVar[Mapping[str, Ruling]] = {
        **table(
            config=(
                "FailedOperation.InsufficientBalanceInSmsPackage FailedOperation.SignatureIncorrectOrUnapproved"
                " FailedOperation.MissingSignature InvalidParameterValue.SdkAppIdNotExist InvalidAction"
            ),
        ),
        **{
            code: limited(code, wait)
            for code, wait in (
                ("LimitExceeded.PhoneNumberDailyLimit", DAY),
                ("LimitExceeded.PhoneNumberSameContentDailyLimit", DAY),
                ("LimitExceeded.DailyLimit", DAY),
                ("LimitExceeded.AppDailyLimit", DAY),
                ("LimitExceeded.AppMainlandChinaDailyLimit", DAY),
                ("LimitExceeded.PhoneNumberOneHourLimit", HOUR),
                ("LimitExceeded.PhoneNumberThirtySecondLimit", timedelta(seconds=30)),
                ("LimitExceeded.DeliveryFrequencyLimit", timedelta(seconds=1)),
                ("RequestLimitExceeded", timedelta(seconds=1)),
            )
        },
    }

    def read_url(self, url: ChannelUrl) -> None:
        """Keep the keys, the application, the signature's name and the region."""
        self._key_id = needed(url.user, "SecretId", self.scheme)
        self._secret = needed(url.password, "SecretKey", self.scheme)
        self._app = needed(url.host, "SdkAppId", self.scheme)
        self._sign_name = needed(url.path[0] if url.path else "", "短信签名", self.scheme)
        self._region = url.option("region", "ap-guangzhou")

    @property
    def traits(self) -> Traits:
        """Two hundred numbers; what is not found by asking stays unknown, because only reported messages are listed."""
        return Traits(
            batch=BATCH,
            concurrency=20,
            can_query=True,
            thanks=_THANKS,
            settle=timedelta(minutes=10),
        )

    def groups(self, batch: Sequence[Outgoing]) -> tuple[tuple[Outgoing, ...], ...]:
        """Put messages of one wording together."""
        return grouped(batch, lambda message: (message.template, *message.variables.values()), _CALL)

    def deliver(self, group: tuple[Outgoing, ...], stamps: Stamps) -> Conversation[tuple[Outcome, ...]]:
        """Send one group and read the result of each number."""
        if not group[0].template:
            return ruled(group, Ruling(Verdict.PERMANENT, "no_template"))
        content = {
            "PhoneNumberSet": [_e164(message.address) for message in group],
            "SmsSdkAppId": self._app,
            "SignName": self._sign_name,
            "TemplateId": group[0].template,
            "TemplateParamSet": list(group[0].variables.values()),
            "SessionContext": mark_of(group),
        }
        response = self.read((yield self.request("SendSms", content, stamps())))
        if isinstance(response, Ruling):
            return ruled(group, response)
        return self._each(group, _rows(response, "SendStatusSet"))

    def _each(self, group: tuple[Outgoing, ...], rows: Sequence[Mapping[str, object]]) -> tuple[Outcome, ...]:
        by_number = {number(text_of(row, "PhoneNumber")): row for row in rows}
        outcomes: list[Outcome] = []
        for message in group:
            row = by_number.get(number(message.address))
            ruling = Ruling(Verdict.UNKNOWN, "not_listed") if row is None else self._one(row)
            outcomes.append(ruling.outcome(message.id))
        return tuple(outcomes)

    def _one(self, row: Mapping[str, object]) -> Ruling:
        code = text_of(row, "Code")
        if code == "Ok":
            fee = row.get("Fee")
            return accepted(text_of(row, "SerialNo"), parts=fee if isinstance(fee, int) else 1)
        return self.refusal(code)

    def ask(self, message_id: str, address: str, stamps: Stamps) -> Conversation[Outcome]:
        """Look for our id among what was reported for the number in the last two days."""
        for page in range(_PULLS):
            stamp = stamps()
            content = {
                "BeginTime": int((stamp.at - _LOOK_BACK).timestamp()),
                "Offset": page * _PULL,
                "Limit": _PULL,
                "PhoneNumber": _e164(address),
                "SmsSdkAppId": self._app,
            }
            response = self.read((yield self.request("PullSmsSendStatusByPhoneNumber", content, stamp)))
            if isinstance(response, Ruling):
                return Outcome(message_id, Verdict.UNKNOWN, response.code)
            rows = _rows(response, "PullSmsSendStatusSet")
            for row in rows:
                if is_marked(text_of(row, "SessionContext"), message_id):
                    return Outcome(message_id, Verdict.ACCEPTED, provider_id=text_of(row, "SerialNo"))
            if len(rows) < _PULL:
                break
        return Outcome(message_id, Verdict.UNKNOWN, "not_reported")

    def fetch(
        self,
        since: datetime,  # noqa: ARG002 - the provider hands out each once
        stamps: Stamps,
        awaited: Sequence[Awaited] = (),  # noqa: ARG002 - the same
    ) -> Conversation[Pushed]:
        """Fetch the reports and replies that wait at the provider."""
        reports = yield from self._waiting("PullSmsSendStatus", "PullSmsSendStatusSet", stamps)
        replies = yield from self._waiting("PullSmsReplyStatus", "PullSmsReplyStatusSet", stamps)
        now = stamps().at
        return Pushed(
            tuple(self._receipt(row, "ReportStatus", "UserReceiveTime", now) for row in reports),
            tuple(
                Reply(
                    number(row.get("SubscriberNumber") or row.get("PhoneNumber", "")),
                    text_of(row, "ReplyContent").strip(),
                    self._instant(row.get("ReplyTime"), now),
                )
                for row in replies
            ),
        )

    def _waiting(self, action: str, field: str, stamps: Stamps) -> Conversation[tuple[Mapping[str, object], ...]]:
        found: list[Mapping[str, object]] = []
        for _ in range(_PULLS):
            content = {"Limit": _PULL, "SmsSdkAppId": self._app}
            response = self.read((yield self.request(action, content, stamps())))
            rows = () if isinstance(response, Ruling) else _rows(response, field)
            found += rows
            if len(rows) < _PULL:
                break
        return tuple(found)

    def pushed(self, body: bytes, headers: Mapping[str, str], query: Mapping[str, str]) -> Pushed:  # noqa: ARG002 - unsigned
        """Read pushed reports and replies.

        Raises: InputError when it is not understood.
        """
        rows = rows_of(body, self.label)
        return Pushed(
            tuple(self._receipt(row, "report_status", "user_receive_time") for row in rows if "report_status" in row),
            tuple(
                Reply(
                    number(row.get("mobile", "")),
                    text_of(row, "text").strip(),
                    instant(row.get("time"), self.label),
                    provider_id=text_of(row, "extend"),
                )
                for row in rows
                if "report_status" not in row
            ),
        )

    def _instant(self, value: object, fetched_at: datetime | None) -> datetime:
        try:
            return instant(value, self.label)
        except InputError:
            # What never arrived has no time; what was fetched is not handed out again and must not be lost for it.
            if fetched_at is None:
                raise
            return fetched_at

    def _receipt(self, row: Mapping[str, object], status: str, at: str, fetched_at: datetime | None = None) -> Receipt:
        return Receipt(
            provider_id=text_of(row, "SerialNo") or text_of(row, "sid"),
            state=ReceiptState.DELIVERED if text_of(row, status) == "SUCCESS" else ReceiptState.UNDELIVERED,
            at=self._instant(row.get(at), fetched_at),
            message_id=id_of(text_of(row, "SessionContext")),
            address=number(row.get("SubscriberNumber") or row.get("PhoneNumber") or row.get("mobile", "")),
            code=text_of(row, "errmsg") or text_of(row, "Description"),
        )

    def read(self, answer: Answer) -> Mapping[str, object] | Ruling:
        """Return the answer's Response when it holds no Error, else what the error means for the whole call."""
        content = json_answer(answer)
        if isinstance(content, Ruling):
            return content
        response = content.get("Response")
        if not isinstance(response, dict):
            return by_status(answer.status)
        error = response.get("Error")
        return self.refusal(text_of(error, "Code")) if isinstance(error, dict) else response

    def refusal(self, code: str) -> Ruling:
        """Return what a code other than Ok means."""
        known = self.codes.get(code)
        if known:
            return known
        for prefix, verdict in _PREFIXES:
            if code.startswith(prefix):
                return Ruling(verdict, code)
        return Ruling(Verdict.PERMANENT if code else Verdict.UNKNOWN, code or "unreadable")

    def request(self, action: str, content: Mapping[str, object], stamp: Stamp) -> Request:
        """Return the signed request."""
        plain = json_request(f"{self.base}/", content)
        signed = {"content-type": plain.headers["Content-Type"], "host": urlsplit(self.base).netloc}
        headers = {
            "Content-Type": signed["content-type"],
            "Host": signed["host"],
            "X-TC-Action": action,
            "X-TC-Version": VERSION,
            "X-TC-Region": self._region,
            "X-TC-Timestamp": str(int(stamp.at.timestamp())),
            "Authorization": tc3_authorization(signed, plain.body, "sms", stamp.at, (self._key_id, self._secret)),
        }
        return replace(plain, headers=headers)


def _rows(response: Mapping[str, object], field: str) -> tuple[Mapping[str, object], ...]:
    rows = response.get(field)
    return tuple(row for row in rows if isinstance(row, dict)) if isinstance(rows, list) else ()


def _e164(address: str) -> str:
    return address if address.startswith("+") else f"+86{number(address)}"
