"""An entry of the record and how its hash is made."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from djflow.core.subject import Subject

GENESIS = "0" * 64
Details = Mapping[str, str | int | bool | None]


@dataclass(frozen=True, slots=True)
class Entry:
    """Who did what to which subject when; `details` holds codes and numbers, never personal data."""

    seq: int
    at: datetime
    actor: str
    action: str
    subject: Subject
    details: str
    prev_hash: str

    @property
    def hash(self) -> str:
        """SHA-256 over the previous hash and every field, in a fixed order."""
        at = self.at.astimezone(UTC).isoformat(timespec="microseconds")
        fields = [self.prev_hash, self.seq, at, self.actor, self.action, str(self.subject), self.details]
        return hashlib.sha256(json.dumps(fields, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class ChainReport:
    """Result of a walk over the whole record: `broken_at` is the first entry that does not follow, if any."""

    entries: int
    head: str
    broken_at: int | None

    @property
    def intact(self) -> bool:
        """Whether every entry follows from the one before."""
        return self.broken_at is None
