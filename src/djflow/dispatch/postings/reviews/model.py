"""Reviews of a posting. Words are stored and never renamed. Source: handbook of the domain, sections 2.4 and 2.5."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from djflow.core.errors import InputError
from djflow.dispatch.postings.model import PostingId


class Stage(StrEnum):
    """Which review it is."""

    MIDTERM = "midterm"
    FINAL = "final"


class Grade(StrEnum):
    """A grade, best first."""

    EXCELLENT = "excellent"
    COMPETENT = "competent"
    BASIC = "basic"
    INCOMPETENT = "incompetent"

    @property
    def place(self) -> int:
        """Place in the order of grades, 0 the best."""
        return list(Grade).index(self)


STAGE_WORDS: Mapping[Stage, str] = MappingProxyType({Stage.MIDTERM: "中期考核", Stage.FINAL: "期满考核"})
GRADE_WORDS: Mapping[Grade, str] = MappingProxyType(
    {
        Grade.EXCELLENT: "优秀",
        Grade.COMPETENT: "称职",
        Grade.BASIC: "基本称职",
        Grade.INCOMPETENT: "不称职",
    }
)


@dataclass(frozen=True, slots=True)
class Votes:
    """The democratic test: how many of those present voted for which grade; the rest abstained."""

    present: int
    excellent: int = 0
    competent: int = 0
    basic: int = 0
    incompetent: int = 0

    def __post_init__(self) -> None:
        """Refuse votes that do not add up.

        Raises: InputError.
        """
        given = (self.excellent, self.competent, self.basic, self.incompetent)
        if self.present < 1 or min(given) < 0 or sum(given) > self.present:
            raise InputError("民主测评票数不对：各等次票数之和不能超过参加人数，请核对。", code="review.votes")


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the host says: its opinion in words, the votes, the grade it proposes."""

    opinion: str = field(repr=False)
    votes: Votes
    grade: Grade


@dataclass(frozen=True, slots=True)
class Review:
    """A review of a posting; `round` counts the final ones, since an extended term is reviewed again."""

    posting: PostingId
    stage: Stage
    round: int
    summary_at: datetime | None = None
    assessed_at: datetime | None = None
    votes: Votes | None = None
    proposed: Grade | None = None
    grade: Grade | None = None
    graded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReviewWords:
    """The sealed words of a review, opened: the own summary and the host's opinion."""

    summary: str = field(repr=False)
    opinion: str = field(repr=False)
