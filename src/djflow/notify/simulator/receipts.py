"""What the providers push: delivery reports in each one's own words, and card clicks of WeCom, signed and encrypted."""

import base64
import hashlib
import json
import os
import struct
from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import urlencode

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from djflow.core.clock import civil_datetime
from djflow.notify.simulator.accounts import CALLBACK_AES, CALLBACK_TOKEN, CORP
from djflow.notify.simulator.world import Taken, is_dead

PUSHING = ("aliyunsms", "tencentsms", "cloudmas")
"""Providers that push delivery reports."""


def report(provider: str, messages: Sequence[Taken], *, delivered: bool = True) -> bytes:
    """Return the body that a provider pushes for these messages; numbers out of service are never delivered to."""
    rows = {"aliyunsms": _aliyun, "tencentsms": _tencent, "cloudmas": _cloudmas}[provider]
    listed = [rows(one, delivered and not is_dead(one.address)) for one in messages]
    return json.dumps(listed, ensure_ascii=False).encode()


def words_back(provider: str, address: str, words: str, at: datetime) -> bytes:
    """Return the body that an SMS provider pushes for a reply (上行短信)."""
    time = _beijing(at)
    row: Mapping[str, str] = {
        "aliyunsms": {"phone_number": address, "content": words, "send_time": time, "sequence_id": "1"},
        "tencentsms": {"mobile": address, "nationcode": "86", "text": words, "time": str(int(at.timestamp()))},
        "cloudmas": {"mobile": address, "smsContent": words, "sendTime": time, "addSerial": ""},
    }[provider]
    return json.dumps([row], ensure_ascii=False).encode()


def card_click(user: str, task_id: str, value: str, at: datetime) -> tuple[bytes, str]:
    """Return body and query of WeCom's callback when a person presses a card's button."""
    event = (
        f"<xml><ToUserName><![CDATA[{CORP}]]></ToUserName><FromUserName><![CDATA[{user}]]></FromUserName>"
        f"<CreateTime>{int(at.timestamp())}</CreateTime><MsgType><![CDATA[event]]></MsgType>"
        f"<Event><![CDATA[template_card_event]]></Event><EventKey><![CDATA[{value}]]></EventKey>"
        f"<TaskId><![CDATA[{task_id}]]></TaskId></xml>"
    )
    encrypted = _sealed(event)
    body = f"<xml><ToUserName><![CDATA[{CORP}]]></ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
    return body.encode(), urlencode(_signed(encrypted, str(int(at.timestamp()))))


def address_check(words: str) -> str:
    """Return the query with which WeCom checks the callback's address: it wants to hear the words."""
    encrypted = _sealed(words)
    return urlencode({**_signed(encrypted, "1409659589"), "echostr": encrypted})


def _signed(encrypted: str, stamp: str) -> Mapping[str, str]:
    nonce = "simulator"
    joined = "".join(sorted([CALLBACK_TOKEN, stamp, nonce, encrypted]))
    signature = hashlib.sha1(joined.encode(), usedforsecurity=False).hexdigest()
    return {"msg_signature": signature, "timestamp": stamp, "nonce": nonce}


def _sealed(text: str) -> str:
    key = base64.b64decode(CALLBACK_AES + "=")
    plain = os.urandom(16) + struct.pack(">I", len(text.encode())) + text.encode() + CORP.encode()
    padding = 32 - len(plain) % 32
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(plain + bytes([padding]) * padding) + encryptor.finalize()).decode()


def _beijing(at: datetime) -> str:
    return civil_datetime(at).strftime("%Y-%m-%d %H:%M:%S")


def _aliyun(one: Taken, delivered: bool) -> Mapping[str, object]:  # noqa: FBT001 - the state is the report
    return {
        "phone_number": one.address,
        "send_time": _beijing(one.at),
        "report_time": _beijing(one.at),
        "success": delivered,
        "err_code": "DELIVERED" if delivered else "MOBILE_NOT_ON_SERVICE",
        "sms_size": "1",
        "biz_id": one.provider_id,
        "out_id": one.out_id,
    }


def _tencent(one: Taken, delivered: bool) -> Mapping[str, object]:  # noqa: FBT001 - the same
    return {
        "user_receive_time": _beijing(one.at),
        "nationcode": "86",
        "mobile": one.address,
        "report_status": "SUCCESS" if delivered else "FAIL",
        "errmsg": "DELIVRD" if delivered else "UNDELIV",
        "sid": one.provider_id,
    }


def _cloudmas(one: Taken, delivered: bool) -> Mapping[str, object]:  # noqa: FBT001 - the same
    return {
        "reportStatus": "CM:0000" if delivered else "CM:0001",
        "mobile": one.address,
        "submitDate": civil_datetime(one.at).strftime("%Y%m%d%H%M%S"),
        "receiveDate": civil_datetime(one.at).strftime("%Y%m%d%H%M%S"),
        "errorCode": "DELIVRD" if delivered else "UNDELIV",
        "msgGroup": one.provider_id,
    }
