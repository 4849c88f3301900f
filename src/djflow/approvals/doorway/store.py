"""Reads and writes invitations, wrong codes and denials."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from djflow.approvals.doorway.model import Denial
from djflow.approvals.doorway.tables import ApprovalDenialRow, ApprovalInvitationRow, ApprovalWrongCodeRow
from djflow.approvals.model import CaseId, DenialId, TaskId
from djflow.core.ids import PersonId, new_id
from djflow.db.store import sealing_vault


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


def of_task(session: Session, task_id: TaskId, person: PersonId) -> ApprovalInvitationRow | None:
    """Return a person's newest invitation to a task, whatever became of it."""
    query = select(ApprovalInvitationRow).where(
        ApprovalInvitationRow.task_id == task_id, ApprovalInvitationRow.person_id == person
    )
    return session.scalar(query.order_by(ApprovalInvitationRow.id.desc()).limit(1))


def add_denial(session: Session, made: Denial) -> None:
    """Write a denial."""
    session.add(
        ApprovalDenialRow(
            id=made.id, case_id=made.case_id, task_id=made.task_id, person_id=made.person, at=made.at,
            settled_at=None, settled_by="", stands=None, note=None,
        )
    )  # fmt: skip
    session.flush()


def denial(session: Session, denial_id: DenialId) -> Denial | None:
    """Return a denial."""
    row = session.get(ApprovalDenialRow, denial_id, populate_existing=True)
    return _denial_of(row) if row else None


def settle_denial(session: Session, settled: Denial, *, note: str, by: str) -> None:
    """Keep what the office found."""
    row = session.get_one(ApprovalDenialRow, settled.id)
    row.settled_at, row.settled_by, row.stands = settled.settled_at, by, settled.stands
    row.note = sealing_vault(session).seal(note, context=f"approval_denial.note:{settled.id}")
    session.flush()


def denials_of_task(session: Session, task_id: TaskId) -> tuple[Denial, ...]:
    """Return the denials of a task's decision, the newest first."""
    query = select(ApprovalDenialRow).where(ApprovalDenialRow.task_id == task_id)
    return tuple(_denial_of(row) for row in session.scalars(query.order_by(ApprovalDenialRow.id.desc())))


def open_denials(session: Session) -> tuple[Denial, ...]:
    """Return what the office has still to look into, oldest first."""
    query = select(ApprovalDenialRow).where(ApprovalDenialRow.settled_at.is_(None)).order_by(ApprovalDenialRow.id)
    return tuple(_denial_of(row) for row in session.scalars(query))


def is_denied(session: Session, case_id: CaseId) -> bool:
    """Return whether a decision of a case is denied and not looked into."""
    query = select(ApprovalDenialRow.id).where(
        ApprovalDenialRow.case_id == case_id, ApprovalDenialRow.settled_at.is_(None)
    )
    return session.scalar(query.limit(1)) is not None


def is_frozen(session: Session, person: PersonId) -> bool:
    """Return whether a person has denied something that was not looked into."""
    query = select(ApprovalDenialRow.id).where(
        ApprovalDenialRow.person_id == person, ApprovalDenialRow.settled_at.is_(None)
    )
    return session.scalar(query.limit(1)) is not None


def _denial_of(row: ApprovalDenialRow) -> Denial:
    return Denial(
        DenialId(row.id), CaseId(row.case_id), TaskId(row.task_id), PersonId(row.person_id), row.at, row.settled_at,
        row.stands,
    )  # fmt: skip
