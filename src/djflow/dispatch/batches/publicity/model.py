"""A candidate on the board for a number of workdays, and objections. Words are stored and never renamed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from djflow.dispatch.batches.model import BatchId, CandidateId


class PeriodState(StrEnum):
    """Where a publicity period is."""

    OPEN = "open"
    FROZEN = "frozen"
    CLOSED = "closed"
    CANCELLED = "cancelled"


PERIOD_WORDS: Mapping[PeriodState, str] = MappingProxyType(
    {
        PeriodState.OPEN: "公示中",
        PeriodState.FROZEN: "因异议暂停",
        PeriodState.CLOSED: "已期满",
        PeriodState.CANCELLED: "已撤下",
    }
)


class ObjectionState(StrEnum):
    """What became of an objection; `late` came after the period or when nothing could be stopped any more."""

    OPEN = "open"
    DISMISSED = "dismissed"
    UPHELD = "upheld"
    LATE = "late"


OBJECTION_WORDS: Mapping[ObjectionState, str] = MappingProxyType(
    {
        ObjectionState.OPEN: "正在核实",
        ObjectionState.DISMISSED: "不成立",
        ObjectionState.UPHELD: "成立",
        ObjectionState.LATE: "期满后收到，等答复",
    }
)


class Via(StrEnum):
    """How an objection came in."""

    PAGE = "page"
    HAND = "hand"


@dataclass(frozen=True, slots=True)
class Period:
    """A candidate on the board; `remaining` workdays are counted after `from_on`, the last of them is `ends_on`."""

    id: str
    batch: BatchId
    candidate: CandidateId
    state: PeriodState
    posted_on: date
    from_on: date
    remaining: int
    ends_on: date


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
    batch: BatchId
    candidate: CandidateId
    state: ObjectionState
    via: Via
    received_at: datetime

    @property
    def receipt(self) -> str:
        """What whoever objected is given to ask by: `YY-1A2B3C4D`, the end of the id."""
        return f"YY-{self.id[-8:].upper()}"

    @property
    def waits(self) -> bool:
        """Whether somebody still has to answer it."""
        return self.state in {ObjectionState.OPEN, ObjectionState.LATE}


@dataclass(frozen=True, slots=True)
class Opened:
    """What an objection says, whom to ask, and what was answered; opened for whoever settles it."""

    words: str = field(repr=False)
    contact: str = field(repr=False)
    resolution: str = field(repr=False)
