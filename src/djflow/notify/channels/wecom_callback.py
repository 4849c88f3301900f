"""WeCom's encrypted callback: signature, AES-CBC, and the few events that matter here.

Source: developer.work.weixin.qq.com "加解密方案说明", "模板卡片事件推送".
"""

import base64
import binascii
import hmac
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from djflow.core.errors import InputError
from djflow.notify.channels.base import Pushed, Reply
from djflow.notify.channels.signing import wecom_signature

_NOT_READ = "企业微信推送的内容没有读懂。"
_HEAD = 20  # 16 random bytes and the length


@dataclass(frozen=True, slots=True)
class Callback:
    """Token and AES key of an application's callback."""

    corp: str
    token: str = field(repr=False)
    aes: str = field(repr=False)

    @property
    def ready(self) -> bool:
        """Whether the office configured a callback."""
        return bool(self.token and self.aes)

    def echo(self, query: Mapping[str, str]) -> str:
        """Return the text that WeCom expects when it checks the address.

        Raises: InputError when it is not signed.
        """
        return self._open(query.get("echostr", ""), query)

    def pushed(self, body: bytes, query: Mapping[str, str]) -> Pushed:
        """Return the reply that a callback carries; other events are empty.

        Raises: InputError when it is not signed or not understood.
        """
        event = _fields(self._open(_fields(body.decode(errors="replace")).get("Encrypt", ""), query))
        if event.get("Event") == "template_card_event":
            words, message_id = event.get("EventKey", ""), event.get("TaskId", "")
        elif event.get("MsgType") == "text":
            words, message_id = event.get("Content", ""), ""
        else:
            return Pushed()
        seconds = event.get("CreateTime", "")
        if not (seconds.isascii() and seconds.isdigit()):
            raise InputError(_NOT_READ)
        reply = Reply(
            address=event.get("FromUserName", ""),
            words=words.strip(),
            at=datetime.fromtimestamp(int(seconds), UTC),
            provider_id=event.get("MsgId", ""),
            message_id=message_id,
        )
        return Pushed(replies=(reply,))

    def _open(self, encrypted: str, query: Mapping[str, str]) -> str:
        expected = wecom_signature(self.token, query.get("timestamp", ""), query.get("nonce", ""), encrypted)
        if not hmac.compare_digest(expected.encode(), query.get("msg_signature", "").encode()):
            raise InputError("企业微信推送的签名不对，请核对应用回调的 token。", code="bad_signature")
        try:
            key = base64.b64decode(self.aes + "=")
            data = base64.b64decode(encrypted, validate=True)
            decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
            plain = decryptor.update(data) + decryptor.finalize()
            plain = plain[: -plain[-1]]
            (length,) = struct.unpack(">I", plain[16:_HEAD])
            text, owner = plain[_HEAD : _HEAD + length].decode(), plain[_HEAD + length :].decode()
        except (binascii.Error, ValueError, IndexError, struct.error) as error:
            raise InputError(_NOT_READ) from error
        if owner != self.corp:
            raise InputError("企业微信推送的企业 ID 不是本企业的。", code="bad_signature")
        return text


def _fields(text: str) -> Mapping[str, str]:
    # Entities and document types have no place here; without them the standard parser is safe.
    if "<!DOCTYPE" in text.upper() or "<!ENTITY" in text.upper():
        raise InputError(_NOT_READ)
    try:
        root = ET.fromstring(text)  # noqa: S314 - guarded above
    except ET.ParseError as error:
        raise InputError(_NOT_READ) from error
    return {child.tag: child.text or "" for child in root}
