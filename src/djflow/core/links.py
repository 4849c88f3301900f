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
from enum import StrEnum
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class FilePath:
    """A file of a subject: `kind` says what it belongs to, `subject` which, `name` is what the browser saves."""

    kind: str
    subject: str
    name: str


class LinkFault(StrEnum):
    """Why a token opens nothing."""

    FORGED = "forged"
    EXPIRED = "expired"


def sign(path: FilePath, expires_at: datetime, key: bytes) -> str:
    """Return a token for `path`, good before `expires_at`."""
    fields = [path.kind, path.subject, path.name, int(expires_at.timestamp())]
    body = json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()
    return f"{_text(body)}.{_text(_mac(body, key))}"


def link(path: FilePath, expires_at: datetime, key: bytes) -> str:
    """Return the link's path, `/files/<token>/<name>`."""
    return f"/files/{sign(path, expires_at, key)}/{quote(path.name)}"


def open_token(token: str, now: datetime, key: bytes) -> FilePath | LinkFault:
    """Return the path a token was signed for, or why it opens nothing."""
    try:
        body_text, mac_text = token.split(".")
        body, mac = _bytes(body_text), _bytes(mac_text)
    except (ValueError, binascii.Error):
        return LinkFault.FORGED
    if not hmac.compare_digest(mac, _mac(body, key)):
        return LinkFault.FORGED
    kind, subject, name, expires = json.loads(body)
    if datetime.fromtimestamp(expires, UTC) <= now:
        return LinkFault.EXPIRED
    return FilePath(kind, subject, name)


def _mac(body: bytes, key: bytes) -> bytes:
    return hmac.new(key, body, hashlib.sha256).digest()


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
