"""A list on the board for a number of days, and objections to it. Words are stored and never renamed."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from djflow.fund.cases.model import CaseId, Category, Day


class Level(StrEnum):
    """Whose board a list hangs on."""

    BRANCH = "branch"
    DISTRICT = "district"


class PeriodState(StrEnum):
    """Where a publicity period is."""

    OPEN = "open"
    FROZEN = "frozen"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class ObjectionState(StrEnum):
    """What became of an objection; `late` came after the period or when nothing could be stopped any more."""

    OPEN = "open"
    DISMISSED = "dismissed"
    UPHELD = "upheld"
    LATE = "late"


class Via(StrEnum):
    """How an objection came in."""

    PAGE = "page"
    HAND = "hand"


@dataclass(frozen=True, slots=True)
class Period:
    """A case on a board; `remaining` days of `unit` are counted after `from_on`, the last of them is `ends_on`."""

    id: str
    case: CaseId
    level: Level
    state: PeriodState
    posted_on: date
    from_on: date
    remaining: int
    unit: Day
    ends_on: date
    amount_fen: int
    category: Category


@dataclass(frozen=True, slots=True)
class NewObjection:
    """Somebody objects; `received_at` is when a letter or call came in, None for now."""

    text: str = field(repr=False)
    via: Via
    contact: str = field(default="", repr=False)
    received_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Objection:
    """An objection; what it says and who says it stay sealed in the store."""

    id: str
    period: str
    case: CaseId
    state: ObjectionState
    via: Via
    received_at: datetime

    @property
    def receipt(self) -> str:
        """What whoever objected is given to ask by: `YY-1A2B3C4D`, the end of the id."""
        return f"YY-{self.id[-8:].upper()}"


@dataclass(frozen=True, slots=True)
class Opened:
    """What an objection says, whom to ask, and what was answered; opened for whoever settles it."""

    words: str = field(repr=False)
    contact: str = field(repr=False)
    resolution: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a public list: masked name, branch, neutral category, amount; `period` is what one objects to.

    `remaining` days of `unit` are counted after `from_on`, which is `posted_on` unless an objection stopped the clock.
    """

    period: str
    number: str
    name: str
    branch: str
    category: str
    amount: str
    emergency: bool
    posted_on: date
    from_on: date
    remaining: int
    unit: Day
    ends_on: date
    frozen: bool
    level: Level

    @property
    def text(self) -> str:
        """The line as it is read out: `张*明，××村党支部，临时帮扶类，3000元`."""
        mark = "（应急）" if self.emergency else ""
        return f"{self.name}，{self.branch}，{self.category}{mark}，{self.amount}"
