"""What units do with their figures, and what the coordinator decides on their claims."""

from datetime import datetime

from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.audit.model import Details
from djflow.circulars import rules, service, store, telling
from djflow.circulars.model import (
    STATE_WORDS,
    Answered,
    Cause,
    Circular,
    CircularState,
    Confirmation,
    Correction,
    NewCorrection,
    Snapshot,
    Verdict,
)
from djflow.core.clock import civil_date
from djflow.core.errors import ConflictError, InputError, NotFoundError
from djflow.core.ids import UnitId


def shown(session: Session, circular_id: str, unit: UnitId) -> Snapshot:
    """Return what a circular says of a unit: what the unit is asked to confirm."""
    return rules.of_unit(service.edition(session, circular_id).snapshot, unit)


def confirm(session: Session, circular_id: str, unit: UnitId, *, by: str, now: datetime) -> Confirmation:
    """Note that a unit found its figures right; twice is once.

    Raises: ConflictError once the confirmation is over, or while a claim of the unit waits for a decision.
    """
    found = _confirming(session, circular_id)
    known = _asked(session, found, unit)
    if known.answered is Answered.CONFIRMED:
        return known
    if any(one.unit == unit and one.verdict is Verdict.OPEN for one in store.corrections(session, circular_id)):
        raise ConflictError("贵单位提出的更正还在处理，处理后再确认。", code="circular.claimed")
    store.answer(session, circular_id, unit, Answered.CONFIRMED, found.edition, by=by, now=now)
    telling.answered(session, found, [unit], by=by, now=now)
    details: Details = {"unit": unit, "edition": found.edition}
    audit.record(session, found.subject, "circular.confirm", by=by, now=now, details=details)
    return _asked(session, found, unit)


def correct(session: Session, circular_id: str, new: NewCorrection, *, by: str, now: datetime) -> Correction:
    """Take a unit's claim that a figure is wrong; the same claim again is the same claim.

    Raises: ConflictError once the confirmation is over, or while another claim on the figure waits; InputError.
    """
    found = _confirming(session, circular_id)
    _asked(session, found, new.unit)
    for one in store.corrections(session, circular_id):
        if (one.unit, one.section, one.code, one.verdict) == (new.unit, new.section, new.code, Verdict.OPEN):
            if one.claimed == new.claimed:
                return one
            raise ConflictError("这项数据已经提出过更正，正在处理：请等处理后再提。", code="circular.claimed")
    new, contested = rules.require_correction(service.edition(session, circular_id).snapshot, new)
    made = store.add_correction(session, found, new, contested, by=by, now=now)
    store.answer(session, circular_id, new.unit, Answered.CORRECTED, found.edition, by=by, now=now)
    telling.answered(session, found, [new.unit], by=by, now=now)
    details = {"unit": new.unit, "code": new.code}
    audit.record(session, found.subject, "circular.claim", by=by, now=now, details=details)
    return made


def decide(
    session: Session, correction_id: str, verdict: Verdict, answer: str, *, by: str, now: datetime
) -> Correction:
    """Accept a claim, which freezes a new edition with its figure, or decline it with a reason; twice is once.

    Raises: ConflictError once the other was decided, or the confirmation is over; InputError without a reason.
    """
    audit.hold(session)
    claim = store.correction(session, correction_id)
    if claim is None:
        raise NotFoundError("没有这条更正：请刷新后再试。", code="circular.claim_unknown")
    found = _confirming(session, claim.circular)
    claim = store.correction(session, correction_id) or claim
    if claim.verdict is verdict:
        return claim
    if claim.verdict is not Verdict.OPEN or verdict is Verdict.OPEN:
        raise ConflictError("这条更正已经处理过：请刷新后查看。", code="circular.decided")
    words = rules.require_words(answer, "不采纳的理由", needed=verdict is Verdict.DECLINED)
    store.decide(session, claim.id, verdict, words, by=by, now=now)
    if verdict is Verdict.ACCEPTED:
        _amend(session, found, claim, by=by, now=now)
    details = {"unit": claim.unit, "code": claim.code, "verdict": verdict.value}
    audit.record(session, found.subject, "circular.decide", by=by, now=now, details=details)
    return store.correction(session, correction_id) or claim


def _amend(session: Session, found: Circular, claim: Correction, *, by: str, now: datetime) -> None:
    before = service.edition(session, found.id).snapshot
    if rules.shown_figure(before, claim.unit, claim.section, claim.code) != claim.shown:
        raise InputError("这项数据在提出更正后已经变了，不能再采纳：请让单位重新核对。", code="circular.outdated")
    after = rules.corrected(before, [claim])
    made = store.add_edition(session, found, after, Cause.CORRECTED, by=by, now=now)
    store.answer(session, found.id, claim.unit, Answered.CORRECTED, made.number, by=by, now=now)


def remind(session: Session, circular_id: str, *, now: datetime) -> tuple[UnitId, ...]:
    """Remind once, on the last day, the units that have not answered; return them. Later than that, nobody."""
    found = service.opened(session, circular_id)
    if found.state is not CircularState.CONFIRMING:
        return ()
    today = civil_date(now)
    late = [
        one.unit
        for one in store.confirmations(session, circular_id)
        if one.answered is Answered.ASKED and one.due_on == today and not one.reminded
    ]
    for unit in late:
        store.count_reminder(session, circular_id, unit)
        telling.reminder(session, found, unit, now=now)
    return tuple(late)


def corrections(session: Session, circular_id: str) -> tuple[Correction, ...]:
    """Return the claims of a circular, oldest first."""
    return store.corrections(session, circular_id)


def claim_words(session: Session, correction_id: str) -> tuple[str, str]:
    """Open and return why a unit claims, and what it was told."""
    return store.claim_words(session, correction_id)


def _confirming(session: Session, circular_id: str) -> Circular:
    found = service.opened(session, circular_id)
    if found.state is not CircularState.CONFIRMING:
        raise ConflictError(
            f"{found.period.title}的通报现在是“{STATE_WORDS[found.state]}”，不再核对数据：有出入请与组织部联系。",
            code="circular.state",
        )
    return found


def _asked(session: Session, found: Circular, unit: UnitId) -> Confirmation:
    for one in store.confirmations(session, found.id):
        if one.unit == unit:
            return one
    raise NotFoundError("这份通报没有请这个单位核对：请刷新后再看。", code="circular.not_asked")
