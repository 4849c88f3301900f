"""A cadre's profile, earlier postings, and who holds the key posts of a unit, as the office states them.

None means that the office does not know. Discipline, health and care stand in the clear here and sealed in the
database; their printed form leaves them out.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from djflow.core.errors import InputError
from djflow.core.ids import PersonId
from djflow.core.spans import Month
from djflow.dispatch.eligibility.model import Bar, Care, Engagement, PastTerm
from djflow.dispatch.policy.words import Borrowing, Education, Grade, KeyRole, Profession

EARLIEST_REVIEW = 2000


class Party(StrEnum):
    """Standing in the Party."""

    FULL = "full"
    PROBATIONARY = "probationary"
    NONE = "none"


PARTY_WORDS: Mapping[Party, str] = MappingProxyType(
    {Party.FULL: "中共党员", Party.PROBATIONARY: "中共预备党员", Party.NONE: "其他"}
)


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the last examination found somebody fit, and when it was; nothing of what was found."""

    fit: bool
    examined_on: date | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """What the office states about a person.

    `classes` are those of `Borrowing` that go by recruitment or office; `native_town` is a township's code, empty
    with `native_known` for a native place outside the district; `kin_checked` and `history_checked` say that the
    kinship register and the earlier postings of the person are complete.
    """

    person_code: str
    education: Education | None = None
    party: Party | None = None
    in_service_since: Month | None = None
    recruited: Month | None = None
    classes: frozenset[Borrowing] | None = None
    probation: Bar | None = None
    profession: Profession | None = None
    section: str = ""
    duties: frozenset[str] | None = None
    reviews: tuple[tuple[int, Grade], ...] = ()
    unfinished_task: Bar | None = None
    native_town: str = ""
    native_known: bool = False
    kin_checked: bool = False
    history_checked: bool = False
    discipline: Bar | None = field(default=None, repr=False)
    health: Health | None = field(default=None, repr=False)
    care: Care | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Refuse a township of a native place that is not known.

        Raises: InputError.
        """
        if self.native_town and not self.native_known:
            raise InputError(f"工号 {self.person_code} 写了籍贯镇街，却没有写明籍贯已知：请改正一处。")


SEALED = frozenset({"discipline", "health", "care"})
"""Fields of a profile that are sealed in the database and never named in the record of changes."""


@dataclass(frozen=True, slots=True)
class TermLine:
    """An earlier posting of a person as the office states it."""

    person_code: str
    term: PastTerm


@dataclass(frozen=True, slots=True)
class KeyPostLine:
    """Who holds a key post of a unit."""

    unit_code: str
    role: KeyRole
    person_code: str


History = Callable[[Collection[PersonId]], Mapping[PersonId, tuple[PastTerm, ...]]]
"""Gives the postings of persons that were made in this house, running ones with their planned end."""


@dataclass(frozen=True, slots=True)
class Beyond:
    """What lies above the profiles: postings, other batches, who volunteers; nothing where nothing is given."""

    history: History | None = None
    engaged: Mapping[PersonId, tuple[Engagement, ...]] = field(default_factory=dict)
    volunteers: Collection[PersonId] = frozenset()
