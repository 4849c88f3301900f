"""Signatures of the providers, each a pure function.

Source: Aliyun "V3版本请求体&签名机制" and "RPC机制"; Tencent Cloud "签名方法 v3"; DingTalk and Feishu "安全设置";
WeCom "加解密方案说明"; 中国移动云MAS "HTTP 接口规范".
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote

_EMPTY_QUERY = ""


def dingtalk_sign(secret: str, timestamp_ms: int) -> str:
    """Return the `sign` of a DingTalk robot, not yet percent-encoded."""
    return _base64(hmac.digest(secret.encode(), f"{timestamp_ms}\n{secret}".encode(), "sha256"))


def feishu_sign(secret: str, timestamp_s: int) -> str:
    """Return the `sign` of a Feishu robot: here the text is the key and nothing is signed."""
    return _base64(hmac.digest(f"{timestamp_s}\n{secret}".encode(), b"", "sha256"))


def cloudmas_mac(*fields: str) -> str:
    """Return the `mac` of 云MAS: MD5 in lower case over the fields in the documented order."""
    # MD5 is what the carrier's interface demands.
    return hashlib.md5("".join(fields).encode(), usedforsecurity=False).hexdigest()


def wecom_signature(token: str, timestamp: str, nonce: str, encrypted: str) -> str:
    """Return the `msg_signature` of a WeCom callback."""
    # SHA-1 is what WeCom's callbacks use.
    return hashlib.sha1(
        "".join(sorted((token, timestamp, nonce, encrypted))).encode(), usedforsecurity=False
    ).hexdigest()


def aliyun_rpc_signature(method: str, parameters: Mapping[str, str], secret: str) -> str:
    """Return the `Signature` parameter of an RPC call, signature version 1.0."""
    text = f"{method}&%2F&{_percent(aliyun_form(parameters))}"
    return _base64(hmac.digest(f"{secret}&".encode(), text.encode(), "sha1"))


def aliyun_form(parameters: Mapping[str, str]) -> str:
    """Return the parameters sorted and encoded the way Aliyun signs and reads them."""
    return "&".join(f"{_percent(name)}={_percent(parameters[name])}" for name in sorted(parameters))


def acs3_authorization(headers: Mapping[str, str], query: str, key_id: str, secret: str, method: str = "POST") -> str:
    """Return the `Authorization` header of an ACS3-HMAC-SHA256 request to `/`.

    `headers` has lower-case names and holds all that is signed, among them x-acs-content-sha256; `query` is canonical.
    """
    names = sorted(headers)
    signed = ";".join(names)
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in names)
    canonical = "\n".join((method, "/", query, lines, signed, headers["x-acs-content-sha256"]))
    text = f"ACS3-HMAC-SHA256\n{sha256_hex(canonical.encode())}"
    signature = hmac.new(secret.encode(), text.encode(), "sha256").hexdigest()
    return f"ACS3-HMAC-SHA256 Credential={key_id},SignedHeaders={signed},Signature={signature}"


def tc3_authorization(
    headers: Mapping[str, str], body: bytes, service: str, at: datetime, keys: tuple[str, str]
) -> str:
    """Return the `Authorization` header of a TC3-HMAC-SHA256 POST to `/`.

    `headers` has lower-case names and holds all that is signed; `keys` is the secret id and the secret key.
    """
    key_id, secret = keys
    day = at.astimezone(UTC).strftime("%Y-%m-%d")
    names = sorted(headers)
    signed = ";".join(names)
    lines = "".join(f"{name}:{headers[name].strip().lower()}\n" for name in names)
    canonical = "\n".join(("POST", "/", _EMPTY_QUERY, lines, signed, sha256_hex(body)))
    scope = f"{day}/{service}/tc3_request"
    text = f"TC3-HMAC-SHA256\n{int(at.timestamp())}\n{scope}\n{sha256_hex(canonical.encode())}"
    key = f"TC3{secret}".encode()
    for part in (day, service, "tc3_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.new(key, text.encode(), "sha256").hexdigest()
    return f"TC3-HMAC-SHA256 Credential={key_id}/{scope}, SignedHeaders={signed}, Signature={signature}"


def sha256_hex(data: bytes) -> str:
    """Return the SHA-256 of the data in lower-case hex."""
    return hashlib.sha256(data).hexdigest()


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _percent(text: str) -> str:
    return quote(text, safe="~")
