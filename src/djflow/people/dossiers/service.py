"""What a case asks about its person."""

from collections.abc import Collection, Mapping

from sqlalchemy.orm import Session

from djflow.core.errors import NotFoundError
from djflow.core.ids import BranchId, PersonId
from djflow.people.dossiers import store
from djflow.people.dossiers.model import Dossier, Member


def dossier(session: Session, person: PersonId) -> Dossier:
    """Return a person's dossier, the registered account in the clear.

    Raises: NotFoundError.
    """
    found = store.dossier(session, person)
    if found is None:
        raise NotFoundError("没有这名人员：请先录入人员表，或刷新后再试。")
    return found


def kin(session: Session, person: PersonId) -> frozenset[PersonId]:
    """Return everybody the register calls a relative of a person."""
    return store.kin(session, person)


def branches(session: Session, ids: Collection[str]) -> Mapping[BranchId, tuple[str, str]]:
    """Return code and name of branches by id."""
    return store.branches(session, ids)


def members(session: Session, branch: BranchId) -> tuple[Member, ...]:
    """Return the members of a branch who have not left the district, retired ones included, by code."""
    return store.members(session, branch)


def branch_id(session: Session, code: str) -> BranchId:
    """Return the id of the branch with that code.

    Raises: NotFoundError.
    """
    found = store.branch_id(session, code)
    if found is None:
        raise NotFoundError(f"没有编号为 {code} 的支部：请先导入支部表，或核对编号。")
    return found
