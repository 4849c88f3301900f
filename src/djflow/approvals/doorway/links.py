"""Tokens, codes and passes: made from ids with keys of the house, so that nothing in the database opens a door.

A token has 22 characters (128 bits), a code six digits. Messages keep a reference in place of the code; the sender
fills it in. Source: RFC 2104 (HMAC); OWASP guidance on capability links and one-time codes.
"""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass

from djflow.db.vault import Vault

TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")
CODE = re.compile(r"[0-9]{6}")
PASS = re.compile(r"(?P<until>[0-9]{10,11})\.(?P<mac>[A-Za-z0-9_-]{22})")
_BYTES = 16
_REFERENCE = re.compile(r"⟦(?P<invitation>[0-9a-f]{32}):(?P<number>[0-9]{1,2})⟧")


@dataclass(frozen=True, slots=True)
class Door:
    """What a pass opens: an invitation about a content, by its `number`-th code, until a second of the epoch."""

    invitation: str
    content: str
    number: int
    until: int


def token_of(vault: Vault, invitation_id: str) -> str:
    """Return the token of an invitation."""
    raw = hmac.new(vault.derived("approval-link"), invitation_id.encode(), hashlib.sha256).digest()[:_BYTES]
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def token_hash(vault: Vault, token: str) -> str:
    """Return the keyed hash under which an invitation is found."""
    return vault.lookup(token, kind="approval-link")


def code_of(vault: Vault, invitation_id: str, number: int) -> str:
    """Return the `number`-th code of an invitation."""
    raw = hmac.new(vault.derived("approval-code"), f"{invitation_id}:{number}".encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(raw[:8], 'big') % 1_000_000:06d}"


def code_hash(vault: Vault, invitation_id: str, code: str) -> str:
    """Return the keyed hash of a code; the key is outside the database, so six digits cannot be tried out there."""
    return vault.lookup(f"{invitation_id}:{code}", kind="approval-code")


def reference_of(invitation_id: str, number: int) -> str:
    """Return what a stored message holds in place of a code."""
    return f"⟦{invitation_id}:{number}⟧"


def filled(vault: Vault, text: str) -> str:
    """Return a message's text with its codes filled in: for the sender only, at the moment of sending."""
    return _REFERENCE.sub(lambda found: code_of(vault, found["invitation"], int(found["number"])), text)


def pass_of(vault: Vault, door: Door) -> str:
    """Return what a browser keeps after the right code: it opens one content until an instant, and nothing else."""
    return f"{door.until}.{_pass_mac(vault, door)}"


def is_pass(vault: Vault, door: Door, given: str) -> bool:
    """Return whether a browser's value is the pass of this door."""
    found = PASS.fullmatch(given)
    if found is None or found["until"] != str(door.until):
        return False
    return hmac.compare_digest(found["mac"], _pass_mac(vault, door))


def _pass_mac(vault: Vault, door: Door) -> str:
    text = f"{door.invitation}|{door.content}|{door.number}|{door.until}"
    raw = hmac.new(vault.derived("approval-pass"), text.encode(), hashlib.sha256).digest()[:_BYTES]
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
