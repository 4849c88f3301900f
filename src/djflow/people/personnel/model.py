"""A person as rules about personnel read one."""

from dataclasses import dataclass, field
from datetime import date

from djflow.core.ids import PersonId, UnitId
from djflow.core.spans import Month
from djflow.people.model import Gender, PersonStatus, RankLevel, Relation


@dataclass(frozen=True, slots=True)
class Personal:
    """One person's standing entries; empty texts and None mean unknown, `is_leader` one of the unit's leaders."""

    person: PersonId
    code: str
    unit: UnitId
    gender: Gender
    rank: RankLevel
    is_leader: bool
    status: PersonStatus
    skills: frozenset[str]
    birth: Month | None = field(default=None, repr=False)
    party_member_since: date | None = field(default=None, repr=False)
    native_place: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Related:
    """A relative of somebody by the kinship register, with the relative's unit."""

    person: PersonId
    unit: UnitId
    relation: Relation
