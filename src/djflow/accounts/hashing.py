"""Password hashes (argon2id), login tokens, first passwords. The only module of accounts that draws random numbers.

Source: RFC 9106 section 4, second recommended option (64 MiB, three passes).
"""

import hashlib
import secrets
import string
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from djflow.core.errors import DjflowError

_HASHER = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4, type=Type.ID)
_AT_ONCE = threading.BoundedSemaphore(2)  # each hash takes 64 MiB: a crowd at the door must not take the machine down

_PATIENCE_SECONDS = 5

TOKEN_BYTES = 32
_EASY = "".join(sign for sign in string.ascii_letters + string.digits if sign not in "0O1lI")


class BusyDoorError(DjflowError):
    """Too many people log in at once."""

    code = "login.busy"
    retryable = True


@contextmanager
def _turn() -> Iterator[None]:
    if not _AT_ONCE.acquire(timeout=_PATIENCE_SECONDS):
        raise BusyDoorError("登录的人太多，请过一分钟再试。")
    try:
        yield
    finally:
        _AT_ONCE.release()


def hash_of(password: str) -> str:
    """Return the argon2id hash of a password with its parameters and salt.

    Raises: BusyDoorError when too many are waiting.
    """
    with _turn():
        return _HASHER.hash(password)


def matches(password_hash: str, password: str) -> bool:
    """Return whether `password` made the hash; takes as long for a wrong one.

    Raises: BusyDoorError when too many are waiting.
    """
    try:
        with _turn():
            return _HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def nobodys_hash() -> str:
    """Return a hash that no password is known for: an unknown name costs as much time as a known one."""
    return hash_of(secrets.token_urlsafe(TOKEN_BYTES))


def new_token() -> str:
    """Return a fresh login token."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> str:
    """Return what is kept of a token: 64 hexadecimal characters. A fast hash is enough for 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()


def first_password() -> str:
    """Return a password for the first login: four groups of four signs that are not mistaken for one another."""
    while True:
        groups = ["".join(secrets.choice(_EASY) for _ in range(4)) for _ in range(4)]
        made = "-".join(groups)
        if any(c.islower() for c in made) and any(c.isupper() for c in made) and any(c.isdigit() for c in made):
            return made
