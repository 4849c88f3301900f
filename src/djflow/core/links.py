"""Signed links to files: who has the link may fetch this one file until it expires. Nothing is stored.

A token is `base64url(fields as JSON) . base64url(HMAC-SHA-256)`. Source: RFC 2104.
"""

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from djflow.core.errors import GoneError, NotFoundError

_BROKEN = "这个下载链接不完整或不是本系统发出的：请在原处重新取一个链接。"


@dataclass(frozen=True, slots=True)
class FilePath:
    """A file of a subject: `kind` says what it belongs to, `subject` which, `name` is what the browser saves."""

    kind: str
    subject: str
    name: str


def sign(path: FilePath, expires_at: datetime, key: bytes) -> str:
    """Return a token for `path`, good before `expires_at`."""
    fields = [path.kind, path.subject, path.name, int(expires_at.timestamp())]
    body = json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()
    return f"{_text(body)}.{_text(_mac(body, key))}"


def link(path: FilePath, expires_at: datetime, key: bytes) -> str:
    """Return the link's path, `/files/<token>/<name>`."""
    return f"/files/{sign(path, expires_at, key)}/{quote(path.name)}"


def opened(token: str, name: str, key: bytes, now: datetime) -> FilePath:
    """Return the path that `token` was signed for with `key`; `name` is the file name in the address.

    Raises: NotFoundError for a token that was never signed or belongs to another name; GoneError once it has expired.
    """
    try:
        body_text, mac_text = token.split(".")
        body, mac = _bytes(body_text), _bytes(mac_text)
    except (ValueError, binascii.Error) as error:
        raise NotFoundError(_BROKEN, code="link.broken") from error
    if not hmac.compare_digest(mac, _mac(body, key)):
        raise NotFoundError(_BROKEN, code="link.broken")
    kind, subject, signed_name, expires = json.loads(body)
    if signed_name != name:
        raise NotFoundError(_BROKEN, code="link.broken")
    if datetime.fromtimestamp(expires, UTC) <= now:
        raise GoneError("这个下载链接已过期：请在原处重新取一个链接。", code="link.expired")
    return FilePath(kind, subject, signed_name)


def _mac(body: bytes, key: bytes) -> bytes:
    return hmac.new(key, body, hashlib.sha256).digest()


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
