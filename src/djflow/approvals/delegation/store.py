"""Reads and writes delegations."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from djflow.approvals.delegation.tables import ApprovalDelegationRow
from djflow.approvals.model import Delegation, DelegationId
from djflow.core.ids import PersonId


def add(session: Session, made: Delegation, *, now: datetime) -> None:
    """Write a delegation."""
    session.add(
        ApprovalDelegationRow(
            id=made.id,
            principal_id=made.principal,
            delegate_id=made.delegate,
            kind=made.kind,
            first=made.first,
            last=made.last,
            made_at=now,
            revoked_at=None,
        )
    )
    session.flush()


def in_force(
    session: Session, *, on: date, principals: Collection[PersonId] | None = None, delegate: PersonId | None = None
) -> tuple[Delegation, ...]:
    """Return what is in force on a day, for principals or to a delegate, oldest first."""
    query = select(ApprovalDelegationRow).where(
        ApprovalDelegationRow.first <= on, ApprovalDelegationRow.last >= on, ApprovalDelegationRow.revoked_at.is_(None)
    )
    if delegate is not None:
        query = query.where(ApprovalDelegationRow.delegate_id == delegate)
    if principals is not None:
        query = query.where(ApprovalDelegationRow.principal_id.in_(sorted(principals)))
    return tuple(_delegation(row) for row in session.scalars(query.order_by(ApprovalDelegationRow.id)))


def known_to(session: Session, person: PersonId, on: date) -> tuple[Delegation, ...]:
    """Return what somebody has given or been given that is in force on a day or later, the first to begin first."""
    query = select(ApprovalDelegationRow).where(
        or_(ApprovalDelegationRow.principal_id == person, ApprovalDelegationRow.delegate_id == person),
        ApprovalDelegationRow.last >= on,
        ApprovalDelegationRow.revoked_at.is_(None),
    )
    rows = session.scalars(query.order_by(ApprovalDelegationRow.first, ApprovalDelegationRow.id))
    return tuple(_delegation(row) for row in rows)


def overlapping(session: Session, made: Delegation) -> bool:
    """Return whether the principal has delegated the same things in the same days already."""
    query = select(ApprovalDelegationRow.id).where(
        ApprovalDelegationRow.principal_id == made.principal,
        ApprovalDelegationRow.revoked_at.is_(None),
        ApprovalDelegationRow.first <= made.last,
        ApprovalDelegationRow.last >= made.first,
    )
    if made.kind:
        query = query.where(or_(ApprovalDelegationRow.kind == "", ApprovalDelegationRow.kind == made.kind))
    return session.scalar(query.limit(1)) is not None


def revoke(session: Session, key: DelegationId, *, now: datetime) -> Delegation | None:
    """End a delegation and return it, None when there is none in force."""
    row = session.scalar(
        update(ApprovalDelegationRow)
        .where(ApprovalDelegationRow.id == key, ApprovalDelegationRow.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(ApprovalDelegationRow)
    )
    return _delegation(row) if row else None


def _delegation(row: ApprovalDelegationRow) -> Delegation:
    return Delegation(
        DelegationId(row.id),
        PersonId(row.principal_id),
        PersonId(row.delegate_id),
        row.kind,
        row.first,
        row.last,
        row.revoked_at,
    )
