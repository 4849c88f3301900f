"""Aliyun SMS: SendSms, SendBatchSms and QuerySendDetails with signature V3 (ACS3) or V1 (RPC).

Aliyun says that sending is not idempotent, so an unknown message is asked for by our id. A batch has one OutId: it
carries a short mark of every message, 50 of which fit; with 100 numbers in a call nobody could be asked for.
Reports are pushed; an office that cannot be reached from outside has them by asking per number and day.
Source: help.aliyun.com "SendSms", "SendBatchSms", "QuerySendDetails", "SmsReport", "SmsUp", "API 错误码".
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import ClassVar
from urllib.parse import urlsplit

from djflow.core.clock import civil_date
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
from djflow.notify.channels.codes import DAY, HOUR, MINUTE, accepted, limited, table, text_of
from djflow.notify.channels.config import ChannelUrl, needed
from djflow.notify.channels.provider import (
    Conversation,
    Provider,
    Stamp,
    Stamps,
    grouped,
    halved,
    id_of,
    is_marked,
    mark_of,
    ruled,
)
from djflow.notify.channels.reports import instant, number, rows_of
from djflow.notify.channels.signing import acs3_authorization, aliyun_form, aliyun_rpc_signature, sha256_hex
from djflow.notify.channels.wire import Answer, Request, Ruling, by_status, json_answer

VERSION = "2017-05-25"
BATCH = 50
_FORM = "application/x-www-form-urlencoded"
_THANKS = '{"code":0,"msg":"成功"}'
_PAGE = 50
_PAGES = 10
_REPORTED = {"2": ReceiptState.UNDELIVERED, "3": ReceiptState.DELIVERED}
"""What SendStatus says; 1 waits for the carrier."""
_UNKNOWN = Verdict.UNKNOWN
_CONFIG_PREFIXES = ("Forbidden", "InvalidAccessKeyId", "IncompleteSignature", "InvalidTimeStamp", "NoPermission")


class AliyunSms(Provider):
    """`aliyunsms://KEYID:SECRET@签名?version=v3|v1`."""

    scheme = "aliyunsms"
    label = "阿里云短信"
    home = "https://dysmsapi.aliyuncs.com"
    codes: ClassVar[Mapping[str, Ruling]] = {
        **table(
            transient="SignatureNonceUsed",
            permanent="isv.SMS_TEMPLATE_ILLEGAL isv.MOBILE_COUNT_OVER_LIMIT",
            unknown="isp.SYSTEM_ERROR InternalError ServiceUnavailable",
            config=(
                "isp.RAM_PERMISSION_DENY isv.OUT_OF_SERVICE isv.PRODUCT_UN_SUBSCRIPT isv.PRODUCT_UNSUBSCRIBE"
                " isv.ACCOUNT_NOT_EXISTS isv.ACCOUNT_ABNORMAL isv.SMS_SIGNATURE_ILLEGAL isv.SMS_SIGN_ILLEGAL"
                " isv.SIGN_NAME_ILLEGAL isv.AMOUNT_NOT_ENOUGH isv.SIGN_STATE_ILLEGAL SignatureDoesNotMatch"
                " MissingAccessKeyId InvalidVersion UnsupportedSignatureMethod SDK.InvalidAccessKeySecret"
            ),
        ),
        "isv.DAY_LIMIT_CONTROL": limited("isv.DAY_LIMIT_CONTROL", DAY),
        "isv.MONTH_LIMIT_CONTROL": limited("isv.MONTH_LIMIT_CONTROL", DAY),
        "Throttling": limited("Throttling", timedelta(seconds=5)),
    }

    def read_url(self, url: ChannelUrl) -> None:
        """Keep the key, the signature's name and the version."""
        self._key_id = needed(url.user, "AccessKey ID", self.scheme)
        self._secret = needed(url.password, "AccessKey Secret", self.scheme)
        self._sign_name = needed(url.host, "短信签名", self.scheme)
        self._rpc = url.option("version", "v3") == "v1"

    @property
    def traits(self) -> Traits:
        """Fifty a call so that each can be asked for; the provider's view may lag by minutes."""
        return Traits(
            batch=BATCH,
            concurrency=20,
            can_query=True,
            tells_when_asked=True,
            thanks=_THANKS,
            settle=timedelta(minutes=10),
        )

    def groups(self, batch: Sequence[Outgoing]) -> tuple[tuple[Outgoing, ...], ...]:
        """Put messages of one template together."""
        return grouped(batch, lambda message: message.template, BATCH)

    def deliver(self, group: tuple[Outgoing, ...], stamps: Stamps) -> Conversation[tuple[Outcome, ...]]:
        """Send one group; a group that one number spoils is halved until the number is found."""
        if not group[0].template:
            return ruled(group, Ruling(Verdict.PERMANENT, "no_template"))
        return (yield from halved(group, lambda part: self._send(part, stamps)))

    def _send(self, group: tuple[Outgoing, ...], stamps: Stamps) -> Conversation[Ruling]:
        query = {"TemplateCode": group[0].template, "OutId": mark_of(group)}
        form: dict[str, str] = {}
        if len(group) == 1:
            query |= {
                "PhoneNumbers": group[0].address,
                "SignName": self._sign_name,
                "TemplateParam": _json(dict(group[0].variables)),
            }
            action = "SendSms"
        else:
            form = {
                "PhoneNumberJson": _json([message.address for message in group]),
                "SignNameJson": _json([self._sign_name] * len(group)),
                "TemplateParamJson": _json([dict(message.variables) for message in group]),
            }
            action = "SendBatchSms"
        answer = yield self.request(action, query, form, stamps())
        content = self.read(answer)
        return content if isinstance(content, Ruling) else accepted(text_of(content, "BizId"))

    def ask(self, message_id: str, address: str, stamps: Stamps) -> Conversation[Outcome]:
        """Look for our id among what the number got today and yesterday; not there means it never arrived."""
        for back in (0, 1):
            on = civil_date(stamps().at) - timedelta(days=back)
            details = yield from self._sent(address, on, stamps)
            if isinstance(details, Ruling):
                return Outcome(message_id, Verdict.UNKNOWN, details.code)
            if any(is_marked(text_of(detail, "OutId"), message_id) for detail in details):
                return Outcome(message_id, Verdict.ACCEPTED)
        return Outcome(message_id, Verdict.TRANSIENT, "never_arrived")

    def _sent(self, address: str, on: date, stamps: Stamps) -> Conversation[tuple[Mapping[str, object], ...] | Ruling]:
        """Return what a number got on a civil day."""
        found: list[Mapping[str, object]] = []
        for page in range(1, _PAGES + 1):
            query = {
                "PhoneNumber": address,
                "SendDate": f"{on:%Y%m%d}",
                "PageSize": str(_PAGE),
                "CurrentPage": str(page),
            }
            content = self.read((yield self.request("QuerySendDetails", query, {}, stamps())))
            if isinstance(content, Ruling):
                return content
            details = _details(content)
            found += details
            if len(details) < _PAGE:
                break
        return tuple(found)

    def fetch(
        self,
        since: datetime,  # noqa: ARG002 - what is awaited says it
        stamps: Stamps,
        awaited: Sequence[Awaited] = (),
    ) -> Conversation[Pushed]:
        """Ask what became of messages, one question per number and day; a refusal ends the asking until next time."""
        receipts: list[Receipt] = []
        for (address, on), waiting in _by_number_and_day(awaited).items():
            details = yield from self._sent(address, on, stamps)
            if isinstance(details, Ruling):
                break
            receipts += (r for detail in details for one in waiting if (r := self._report(detail, one)) is not None)
        return Pushed(tuple(receipts))

    def _report(self, detail: Mapping[str, object], one: Awaited) -> Receipt | None:
        state = _REPORTED.get(text_of(detail, "SendStatus"))
        if state is None or not is_marked(text_of(detail, "OutId"), one.message_id):
            return None
        return Receipt(
            provider_id=one.provider_id,
            state=state,
            at=instant(detail.get("ReceiveDate") or detail.get("SendDate"), self.label),
            message_id=one.message_id,
            address=one.address,
            code=text_of(detail, "ErrCode"),
        )

    def pushed(self, body: bytes, headers: Mapping[str, str], query: Mapping[str, str]) -> Pushed:  # noqa: ARG002 - unsigned
        """Read SmsReport and SmsUp arrays.

        Raises: InputError when it is not understood.
        """
        receipts: list[Receipt] = []
        replies: list[Reply] = []
        for row in rows_of(body, self.label):
            address = number(row.get("phone_number", ""))
            if "biz_id" in row:
                good = row.get("success") in {True, "true"}
                receipts.append(
                    Receipt(
                        provider_id=text_of(row, "biz_id"),
                        state=ReceiptState.DELIVERED if good else ReceiptState.UNDELIVERED,
                        at=instant(row.get("report_time") or row.get("send_time"), self.label),
                        message_id=id_of(text_of(row, "out_id")),
                        address=address,
                        code=text_of(row, "err_code"),
                    )
                )
            else:
                at = instant(row.get("send_time"), self.label)
                replies.append(
                    Reply(address, text_of(row, "content").strip(), at, provider_id=text_of(row, "sequence_id"))
                )
        return Pushed(tuple(receipts), tuple(replies))

    def read(self, answer: Answer) -> Mapping[str, object] | Ruling:
        """Return the answer's object when its Code is OK, else what the code means."""
        content = json_answer(answer)
        if isinstance(content, Ruling):
            return content
        code = text_of(content, "Code")
        if code == "OK":
            return content
        if not code:
            return by_status(answer.status)
        return self._refusal(code, text_of(content, "Message"))

    def _refusal(self, code: str, words: str) -> Ruling:
        if code == "isv.BUSINESS_LIMIT_CONTROL":
            # Only the sentence says which window is full: 触发分钟级流控, 触发小时级流控, 触发天级流控.
            wait = DAY if "天级" in words else HOUR if "小时级" in words else MINUTE
            return replace(limited(code, wait), per_number=True)
        if code.startswith("Throttling"):
            return self.codes["Throttling"]
        if code.startswith(_CONFIG_PREFIXES):
            return Ruling(Verdict.CONFIG, code)
        known = self.codes.get(code)
        if known:
            return known
        # What is wrong with one number or its values spoils the whole call.
        return Ruling(Verdict.PERMANENT, code, per_number=True) if code.startswith("isv.") else Ruling(_UNKNOWN, code)

    def request(self, action: str, query: Mapping[str, str], form: Mapping[str, str], stamp: Stamp) -> Request:
        """Return the signed request in the configured version."""
        at = stamp.at.strftime("%Y-%m-%dT%H:%M:%SZ")
        if self._rpc:
            return self._rpc_request({"Action": action, "Timestamp": at, **query, **form}, stamp.nonce)
        body = aliyun_form(form).encode()
        headers = {
            "host": urlsplit(self.base).netloc,
            "x-acs-action": action,
            "x-acs-version": VERSION,
            "x-acs-date": at,
            "x-acs-signature-nonce": stamp.nonce,
            "x-acs-content-sha256": sha256_hex(body),
        } | ({"content-type": _FORM} if form else {})
        canonical = aliyun_form(query)
        headers["Authorization"] = acs3_authorization(headers, canonical, self._key_id, self._secret)
        return Request(f"{self.base}/?{canonical}", body, headers)

    def _rpc_request(self, parameters: Mapping[str, str], nonce: str) -> Request:
        signed = {
            **parameters,
            "Format": "JSON",
            "Version": VERSION,
            "AccessKeyId": self._key_id,
            "SignatureMethod": "HMAC-SHA1",
            "SignatureVersion": "1.0",
            "SignatureNonce": nonce,
        }
        signature = aliyun_rpc_signature("POST", signed, self._secret)
        body = aliyun_form({**signed, "Signature": signature}).encode()
        return Request(f"{self.base}/", body, {"Content-Type": _FORM})


def _details(content: Mapping[str, object]) -> tuple[Mapping[str, object], ...]:
    outer = content.get("SmsSendDetailDTOs")
    rows = outer.get("SmsSendDetailDTO") if isinstance(outer, dict) else None
    return tuple(row for row in rows if isinstance(row, dict)) if isinstance(rows, list) else ()


def _by_number_and_day(awaited: Sequence[Awaited]) -> Mapping[tuple[str, date], tuple[Awaited, ...]]:
    found: dict[tuple[str, date], tuple[Awaited, ...]] = {}
    for one in awaited:
        # Around midnight either day may be the provider's.
        for on in sorted({civil_date(one.claimed_at), civil_date(one.accepted_at)}):
            found[one.address, on] = (*found.get((one.address, on), ()), one)
    return found


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
