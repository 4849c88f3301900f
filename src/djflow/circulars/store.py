"""Reads and writes circulars: steps, editions, answers of units, claims, rewritten paragraphs."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from djflow.circulars import codec
from djflow.circulars.model import (
    Act,
    Answered,
    Cause,
    Circular,
    CircularId,
    CircularState,
    Confirmation,
    Correction,
    CorrectionId,
    Edition,
    Move,
    NamedUnit,
    NewCorrection,
    Override,
    Snapshot,
    Verdict,
    Who,
)
from djflow.circulars.periods import Period
from djflow.circulars.tables import (
    CircularAnswerRow,
    CircularCorrectionRow,
    CircularEditionRow,
    CircularMoveRow,
    CircularParagraphRow,
    CircularRow,
)
from djflow.core.ids import UnitId, new_id
from djflow.core.sections import Figure
from djflow.db.session import vault_of
from djflow.db.store import keep_step, move_on, sealing_vault

_MOVE_REASON, _CLAIM_REASON, _CLAIM_ANSWER = (
    "circular_move.reason",
    "circular_correction.reason",
    "circular_correction.answer",
)


@dataclass(frozen=True, slots=True)
class Change:
    """What a step writes: the state after it, and whichever of deadline and document it changes."""

    act: Act
    after: CircularState
    who: Who
    by: str
    at: datetime
    reason: str = field(default="", repr=False)
    due_on: date | None = None
    document_id: str | None = None


def add(session: Session, kind: str, period: Period, *, now: datetime) -> Circular:
    """Write a new circular without figures yet."""
    tried = select(func.count()).where(CircularRow.kind == kind, CircularRow.period == str(period))
    row = CircularRow(
        id=new_id(now),
        kind=kind,
        period=str(period),
        attempt=(session.scalar(tried) or 0) + 1,
        state=CircularState.COLLECTED,
        since=now,
        edition=0,
        due_on=None,
        document_id="",
        version=0,
        made_at=now,
    )
    session.add(row)
    session.flush()
    return _circular(row)


def standing(session: Session, kind: str, period: Period) -> Circular | None:
    """Return the circular of a kind and period that was not dropped."""
    query = select(CircularRow).where(CircularRow.kind == kind, CircularRow.period == str(period))
    row = session.scalar(query.where(CircularRow.state != CircularState.DROPPED))
    return None if row is None else _circular(row)


def circular(session: Session, circular_id: str, *, lock: bool = False) -> Circular | None:
    """Return a circular as it stands, locked until the transaction ends when asked."""
    query = select(CircularRow).where(CircularRow.id == circular_id).execution_options(populate_existing=True)
    row = session.scalar(query.with_for_update() if lock else query)
    return None if row is None else _circular(row)


def circulars(session: Session, states: Collection[CircularState]) -> tuple[Circular, ...]:
    """Return the circulars in some states, newest first."""
    query = select(CircularRow).where(CircularRow.state.in_(sorted(states)))
    return tuple(_circular(row) for row in session.scalars(query.order_by(CircularRow.made_at.desc(), CircularRow.id)))


def _circular(row: CircularRow) -> Circular:
    return Circular(
        id=CircularId(row.id),
        kind=row.kind,
        period=Period.parse(row.period),
        attempt=row.attempt,
        state=row.state,
        since=row.since,
        edition=row.edition,
        due_on=row.due_on,
        document_id=row.document_id,
        version=row.version,
    )


def change(session: Session, found: Circular, made: Change) -> bool:
    """Move a circular on if it still is as it was; False when somebody else was faster."""
    values: dict[str, object] = {"state": made.after, "since": made.at}
    if made.due_on is not None:
        values["due_on"] = made.due_on
    if made.document_id is not None:
        values["document_id"] = made.document_id
    if not move_on(session, CircularRow, found, values):
        return False
    row = CircularMoveRow(
        id=new_id(made.at),
        circular_id=found.id,
        version=found.version + 1,
        act=made.act,
        before=found.state,
        after=made.after,
        who=made.who,
        at=made.at,
        by=made.by,
    )
    keep_step(session, row, made.reason, _MOVE_REASON)
    return True


def extend(session: Session, circular_id: str, due_on: date) -> None:
    """Note a later day to answer by."""
    session.get_one(CircularRow, circular_id, populate_existing=True).due_on = due_on
    session.flush()


def moves(session: Session, circular_id: str) -> tuple[Move, ...]:
    """Return the steps of a circular, oldest first."""
    query = select(CircularMoveRow).where(CircularMoveRow.circular_id == circular_id)
    rows = session.scalars(query.order_by(CircularMoveRow.version))
    return tuple(Move(row.act, row.before, row.after, row.who, row.at, row.by) for row in rows)


def reasons(session: Session, circular_id: str) -> tuple[tuple[Act, datetime, str], ...]:
    """Open and return the reasons given for steps, oldest first."""
    query = select(CircularMoveRow).where(
        CircularMoveRow.circular_id == circular_id, CircularMoveRow.reason.is_not(None)
    )
    vault = vault_of(session)
    rows = session.scalars(query.order_by(CircularMoveRow.version))
    return tuple((row.act, row.at, vault.open(row.reason or b"", context=f"{_MOVE_REASON}:{row.id}")) for row in rows)


def add_edition(
    session: Session, found: Circular, snapshot: Snapshot, cause: Cause, *, by: str, now: datetime
) -> Edition:
    """Freeze figures as the next edition of a circular."""
    row = session.get_one(CircularRow, found.id, populate_existing=True)
    row.edition += 1
    text = codec.encode(snapshot)
    made = CircularEditionRow(
        circular_id=found.id,
        number=row.edition,
        cause=cause,
        digest=codec.digest(text),
        text=text,
        at=now,
        by=by,
    )
    session.add(made)
    session.flush()
    return _edition(made)


def edition(session: Session, circular_id: str, number: int) -> Edition | None:
    """Return one edition of a circular."""
    row = session.get(CircularEditionRow, (circular_id, number))
    return None if row is None else _edition(row)


def editions(session: Session, circular_id: str) -> tuple[Edition, ...]:
    """Return every edition of a circular, oldest first."""
    query = select(CircularEditionRow).where(CircularEditionRow.circular_id == circular_id)
    return tuple(_edition(row) for row in session.scalars(query.order_by(CircularEditionRow.number)))


def _edition(row: CircularEditionRow) -> Edition:
    return Edition(row.number, row.cause, row.digest, codec.decode(row.text, row.digest), row.at, row.by)


def ask(session: Session, found: Circular, unit: NamedUnit, due_on: date, *, now: datetime) -> None:
    """Note that a unit is asked for its figures, anew when it was asked before."""
    row = session.get(CircularAnswerRow, (found.id, unit.id), populate_existing=True)
    if row is None:
        row = CircularAnswerRow(circular_id=found.id, unit_id=unit.id)
        session.add(row)
    row.name, row.answered, row.edition = unit.name, Answered.ASKED, found.edition
    row.asked_at, row.due_on, row.at, row.by, row.reminded = now, due_on, None, "", 0
    session.flush()


def forget(session: Session, circular_id: str, units: Collection[UnitId]) -> None:
    """Take away that units were asked, because they are not named any more."""
    where = (CircularAnswerRow.circular_id == circular_id, CircularAnswerRow.unit_id.in_(sorted(units)))
    session.execute(delete(CircularAnswerRow).where(*where).execution_options(synchronize_session="fetch"))


def answer(  # noqa: PLR0913 - which unit of which circular, what, to which figures, by whom, when
    session: Session, circular_id: str, unit: UnitId, answered: Answered, number: int, *, by: str, now: datetime
) -> None:
    """Note what a unit answered to edition `number`."""
    row = session.get_one(CircularAnswerRow, (circular_id, unit), populate_existing=True)
    row.answered, row.edition, row.at, row.by = answered, number, now, by
    session.flush()


def count_reminder(session: Session, circular_id: str, unit: UnitId) -> None:
    """Note that a unit was reminded once more."""
    session.get_one(CircularAnswerRow, (circular_id, unit), populate_existing=True).reminded += 1
    session.flush()


def confirmations(session: Session, circular_id: str) -> tuple[Confirmation, ...]:
    """Return the units asked and their answers, by id."""
    query = select(CircularAnswerRow).where(CircularAnswerRow.circular_id == circular_id)
    rows = session.scalars(query.order_by(CircularAnswerRow.unit_id).execution_options(populate_existing=True))
    return tuple(
        Confirmation(
            UnitId(row.unit_id),
            row.name,
            row.answered,
            row.edition,
            row.asked_at,
            row.due_on,
            row.at,
            row.by,
            row.reminded,
        )
        for row in rows
    )


def add_correction(
    session: Session, found: Circular, new: NewCorrection, shown: Figure, *, by: str, now: datetime
) -> Correction:
    """Write a claim that waits for a decision."""
    key = new_id(now)
    row = CircularCorrectionRow(
        id=key,
        circular_id=found.id,
        unit_id=new.unit,
        section=new.section,
        code=new.code,
        shown_part=shown.part,
        shown_whole=shown.whole,
        claimed_part=new.claimed.part,
        claimed_whole=new.claimed.whole,
        reason=sealing_vault(session).seal(new.reason, context=f"{_CLAIM_REASON}:{key}"),
        verdict=Verdict.OPEN,
        at=now,
        by=by,
        decided_at=None,
        decided_by="",
    )
    session.add(row)
    session.flush()
    return _correction(row)


def correction(session: Session, correction_id: str) -> Correction | None:
    """Return a claim as it stands."""
    row = session.get(CircularCorrectionRow, correction_id, populate_existing=True)
    return None if row is None else _correction(row)


def corrections(session: Session, circular_id: str) -> tuple[Correction, ...]:
    """Return the claims of a circular, oldest first."""
    query = select(CircularCorrectionRow).where(CircularCorrectionRow.circular_id == circular_id)
    rows = session.scalars(query.order_by(CircularCorrectionRow.id).execution_options(populate_existing=True))
    return tuple(_correction(row) for row in rows)


def decide(
    session: Session, correction_id: CorrectionId, verdict: Verdict, answer: str, *, by: str, now: datetime
) -> None:
    """Note what was decided on a claim."""
    row = session.get_one(CircularCorrectionRow, correction_id, populate_existing=True)
    row.verdict, row.decided_at, row.decided_by = verdict, now, by
    row.answer = sealing_vault(session).seal(answer, context=f"{_CLAIM_ANSWER}:{row.id}") if answer else None
    session.flush()


def claim_words(session: Session, correction_id: str) -> tuple[str, str]:
    """Open and return why a unit claims and what it was told, empty for nothing."""
    row = session.get_one(CircularCorrectionRow, correction_id)
    vault = vault_of(session)
    told = vault.open(row.answer, context=f"{_CLAIM_ANSWER}:{row.id}") if row.answer else ""
    return vault.open(row.reason, context=f"{_CLAIM_REASON}:{row.id}"), told


def _correction(row: CircularCorrectionRow) -> Correction:
    return Correction(
        id=CorrectionId(row.id),
        circular=CircularId(row.circular_id),
        unit=UnitId(row.unit_id),
        section=row.section,
        code=row.code,
        shown=Figure(row.shown_part, row.shown_whole),
        claimed=Figure(row.claimed_part, row.claimed_whole),
        verdict=row.verdict,
        at=row.at,
        by=row.by,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
    )


def put_override(session: Session, circular_id: str, written: Override) -> None:
    """Keep a paragraph as the coordinator wrote it; an empty text gives the figures' own back."""
    row = session.get(CircularParagraphRow, (circular_id, written.place), populate_existing=True)
    if not written.text:
        if row is not None:
            session.delete(row)
            session.flush()
        return
    if row is None:
        row = CircularParagraphRow(circular_id=circular_id, place=written.place)
        session.add(row)
    row.text, row.replaced, row.at, row.by = written.text, written.replaced, written.at, written.by
    session.flush()


def overrides(session: Session, circular_id: str) -> tuple[Override, ...]:
    """Return the rewritten paragraphs of a circular, by place."""
    query = select(CircularParagraphRow).where(CircularParagraphRow.circular_id == circular_id)
    rows = session.scalars(query.order_by(CircularParagraphRow.place).execution_options(populate_existing=True))
    return tuple(Override(row.place, row.text, row.replaced, row.at, row.by) for row in rows)
