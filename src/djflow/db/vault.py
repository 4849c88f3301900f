"""Encryption at rest for personal data: AES-256-GCM with a key file outside the database, HMAC for look-up.

A sealed value is `1 | len(key id) | key id | nonce(12) | ciphertext+tag`; the context (`person.mobile:<id>`) is bound
as associated data, so a value moved to another row or column no longer opens. Look-up hashes are HMAC-SHA-256 over the
normalised value and its kind. Source: NIST SP 800-38D (GCM), RFC 2104 (HMAC).
"""

import base64
import hashlib
import hmac
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from djflow.core.errors import KeyFileError

_FORMAT = 1
_NONCE_BYTES = 12
PRIVATE_MODE = 0o600


@dataclass(frozen=True, slots=True)
class Vault:
    """The keys of one house: `keys` maps key id to 32 bytes, `active` seals, all of them open, `pepper` hashes."""

    active: str
    keys: dict[str, bytes]
    pepper: bytes

    def seal(self, text: str, *, context: str) -> bytes:
        """Return `text` encrypted with the active key and bound to `context`."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        key_id = self.active.encode("ascii")
        body = AESGCM(self.keys[self.active]).encrypt(nonce, text.encode(), context.encode())
        return bytes((_FORMAT, len(key_id))) + key_id + nonce + body

    def open(self, sealed: bytes, *, context: str) -> str:
        """Return the text sealed for `context`.

        Raises: KeyFileError when the key is not in the key file or the value was changed or moved.
        """
        end = 2 + sealed[1]
        key = self.keys.get(key_of(sealed))
        if key is None:
            raise KeyFileError("密钥文件里没有解开这条资料所用的密钥：请恢复原来的密钥文件 .djflow/keys.json。")
        nonce, body = sealed[end : end + _NONCE_BYTES], sealed[end + _NONCE_BYTES :]
        try:
            return AESGCM(key).decrypt(nonce, body, context.encode()).decode()
        except InvalidTag as error:
            raise KeyFileError(
                "加密资料解不开：密钥不对，或资料被改动、被移到了别处。请恢复原来的密钥文件。"
            ) from error

    def is_current(self, sealed: bytes) -> bool:
        """Return whether `sealed` was made with the active key."""
        return key_of(sealed) == self.active

    def lookup(self, value: str, *, kind: str) -> str:
        """Return the 64-character hash under which a value of `kind` is found without opening anything."""
        return hmac.new(self.pepper, f"{kind}:{value}".encode(), hashlib.sha256).hexdigest()

    def derived(self, purpose: str) -> bytes:
        """Return 32 secret bytes for another purpose, such as signing links."""
        return hmac.new(self.pepper, f"derive:{purpose}".encode(), hashlib.sha256).digest()

    @property
    def fingerprint(self) -> str:
        """A short hash that tells key files apart; it stays the same through rotation."""
        return hashlib.sha256(b"djflow:" + self.pepper).hexdigest()[:16]

    def rotated(self) -> "Vault":
        """Return the same vault with a fresh active key; old keys still open what they sealed."""
        number = 1 + max(int(name[1:]) for name in self.keys)
        name = f"k{number}"
        return Vault(name, {**self.keys, name: secrets.token_bytes(32)}, self.pepper)

    def without_old_keys(self) -> "Vault":
        """Return the vault with the active key only, once nothing is sealed with the others any more."""
        return Vault(self.active, {self.active: self.keys[self.active]}, self.pepper)


def key_of(sealed: bytes) -> str:
    """Return the id of the key that sealed a value."""
    return sealed[2 : 2 + sealed[1]].decode("ascii")


def new_vault() -> Vault:
    """Return a vault with fresh random keys."""
    return Vault("k1", {"k1": secrets.token_bytes(32)}, secrets.token_bytes(32))


def write_key_file(path: Path, vault: Vault, *, replace: bool = False) -> None:
    """Write `vault` to `path`, readable by the owner only; whole or not at all.

    Raises: KeyFileError when the file exists and `replace` is not given.
    """
    if path.exists() and not replace:
        raise KeyFileError(f"密钥文件 {path} 已经存在，没有改动它。")
    text = json.dumps(
        {
            "active": vault.active,
            "keys": {name: base64.b64encode(key).decode() for name, key in sorted(vault.keys.items())},
            "pepper": base64.b64encode(vault.pepper).decode(),
        },
        indent=1,
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_MODE)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    # The rename itself must survive a power cut before anything is sealed with a key that only this file holds.
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def read_key_file(path: Path) -> Vault:
    """Return the vault kept in `path`.

    Raises: KeyFileError when the file is missing, unreadable or damaged.
    """
    try:
        content = json.loads(path.read_text("utf-8"))
        keys = {name: base64.b64decode(key, validate=True) for name, key in content["keys"].items()}
        vault = Vault(content["active"], keys, base64.b64decode(content["pepper"], validate=True))
    except FileNotFoundError as error:
        raise KeyFileError(
            f"找不到密钥文件 {path}：请从备份恢复它。没有它，已加密的资料打不开；程序没有新建密钥。"
        ) from error
    except PermissionError as error:
        raise KeyFileError(f"没有权限读密钥文件 {path}：请让运行 djflow 的用户拥有它（chmod 600）。") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise KeyFileError(f"密钥文件 {path} 已损坏：请从备份恢复它。") from error
    if vault.active not in vault.keys or any(len(key) != 32 for key in [*vault.keys.values(), vault.pepper]):
        raise KeyFileError(f"密钥文件 {path} 已损坏：请从备份恢复它。")
    return vault
