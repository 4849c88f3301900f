"""Values of the approver's door: who is let in for what, and how an attempt with a code ended."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from djflow.approvals.model import CaseId, DenialId, TaskId, Verdict
from djflow.core.ids import PersonId


class CodeResult(StrEnum):
    """How an attempt with a code ended; only ACCEPTED opens the matter."""

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
class Entry:
    """What came of an attempt to open a matter: the pass and its end, or the sentence why not; wrong codes are counted.

    It is returned and not raised, so that the count is kept: commit the transaction either way.
    """

    result: CodeResult
    passed: str = field(default="", repr=False)
    until: datetime | None = None
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Settled:
    """What a person decided at a link's task; `denied` once they have said that it was not them.

    `looked_into`: the office has settled what they said.
    """

    task_id: TaskId
    case_id: CaseId
    step: str
    verdict: Verdict
    at: datetime
    denied: bool
    looked_into: bool


@dataclass(frozen=True, slots=True)
class Denial:
    """Somebody said that a decision in their name was not theirs; open until the office has looked into it."""

    id: DenialId
    case_id: CaseId
    task_id: TaskId
    person: PersonId
    at: datetime
    settled_at: datetime | None
    stands: bool | None

    @property
    def is_open(self) -> bool:
        """Whether the office has still to look into it."""
        return self.settled_at is None
