"""Values of the reserve list. Words are stored and never renamed. Source: domain handbook, sections 2.1 and 2.4."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NewType

from djflow.core.errors import InputError
from djflow.core.ids import PersonId
from djflow.core.subject import Subject

MemberId = NewType("MemberId", str)

KIND = "dispatch.reserve"
"""What subjects, approvals and links call a member; also the kind of its chain."""
MAX_OPINION = 500


class MemberState(StrEnum):
    """Where somebody stands with the list."""

    PROPOSED = "proposed"
    LISTED = "listed"
    LEAVING = "leaving"
    LEFT = "left"
    REFUSED = "refused"


MEMBER_WORDS: Mapping[MemberState, str] = MappingProxyType(
    {
        MemberState.PROPOSED: "入库审批中",
        MemberState.LISTED: "在库",
        MemberState.LEAVING: "出库审批中",
        MemberState.LEFT: "已出库",
        MemberState.REFUSED: "未入库",
    }
)

OPEN = frozenset({MemberState.PROPOSED, MemberState.LISTED, MemberState.LEAVING})
"""States in which somebody cannot be proposed again."""


class ReviewKind(StrEnum):
    """What a review was held for."""

    ENTRY = "entry"
    YEARLY = "yearly"
    EXIT = "exit"


REVIEW_WORDS: Mapping[ReviewKind, str] = MappingProxyType(
    {ReviewKind.ENTRY: "入库评审", ReviewKind.YEARLY: "年度复核", ReviewKind.EXIT: "出库评审"}
)


class Reason(StrEnum):
    """Why somebody is proposed, kept or taken off; particulars stand in the sealed opinion only."""

    PERFORMANCE = "performance"
    RECOMMENDED = "recommended"
    YOUNG = "young"
    EXPERTISE = "expertise"
    STILL_FIT = "still_fit"
    PROMOTED = "promoted"
    AGE = "age"
    APPRAISAL = "appraisal"
    DISCIPLINE = "discipline"
    HEALTH = "health"
    MOVED = "moved"
    OWN_WISH = "own_wish"


REASON_WORDS: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.PERFORMANCE: "实绩突出",
        Reason.RECOMMENDED: "组织推荐",
        Reason.YOUNG: "优秀年轻干部",
        Reason.EXPERTISE: "专业急需",
        Reason.STILL_FIT: "继续符合条件",
        Reason.PROMOTED: "已提拔使用",
        Reason.AGE: "超过年龄",
        Reason.APPRAISAL: "考核不达标",
        Reason.DISCIPLINE: "纪律原因",
        Reason.HEALTH: "身体原因",
        Reason.MOVED: "调离、退休",
        Reason.OWN_WISH: "本人申请",
    }
)

REASONS: Mapping[ReviewKind, tuple[Reason, ...]] = MappingProxyType(
    {
        ReviewKind.ENTRY: (Reason.PERFORMANCE, Reason.RECOMMENDED, Reason.YOUNG, Reason.EXPERTISE),
        ReviewKind.YEARLY: (Reason.STILL_FIT,),
        ReviewKind.EXIT: (
            Reason.PROMOTED, Reason.AGE, Reason.APPRAISAL, Reason.DISCIPLINE, Reason.HEALTH, Reason.MOVED,
            Reason.OWN_WISH,
        ),
    }
)  # fmt: skip
"""The reasons that may be given for each kind of review."""


@dataclass(frozen=True, slots=True)
class NewReview:
    """What a review says: its kind, the reason, and an opinion that is kept sealed."""

    kind: ReviewKind
    reason: Reason
    opinion: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        """Refuse a reason of another kind of review, and an opinion that is too long.

        Raises: InputError.
        """
        if self.reason not in REASONS[self.kind]:
            words = "、".join(REASON_WORDS[one] for one in REASONS[self.kind])
            raise InputError(f"{REVIEW_WORDS[self.kind]}的原因只能选：{words}。", code="reserve.reason")
        if len(self.opinion) > MAX_OPINION:
            raise InputError(f"评审意见最多{MAX_OPINION}个字：请写短一些。", code="reserve.opinion")


@dataclass(frozen=True, slots=True)
class Review:
    """A review that was held; the opinion is empty unless it was asked for with the key."""

    id: str
    kind: ReviewKind
    reason: Reason
    on: date
    by: str
    opinion: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody and the list: since when on it, when the next review is due, when and why off it."""

    id: MemberId
    person: PersonId
    state: MemberState
    since: datetime
    entered_on: date | None = None
    review_on: date | None = None
    left_on: date | None = None
    reason: Reason | None = None

    @property
    def subject(self) -> Subject:
        """What records, approvals and notices call the membership."""
        return Subject(KIND, self.id)
