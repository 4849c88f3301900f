"""What can be done with lists on the board: post, object, settle, end when their days are over.

An objection and the freeze it causes are one transaction; the period's row is locked first, so that an objection in
the last minute and the sweep that ends the period never both win. Objectors are known to nobody but who settles.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.core.clock import civil_date
from djflow.core.errors import ConflictError, InputError, NotFoundError
from djflow.core.money import yuan_of
from djflow.fund.cases import rules as case_rules
from djflow.fund.cases import service as cases
from djflow.fund.cases import store as case_store
from djflow.fund.cases.model import CATEGORY_WORDS, Act, CaseState, Filing, FundCase, Policy, Terms, Who
from djflow.fund.cases.service import Step
from djflow.fund.cases.transitions import BY_STATE_AND_ACT, COMMITTED, Facts
from djflow.fund.publicity import rules, store
from djflow.fund.publicity.model import (
    Level,
    Line,
    NewObjection,
    Objection,
    ObjectionState,
    Opened,
    Period,
    PeriodState,
    Via,
)
from djflow.fund.publicity.tables import FundPublicityRow
from djflow.people import service as people
from djflow.people.dossiers import service as dossiers
from djflow.people.rules import mask_name

MAX_OPEN = 20
"""Objections to one list that may wait at a time: more from the page are refused, so that it cannot be flooded."""


def post(session: Session, case_id: str, level: Level, terms: Terms, *, by: str, now: datetime) -> Period:
    """Put a case on a board from today; a list that says the same and was not cancelled stays as it is.

    Raises: ConflictError when the case is not at that point of its way.
    """
    case = case_store.case_of(cases.require(session, case_id, lock=True))
    for known in store.periods_of(session, case_id):
        if known.level is level and known.state is not PeriodState.CANCELLED and _says(known, case):
            return known
    _require_postable(case, level)
    for row in store.rows_shown(session, case_id):
        if row.level is level:  # the list says something that is no longer so
            store.write(session, row, replace(store.period_of(row), state=PeriodState.CANCELLED))
    term = terms.policy.branch_publicity if level is Level.BRANCH else terms.policy.district_publicity
    today = civil_date(now)
    period = Period(
        id="",
        case=case.id,
        level=level,
        state=PeriodState.OPEN,
        posted_on=today,
        from_on=today,
        remaining=term.count,
        unit=term.unit,
        ends_on=rules.last_day(today, term.count, term.unit, terms.calendar),
        amount_fen=case.amount_fen,
        category=case.category,
    )
    kept = store.add_period(session, period, now=now)
    _record(session, case, "fund.post", kept, by=by, now=now)
    return kept


def _says(period: Period, case: FundCase) -> bool:
    return (period.amount_fen, period.category) == (case.amount_fen, case.category)


def _require_postable(case: FundCase, level: Level) -> None:
    states = {CaseState.CHECKING} if level is Level.BRANCH else {CaseState.PUBLICITY}
    if case.emergency and case.papers_due_on is not None:
        states |= COMMITTED - {CaseState.CLOSED}
    if case.state not in states:
        raise ConflictError(f"申请 {case.number} 现在还不能（或不用再）公示：请刷新后查看。", code="fund.state")


def object_to(
    session: Session, period_id: str, new: NewObjection, terms: Terms, *, by: str, now: datetime
) -> Objection:
    """Take an objection in and stop the clock if it came in time; the same words twice, unanswered, are one objection.

    Raises: InputError for an empty or too long text or a time that cannot be; NotFoundError; ConflictError when too
        many wait.
    """
    new = replace(new, text=rules.clean_objection(new.text), contact=new.contact.strip()[:100])
    received = now if new.via is Via.PAGE or new.received_at is None else new.received_at
    if received > now:
        raise InputError("收到异议的时间不能晚于现在：请核对。", code="objection.time")
    row, case = _locked(session, period_id)
    period = store.period_of(row)
    if new.via is Via.PAGE and store.open_count(session, period_id=period_id) >= MAX_OPEN:
        raise ConflictError("这份公示已有多件异议正在核实：请直接拨打监督电话。", code="objection.many")
    stops = _can_stop(period, case) and rules.in_time(period, received)
    state = ObjectionState.OPEN if stops else ObjectionState.LATE
    objection, fresh = store.add_objection(session, period, replace(new, received_at=received), state, by=by, now=now)
    if not fresh:
        return objection
    if stops and period.state is not PeriodState.FROZEN:
        stopped = rules.frozen(period, civil_date(received), terms.calendar)
        store.write(session, row, stopped)
        _record(session, case, "fund.freeze", stopped, by=by, now=now)
        if period.level is Level.DISTRICT and (case.state, Act.FREEZE) in BY_STATE_AND_ACT:
            who = Who.PUBLIC if new.via is Via.PAGE else Who.OFFICE
            cases.move(session, case.id, Step(Act.FREEZE, who), by=by, now=now)
    details = {"via": new.via.value, "state": state.value, "level": period.level.value}
    audit.record(session, case.subject, "fund.objection", by=by, now=now, details=details)
    return objection


def _can_stop(period: Period, case: FundCase) -> bool:
    if period.state in {PeriodState.OPEN, PeriodState.FROZEN}:
        return True
    waits = {Level.BRANCH: {CaseState.CHECKING}, Level.DISTRICT: {CaseState.PUBLICITY, CaseState.READY_TO_PAY}}
    return period.state is PeriodState.CLOSED and case.state in waits[period.level]


def settle(  # noqa: PLR0913 - the objection, the verdict and the calendar
    session: Session, objection_id: str, reason: str, terms: Terms, *, upheld: bool, by: str, now: datetime
) -> FundCase:
    """Say what became of an objection: upheld ends the case, the last one dismissed lets the clock run on.

    Raises: InputError without a reason; NotFoundError; ConflictError when it was settled before.
    """
    words = case_rules.clean_text(reason, "理由")
    if not words:
        raise InputError("请写明核实情况和结论，再提交一次。", code="fund.reason")
    row = store.objection_row(session, objection_id)
    if row is None:
        raise NotFoundError("没有这件异议：请刷新后再试。", code="objection.unknown")
    if row.state not in {ObjectionState.OPEN, ObjectionState.LATE}:
        raise ConflictError("这件异议已经有结论：请刷新后查看。", code="objection.settled")
    late = row.state is ObjectionState.LATE
    state = ObjectionState.UPHELD if upheld else ObjectionState.DISMISSED
    period_row, case = _locked(session, row.period_id)
    store.resolve(session, row, state, words, by=by, now=now)
    audit.record(session, case.subject, "fund.objection_settled", by=by, now=now, details={"state": state.value})
    period = store.period_of(period_row)
    if upheld and not late:
        store.write(session, period_row, replace(period, state=PeriodState.CANCELLED))
        _end(session, case, words, by=by, now=now)
    elif period.state is PeriodState.FROZEN and not store.open_count(session, period_id=period.id):
        again = rules.resumed(period, civil_date(now), terms.calendar)
        store.write(session, period_row, again)
        _record(session, case, "fund.resume", again, by=by, now=now)
        if case.state is CaseState.FROZEN:
            cases.move(session, case.id, Step(Act.RESUME, Who.OFFICE, Facts()), by=by, now=now)
    return cases.get(session, case.id)


def _end(session: Session, case: FundCase, reason: str, *, by: str, now: datetime) -> None:
    act = Act.UPHOLD if case.state is CaseState.FROZEN else Act.REJECT
    if (case.state, act) in BY_STATE_AND_ACT:
        cases.move(session, case.id, Step(act, Who.OFFICE, reason=reason), by=by, now=now)


def look(session: Session, objection_id: str, *, by: str, now: datetime) -> Opened:
    """Open what an objection says, whom to ask and what was answered; that somebody looked is recorded.

    Raises: NotFoundError.
    """
    row = store.objection_row(session, objection_id)
    if row is None:
        raise NotFoundError("没有这件异议：请刷新后再试。", code="objection.unknown")
    subject = cases.get(session, row.case_id).subject
    audit.record(session, subject, "fund.look_objection", by=by, now=now, details={"objection": objection_id})
    return store.opened(session, row)


def due(session: Session, *, now: datetime) -> tuple[Period, ...]:
    """Return the open periods whose days are over."""
    return store.due(session, civil_date(now))


def close(session: Session, period_id: str, *, by: str, now: datetime) -> bool:
    """End a period whose days are over; False when it is not over, frozen, or ended before."""
    row, case = _locked(session, period_id)
    period = store.period_of(row)
    if period.state is not PeriodState.OPEN or not rules.is_over(period, now):
        return False
    ended = replace(period, state=PeriodState.CLOSED)
    store.write(session, row, ended)
    _record(session, case, "fund.close_publicity", ended, by=by, now=now)
    return True


def cancel(session: Session, case_id: str) -> None:
    """Take a case's lists down: it was withdrawn or refused."""
    for row in store.rows_shown(session, case_id):
        store.write(session, row, replace(store.period_of(row), state=PeriodState.CANCELLED))


def gaps(session: Session, case: FundCase, policy: Policy) -> tuple[str, ...]:
    """Return in words which publicity an approved case still needs before it is paid."""
    if hangs_at_district(case, policy):
        return () if _is_done(session, case, Level.DISTRICT, exact=True) else ("区级公示",)
    return branch_gaps(session, case, exact=False)


def hangs_at_district(case: FundCase, policy: Policy) -> bool:
    """Return whether the district shows a case: by its amount, and every line of a list."""
    return case.filing is Filing.LIST or case.amount_fen >= policy.district_from_fen


def branch_gaps(session: Session, case: FundCase, *, exact: bool = True) -> tuple[str, ...]:
    """Return in words that the branch's list has not hung long enough; `exact`: with what the case says now."""
    if case.filing is Filing.LIST:
        return ()  # the district publishes the whole list
    return () if _is_done(session, case, Level.BRANCH, exact=exact) else ("支部公示还没有结束",)


def _is_done(session: Session, case: FundCase, level: Level, *, exact: bool) -> bool:
    return any(
        period.level is level and period.state is PeriodState.CLOSED and (not exact or _says(period, case))
        for period in store.periods_of(session, case.id)
    )


def open_objections(session: Session, case_id: str) -> int:
    """Return how many objections to a case wait for an answer."""
    return store.open_count(session, cases=[case_id])


def period(session: Session, period_id: str) -> Period:
    """Return a period.

    Raises: NotFoundError.
    """
    found = store.period(session, period_id)
    if found is None:
        raise NotFoundError("没有这份公示：请刷新后再试。", code="publicity.unknown")
    return found


def not_hanging(session: Session, *, but_emergencies: bool) -> tuple[FundCase, ...]:
    """Return the cases in publicity that neither hang nor are frozen on the district's board.

    `but_emergencies`: emergencies are paid first and count as not hanging.
    """
    return store.not_hanging(session, but_emergencies=but_emergencies)


def case_of_objection(session: Session, objection_id: str) -> str:
    """Return the id of the case an objection is about.

    Raises: NotFoundError.
    """
    row = store.objection_row(session, objection_id)
    if row is None:
        raise NotFoundError("没有这件异议：请刷新后再试。", code="objection.unknown")
    return row.case_id


def periods_of(session: Session, case_id: str) -> tuple[Period, ...]:
    """Return a case's periods, oldest first."""
    return store.periods_of(session, case_id)


def objections_of(session: Session, case_id: str) -> tuple[Objection, ...]:
    """Return the objections to a case, oldest first."""
    return store.objections_of(session, case_id)


def public_list(session: Session, level: Level, *, branch_id: str = "") -> tuple[Line, ...]:
    """Return the list that hangs now, of one branch when given, by number: masked names and neutral categories only."""
    shown = store.shown(session, level)
    found = case_store.cases_by_id(session, [period.case for period in shown])
    kept = [(period, found[period.case]) for period in shown if branch_id in ("", found[period.case].branch)]
    names = people.people_by_ids(session, {case.applicant for _, case in kept})
    branches = dossiers.branches(session, [case.branch for _, case in kept if case.branch])
    lines = [
        Line(
            period=period.id,
            number=case.number,
            name=mask_name(names[case.applicant].name),
            branch=branches[case.branch][1] if case.branch else names[case.applicant].unit_name,
            category=CATEGORY_WORDS[period.category],
            amount=f"{yuan_of(period.amount_fen)}元",
            emergency=case.emergency,
            posted_on=period.posted_on,
            from_on=period.from_on,
            remaining=period.remaining,
            unit=period.unit,
            ends_on=period.ends_on,
            frozen=period.state is PeriodState.FROZEN,
            level=period.level,
        )
        for period, case in kept
    ]
    return tuple(sorted(lines, key=lambda line: line.number))


def _locked(session: Session, period_id: str) -> tuple[FundPublicityRow, FundCase]:
    # The case first, as everywhere: two acts that lock in different orders would wait for each other.
    known = period(session, period_id)
    case = case_store.case_of(cases.require(session, known.case, lock=True))
    row = store.locked(session, period_id)
    if row is None:
        raise NotFoundError("没有这份公示：请刷新后再试。", code="publicity.unknown")
    return row, case


def _record(session: Session, case: FundCase, action: str, period: Period, *, by: str, now: datetime) -> None:
    details = {
        "level": period.level.value,
        "state": period.state.value,
        "ends_on": str(period.ends_on),
        "remaining": period.remaining,
    }
    audit.record(session, case.subject, action, by=by, now=now, details=details)
