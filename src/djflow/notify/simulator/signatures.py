"""Checks the callers' signatures, written from the providers' documents apart from the code that signs."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote

from djflow.notify.simulator.accounts import KEY_ID, SECRET
from djflow.notify.simulator.world import Call


def is_dingtalk_signed(query: Mapping[str, str]) -> bool:
    """Return whether timestamp and sign fit the robot's secret; a robot without secret sends neither."""
    if "sign" not in query:
        return True
    stamp = query.get("timestamp", "")
    expected = base64.b64encode(hmac.new(SECRET.encode(), f"{stamp}\n{SECRET}".encode(), hashlib.sha256).digest())
    return hmac.compare_digest(expected, query["sign"].encode())


def is_feishu_signed(content: Mapping[str, object]) -> bool:
    """Return whether timestamp and sign fit the robot's secret; a robot without secret sends neither."""
    if "sign" not in content:
        return True
    key = f"{content.get('timestamp')}\n{SECRET}"
    expected = base64.b64encode(hmac.new(key.encode(), digestmod=hashlib.sha256).digest())
    return hmac.compare_digest(expected, str(content["sign"]).encode())


def is_recent(seconds: object, now: datetime, most: float) -> bool:
    """Return whether a Unix time lies within `most` seconds of now."""
    text = str(seconds)
    return text.isdigit() and abs(int(text) - now.timestamp()) <= most


def acs3_fault(call: Call, now: datetime) -> str:
    """Return Aliyun's error code for a V3 request, empty when it is well signed."""
    scheme, _, rest = call.headers.get("authorization", "").partition(" ")
    parts = dict(piece.split("=", 1) for piece in rest.split(",") if "=" in piece)
    if scheme != "ACS3-HMAC-SHA256" or parts.get("Credential") != KEY_ID:
        return "InvalidAccessKeyId.NotFound"
    if hashlib.sha256(call.body).hexdigest() != call.headers.get("x-acs-content-sha256"):
        return "SignatureDoesNotMatch"
    pairs = sorted(parse_qsl(call.raw_query, keep_blank_values=True))
    canonical_query = "&".join(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in pairs)
    names = parts.get("SignedHeaders", "").split(";")
    needed = {"host", "x-acs-action", "x-acs-version", "x-acs-date", "x-acs-signature-nonce", "x-acs-content-sha256"}
    if not needed <= set(names):
        return "IncompleteSignature"
    canonical = [call.method, "/", canonical_query]
    canonical += [f"{name}:{call.headers.get(name, '')}" for name in names]
    canonical += ["", ";".join(names), call.headers["x-acs-content-sha256"]]
    text = "ACS3-HMAC-SHA256\n" + hashlib.sha256("\n".join(canonical).encode()).hexdigest()
    expected = hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, parts.get("Signature", "")):
        return "SignatureDoesNotMatch"
    return aliyun_time_fault(call.headers["x-acs-date"], now)


def rpc_fault(parameters: Mapping[str, str], now: datetime) -> str:
    """Return Aliyun's error code for an RPC request, empty when it is well signed."""
    if parameters.get("AccessKeyId") != KEY_ID:
        return "InvalidAccessKeyId.NotFound"
    signed = sorted((name, value) for name, value in parameters.items() if name != "Signature")
    joined = "&".join(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in signed)
    text = "POST&" + quote("/", safe="") + "&" + quote(joined, safe="-_.~")
    expected = base64.b64encode(hmac.new(f"{SECRET}&".encode(), text.encode(), hashlib.sha1).digest())
    if not hmac.compare_digest(expected, parameters.get("Signature", "").encode()):
        return "SignatureDoesNotMatch"
    return aliyun_time_fault(parameters.get("Timestamp", ""), now)


def aliyun_time_fault(text: str, now: datetime) -> str:
    """Return the error code for a time that is unreadable or more than fifteen minutes off."""
    try:
        at = datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return "InvalidTimeStamp.Format"
    return "InvalidTimeStamp.Expired" if abs((at - now).total_seconds()) > 900 else ""


def tc3_fault(call: Call, now: datetime) -> str:
    """Return Tencent's error code, empty when the request is well signed."""
    stamp = call.headers.get("x-tc-timestamp", "")
    if not is_recent(stamp, now, 300):
        return "AuthFailure.SignatureExpire"
    day = datetime.fromtimestamp(int(stamp), UTC).date().isoformat()
    scope = f"{day}/sms/tc3_request"
    head = f"TC3-HMAC-SHA256 Credential={KEY_ID}/{scope}, SignedHeaders="
    given = call.headers.get("authorization", "")
    if not given.startswith(head):
        return "AuthFailure.SecretIdNotFound"
    names, _, signature = given.removeprefix(head).partition(", Signature=")
    lines = "".join(f"{name}:{call.headers.get(name, '').lower()}\n" for name in names.split(";"))
    canonical = f"POST\n/\n\n{lines}\n{names}\n{hashlib.sha256(call.body).hexdigest()}"
    text = f"TC3-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"

    def mac(key: bytes, word: str) -> bytes:
        return hmac.new(key, word.encode(), hashlib.sha256).digest()

    expected = mac(mac(mac(mac(b"TC3" + SECRET.encode(), day), "sms"), "tc3_request"), text).hex()
    return "" if hmac.compare_digest(expected, signature) else "AuthFailure.SignatureFailure"
