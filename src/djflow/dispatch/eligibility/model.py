"""What the rules of eligibility read and what they say: facts about a person, the place, findings.

None, or `…_complete` / `…_known` False, says that the office does not know; what it does not know is to be checked and
never passes. Nothing here says why somebody is unfit or under a sanction: only whether, and until when.
Source: handbook of the domain, section 2.2.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from djflow.core.errors import InputError
from djflow.core.ids import PersonId, UnitId
from djflow.core.spans import DateSpan, Month
from djflow.dispatch.policy.model import BatchKind, RuleKind, Strictness
from djflow.dispatch.policy.words import Borrowing, Education, Grade, KeyRole, Profession
from djflow.people.model import Gender, RankLevel, Relation


class Verdict(StrEnum):
    """What a rule says of a person: passes, fails, or something must be found out first."""

    PASS = "pass"  # noqa: S105 # a verdict, not a password
    FAIL = "fail"
    CHECK = "check"


VERDICT_WORDS: Mapping[Verdict, str] = MappingProxyType(
    {Verdict.PASS: "符合", Verdict.FAIL: "不符合", Verdict.CHECK: "待核实"}
)


@dataclass(frozen=True, slots=True)
class Bar:
    """Something that may stand in the way: `stands` False says there is none, `until` None that no end is known."""

    stands: bool
    until: date | None = None

    def __post_init__(self) -> None:
        """Refuse an end of what there is not.

        Raises: InputError.
        """
        if self.until is not None and not self.stands:
            raise InputError("写了到哪天为止，却说没有这种情形：请改正一处。", code="bad_bar")

    def holds(self, on: date) -> bool:
        """Whether it stands in the way on a day; `until` is its last day."""
        return self.stands and (self.until is None or on <= self.until)


@dataclass(frozen=True, slots=True)
class Care:
    """A care situation (of whatever sort) and whether the office has seen the proof of it."""

    bar: Bar
    proven: bool = False


@dataclass(frozen=True, slots=True)
class PastTerm:
    """A posting somebody has or had: its kind, its days, and whether it is in a village; `span.last` may be planned."""

    kind: BatchKind
    span: DateSpan
    in_village: bool = False


@dataclass(frozen=True, slots=True)
class Kin:
    """A relative of the kinship register, the relative's unit, and the days the relative is in a village."""

    person: PersonId
    relation: Relation
    unit: UnitId
    in_village: tuple[DateSpan, ...] = ()


@dataclass(frozen=True, slots=True)
class Engagement:
    """Another batch or course somebody is in: `what` for people (no names), the days, None where not yet fixed."""

    what: str
    span: DateSpan | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything known about one person.

    `retires` is the month of retirement; `full_member` whether a full member of the Party on the first day;
    `borrowing` the classes the person belongs to, None unknown; `recruited` the month of recruitment, which those
    classes count from; `reviews` years and grades; `duties` the statutory duties held, `sole_duties` those nobody
    else of the unit holds (None: not known of all colleagues); `native_town` the township of the native place, None
    with `native_known` for somebody from outside the district; `engaged` the other batches the person is in.
    """

    person: PersonId
    unit: UnitId
    gender: Gender | None = None
    birth: Month | None = None
    rank: RankLevel | None = None
    education: Education | None = None
    full_member: bool | None = None
    in_service_since: Month | None = None
    recruited: Month | None = None
    borrowing: frozenset[Borrowing] | None = None
    probation: Bar | None = None
    profession: Profession | None = None
    section: str | None = None
    skills: frozenset[str] = frozenset()
    duties: frozenset[str] | None = None
    sole_duties: frozenset[str] | None = None
    reviews: tuple[tuple[int, Grade], ...] = ()
    discipline: Bar | None = None
    fit: bool | None = None
    examined_on: date | None = None
    care: Care | None = None
    unfinished_task: Bar | None = None
    retires: Month | None = None
    native_town: UnitId | None = None
    native_known: bool = False
    kin: tuple[Kin, ...] = ()
    kin_complete: bool = False
    history: tuple[PastTerm, ...] = ()
    history_complete: bool = False
    engaged: tuple[Engagement, ...] = ()
    volunteers: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A host: its unit, the township it lies in or is, its village, who commands there and who holds the key posts.

    `township` is None for a unit of the district itself. `key_posts` are complete when every `KeyRole` is known.
    """

    unit: UnitId
    township: UnitId | None = None
    village: str = ""
    command: frozenset[PersonId] = frozenset()
    key_posts: frozenset[tuple[KeyRole, PersonId]] = frozenset()
    key_complete: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule says about one person: `detail` in Chinese without particulars of health or discipline."""

    rule: RuleKind
    verdict: Verdict
    strictness: Strictness
    detail: str
    basis: str
