"""Opens one person's registered account and lists the relatives."""

from collections.abc import Collection, Mapping

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from djflow.core.ids import BranchId, PersonId, UnitId
from djflow.db.session import vault_of
from djflow.people.dossiers.model import Dossier, Member
from djflow.people.model import PersonStatus
from djflow.people.tables import BranchRow, KinshipRow, PersonRow


def dossier(session: Session, person: PersonId) -> Dossier | None:
    """Return a person's dossier, None for an unknown person."""
    query = select(PersonRow, BranchRow.code).outerjoin(BranchRow, BranchRow.id == PersonRow.branch_id)
    found = session.execute(query.where(PersonRow.id == person)).one_or_none()
    if found is None:
        return None
    row, branch_code = found
    vault = vault_of(session)

    def opened(sealed: bytes | None, column: str) -> str:
        return "" if sealed is None else vault.open(sealed, context=f"person.{column}:{row.id}")

    return Dossier(
        person=PersonId(row.id),
        code=row.code,
        name=row.name,
        unit=UnitId(row.unit_id),
        branch=BranchId(row.branch_id) if row.branch_id else None,
        branch_code=branch_code or "",
        id_hash=row.id_hash,
        bank_account=opened(row.bank_account, "bank_account"),
        bank_name=opened(row.bank_name, "bank_name"),
        kin=kin(session, person),
    )


def kin(session: Session, person: PersonId) -> frozenset[PersonId]:
    """Return everybody the register calls a relative of a person."""
    query = select(KinshipRow.person_id, KinshipRow.relative_id)
    query = query.where(or_(KinshipRow.person_id == person, KinshipRow.relative_id == person))
    return frozenset(PersonId(one) for pair in session.execute(query) for one in pair if one != person)


def branches(session: Session, ids: Collection[str]) -> Mapping[BranchId, tuple[str, str]]:
    """Return code and name of branches by id."""
    query = select(BranchRow.id, BranchRow.code, BranchRow.name).where(BranchRow.id.in_(sorted(set(ids))))
    return {BranchId(key): (code, name) for key, code, name in session.execute(query)}


def members(session: Session, branch: str) -> tuple[Member, ...]:
    """Return the members of a branch who have not left, by code."""
    query = select(PersonRow.id, PersonRow.code, PersonRow.name).where(PersonRow.branch_id == branch)
    rows = session.execute(query.where(PersonRow.status != PersonStatus.LEFT).order_by(PersonRow.code))
    return tuple(Member(PersonId(key), code, name) for key, code, name in rows)


def branch_id(session: Session, code: str) -> BranchId | None:
    """Return the id of the branch with that code."""
    key = session.scalar(select(BranchRow.id).where(BranchRow.code == code))
    return BranchId(key) if key else None
