"""Values of a running case: the office's rules, where a case stands, what is due, what others are told of it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from djflow.approvals.model import Case as Approval
from djflow.approvals.model import Office, Outcome
from djflow.core.subject import Subject
from djflow.fund.cases.model import CaseId, FundCase, Terms
from djflow.fund.ledger.model import FundSource

KIND = "fund.application"
EMERGENCY_KIND = "fund.emergency"
LIST_KIND = "fund.festival"
"""The chains of the emergency lane and of lists; where the office wrote none, the ordinary one."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What the office configured: rules and calendar, the approval engine's office, whose money goes first."""

    terms: Terms
    office: Office
    order: tuple[FundSource, ...] = tuple(FundSource)


class Stage(StrEnum):
    """Where the approval of a case stands, seen from the fund."""

    NONE = "none"
    APPROVING = "approving"
    BRANCH_LIST = "branch_list"
    DISTRICT_LIST = "district_list"
    PAYING = "paying"
    FOLLOWING = "following"
    LAST_FOLLOWING = "last_following"
    PAUSED = "paused"
    RETURNED = "returned"
    SUPPLEMENT = "supplement"
    APPROVED = "approved"
    REFUSED = "refused"
    ENDED = "ended"


class Due(StrEnum):
    """What has to happen next without anybody asking."""

    OPEN = "open"
    RENEW = "renew"
    REPLACE = "replace"
    HANG = "hang"
    STEP = "step"
    START = "start"
    GRANT = "grant"
    END_PUBLICITY = "end_publicity"
    ORDER = "order"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    TAKE_BACK = "take_back"
    RELEASE = "release"


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything that decides what is due.

    `granted`: no approval is ahead any more. `listed`: the branch's list hangs or has hung. `hung`: it has hung as
    long as it must. `checked`: nothing is left to check. `public`: publicity is over or may follow payment. `frozen`:
    an objection stops a list. `denied`: an approver says a decision was not theirs. `stale`: the approvers would decide
    about other content. `ordered`, `reserved`: a payment waits, money is kept. `payable`: account and bank are known
    and good. `papers_late`: an emergency's papers are.
    """

    case: FundCase
    approval: Approval | None
    stage: Stage
    granted: bool = False
    listed: bool = False
    hung: bool = False
    checked: bool = False
    public: bool = False
    frozen: bool = False
    stale: bool = False
    ordered: bool = False
    reserved: bool = False
    denied: bool = False
    payable: bool = False
    papers_late: bool = False
    emergency_lane: bool = False

    @property
    def place(self) -> tuple[str, str]:
        """State and step, as events name it."""
        return self.case.state.value, self.approval.step if self.approval else ""


@dataclass(frozen=True, slots=True)
class Decided:
    """What an approver's decision did: the approval's outcome, and the case as it is now."""

    outcome: Outcome
    case: FundCase


@dataclass(frozen=True, slots=True)
class Event:
    """A case has come to another place; whoever watches cases takes it once, named by `id`."""

    id: str
    case: CaseId
    number: str
    state: str
    step: str
    at: datetime

    @property
    def subject(self) -> Subject:
        """The case it is about."""
        return Subject(KIND, self.case)


@dataclass(frozen=True, slots=True)
class Served:
    """What a pass over the budget queue did; `more`: another pass would do more."""

    cases: tuple[CaseId, ...] = ()
    more: bool = field(default=False)
