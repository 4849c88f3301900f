"""What a rule found about a nomination, and what a person made of it. Words are stored and never renamed."""

from dataclasses import dataclass, field
from datetime import datetime

from djflow.dispatch.batches.model import CandidateId
from djflow.dispatch.eligibility.model import Verdict
from djflow.dispatch.policy.model import RuleKind, Strictness

ANYWHERE = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A finding; `place` is the host unit it is about, empty for wherever somebody goes."""

    rule: RuleKind
    verdict: Verdict
    strictness: Strictness
    detail: str
    basis: str
    place: str = ANYWHERE


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding kept with a nomination; `settled` is what a person made of one to be checked, with a reason."""

    id: str
    candidate: CandidateId
    found: Found
    at: datetime
    settled: Verdict | None = None
    settled_by: str = ""
    settled_at: datetime | None = None
    reason: str = field(default="", repr=False)

    @property
    def verdict(self) -> Verdict:
        """What holds: the person's verdict where there is one."""
        return self.settled or self.found.verdict

    @property
    def waits(self) -> bool:
        """Whether a person still has to look."""
        return self.verdict is Verdict.CHECK

    @property
    def forbids(self) -> bool:
        """Whether it keeps somebody from going."""
        return self.verdict is Verdict.FAIL and self.found.strictness is Strictness.HARD
