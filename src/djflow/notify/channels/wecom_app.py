"""Messages of a WeCom application (企业微信应用消息): text, card with buttons, recall, callback.

One person per call, so that WeCom's duplicate check sees the same payload when a message is repeated.
Source: developer.work.weixin.qq.com "发送应用消息", "撤回应用消息", "模板卡片事件推送", "全局错误码".
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar
from urllib.parse import urlencode

from djflow.core.errors import InputError
from djflow.notify.channels.base import Limit, Outcome, Outgoing, Pushed, Traits, Verdict
from djflow.notify.channels.codes import MINUTE, accepted, coded, limited, table, text_of, with_id
from djflow.notify.channels.config import ChannelUrl, needed
from djflow.notify.channels.provider import Conversation, Provider, Stamps, Token, TokenWanted, ruled
from djflow.notify.channels.splitting import split_bytes
from djflow.notify.channels.wecom_callback import Callback
from djflow.notify.channels.wire import Answer, Request, Ruling, json_request

MAX_BYTES = 2048
RECALLED_WITHIN = timedelta(hours=24)
DUPLICATE_SECONDS = 14_400
"""How long WeCom filters a repeated payload: its longest, four hours."""

_STALE = frozenset({"40014", "42001", "41001"})
_REFRESH_MARGIN = timedelta(minutes=5)
_NOBODY = ("invaliduser", "unlicenseduser")


class WeComApp(Provider):
    """`wecomapp://CORPID/AGENTID?secret=…&token=…&aes=…`; `token` and `aes` are those of the callback."""

    scheme = "wecomapp"
    label = "企业微信应用"
    home = "https://qyapi.weixin.qq.com"
    codes: ClassVar[Mapping[str, Ruling]] = {
        **table(
            unknown="-1",
            transient="40014 42001 41001",
            permanent="40003 40008 40031 40033 40035 40058 41030 44004 45002 46004 60111 81013",
            config="40001 40013 40056 40082 40084 40091 40093 41002 41004 48002 50001 60011 60020 301002",
        ),
        "45009": limited("45009", MINUTE),
        "45033": limited("45033", timedelta(seconds=5)),
    }

    def read_url(self, url: ChannelUrl) -> None:
        """Keep the corporation, the application and the secrets."""
        self._corp = needed(url.host, "企业 ID", self.scheme)
        agent = url.path[0] if url.path else ""
        self._agent = int(needed(agent if agent.isascii() and agent.isdigit() else "", "应用的 AgentId", self.scheme))
        self._secret = needed(url.option("secret"), "应用的 secret", self.scheme)
        self.callback = Callback(self._corp, url.option("token"), url.option("aes"))

    @property
    def traits(self) -> Traits:
        """30 messages a minute and 1,000 an hour per person; what is above is dropped without an error."""
        return Traits(
            batch=1,
            concurrency=50,
            filters_doubles=True,
            limits=(
                Limit(30, timedelta(minutes=1), per_address=True),
                Limit(1000, timedelta(hours=1), per_address=True),
                Limit(10_000, timedelta(minutes=1)),
            ),
            max_text_bytes=MAX_BYTES,
            signs_pushes=self.callback.ready,
            thanks="success",
            # WeCom refuses buttons of an application without a callback.
            buttons=self.callback.ready,
            can_recall=RECALLED_WITHIN,
        )

    def deliver(self, group: tuple[Outgoing, ...], stamps: Stamps) -> Conversation[tuple[Outcome, ...]]:  # noqa: ARG002 - unsigned
        """Send the message; a repeat is filtered by WeCom, so each piece keeps its own verdict."""
        message = group[0]
        contents = self._contents(message)
        ruling = accepted()
        for content in contents:
            ruling = yield from self._call("/cgi-bin/message/send", content)
            if ruling.verdict is not Verdict.ACCEPTED:
                return ruled(group, ruling)
        return ruled(group, Ruling(Verdict.ACCEPTED, provider_id=ruling.provider_id, parts=len(contents)))

    def recall(self, provider_id: str) -> Conversation[Ruling]:
        """Take a message back, possible within 24 hours."""
        return (yield from self._call("/cgi-bin/message/recall", {"msgid": provider_id}))

    def echo(self, query: Mapping[str, str]) -> str:
        """Return the text that WeCom wants to hear when it checks the callback's address.

        Raises: InputError when it is not signed or no callback is configured.
        """
        if not self.callback.ready:
            raise InputError("企业微信应用没有配置回调的 token 和 aes。", code="no_push")
        return self.callback.echo(query)

    def token(self, stamps: Stamps) -> Conversation[Token | Ruling]:
        """Fetch an access token, good for two hours less a margin."""
        query = urlencode({"corpid": self._corp, "corpsecret": self._secret})
        answer = yield Request(f"{self.base}/cgi-bin/gettoken?{query}", method="GET")
        content = coded(answer, "errcode", self.codes)
        if isinstance(content, Ruling):
            # A refused key concerns the whole channel, whatever the code is.
            return Ruling(Verdict.CONFIG, content.code) if content.verdict is Verdict.PERMANENT else content
        seconds = content.get("expires_in")
        lasting = timedelta(seconds=seconds if isinstance(seconds, int) else 7200)
        value = text_of(content, "access_token")
        if not value:
            return Ruling(Verdict.TRANSIENT, "no_token")
        return Token(value, stamps().at + max(lasting - _REFRESH_MARGIN, lasting / 2))

    def pushed(self, body: bytes, headers: Mapping[str, str], query: Mapping[str, str]) -> Pushed:  # noqa: ARG002 - signed in the query
        """Read a click on a card or words to the application.

        Raises: InputError when it is not signed or not understood.
        """
        if not self.callback.ready:
            raise InputError("企业微信应用没有配置回调的 token 和 aes。", code="no_push")
        return self.callback.pushed(body, query)

    def _call(self, path: str, content: Mapping[str, object]) -> Conversation[Ruling]:
        token = yield TokenWanted()
        if token.fault:
            return token.fault
        ruling = self._ruling((yield self._request(path, token, content)))
        if ruling.code not in _STALE:
            return ruling
        token = yield TokenWanted(stale=token.body.decode())
        if token.fault:
            return token.fault
        return self._ruling((yield self._request(path, token, content)))

    def _request(self, path: str, token: Answer, content: Mapping[str, object]) -> Request:
        return json_request(f"{self.base}{path}?access_token={token.body.decode()}", content)

    def _ruling(self, answer: Answer) -> Ruling:
        content = coded(answer, "errcode", self.codes)
        if isinstance(content, Ruling):
            return content
        message_id = text_of(content, "msgid")
        for field in _NOBODY:
            # One person per call: whoever is listed is the person meant.
            if text_of(content, field):
                return with_id(Ruling(Verdict.PERMANENT, field), message_id)
        return accepted(message_id)

    def _contents(self, message: Outgoing) -> tuple[Mapping[str, object], ...]:
        common = {
            "touser": message.address,
            "agentid": self._agent,
            "enable_duplicate_check": 1,
            "duplicate_check_interval": DUPLICATE_SECONDS,
        }
        if message.buttons:
            return ({**common, "msgtype": "template_card", "template_card": _card(message)},)
        pieces = split_bytes(message.text, MAX_BYTES)
        return tuple({**common, "msgtype": "text", "text": {"content": piece}} for piece in pieces)


def _card(message: Outgoing) -> Mapping[str, object]:
    buttons = [
        {"text": button.label, "style": 1 if first else 2}
        | ({"type": 1, "url": button.url} if button.url else {"type": 0, "key": button.value})
        for first, button in ((number == 0, button) for number, button in enumerate(message.buttons))
    ]
    return {
        "card_type": "button_interaction",
        "main_title": {"title": message.title or "通知"},
        "sub_title_text": message.text,
        "task_id": message.id,
        "button_list": buttons,
    }
