"""Values of chains: the steps a kind of case meets, who decides them, and what an approver may do.

Source: handbook on the warmth fund, section 4.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from djflow.accounts.model import Role


class StepKind(StrEnum):
    """What happens at a step; all but APPROVE are done by the case's owner, who reports them done."""

    APPROVE = "approve"
    PUBLICITY = "publicity"
    PAY = "pay"
    FOLLOW_UP = "follow_up"


class Level(StrEnum):
    """Where a role is held: at the case's branch, its township or unit, or the district."""

    BRANCH = "branch"
    TOWN = "town"
    DISTRICT = "district"


class QuorumKind(StrEnum):
    """How several approvers of one step decide: 或签, 会签, 顺序, 票签."""

    ANY = "any"
    ALL = "all"
    SEQUENTIAL = "sequential"
    RATIO = "ratio"


class Conflict(StrEnum):
    """Why somebody must not decide a case."""

    SELF = "self"
    RELATIVE = "relative"
    SAME_HOUSEHOLD = "same_household"
    EARLIER_STEP = "earlier_step"


class Instead(StrEnum):
    """Who decides in place of somebody in conflict."""

    DEPUTY = "deputy"
    SUPERIOR = "superior"
    NAMED = "named"


class Power(StrEnum):
    """What an approver may do besides approving and rejecting."""

    RETURN_TO_APPLICANT = "return_to_applicant"
    RETURN_TO_PREVIOUS = "return_to_previous"
    TRANSFER = "transfer"
    ADD_BEFORE = "add_before"
    ADD_AFTER = "add_after"
    SUPPLEMENT = "supplement"


ROLE_LEVELS: Mapping[Role, Level] = MappingProxyType(
    {
        Role.BRANCH_SECRETARY: Level.BRANCH,
        Role.TOWN_SECRETARY: Level.TOWN,
        Role.TOWN_ORG_COMMISSIONER: Level.TOWN,
        Role.TOWN_CLERK: Level.TOWN,
        Role.UNIT_LIAISON: Level.TOWN,
        Role.HOST_SUPERVISOR: Level.TOWN,
    }
)
"""Where a role is held by its nature; the rest belong to the district."""


def level_of(role: Role) -> Level:
    """Return where a role is held by its nature."""
    return ROLE_LEVELS.get(role, Level.DISTRICT)


@dataclass(frozen=True, slots=True)
class Approver:
    """Who decides a step: whoever holds one of `roles` at `level`, and the persons with the codes `persons`."""

    roles: tuple[Role, ...] = ()
    level: Level = Level.DISTRICT
    persons: tuple[str, ...] = ()

    @property
    def nobody(self) -> bool:
        """Whether neither a role nor a person is named."""
        return not self.roles and not self.persons


@dataclass(frozen=True, slots=True)
class Quorum:
    """How a step is decided; `need` approvals of those asked (`of` 0) or the share `need/of`, rounded up.

    `min_present` people must have voted; `one_reject_rejects` lets a single reject end a vote.
    """

    kind: QuorumKind = QuorumKind.ANY
    need: int = 1
    of: int = 0
    min_present: int = 0
    one_reject_rejects: bool = False

    def needed(self, members: int) -> int:
        """Return how many approvals pass a vote of `members`."""
        return -(-members * self.need // self.of) if self.of else self.need


@dataclass(frozen=True, slots=True)
class Recusal:
    """Who steps in for a conflict; `persons` are codes and belong to NAMED."""

    conflict: Conflict
    instead: Instead = Instead.DEPUTY
    persons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChainStep:
    """One step of a chain; it is met by cases of `from_fen` or more.

    `deadline_workdays` 0 means none; `remind_at` are workdays after the start; `cc` is told when the step has passed.
    """

    id: str
    name: str
    kind: StepKind = StepKind.APPROVE
    from_fen: int = 0
    approver: Approver = field(default_factory=Approver)
    quorum: Quorum = field(default_factory=Quorum)
    recusals: tuple[Recusal, ...] = ()
    deadline_workdays: int = 0
    remind_at: tuple[int, ...] = ()
    escalate_to: Approver | None = None
    may: frozenset[Power] = frozenset()
    cc: tuple[Approver, ...] = ()

    def recusal(self, conflict: Conflict) -> Recusal | None:
        """Return the step's rule for a conflict."""
        return next((one for one in self.recusals if one.conflict is conflict), None)


@dataclass(frozen=True, slots=True)
class Chain:
    """The steps every case of a kind meets from `valid_from` on; `dedupe` lets a person's approval count again."""

    kind: str
    version: int
    valid_from: date
    steps: tuple[ChainStep, ...]
    max_returns: int = 2
    max_supplements: int = 2
    supplement_days: int = 10
    max_urges: int = 3
    dedupe: bool = False
    tell_applicant: bool = True
    name: str = ""

    @property
    def canonical(self) -> str:
        """The chain as one JSON text in a fixed order."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, default=_plain)

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical text: the same version must always have the same one."""
        return hashlib.sha256(self.canonical.encode()).hexdigest()

    def step(self, step_id: str) -> ChainStep:
        """Return the step of that id."""
        return next(step for step in self.steps if step.id == step_id)


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(value)
    msg = f"{type(value).__name__} has no place in a chain"
    raise TypeError(msg)
