"""Reads and writes lists."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from djflow.core.ids import PersonId, new_id
from djflow.fund.cases.model import CaseId, CaseState, FundCase
from djflow.fund.cases.store import case_of
from djflow.fund.cases.tables import FundCaseRow
from djflow.fund.cases.transitions import ENDED
from djflow.fund.lists.model import FundList, Listed, ListId, NewList, Wanted
from djflow.fund.lists.tables import FundListLineRow, FundListRow

_UNFILED = (CaseState.DRAFT, CaseState.SUBMITTED)


def by_name(session: Session, name: str) -> FundList | None:
    """Return the list of that name."""
    row = session.scalar(select(FundListRow).where(FundListRow.name == name))
    return None if row is None else _list(row)


def of_case(session: Session, case_id: str) -> FundList | None:
    """Return the list a case is a line of."""
    query = select(FundListRow).join(FundListLineRow, FundListLineRow.list_id == FundListRow.id)
    row = session.scalar(query.where(FundListLineRow.case_id == case_id))
    return None if row is None else _list(row)


def all_lists(session: Session) -> tuple[FundList, ...]:
    """Return every list, the newest first."""
    query = select(FundListRow).order_by(FundListRow.made_at.desc(), FundListRow.id.desc())
    return tuple(_list(row) for row in session.scalars(query))


def _list(row: FundListRow) -> FundList:
    return FundList(ListId(row.id), row.name, row.title, row.held_on, row.made_at, row.closed_at)


def add(session: Session, new: NewList, *, now: datetime) -> FundList:
    """Write a list without lines."""
    row = FundListRow(id=new_id(now), name=new.name, title=new.title, held_on=new.held_on, made_at=now, closed_at=None)
    session.add(row)
    session.flush()
    return _list(row)


def add_line(session: Session, known: FundList, wanted: Wanted, case: FundCase) -> None:
    """Write a line with its case."""
    session.add(FundListLineRow(case_id=case.id, list_id=known.id, line=wanted.line, person_id=wanted.person))
    session.flush()


def lines(session: Session, list_id: ListId) -> tuple[Listed, ...]:
    """Return the lines of a list in their order."""
    query = select(FundListLineRow.line, FundCaseRow).join(FundCaseRow, FundCaseRow.id == FundListLineRow.case_id)
    query = query.where(FundListLineRow.list_id == list_id).order_by(FundListLineRow.line, FundListLineRow.case_id)
    query = query.execution_options(populate_existing=True)
    return tuple(Listed(line, case_of(row)) for line, row in session.execute(query))


def filed(session: Session, list_id: ListId) -> dict[PersonId, FundCase]:
    """Return the cases of a list by person."""
    return {one.case.applicant: one.case for one in lines(session, list_id)}


def has_open_line(session: Session, list_id: ListId) -> bool:
    """Return whether a line of a list is still on its way."""
    query = select(FundListLineRow.case_id).join(FundCaseRow, FundCaseRow.id == FundListLineRow.case_id)
    on_its_way = (FundListLineRow.list_id == list_id, FundCaseRow.state.not_in(sorted(ENDED)))
    return session.scalar(query.where(*on_its_way).limit(1)) is not None


def close(session: Session, list_id: ListId, *, now: datetime) -> None:
    """Write when a list was closed."""
    row = session.get_one(FundListRow, list_id)
    row.closed_at = now
    session.flush()


def unfiled(session: Session, list_id: ListId | None = None) -> tuple[CaseId, ...]:
    """Return the lines that have not gone to their approvers yet, of one list when given."""
    query = select(FundListLineRow.case_id).join(FundCaseRow, FundCaseRow.id == FundListLineRow.case_id)
    query = query.where(FundCaseRow.state.in_(_UNFILED)).order_by(FundListLineRow.list_id, FundListLineRow.line)
    rows = session.scalars(query if list_id is None else query.where(FundListLineRow.list_id == list_id))
    return tuple(CaseId(one) for one in rows)
