"""Reads and writes flags, departments' answers, visits and votes."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from djflow.core.ids import PersonId, new_id
from djflow.db.session import vault_of
from djflow.db.store import sealing_vault
from djflow.fund.cases.model import CaseId, Category, FundCase
from djflow.fund.checks.model import CrossCheck, Deliberation, Finding, Flag, FlagKind, Notes, Visit
from djflow.fund.checks.tables import FundCrossCheckRow, FundDeliberationRow, FundFlagRow, FundVisitRow


def add_flag(session: Session, kind: FlagKind, case: str, other: str | None, key: str, *, now: datetime) -> bool:
    """Ask a question about a case; False when it was asked before."""
    query = select(FundFlagRow.id).where(FundFlagRow.case_id == case, FundFlagRow.key == key)
    if session.scalar(query) is not None:
        return False
    session.add(FundFlagRow(id=new_id(now), case_id=case, other_id=other, kind=kind, key=key, at=now, settled_by=""))
    session.flush()
    return True


def flags_of(session: Session, case: str) -> tuple[Flag, ...]:
    """Return the questions about a case and those about others that name it, oldest first."""
    query = select(FundFlagRow).where(or_(FundFlagRow.case_id == case, FundFlagRow.other_id == case))
    rows = session.scalars(query.order_by(FundFlagRow.at, FundFlagRow.id))
    return tuple(
        Flag(
            row.id,
            row.kind,
            CaseId(row.case_id),
            CaseId(row.other_id) if row.other_id else None,
            row.at,
            row.settled_at,
        )
        for row in rows
    )


def locked_flag(session: Session, flag_id: str) -> FundFlagRow | None:
    """Return a question's row, locked until the transaction ends."""
    query = select(FundFlagRow).where(FundFlagRow.id == flag_id).with_for_update()
    return session.scalar(query.execution_options(populate_existing=True))


def settle_flag(session: Session, row: FundFlagRow, reason: str, *, by: str, now: datetime) -> None:
    """Write the reason for which a case may go on, sealed."""
    row.reason = sealing_vault(session).seal(reason, context=f"fund_flag.reason:{row.id}")
    row.settled_at, row.settled_by = now, by
    session.flush()


def put_crosscheck(  # noqa: PLR0913 - one row
    session: Session, case: str, department: str, finding: Finding, note: str, *, by: str, now: datetime
) -> bool:
    """Write a department's answer; False when the finding was so already."""
    query = select(FundCrossCheckRow).where(FundCrossCheckRow.case_id == case)
    row = session.scalar(query.where(FundCrossCheckRow.department == department))
    changed = row is None or row.finding is not finding
    if row is None:
        row = FundCrossCheckRow(id=new_id(now), case_id=case, department=department)
        session.add(row)
    row.finding, row.at, row.by = finding, now, by
    row.note = sealing_vault(session).seal(note, context=f"fund_crosscheck.note:{row.id}") if note else None
    session.flush()
    return changed


def crosschecks_of(session: Session, case: str) -> tuple[CrossCheck, ...]:
    """Return the departments' answers about a case, by department."""
    query = select(FundCrossCheckRow).where(FundCrossCheckRow.case_id == case).order_by(FundCrossCheckRow.department)
    return tuple(CrossCheck(CaseId(row.case_id), row.department, row.finding, row.at) for row in session.scalars(query))


def put_visit(session: Session, case: str, visit: Visit, *, by: str, now: datetime) -> None:
    """Write a visitor's finding; the same visitor again replaces it."""
    query = select(FundVisitRow).where(FundVisitRow.case_id == case, FundVisitRow.visitor_id == visit.visitor)
    row = session.scalar(query)
    if row is None:
        row = FundVisitRow(id=new_id(now), case_id=case, visitor_id=visit.visitor)
        session.add(row)
    row.visited_on, row.consistent, row.at, row.by = visit.visited_on, visit.consistent, now, by
    sealed = sealing_vault(session).seal(visit.note, context=f"fund_visit.note:{row.id}") if visit.note else None
    row.note = sealed
    session.flush()


def visits_of(session: Session, case: str) -> tuple[Visit, ...]:
    """Return the visitors' findings without their notes, oldest first."""
    query = select(FundVisitRow).where(FundVisitRow.case_id == case).order_by(FundVisitRow.at, FundVisitRow.id)
    return tuple(Visit(PersonId(row.visitor_id), row.visited_on, row.consistent) for row in session.scalars(query))


def add_vote(session: Session, case: FundCase, vote: Deliberation, *, by: str, now: datetime) -> None:
    """Write a branch's vote about what a case asks for now."""
    row = FundDeliberationRow(
        id=new_id(now),
        case_id=case.id,
        held_on=vote.held_on,
        present=vote.present,
        votes_for=vote.votes_for,
        against=vote.against,
        abstain=vote.abstain,
        known="\n".join(sorted(vote.known)),
        category=case.category,
        requested_fen=case.requested_fen,
        proposed_fen=vote.proposed_fen,
        minutes_id=vote.minutes,
        at=now,
        by=by,
    )
    session.add(row)
    session.flush()


def votes_of(session: Session, case: str) -> Sequence[tuple[Deliberation, Category, int]]:
    """Return a branch's votes about a case with category and amount that were asked for then, oldest first."""
    query = select(FundDeliberationRow).where(FundDeliberationRow.case_id == case)
    rows = session.scalars(query.order_by(FundDeliberationRow.at, FundDeliberationRow.id))
    return [(_vote(row), row.category, row.requested_fen) for row in rows]


def notes_of(session: Session, case: str) -> Notes:
    """Open and return what was written about a case."""
    vault = vault_of(session)
    visits = session.scalars(select(FundVisitRow).where(FundVisitRow.case_id == case).order_by(FundVisitRow.id))
    checks = session.scalars(
        select(FundCrossCheckRow).where(FundCrossCheckRow.case_id == case).order_by(FundCrossCheckRow.department)
    )
    flags = session.scalars(select(FundFlagRow).where(FundFlagRow.case_id == case).order_by(FundFlagRow.id))
    return Notes(
        visits=tuple(
            (PersonId(row.visitor_id), vault.open(row.note, context=f"fund_visit.note:{row.id}"))
            for row in visits
            if row.note
        ),
        departments=tuple(
            (row.department, vault.open(row.note, context=f"fund_crosscheck.note:{row.id}"))
            for row in checks
            if row.note
        ),
        reasons=tuple(
            (row.kind, vault.open(row.reason, context=f"fund_flag.reason:{row.id}")) for row in flags if row.reason
        ),
    )


def _vote(row: FundDeliberationRow) -> Deliberation:
    return Deliberation(
        held_on=row.held_on,
        present=row.present,
        votes_for=row.votes_for,
        against=row.against,
        abstain=row.abstain,
        known=tuple(PersonId(one) for one in row.known.split("\n") if one),
        proposed_fen=row.proposed_fen,
        minutes=row.minutes_id,
        recused=True,
    )
