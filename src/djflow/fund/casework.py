"""Acts on a case with everything the fund knows about it: materials, checks, caps, publicity.

This is the module that flows, pages, approvals' outcomes and payments call to move a case. It gathers `Facts`, lets
`cases` decide and write, and keeps what follows in the same transaction: comparing on submission, the district's
list on approval, taking lists down when a case ends, the ban after a clawback.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from djflow.core.clock import civil_date
from djflow.core.errors import RuleError
from djflow.core.ids import PersonId
from djflow.fund.cases import payees, rules, service, store
from djflow.fund.cases.model import (
    ACT_WORDS,
    HOLDER_WORDS,
    STATE_WORDS,
    Act,
    CaseState,
    Category,
    Filing,
    FundCase,
    Move,
    Terms,
    Who,
)
from djflow.fund.cases.service import Step
from djflow.fund.cases.transitions import BY_STATE_AND_ACT, ENDED, Facts, Guard
from djflow.fund.checks import service as checks
from djflow.fund.checks.model import CrossCheck, Deliberation, Flag
from djflow.fund.materials import service as materials
from djflow.fund.materials.model import Material
from djflow.fund.payment import orders
from djflow.fund.publicity import service as publicity
from djflow.fund.publicity.model import Level, Objection, Period
from djflow.people.dossiers import service as dossiers

TOLD_REASON = frozenset({CaseState.RETURNED, CaseState.REJECTED})
"""States whose reason the applicant reads on the own page."""


_PAID_OUT = frozenset({CaseState.SENT, CaseState.PAID, CaseState.FOLLOW_UP})
_FOR_FAMILY = frozenset({Act.SUBMIT, Act.RESUBMIT, Act.WITHDRAW})
"""What an applicant or a relative may do; everything else is done by somebody impartial."""


@dataclass(frozen=True, slots=True)
class Request:
    """An act somebody asks for, in what capacity; `amount_fen` is what an approval grants (None: what is proposed).

    `person` is whoever acts, None for the clock and other parts of the house.
    """

    act: Act
    who: Who
    reason: str = field(default="", repr=False)
    amount_fen: int | None = None
    person: PersonId | None = None


@dataclass(frozen=True, slots=True)
class CaseFile:
    """The whole of a case without anything personal."""

    case: FundCase
    due_on: date | None
    materials: tuple[Material, ...]
    missing: tuple[str, ...]
    flags: tuple[Flag, ...]
    crosschecks: tuple[CrossCheck, ...]
    visits: int
    votes: tuple[Deliberation, ...]
    periods: tuple[Period, ...]
    objections: tuple[Objection, ...]
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """What the applicant sees through the own link; `message` is the reason of a return or refusal."""

    number: str
    category: Category
    state: CaseState
    words: str
    holder: str
    since: datetime
    due_on: date | None
    amount_fen: int
    steps: tuple[tuple[str, datetime], ...]
    missing: tuple[str, ...]
    message: str = field(repr=False)


def move(session: Session, case_id: str, request: Request, terms: Terms, *, by: str, now: datetime) -> FundCase:
    """Move a case on by one act with its condition looked up, exactly once.

    Raises: ConflictError when the act may not follow (any more); RuleError for who may not, or an unmet condition;
        InputError without a reason where one is needed.
    """
    grants = request.act in {Act.APPROVE, Act.QUEUE}
    if grants:
        service.lock_person(session, case_id)
    before = store.case_of(service.require(session, case_id, lock=True))
    _require_impartial(session, before, request)
    amount = (before.amount_fen if request.amount_fen is None else request.amount_fen) if grants else None
    known = facts(session, before, request.act, terms, amount_fen=amount, now=now)
    step = Step(request.act, request.who, known, request.reason, amount)
    after = service.move(session, case_id, step, by=by, now=now)
    if after.state is CaseState.SUBMITTED or request.act is Act.RESUBMIT:
        checks.compare(session, case_id, terms.policy, by=by, now=now)
    if request.act in {Act.APPROVE, Act.FUND} and publicity.hangs_at_district(after, terms.policy):
        publicity.post(session, case_id, Level.DISTRICT, terms, by=by, now=now)
    if after.state in ENDED:
        publicity.cancel(session, case_id)
    if request.act is Act.CLAW_BACK:
        service.ban_after(session, after, terms, by=by, now=now)
    return after


def _require_impartial(session: Session, case: FundCase, request: Request) -> None:
    if request.person is not None and request.act not in _FOR_FAMILY:
        require_impartial(session, case, request.person)


def require_impartial(session: Session, case: FundCase, person: PersonId) -> None:
    """Refuse the applicant and relatives as those who handle a case.

    Raises: RuleError.
    """
    if person in {case.applicant, *dossiers.kin(session, case.applicant)}:
        raise RuleError("经办人是申请人本人或其亲属，应当回避：请交给别人办理。", code="fund.conflict")


def facts(
    session: Session, case: FundCase, act: Act, terms: Terms, *, amount_fen: int | None = None, now: datetime
) -> Facts:
    """Return what is known about the condition of an act; nothing is looked up that the act does not need."""
    row = BY_STATE_AND_ACT.get((case.state, act))
    guard = row.guard if row else Guard.NONE
    if guard is Guard.COMPLETE:
        refused = service.eligible(session, case, terms, now=now) if act is Act.SUBMIT else ()
        return Facts(missing=lacking(session, case, terms), refused=refused)
    if guard is Guard.CHECKED:
        return Facts(unchecked=unchecked(session, case, terms))
    if guard is Guard.WITHIN_CAPS:
        amount = case.amount_fen if amount_fen is None else amount_fen
        return Facts(over_caps=service.over_caps(session, case, amount, terms, now=now))
    if guard is Guard.PUBLICIZED:
        waits = () if _pays_first(case, terms) else publicity.gaps(session, case, terms.policy)
        return Facts(unpublished=waits)
    if guard is Guard.SETTLED:
        return Facts(unsettled=_unsettled(session, case, terms))
    return Facts(
        open_objections=publicity.open_objections(session, case.id) if guard is Guard.UNDISPUTED else 0,
        phoned=guard is Guard.PHONED and store.phone_row(session, case.id) is not None,
        overdue=guard is Guard.OVERDUE and rules.is_overdue(case, terms, now),
    )


def unchecked(session: Session, case: FundCase, terms: Terms) -> tuple[str, ...]:
    """Return in words what a case still needs before it goes to approval; a line of a list was chosen by the office."""
    if case.filing is Filing.LIST:
        return checks.flag_gaps(session, case)
    return (*checks.gaps(session, case, terms.policy), *publicity.branch_gaps(session, case))


def _pays_first(case: FundCase, terms: Terms) -> bool:
    return terms.policy.pay_before_publicity and case.emergency and case.papers_due_on is not None


def _unsettled(session: Session, case: FundCase, terms: Terms) -> tuple[str, ...]:
    if not (case.emergency and case.papers_due_on is not None):
        return ()
    return (*papers_left(session, case, terms), *publicity.gaps(session, case, terms.policy))


def papers_left(session: Session, case: FundCase, terms: Terms) -> tuple[str, ...]:
    """Return in words which papers and checks of an emergency have not followed yet."""
    papers = [f"缺{name}" for name in materials.missing(session, case, terms.policy)]
    return (*papers, *checks.gaps(session, case, terms.policy))


def papers_late(session: Session, case: FundCase, terms: Terms, *, now: datetime) -> tuple[str, ...]:
    """Return which papers of an emergency are late; nothing while there is time, or when all have come."""
    if case.papers_due_on is None or civil_date(now) <= case.papers_due_on:
        return ()
    return papers_left(session, case, terms)


def lacking(session: Session, case: FundCase, terms: Terms) -> tuple[str, ...]:
    """Return which materials a case lacks before it can be submitted."""
    return () if case.filing is Filing.LIST else materials.missing(session, case, terms.policy)


def payment_gaps(session: Session, case: FundCase) -> tuple[str, ...]:
    """Return what a case lacks before it can be paid: the bank, or an account that the bank has not refused."""
    if case.state in ENDED | _PAID_OUT:
        return ()
    account, bank = payees.payee(session, service.require(session, case.id))
    gaps = [] if bank else ["开户行"]
    return (*gaps, *(["能收款的银行账号（现在的账号被银行退回过）"] if orders.bounced(session, account) else []))


def submit(session: Session, case_id: str, terms: Terms, *, who: Who, by: str, now: datetime) -> FundCase:
    """Submit a draft; whoever submitted it before finds it submitted.

    Raises: RuleError naming what is missing; ConflictError when it went further meanwhile.
    """
    case = service.get(session, case_id)
    if case.state is CaseState.SUBMITTED:
        return case
    return move(session, case_id, Request(Act.SUBMIT, who), terms, by=by, now=now)


def withdraw(session: Session, case_id: str, terms: Terms, *, who: Who, by: str, now: datetime) -> FundCase:
    """Take an application back, which is possible until the bank has the file; twice is once.

    Raises: ConflictError when the file is at the bank or the case has ended otherwise.
    """
    case = service.get(session, case_id)
    if case.state is CaseState.WITHDRAWN:
        return case
    return move(session, case_id, Request(Act.WITHDRAW, who), terms, by=by, now=now)


def reject(session: Session, case_id: str, request: Request, terms: Terms, *, by: str, now: datetime) -> FundCase:
    """Refuse an application with a reason; twice is once.

    Raises: what `move` raises.
    """
    case = service.get(session, case_id)
    if case.state is CaseState.REJECTED:
        return case
    return move(session, case_id, request, terms, by=by, now=now)


def close_period(session: Session, period_id: str, terms: Terms, *, by: str, now: datetime) -> bool:
    """End a publicity period whose days are over and let its case go on; False when there was nothing to do."""
    if not publicity.close(session, period_id, by=by, now=now):
        return False
    period = publicity.period(session, period_id)
    end_publicity(session, period.case, terms, by=by, now=now)
    return True


def end_publicity(session: Session, case_id: str, terms: Terms, *, by: str, now: datetime) -> bool:
    """Let a case go on to payment if its publicity is over or not needed; False when it is not."""
    case = store.case_of(service.require(session, case_id, lock=True))
    if case.state is not CaseState.PUBLICITY:
        return False
    if facts(session, case, Act.END_PUBLICITY, terms, now=now).unpublished:
        return False
    move(session, case_id, Request(Act.END_PUBLICITY, Who.CLOCK), terms, by=by, now=now)
    return True


def expire(session: Session, case_id: str, terms: Terms, *, by: str, now: datetime) -> bool:
    """Let a draft or returned application expire if its time is over; False when it is not."""
    case = store.case_of(service.require(session, case_id, lock=True))
    if (case.state, Act.EXPIRE) not in BY_STATE_AND_ACT or not rules.is_overdue(case, terms, now):
        return False
    move(session, case_id, Request(Act.EXPIRE, Who.CLOCK), terms, by=by, now=now)
    return True


def to_pay(session: Session, terms: Terms) -> tuple[FundCase, ...]:
    """Return the approved cases that no list at the district holds back; `end_publicity` looks at each again."""
    return publicity.not_hanging(session, but_emergencies=terms.policy.pay_before_publicity)


def late_papers(session: Session, terms: Terms, *, now: datetime) -> tuple[tuple[FundCase, tuple[str, ...]], ...]:
    """Return the emergencies whose papers are late, each with what is missing."""
    cases = store.papers_due(session, civil_date(now) - timedelta(days=1))
    found = [(case, papers_late(session, case, terms, now=now)) for case in cases]
    return tuple((case, missing) for case, missing in found if missing)


def papers_to_chase(session: Session, terms: Terms, *, now: datetime) -> tuple[str, ...]:
    """Return the emergencies whose papers are due by the next workday, or late, and have not all come."""
    last = terms.calendar.add_workdays(civil_date(now), 1).date
    return tuple(case.id for case in store.papers_due(session, last) if papers_left(session, case, terms))


def case_file(session: Session, word: str, terms: Terms) -> CaseFile:
    """Return the whole of a case, named by id or number, without anything personal.

    Raises: NotFoundError.
    """
    case = service.find(session, word)
    return CaseFile(
        case=case,
        due_on=rules.due_on(case, terms),
        materials=materials.materials_of(session, case.id),
        missing=_missing(session, case, terms),
        flags=checks.flags_of(session, case.id),
        crosschecks=checks.crosschecks_of(session, case.id),
        visits=len(checks.visits_of(session, case.id)),
        votes=tuple(checks.votes_of(session, case.id)),
        periods=publicity.periods_of(session, case.id),
        objections=publicity.objections_of(session, case.id),
        moves=store.moves(session, case.id),
    )


def progress(session: Session, case_id: str, terms: Terms) -> Progress:
    """Return what the applicant sees through the own link.

    Raises: NotFoundError.
    """
    case = service.get(session, case_id)
    told = case.state in TOLD_REASON
    return Progress(
        number=case.number,
        category=case.category,
        state=case.state,
        words=STATE_WORDS[case.state],
        holder=HOLDER_WORDS.get(case.state, ""),
        since=case.since,
        due_on=rules.due_on(case, terms),
        amount_fen=case.amount_fen,
        steps=_steps(store.moves(session, case_id)),
        missing=_missing(session, case, terms),
        message=store.last_reason(session, case_id) if told else "",
    )


def _missing(session: Session, case: FundCase, terms: Terms) -> tuple[str, ...]:
    return (*lacking(session, case, terms), *payment_gaps(session, case))


def _steps(moves: Sequence[Move]) -> tuple[tuple[str, datetime], ...]:
    return tuple((ACT_WORDS[step.act], step.at) for step in moves)
