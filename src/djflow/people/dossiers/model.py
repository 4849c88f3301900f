"""A person as a case about this person needs one."""

from dataclasses import dataclass, field

from djflow.core.ids import BranchId, PersonId, UnitId


@dataclass(frozen=True, slots=True)
class Dossier:
    """One person with branch, unit and relatives; the account stands in the clear and is never printed."""

    person: PersonId
    code: str
    name: str = field(repr=False)
    unit: UnitId
    branch: BranchId | None
    branch_code: str
    id_hash: str | None = field(repr=False)
    bank_account: str = field(repr=False)
    bank_name: str = field(repr=False)
    kin: frozenset[PersonId] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a branch as its clerk picks one."""

    id: PersonId
    code: str
    name: str = field(repr=False)
