"""Reads open cases by page, what waits for somebody, and how many cases stand where."""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, tuple_
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
    """Return open cases without their parts, oldest first; late ones by the day they were due."""
    if wish.standing is Standing.LATE:
        return _late_cases(session, wish, on=on, branches=branches, limit=limit)
    query = select(ApprovalCaseRow).where(*_conditions(wish, branches))
    if wish.after:
        query = query.where(ApprovalCaseRow.id > wish.after)
    rows = session.scalars(query.order_by(ApprovalCaseRow.id).limit(limit)).all()
    return tuple(case_of(row, (), ()) for row in rows)


def _late_cases(session: Session, wish: Wish, *, on: date, branches: Branches, limit: int) -> tuple[Case, ...]:
    # Distinct in the order of the index: colleagues asked together are due together and stand side by side.
    query = _late(wish, on, branches).distinct().order_by(ApprovalTaskRow.due_on, ApprovalTaskRow.case_id)
    found = session.execute(query.limit(limit)).all()
    rows = session.scalars(select(ApprovalCaseRow).where(ApprovalCaseRow.id.in_([row.case_id for row in found])))
    known = {row.id: case_of(row, (), ()) for row in rows}
    return tuple(known[key] for key in dict.fromkeys(row.case_id for row in found))


def _late(wish: Wish, on: date, branches: Branches) -> Select[date | None, str]:
    query = (
        select(ApprovalTaskRow.due_on, ApprovalTaskRow.case_id)
        .join(ApprovalCaseRow, ApprovalCaseRow.id == ApprovalTaskRow.case_id)
        .where(
            ApprovalTaskRow.state == TaskState.WAITING,
            ApprovalTaskRow.due_on < on,
            *_conditions(wish, branches),
        )
    )
    if wish.after_day is None:
        return query
    place = tuple_(ApprovalTaskRow.due_on, ApprovalTaskRow.case_id)
    return query.where(place > (wish.after_day, wish.after))


def _conditions(wish: Wish, branches: Branches) -> list[ColumnElement[bool]]:
    # A state says by itself that a case is open; another condition would only lead to the longer index.
    state = CaseState.RUNNING if wish.standing is Standing.LATE else STATES.get(wish.standing)
    found = [ApprovalCaseRow.state == state if state else ApprovalCaseRow.ended_at.is_(None)]
    if wish.kind:
        found.append(ApprovalCaseRow.kind == wish.kind)
    if wish.unit:
        found.append(ApprovalCaseRow.unit_id == wish.unit)
    if wish.title:
        found.append(ApprovalCaseRow.title.contains(wish.title, autoescape=True))
    if branches is not None:
        found.append(ApprovalCaseRow.branch_id.in_(sorted(branches)) if branches else false())
    return found


def counts(session: Session, *, on: date, branches: Branches, most: int) -> Mapping[Standing, int]:
    """Return how many open cases stand where, each counted to `most` only."""
    found = {}
    for which in Standing:
        if which is Standing.LATE:
            some = _late(Wish(which), on, branches).distinct().limit(most).subquery()
        else:
            some = select(ApprovalCaseRow.id).where(*_conditions(Wish(which), branches)).limit(most).subquery()
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
