"""Reads and writes invitations and wrong codes."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from djflow.approvals.doorway.tables import ApprovalInvitationRow, ApprovalWrongCodeRow
from djflow.approvals.model import TaskId
from djflow.core.ids import PersonId, new_id


def by_hash(session: Session, digest: str, *, lock: bool = False) -> ApprovalInvitationRow | None:
    """Return the invitation whose token has this hash, locked when asked for."""
    query = select(ApprovalInvitationRow).where(ApprovalInvitationRow.hash == digest)
    query = query.execution_options(populate_existing=True)
    return session.scalar(query.with_for_update(key_share=True) if lock else query)


def good(session: Session, task_id: TaskId, person: PersonId, content_hash: str) -> ApprovalInvitationRow | None:
    """Return the invitation of a person to a task about a content that was not revoked."""
    query = select(ApprovalInvitationRow).where(
        ApprovalInvitationRow.task_id == task_id,
        ApprovalInvitationRow.person_id == person,
        ApprovalInvitationRow.content_hash == content_hash,
        ApprovalInvitationRow.revoked_at.is_(None),
    )
    return session.scalar(query.order_by(ApprovalInvitationRow.id).limit(1))


def add(session: Session, row: ApprovalInvitationRow) -> None:
    """Write an invitation."""
    session.add(row)
    session.flush()


def of_person(session: Session, person: PersonId) -> tuple[ApprovalInvitationRow, ...]:
    """Return a person's invitations that were not revoked."""
    query = select(ApprovalInvitationRow).where(
        ApprovalInvitationRow.person_id == person, ApprovalInvitationRow.revoked_at.is_(None)
    )
    return tuple(session.scalars(query.order_by(ApprovalInvitationRow.id)))


def add_wrong_code(session: Session, row: ApprovalInvitationRow, *, now: datetime) -> None:
    """Count a wrong code."""
    wrong = ApprovalWrongCodeRow(id=new_id(now), person_id=row.person_id, invitation_id=row.id, at=now)
    session.add(wrong)
    session.flush()


def wrong_codes(session: Session, person: PersonId, since: datetime) -> int:
    """Return how many wrong codes were entered for a person since an instant."""
    query = select(func.count()).where(ApprovalWrongCodeRow.person_id == person, ApprovalWrongCodeRow.at >= since)
    return session.scalar(query) or 0
