"""Reads open cases by page, what waits for somebody, and how many cases stand where."""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import Session

from djflow.approvals.model import Case, CaseId, CaseState, Task, TaskState
from djflow.approvals.overview.model import Standing, Viewer, Wish
from djflow.approvals.store import case_of, task_of
from djflow.approvals.tables import ApprovalCaseRow, ApprovalTaskRow
from djflow.core.ids import BranchId

STATES: Mapping[Standing, CaseState] = {
    Standing.BLOCKED: CaseState.BLOCKED,
    Standing.RETURNED: CaseState.RETURNED,
    Standing.SUPPLEMENT: CaseState.SUPPLEMENT,
    Standing.PAUSED: CaseState.PAUSED,
}
Branches = Collection[BranchId] | None
"""The branches whose cases are wanted; None is every case."""


def open_cases(session: Session, wish: Wish, *, on: date, branches: Branches, limit: int) -> tuple[Case, ...]:
    """Return open cases without their parts, oldest first."""
    query = select(ApprovalCaseRow).where(*_conditions(wish, on, branches))
    if wish.after:
        query = query.where(ApprovalCaseRow.id > wish.after)
    rows = session.scalars(query.order_by(ApprovalCaseRow.id).limit(limit)).all()
    return tuple(case_of(row, (), ()) for row in rows)


def _conditions(wish: Wish, on: date, branches: Branches) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [ApprovalCaseRow.ended_at.is_(None)]
    if wish.standing is Standing.LATE:
        found += [ApprovalCaseRow.id.in_(_late(on)), ApprovalCaseRow.state == CaseState.RUNNING]
    elif wish.standing in STATES:
        found.append(ApprovalCaseRow.state == STATES[wish.standing])
    if wish.kind:
        found.append(ApprovalCaseRow.kind == wish.kind)
    if wish.unit:
        found.append(ApprovalCaseRow.unit_id == wish.unit)
    if wish.title:
        found.append(ApprovalCaseRow.title.contains(wish.title, autoescape=True))
    if branches is not None:
        found.append(ApprovalCaseRow.branch_id.in_(sorted(branches)) if branches else false())
    return found


def _late(on: date) -> Select[str]:
    return select(ApprovalTaskRow.case_id).where(
        ApprovalTaskRow.state == TaskState.WAITING, ApprovalTaskRow.due_on < on
    )


def counts(session: Session, *, on: date, branches: Branches, most: int) -> Mapping[Standing, int]:
    """Return how many open cases stand where, each counted to `most` only."""
    found = {}
    for which in Standing:
        some = select(ApprovalCaseRow.id).where(*_conditions(Wish(which), on, branches)).limit(most).subquery()
        found[which] = session.scalar(select(func.count()).select_from(some)) or 0
    return found


def waiting_tasks(session: Session, cases: Collection[CaseId]) -> Mapping[CaseId, tuple[Task, ...]]:
    """Return the tasks of cases that wait to be decided, by case."""
    query = select(ApprovalTaskRow).where(
        ApprovalTaskRow.case_id.in_(sorted(cases)), ApprovalTaskRow.state == TaskState.WAITING
    )
    found: dict[CaseId, tuple[Task, ...]] = {}
    for row in session.scalars(query.order_by(ApprovalTaskRow.id)):
        task = task_of(row)
        found[task.case_id] = (*found.get(task.case_id, ()), task)
    return found


def last_ended(session: Session, cases: Collection[CaseId]) -> Mapping[CaseId, datetime]:
    """Return when the last task of each case ended, by case."""
    query = select(ApprovalTaskRow.case_id, func.max(ApprovalTaskRow.ended_at)).where(
        ApprovalTaskRow.case_id.in_(sorted(cases)), ApprovalTaskRow.ended_at.is_not(None)
    )
    return {CaseId(key): at for key, at in session.execute(query.group_by(ApprovalTaskRow.case_id)) if at}


def own_tasks(session: Session, viewer: Viewer, *, kind: str, limit: int, offset: int) -> tuple[tuple[Task, Case], ...]:
    """Return a page of what the viewer may decide now, each with its case without parts, the first due first."""
    if viewer.person is None:
        return ()
    everything = {viewer.person, *(one for one, kinds in viewer.principals.items() if "" in kinds)}
    wanted: list[ColumnElement[bool]] = [ApprovalTaskRow.person_id.in_(sorted(everything))]
    wanted += [
        and_(ApprovalTaskRow.person_id == one, ApprovalCaseRow.kind.in_(sorted(kinds)))
        for one, kinds in sorted(viewer.principals.items())
        if one not in everything
    ]
    query = (
        select(ApprovalTaskRow, ApprovalCaseRow)
        .join(ApprovalCaseRow, ApprovalCaseRow.id == ApprovalTaskRow.case_id)
        .where(or_(*wanted), ApprovalTaskRow.state == TaskState.WAITING, ApprovalCaseRow.state == CaseState.RUNNING)
        .order_by(ApprovalTaskRow.due_on, ApprovalTaskRow.id)  # in the order of the index, however many wait
        .limit(limit)
        .offset(offset)
    )
    if kind:
        query = query.where(ApprovalCaseRow.kind == kind)
    return tuple((task_of(task), case_of(row, (), ())) for task, row in session.execute(query))
