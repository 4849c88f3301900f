"""Values of the approver's door: who is let in for what, and how an attempt with a code ended."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from djflow.approvals.model import Outcome, TaskId
from djflow.core.ids import PersonId


class CodeResult(StrEnum):
    """How an attempt with a code ended; only ACCEPTED lets a decision through."""

    ACCEPTED = "accepted"
    WRONG = "wrong"
    NO_CODE = "no_code"
    LOCKED = "locked"
    DAY_LOCKED = "day_locked"


@dataclass(frozen=True, slots=True)
class Admission:
    """Whom a link lets in: one person, one task, one content; `used_at` once they have decided with it."""

    invitation_id: str
    task_id: TaskId
    person: PersonId
    content_hash: str
    expires_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of an attempt to decide by link: the outcome, or the sentence why not; wrong codes are counted.

    It is returned and not raised, so that the count is kept: commit the transaction either way.
    """

    result: CodeResult
    outcome: Outcome | None = None
    refused: str = ""
