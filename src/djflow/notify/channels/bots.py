"""Group robots of WeCom, DingTalk and Feishu: one message at a time, answers read although the status is always 200.

A robot can neither be asked nor filters doubles. A text that is too long goes out in pieces; when a later piece fails
the message is `unknown`, because what has been said cannot be said again.
Source: developer.work.weixin.qq.com "消息推送"; open.dingtalk.com "自定义机器人"; open.feishu.cn "自定义机器人".
"""

from abc import abstractmethod
from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar, Final
from urllib.parse import quote

from djflow.notify.channels.base import Limit, Outcome, Outgoing, Traits, Verdict
from djflow.notify.channels.codes import MINUTE, accepted, coded, limited, table
from djflow.notify.channels.config import ChannelUrl, needed
from djflow.notify.channels.provider import Conversation, Provider, Stamp, Stamps, ruled
from djflow.notify.channels.signing import dingtalk_sign, feishu_sign
from djflow.notify.channels.splitting import split_bytes
from djflow.notify.channels.wire import Answer, Request, Ruling, json_request

_PER_MINUTE: Final = (Limit(20, timedelta(minutes=1)),)


class Bot(Provider):
    """A robot of a chat group."""

    limits: ClassVar[tuple[Limit, ...]] = _PER_MINUTE
    max_bytes: int

    @property
    def traits(self) -> Traits:
        """One message at a time, no addresses."""
        return Traits(
            concurrency=1,
            single_flight=True,
            addressed=False,
            limits=self.limits,
            max_text_bytes=self.max_bytes,
        )

    @abstractmethod
    def request(self, text: str, title: str, stamp: Stamp) -> Request:
        """Return the request for one piece."""

    @abstractmethod
    def ruling(self, answer: Answer) -> Ruling:
        """Return what the answer to one piece means."""

    def deliver(self, group: tuple[Outgoing, ...], stamps: Stamps) -> Conversation[tuple[Outcome, ...]]:
        """Send the pieces of the one message in order and stop at the first that is refused."""
        message = group[0]
        pieces = split_bytes(message.text, self.max_bytes)
        for number, piece in enumerate(pieces):
            answer = yield self.request(piece, message.title, stamps())
            ruling = self.ruling(answer)
            if ruling.verdict is not Verdict.ACCEPTED:
                return ruled(group, ruling if number == 0 else Ruling(Verdict.UNKNOWN, "partial", parts=number))
        return ruled(group, accepted(parts=len(pieces)))


class WeComRobot(Bot):
    """`wecomrobot://KEY?format=text|markdown`."""

    scheme = "wecomrobot"
    label = "企业微信群机器人"
    home = "https://qyapi.weixin.qq.com"
    codes: ClassVar[Mapping[str, Ruling]] = {
        **table(
            unknown="-1",
            permanent="40008 40033 40035 40058 41030 44004 45002",
            config="93000 93004 93008 93017 40013 48002 60020",
        ),
        "45009": limited("45009", MINUTE),
        "45033": limited("45033", timedelta(seconds=5)),
    }

    def read_url(self, url: ChannelUrl) -> None:
        """Keep the key and the format."""
        self._key = needed(url.host, "机器人的 key", self.scheme)
        self._markdown = url.option("format") == "markdown"
        self.max_bytes = 4096 if self._markdown else 2048

    def request(self, text: str, title: str, stamp: Stamp) -> Request:  # noqa: ARG002 - unsigned and without title
        """Return the request for one piece."""
        kind = "markdown" if self._markdown else "text"
        url = f"{self.base}/cgi-bin/webhook/send?key={quote(self._key, safe='')}"
        return json_request(url, {"msgtype": kind, kind: {"content": text}})

    def ruling(self, answer: Answer) -> Ruling:
        """Return what the answer to one piece means."""
        content = coded(answer, "errcode", self.codes)
        return content if isinstance(content, Ruling) else accepted()


class DingRobot(Bot):
    """`dingrobot://ACCESS_TOKEN?secret=SEC…&format=text|markdown`."""

    scheme = "dingrobot"
    label = "钉钉群机器人"
    home = "https://oapi.dingtalk.com"
    max_bytes = 18_000
    codes: ClassVar[Mapping[str, Ruling]] = {
        **table(
            unknown="-1",
            permanent="40035 43004 400105 460101 430101 430102 430103 430104",
            config="310000 300001 300005 400013 400101 400102 400106",
        ),
        # The robot stays blocked for ten minutes; every call before that is refused too.
        "130101": limited("130101", timedelta(minutes=10)),
        "410100": limited("410100", MINUTE),
    }

    def read_url(self, url: ChannelUrl) -> None:
        """Keep the token, the secret and the format."""
        self._token = needed(url.host, "机器人的 access_token", self.scheme)
        self._secret = url.option("secret")
        self._markdown = url.option("format") == "markdown"

    def request(self, text: str, title: str, stamp: Stamp) -> Request:
        """Return the request for one piece."""
        url = f"{self.base}/robot/send?access_token={quote(self._token, safe='')}"
        if self._secret:
            at = int(stamp.at.timestamp() * 1000)
            url += f"&timestamp={at}&sign={quote(dingtalk_sign(self._secret, at), safe='')}"
        if self._markdown:
            return json_request(url, {"msgtype": "markdown", "markdown": {"title": title or "通知", "text": text}})
        return json_request(url, {"msgtype": "text", "text": {"content": text}})

    def ruling(self, answer: Answer) -> Ruling:
        """Return what the answer to one piece means."""
        content = coded(answer, "errcode", self.codes)
        return content if isinstance(content, Ruling) else accepted()


class FeishuRobot(Bot):
    """`feishurobot://TOKEN?secret=…`."""

    scheme = "feishurobot"
    label = "飞书群机器人"
    home = "https://open.feishu.cn"
    max_bytes = 18_000
    limits = (Limit(100, timedelta(minutes=1)), Limit(5, timedelta(seconds=1)))
    codes: ClassVar[Mapping[str, Ruling]] = {
        **table(permanent="9499 19002 19003 19005 19006", config="19001 19021 19022 19023 19024"),
        "11232": limited("11232", MINUTE),
        "99991400": limited("99991400", MINUTE),
    }

    def read_url(self, url: ChannelUrl) -> None:
        """Keep the token and the secret."""
        self._token = needed(url.host, "机器人的 token", self.scheme)
        self._secret = url.option("secret")

    def request(self, text: str, title: str, stamp: Stamp) -> Request:  # noqa: ARG002 - texts have no title
        """Return the request for one piece."""
        content: dict[str, object] = {"msg_type": "text", "content": {"text": text}}
        if self._secret:
            at = int(stamp.at.timestamp())
            content |= {"timestamp": str(at), "sign": feishu_sign(self._secret, at)}
        return json_request(f"{self.base}/open-apis/bot/v2/hook/{quote(self._token, safe='')}", content)

    def ruling(self, answer: Answer) -> Ruling:
        """Return what the answer to one piece means; 9499 is also what some gateways say for too many requests."""
        content = coded(answer, "code", self.codes)
        if not isinstance(content, Ruling):
            return accepted()
        if content.code == "9499" and b"too many" in answer.body.lower():
            return limited("9499", MINUTE)
        return content
