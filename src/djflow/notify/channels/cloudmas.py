"""中国移动云MAS over HTTP: norsubmit with free text, tmpsubmit with a template; JSON in base64, `mac` by MD5.

The gateway has one answer for all numbers of a call and cannot be asked, so an unknown call stays unknown. Its
interface only pushes reports and replies; nothing can be fetched.
Source: 中国移动云MAS业务平台 "HTTP 接口规范" (norsubmit, tmpsubmit, 状态报告推送, 上行短信推送).
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from djflow.notify.channels.base import Outcome, Outgoing, Pushed, Receipt, ReceiptState, Reply, Traits, Verdict
from djflow.notify.channels.codes import accepted, table, text_of
from djflow.notify.channels.config import ChannelUrl, needed
from djflow.notify.channels.provider import Conversation, Provider, Stamps, grouped, halved
from djflow.notify.channels.reports import instant, number, rows_of
from djflow.notify.channels.signing import cloudmas_mac
from djflow.notify.channels.wire import Answer, Request, Ruling, by_status, json_answer

BATCH = 200
_GOOD = frozenset({"DELIVRD", "CM:0000", "0", "000", "0000"})


class CloudMas(Provider):
    """`cloudmas://APID:SECRET@签名编码?ec=企业名称&serial=扩展码`; the base URL is the province's and must be given."""

    scheme = "cloudmas"
    label = "云MAS短信"
    home = ""
    codes: ClassVar[Mapping[str, Ruling]] = table(
        config="IllegalMac IllegalSignId InvalidUsrOrPwd NoSignId IllegalIp IllegalEcName",
        permanent="TooManyMobiles IllegalTemplateId",
    )

    def read_url(self, url: ChannelUrl) -> None:
        """Keep the account, the signature's code and the enterprise's name."""
        needed(self.base, "接口地址 base_url", self.scheme)
        self._ap = needed(url.user, "接口账号", self.scheme)
        self._secret = needed(url.password, "接口密码", self.scheme)
        self._sign = needed(url.host, "签名编码", self.scheme)
        self._ec = needed(url.option("ec"), "企业名称 ec", self.scheme)
        self._serial = url.option("serial")

    @property
    def traits(self) -> Traits:
        """Numbers of one text go together; nothing can be asked."""
        return Traits(batch=BATCH, concurrency=10)

    def groups(self, batch: Sequence[Outgoing]) -> tuple[tuple[Outgoing, ...], ...]:
        """Put messages of one wording together."""
        return grouped(batch, lambda message: (message.template, message.text, *message.variables.values()), BATCH)

    def deliver(self, group: tuple[Outgoing, ...], stamps: Stamps) -> Conversation[tuple[Outcome, ...]]:  # noqa: ARG002 - the mac has no time
        """Send one group; a group that one number spoils is halved until the number is found."""
        return (yield from halved(group, self._send))

    def _send(self, group: tuple[Outgoing, ...]) -> Conversation[Ruling]:
        return self.ruling((yield self.request(group)))

    def ruling(self, answer: Answer) -> Ruling:
        """Return what the one answer means for all numbers."""
        content = json_answer(answer)
        if isinstance(content, Ruling):
            return content
        code = text_of(content, "rspcod")
        if not code:
            return by_status(answer.status)
        if code == "success" and content.get("success") is not False:
            return accepted(text_of(content, "msgGroup"))
        return self.codes.get(code) or Ruling(Verdict.PERMANENT, code, per_number=True)

    def request(self, group: tuple[Outgoing, ...]) -> Request:
        """Return the request for numbers of one wording."""
        mobiles = ",".join(number(message.address) for message in group)
        first = group[0]
        if first.template:
            path = "/sms/tmpsubmit"
            words = {"templateId": first.template, "mobiles": mobiles, "params": _json(list(first.variables.values()))}
        else:
            path, words = "/sms/norsubmit", {"mobiles": mobiles, "content": first.text}
        fields = {"ecName": self._ec, "apId": self._ap, "secretKey": self._secret, **words}
        fields |= {"sign": self._sign, "addSerial": self._serial}
        # The order of the fields is the order in which they are signed; the password is signed and sent.
        fields["mac"] = cloudmas_mac(*fields.values())
        return replace(
            Request(f"{self.base}{path}", base64.b64encode(_json(fields).encode())),
            headers={"Content-Type": "application/json; charset=utf-8"},
        )

    def pushed(self, body: bytes, headers: Mapping[str, str], query: Mapping[str, str]) -> Pushed:  # noqa: ARG002 - unsigned
        """Read pushed reports and replies.

        Raises: InputError when it is not understood.
        """
        receipts: list[Receipt] = []
        replies: list[Reply] = []
        for row in rows_of(body, self.label):
            if "smsContent" in row:
                at = instant(row.get("sendTime"), self.label)
                replies.append(Reply(number(row.get("mobile", "")), text_of(row, "smsContent").strip(), at))
            else:
                receipts += self._receipts(row)
        return Pushed(tuple(receipts), tuple(replies))

    def _receipts(self, row: Mapping[str, object]) -> tuple[Receipt, ...]:
        code = text_of(row, "errorCode") or text_of(row, "reportStatus")
        good = code in _GOOD or text_of(row, "reportStatus") in _GOOD
        listed = row.get("mobiles")
        numbers = listed if isinstance(listed, list) else [row.get("mobile", "")]
        at = instant(row.get("receiveDate") or row.get("submitDate"), self.label)
        state = ReceiptState.DELIVERED if good else ReceiptState.UNDELIVERED
        return tuple(Receipt(text_of(row, "msgGroup"), state, at, address=number(one), code=code) for one in numbers)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
