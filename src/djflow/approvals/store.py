"""Reads and writes cases, rounds and tasks. A case is locked before it is read for a change."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import insert, select, union_all, update
from sqlalchemy.orm import Session

from djflow.approvals.model import (
    Case,
    CaseId,
    CaseState,
    Decision,
    NewCase,
    Place,
    Round,
    Task,
    TaskId,
    TaskState,
)
from djflow.approvals.tables import ApprovalCaseRow, ApprovalRoundRow, ApprovalTaskRow
from djflow.core.ids import BranchId, PersonId, UnitId
from djflow.core.subject import Subject
from djflow.db.session import vault_of
from djflow.db.store import sealing_vault
from djflow.db.vault import Vault

Values = dict[str, object]
_PLAIN = {"synchronize_session": False}
"""Rows are read anew with `populate_existing`; looking for them in the session would cost more than the update."""


def case(session: Session, case_id: CaseId) -> Case | None:
    """Return a case with its rounds and tasks, opinions closed."""
    row = session.get(ApprovalCaseRow, case_id, populate_existing=True)
    return _with_parts(session, [row])[0] if row else None


def locked(session: Session, ids: Collection[str], *, skip: bool = False) -> tuple[Case, ...]:
    """Return cases by id, locked until the transaction ends; `skip` leaves out what somebody else holds."""
    query = select(ApprovalCaseRow).where(ApprovalCaseRow.id.in_(sorted(set(ids)))).order_by(ApprovalCaseRow.id)
    # NO KEY UPDATE: rows that point here by foreign key may be inserted meanwhile without waiting in a circle.
    held = query.with_for_update(key_share=True, skip_locked=skip).execution_options(populate_existing=True)
    return _with_parts(session, session.scalars(held).all())


def _with_parts(session: Session, rows: Sequence[ApprovalCaseRow]) -> tuple[Case, ...]:
    ids = [row.id for row in rows]
    if not ids:
        return ()
    rounds = session.scalars(
        select(ApprovalRoundRow).where(ApprovalRoundRow.case_id.in_(ids)).order_by(ApprovalRoundRow.number)
    ).all()
    tasks = session.scalars(
        select(ApprovalTaskRow).where(ApprovalTaskRow.case_id.in_(ids)).execution_options(populate_existing=True)
    ).all()
    return tuple(
        case_of(row, [one for one in rounds if one.case_id == row.id], [one for one in tasks if one.case_id == row.id])
        for row in rows
    )


def case_id_of_task(session: Session, task_id: TaskId) -> CaseId | None:
    """Return the case of a task."""
    found = session.scalar(select(ApprovalTaskRow.case_id).where(ApprovalTaskRow.id == task_id))
    return CaseId(found) if found else None


def case_ids_of(session: Session, subject: Subject) -> tuple[CaseId, ...]:
    """Return the cases about a subject, newest first."""
    query = select(ApprovalCaseRow.id).where(ApprovalCaseRow.subject == str(subject))
    return tuple(CaseId(one) for one in session.scalars(query.order_by(ApprovalCaseRow.id.desc())))


def open_case_id(session: Session, subject: Subject) -> CaseId | None:
    """Return the open case about a subject."""
    found = session.scalar(select(ApprovalCaseRow.id).where(ApprovalCaseRow.open_subject == str(subject)))
    return CaseId(found) if found else None


def bar(session: Session, case_id: CaseId, persons: Collection[PersonId]) -> None:
    """Write who may never decide a case."""
    statement = update(ApprovalCaseRow).where(ApprovalCaseRow.id == case_id)
    session.execute(statement.values(barred=",".join(sorted(persons))), execution_options=_PLAIN)


def add(session: Session, *made: Case) -> None:
    """Write new cases with their rounds and tasks."""
    session.execute(insert(ApprovalCaseRow), [{"id": one.id, **_case_values(one)} for one in made])
    _add_rounds(session, [(one.id, opened) for one in made for opened in one.rounds])
    _add_tasks(session, [task for one in made for task in one.tasks])


def save(session: Session, before: Case, after: Case) -> TaskId | None:
    """Write what changed; return the task that somebody else decided first, None when all is written."""
    was = {task.id: task for task in before.tasks}
    for task in after.tasks:
        known = was.get(task.id)
        if known is None or known == task:
            continue
        # This one conditional update decides: a task leaves WAITING or QUEUED exactly once.
        statement = update(ApprovalTaskRow).where(ApprovalTaskRow.id == task.id, ApprovalTaskRow.state == known.state)
        values = _changes(_task_values(known), _task_values(task)) | _opinion(session, task)
        done = session.execute(statement.values(**values).returning(ApprovalTaskRow.id), execution_options=_PLAIN)
        if done.first() is None:
            return task.id
    _add_rounds(session, [(after.id, one) for one in after.rounds[len(before.rounds) :]])
    _add_tasks(session, [task for task in after.tasks if task.id not in was])
    changes = _changes(_case_values(before), _case_values(after))
    if changes:
        statement = update(ApprovalCaseRow).where(ApprovalCaseRow.id == after.id).values(**changes)
        session.execute(statement, execution_options=_PLAIN)
    return None


def _add_rounds(session: Session, rounds: Iterable[tuple[CaseId, Round]]) -> None:
    rows = [
        {
            "case_id": case_id, "number": one.number, "first_step": one.first_step, "content_hash": one.content_hash,
            "amount_fen": one.amount_fen, "opened_at": one.opened_at,
        }
        for case_id, one in rounds
    ]  # fmt: skip
    if rows:
        session.execute(insert(ApprovalRoundRow), rows)


def _add_tasks(session: Session, tasks: Sequence[Task]) -> None:
    if tasks:
        rows = [
            {"id": task.id, "case_id": task.case_id, "opinion": None, **_task_values(task), **_note(session, task)}
            for task in tasks
        ]
        session.execute(insert(ApprovalTaskRow), rows)


def _changes(before: Values, after: Values) -> Values:
    return {name: value for name, value in after.items() if before[name] != value}


def _case_values(made: Case) -> Values:
    new = made.new
    return {
        "subject": str(new.subject),
        "open_subject": None if made.over else str(new.subject),
        "kind": new.kind,
        "version": made.version,
        "digest": made.digest,
        "title": new.title,
        "amount_fen": new.amount_fen,
        "applicant_id": new.applicant,
        "unit_id": new.place.unit,
        "branch_id": new.place.branch,
        "barred": ",".join(sorted(new.barred)),
        "household": ",".join(sorted(new.household)),
        "content_hash": new.content_hash,
        "state": made.state,
        "round": made.round,
        "step": made.step,
        "returns": made.returns,
        "supplements": made.supplements,
        "urges": made.urges,
        "urged_at": made.urged_at,
        "stopped_on": made.stopped_on,
        "due_on": made.due_on,
        "next_at": made.next_at,
        "blocked": made.blocked,
        "opened_at": made.opened_at,
        "ended_at": made.ended_at,
    }


def _task_values(task: Task) -> Values:
    said = task.decision
    return {
        "round": task.round,
        "step": task.step,
        "position": task.position,
        "state": task.state,
        "origin": task.origin,
        "person_id": task.person,
        "role": task.role,
        "assigned_at": task.assigned_at,
        "clock_from": task.clock_from,
        "elapsed": task.elapsed,
        "due_on": task.due_on,
        "next_at": task.next_at,
        "reminded": task.reminded,
        "escalated_at": task.escalated_at,
        "source": task.source,
        "ended_at": task.ended_at,
        "decided_at": said.at if said else None,
        "decided_by": said.person if said else None,
        "principal_id": said.principal if said else None,
        "verdict": said.verdict if said else None,
        "content_hash": said.content_hash if said else None,
        "automatic": bool(said and said.automatic),
    }


def _opinion(session: Session, task: Task) -> Values:
    if task.decision is None or not task.decision.opinion:
        return {}
    context = f"approval_task.opinion:{task.id}"
    return {"opinion": sealing_vault(session).seal(task.decision.opinion, context=context)}


def _note(session: Session, task: Task) -> Values:
    note = sealing_vault(session).seal(task.note, context=f"approval_task.note:{task.id}") if task.note else None
    return {"note": note}


def case_of(row: ApprovalCaseRow, rounds: Sequence[ApprovalRoundRow], tasks: Sequence[ApprovalTaskRow]) -> Case:
    """Return a row as a value, with as many of its parts as are given."""
    new = NewCase(
        subject=Subject.parse(row.subject),
        kind=row.kind,
        title=row.title,
        content_hash=row.content_hash,
        amount_fen=row.amount_fen,
        applicant=PersonId(row.applicant_id) if row.applicant_id else None,
        place=Place(UnitId(row.unit_id) if row.unit_id else None, BranchId(row.branch_id) if row.branch_id else None),
        barred=_persons(row.barred),
        household=_persons(row.household),
    )
    return Case(
        id=CaseId(row.id),
        new=new,
        version=row.version,
        digest=row.digest,
        state=row.state,
        round=row.round,
        step=row.step,
        opened_at=row.opened_at,
        returns=row.returns,
        supplements=row.supplements,
        urges=row.urges,
        urged_at=row.urged_at,
        stopped_on=row.stopped_on,
        due_on=row.due_on,
        next_at=row.next_at,
        blocked=row.blocked,
        ended_at=row.ended_at,
        rounds=tuple(Round(r.number, r.first_step, r.content_hash, r.amount_fen, r.opened_at) for r in rounds),
        tasks=tuple(sorted(map(task_of, tasks), key=lambda task: int(task.id.rpartition("-")[2]))),
    )


def _persons(text: str) -> frozenset[PersonId]:
    return frozenset(PersonId(one) for one in text.split(",") if one)


def task_of(row: ApprovalTaskRow, vault: Vault | None = None) -> Task:
    """Return a row as a value; opinion and note are opened with `vault` only."""
    opinion = vault.open(row.opinion, context=f"approval_task.opinion:{row.id}") if vault and row.opinion else ""
    note = vault.open(row.note, context=f"approval_task.note:{row.id}") if vault and row.note else ""
    said = None
    if row.decided_at is not None and row.verdict is not None:
        said = Decision(
            person=_person(row.decided_by),
            verdict=row.verdict,
            at=row.decided_at,
            content_hash=row.content_hash or "",
            principal=_person(row.principal_id),
            automatic=row.automatic,
            opinion=opinion,
        )
    return Task(
        id=TaskId(row.id),
        case_id=CaseId(row.case_id),
        round=row.round,
        step=row.step,
        position=row.position,
        state=row.state,
        origin=row.origin,
        person=_person(row.person_id),
        role=row.role,
        assigned_at=row.assigned_at,
        clock_from=row.clock_from,
        elapsed=row.elapsed,
        due_on=row.due_on,
        next_at=row.next_at,
        reminded=row.reminded,
        escalated_at=row.escalated_at,
        source=TaskId(row.source) if row.source else None,
        note=note,
        decision=said,
        ended_at=row.ended_at,
    )


def _person(key: str | None) -> PersonId | None:
    return PersonId(key) if key else None


def opened_tasks(session: Session, case_id: CaseId) -> tuple[Task, ...]:
    """Return a case's tasks with opinions and reasons in the clear: for whoever may read the approval sheet."""
    rows = session.scalars(select(ApprovalTaskRow).where(ApprovalTaskRow.case_id == case_id)).all()
    tasks = (task_of(row, vault_of(session)) for row in rows)
    return tuple(sorted(tasks, key=lambda task: int(task.id.rpartition("-")[2])))


def waiting_for(session: Session, persons: Collection[PersonId], *, limit: int) -> tuple[tuple[Task, Case], ...]:
    """Return what waits for persons, each with its case without parts, the first due first."""
    query = (
        select(ApprovalTaskRow, ApprovalCaseRow)
        .join(ApprovalCaseRow, ApprovalCaseRow.id == ApprovalTaskRow.case_id)
        .where(
            ApprovalTaskRow.person_id.in_(sorted(persons)),
            ApprovalTaskRow.state == TaskState.WAITING,
            ApprovalCaseRow.state == CaseState.RUNNING,
        )
        .order_by(ApprovalTaskRow.due_on, ApprovalTaskRow.id)  # in the order of the index, however many wait
        .limit(limit)
    )
    found = [(task_of(task), case_of(case_row, (), ())) for task, case_row in session.execute(query)]
    return tuple(sorted(found, key=lambda one: (one[0].due_on is None, one[0].due_on or date.max, one[0].id)))


def case_ids_beginning(session: Session, prefix: str) -> tuple[CaseId, ...]:
    """Return the cases whose id begins so."""
    query = select(ApprovalCaseRow.id).where(ApprovalCaseRow.id.startswith(prefix)).order_by(ApprovalCaseRow.id)
    return tuple(CaseId(one) for one in session.scalars(query))


def due(session: Session, now: datetime, *, limit: int) -> tuple[CaseId, ...]:
    """Return cases that the sweep must look at, the longest due first."""
    tasks = select(ApprovalTaskRow.case_id.label("id"), ApprovalTaskRow.next_at.label("at")).where(
        ApprovalTaskRow.next_at <= now
    )
    cases = select(ApprovalCaseRow.id.label("id"), ApprovalCaseRow.next_at.label("at")).where(
        ApprovalCaseRow.next_at <= now
    )
    found = union_all(
        select(tasks.order_by(ApprovalTaskRow.next_at).limit(limit).subquery()),
        select(cases.order_by(ApprovalCaseRow.next_at).limit(limit).subquery()),
    ).subquery()
    ids = session.scalars(select(found.c.id).order_by(found.c.at, found.c.id)).all()
    return tuple(CaseId(one) for one in dict.fromkeys(ids))[:limit]
