"""The folder of encrypted materials: AES-256-GCM, one key per file, the key sealed in the file's row.

A file is `nonce(12) | ciphertext+tag`, bound to its id. Rotation of the house's key reseals rows and touches no file;
a row without its key is a file nobody can open any more. A file is written whole before its row is committed: a crash
leaves a file without row, never a row without file. Source: NIST SP 800-38D.
"""

import os
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from djflow.core.errors import IntegrityError

_NONCE_BYTES = 12
_NAME = re.compile(r"([0-9a-f]{32})\.bin")
_LOST = "材料文件不见了或被改动过：请从备份恢复 .djflow/materials，再试一次。"


@dataclass(frozen=True, slots=True)
class Cabinet:
    """Where materials lie, and how large one may be."""

    folder: Path
    max_bytes: int
    max_pixels: int

    def put(self, material_id: str, content: bytes) -> bytes:
        """Write a file and return its fresh key."""
        key, nonce = secrets.token_bytes(32), secrets.token_bytes(_NONCE_BYTES)
        body = nonce + AESGCM(key).encrypt(nonce, content, _bound(material_id))
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self._path(material_id).with_suffix(".new")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._path(material_id))
        return key

    def read(self, material_id: str, key: bytes) -> bytes:
        """Return a file's content.

        Raises: IntegrityError when the file is gone, changed or another one's.
        """
        try:
            body = self._path(material_id).read_bytes()
            return AESGCM(key).decrypt(body[:_NONCE_BYTES], body[_NONCE_BYTES:], _bound(material_id))
        except (FileNotFoundError, InvalidTag, ValueError) as error:
            raise IntegrityError(_LOST, code="material.lost") from error

    def strays(self, known: Collection[str], before: datetime) -> tuple[str, ...]:
        """Return the ids of files written before an instant that no row knows, and of drafts broken off."""
        if not self.folder.is_dir():
            return ()
        found = []
        for path in sorted(self.folder.iterdir()):
            name = _NAME.fullmatch(path.with_suffix(".bin").name)
            if name and path.stat().st_mtime < before.timestamp() and (path.suffix == ".new" or name[1] not in known):
                found.append(path.name)
        return tuple(found)

    def sweep(self, known: Collection[str], before: datetime) -> int:
        """Delete what `strays` finds and return how many there were."""
        found = self.strays(known, before)
        for name in found:
            (self.folder / name).unlink(missing_ok=True)
        return len(found)

    def _path(self, material_id: str) -> Path:
        return self.folder / f"{material_id}.bin"


def _bound(material_id: str) -> bytes:
    return f"fund_material:{material_id}".encode()
