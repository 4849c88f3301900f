"""Reads and writes acts done for somebody else."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from djflow.core.ids import PersonId, new_id
from djflow.db.session import vault_of
from djflow.db.store import sealing_vault
from djflow.fund.behalf.model import Done, OnBehalf
from djflow.fund.behalf.tables import FundBehalfRow


def add(session: Session, case_id: str, what: OnBehalf, *, by: str, now: datetime) -> None:
    """Write an act with its reason sealed."""
    row = FundBehalfRow(
        id=new_id(now),
        case_id=case_id,
        act=what.act,
        person_id=what.person,
        second_id=what.second,
        evidence=what.evidence,
        at=now,
        by=by,
    )
    row.reason = sealing_vault(session).seal(what.reason, context=f"fund_behalf.reason:{row.id}")
    session.add(row)
    session.flush()


def of_case(session: Session, case_id: str) -> tuple[Done, ...]:
    """Return what was done for somebody else in a case, oldest first."""
    return tuple(
        Done(row.id, row.act, PersonId(row.person_id), PersonId(row.second_id), row.evidence, row.at)
        for row in _rows(session, case_id)
    )


def reasons(session: Session, case_id: str) -> tuple[tuple[str, str], ...]:
    """Open and return the reasons by id, oldest first."""
    vault = vault_of(session)
    return tuple(
        (row.id, vault.open(row.reason, context=f"fund_behalf.reason:{row.id}"))
        for row in _rows(session, case_id)
        if row.reason is not None
    )


def _rows(session: Session, case_id: str) -> tuple[FundBehalfRow, ...]:
    query = select(FundBehalfRow).where(FundBehalfRow.case_id == case_id).order_by(FundBehalfRow.at, FundBehalfRow.id)
    return tuple(session.scalars(query))
