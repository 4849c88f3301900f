"""Tokens and codes: made from ids with keys of the house, so that nothing that opens a door lies in the database.

A token has 22 characters (128 bits), a code six digits. Messages keep a reference in place of the code; the sender
fills it in. Source: RFC 2104 (HMAC); OWASP guidance on capability links and one-time codes.
"""

import base64
import hashlib
import hmac
import re

from djflow.db.vault import Vault

TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")
CODE = re.compile(r"[0-9]{6}")
_BYTES = 16
_REFERENCE = re.compile(r"⟦(?P<invitation>[0-9a-f]{32}):(?P<number>[0-9]{1,2})⟧")


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
