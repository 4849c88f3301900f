"""From the decision to the end: names on the board, objections, sending, closing, archiving, cancelling, the sweep."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from djflow.approvals import service as approvals
from djflow.core.clock import civil_date
from djflow.core.errors import ConflictError, NotFoundError, RuleError
from djflow.core.spans import DateSpan
from djflow.dispatch.batches import checking, deciding, leaving, store, telling
from djflow.dispatch.batches.desk import Desk
from djflow.dispatch.batches.model import (
    Batch,
    BatchAct,
    BatchState,
    Candidate,
    CandidateAct,
    CandidateState,
    NewDemand,
    Who,
)
from djflow.dispatch.batches.moving import (
    Request,
    clean_reason,
    held,
    move,
    move_candidate,
    policy_of,
    require_candidate,
)
from djflow.dispatch.batches.publicity import service as publicity
from djflow.dispatch.batches.publicity.model import NewObjection, Objection, Opened, Via
from djflow.dispatch.batches.transitions import BATCH_OPEN, IN_PLAY, ON_THE_WAY
from djflow.dispatch.postings import service as postings
from djflow.dispatch.postings.model import OPEN, NewPosting, PostingState
from djflow.dispatch.reserve import service as reserve
from djflow.dispatch.reserve.model import NewReview, Reason, ReviewKind

_HANGING = frozenset({CandidateState.PUBLICISED, CandidateState.HELD})
_STOPPABLE = frozenset({BatchState.PROPOSED, BatchState.DECIDING, BatchState.DECIDED, BatchState.PUBLICITY})
_LISTED = NewReview(ReviewKind.ENTRY, Reason.RECOMMENDED)
_FILED = frozenset({PostingState.ARCHIVED, PostingState.CANCELLED})


def post(session: Session, batch_id: str, desk: Desk, *, by: str, now: datetime) -> Batch:
    """Hang the names of everybody decided on; names that hang already keep their clocks. Twice is once.

    Raises: ConflictError when nothing was decided.
    """
    found = held(session, batch_id)
    if found.state is BatchState.PUBLICITY:
        return found
    return _hang(session, found, Request(BatchAct.POST, Who.CADRES), desk, by=by, now=now)


def go_on(session: Session, batch_id: str, desk: Desk, *, by: str, now: datetime) -> Batch:
    """Go on with those decided on, without replacing anybody; whoever was proposed beside them waits in reserve.

    Raises: ConflictError; RuleError when nobody was decided on.
    """
    found = held(session, batch_id)
    moved = _hang(session, found, Request(BatchAct.GO_ON, Who.CADRES), desk, by=by, now=now)
    for one in store.candidates(session, found.id):
        if one.state is CandidateState.PROPOSED:
            move_candidate(session, one, CandidateAct.PASS_OVER, Who.SOLVER, by=by, now=now)
    return moved


def _hang(session: Session, found: Batch, request: Request, desk: Desk, *, by: str, now: datetime) -> Batch:
    moved = move(session, found, request, desk, by=by, now=now)
    days = policy_of(found, desk.terms).clocks.publicity_workdays
    for one in store.candidates(session, found.id):
        if one.state is CandidateState.DECIDED:
            shown = move_candidate(session, one, CandidateAct.POST, Who.CADRES, by=by, now=now)
            publicity.post(session, shown, days, desk.terms.calendar, by=by, now=now)
    return moved


def object_to(session: Session, period_id: str, new: NewObjection, desk: Desk, *, by: str, now: datetime) -> Objection:
    """Take an objection to a name in; one in time stops that name's clock, the others run on.

    Raises: NotFoundError; what `publicity.hear` raises.
    """
    known = publicity.period(session, period_id)
    found = held(session, known.batch)
    candidate = require_candidate(session, found.id, known.candidate)
    stoppable = found.state in _STOPPABLE and candidate.state in _HANGING | {CandidateState.CLEARED}
    period = publicity.period(session, period_id)
    heard = publicity.hear(session, period, candidate, new, desk.terms.calendar, stoppable=stoppable, by=by, now=now)
    if heard.stops:
        who = Who.PUBLIC if new.via is Via.PAGE else Who.CADRES
        move_candidate(session, candidate, CandidateAct.HOLD, who, by=by, now=now)
    return heard.objection


def settle_objection(  # noqa: PLR0913 - the objection, the verdict and the desk
    session: Session, objection_id: str, reason: str, desk: Desk, *, upheld: bool, by: str, now: datetime
) -> Candidate:
    """Say what became of an objection: upheld drops and replaces, the last one dismissed lets the clock run on.

    Raises: InputError without a reason; NotFoundError; ConflictError when it was settled before; RuleError for
    whoever typed it in.
    """
    known = publicity.objection(session, objection_id)
    found = held(session, known.batch)
    objection = publicity.objection(session, objection_id)
    words = clean_reason(reason, needed=True)
    if not objection.waits:
        raise ConflictError("这件异议已经有结论：请刷新后查看。", code="objection.settled")
    if objection.via is Via.HAND and publicity.entered_by(session, objection_id) == by:
        raise RuleError("代登记异议的同志不能处理这件异议：请别的同志处理。", code="objection.own")
    publicity.resolve(session, objection, words, upheld=upheld, by=by, now=now)
    candidate = require_candidate(session, found.id, objection.candidate)
    if upheld and candidate.state is CandidateState.HELD:
        act = (CandidateAct.UPHOLD, Who.CADRES, words)
        left = leaving.leave(session, found, candidate, act, by=by, now=now)
        leaving.refill(session, found, candidate, desk, by=by, now=now)
        return left
    resumes = candidate.state is CandidateState.HELD and not upheld
    if resumes and publicity.resume(session, candidate, desk.terms.calendar, by=by, now=now):
        return move_candidate(session, candidate, CandidateAct.RESUME, Who.CADRES, by=by, now=now)
    return candidate


def require_objection(session: Session, batch_id: str, objection_id: str) -> Objection:
    """Return an objection to somebody of a batch.

    Raises: NotFoundError for one of another batch as for one that is not there.
    """
    found = publicity.objection(session, objection_id)
    if found.batch != batch_id:
        raise NotFoundError("没有这件异议：请刷新后再试。", code="objection.unknown")
    return found


def look_objection(session: Session, objection_id: str, *, by: str, now: datetime) -> Opened:
    """Open what an objection says; that somebody looked is recorded. Raises: NotFoundError."""
    known = publicity.objection(session, objection_id)
    held(session, known.batch)
    candidate = require_candidate(session, known.batch, known.candidate)
    return publicity.look(session, candidate, objection_id, by=by, now=now)


def close_period(session: Session, period_id: str, *, by: str, now: datetime) -> bool:
    """End a name's period whose days are over; False when there was nothing to do."""
    known = publicity.period(session, period_id)
    found = held(session, known.batch)
    candidate = require_candidate(session, found.id, known.candidate)
    if candidate.state is not CandidateState.PUBLICISED or not publicity.close(session, candidate, by=by, now=now):
        return False
    cleared = move_candidate(session, candidate, CandidateAct.CLEAR, Who.CLOCK, by=by, now=now)
    telling.tell(session, found, [cleared], now=now)
    return True


def activate(session: Session, batch_id: str, desk: Desk, *, by: str, now: datetime, who: Who = Who.CADRES) -> Batch:
    """Send everybody cleared: a posting each, from the batch's first day to its last. Twice is once.

    Where nobody goes anywhere, everybody cleared is put on the reserve list.

    Raises: RuleError while somebody still hangs; ConflictError when somebody is on another posting in those days.
    """
    found = held(session, batch_id)
    if found.state is BatchState.ACTIVE:
        return found
    moved = move(session, found, Request(BatchAct.ACTIVATE, who), desk, by=by, now=now)
    demands = {one.id: one for one in store.demands(session, found.id)}
    moves = policy_of(found, desk.terms).moves
    for one in store.candidates(session, found.id):
        if one.state is not CandidateState.CLEARED or one.demand is None:
            continue
        if moves:
            new = _posting(found, one, demands[one.demand].new, civil_date(now))
            postings.appoint(session, new, terms=desk.terms, by=by, now=now)
        else:
            reserve.admit(session, one.person, _LISTED, desk.terms, by=by, now=now)
    return moved


def _posting(found: Batch, one: Candidate, new: NewDemand, today: date) -> NewPosting:
    return NewPosting(
        key=str(one.subject),
        batch=found.id,
        kind=found.kind,
        version=found.version,
        person=one.person,
        home=one.unit,
        host=new.unit,
        title=new.title,
        span=DateSpan(max(found.starts_on, today), found.ends_on),
        village=new.village,
    )


def begin_closing(
    session: Session, batch_id: str, desk: Desk, *, by: str, now: datetime, who: Who = Who.CADRES
) -> Batch:
    """Begin the closing of a batch whose people are all back. Raises: RuleError; ConflictError."""
    found = held(session, batch_id)
    return move(session, found, _with_postings(session, found, BatchAct.BEGIN_CLOSING, who), desk, by=by, now=now)


def archive(session: Session, batch_id: str, desk: Desk, *, by: str, now: datetime) -> Batch:
    """Close a batch whose postings are all archived. Raises: RuleError naming how many are not; ConflictError."""
    found = held(session, batch_id)
    return move(session, found, _with_postings(session, found, BatchAct.ARCHIVE, Who.CADRES), desk, by=by, now=now)


def _with_postings(session: Session, found: Batch, act: BatchAct, who: Who, reason: str = "") -> Request:
    sent = postings.postings(session, batch=found.id, open_only=False)
    away = sum(one.state in OPEN for one in sent)
    return Request(act, who, reason, away=away, unfiled=sum(one.state not in _FILED for one in sent))


def cancel(session: Session, batch_id: str, reason: str, desk: Desk, *, by: str, now: datetime) -> Batch:
    """Cancel a batch wherever it is, while nobody is away: approval, names and boxes end with it. Twice is once.

    Raises: RuleError while somebody is away; InputError without a reason; ConflictError once it is closed.
    """
    found = held(session, batch_id)
    if found.state is BatchState.CANCELLED:
        return found
    request = _with_postings(session, found, BatchAct.CANCEL, Who.CADRES, reason)
    moved = move(session, found, request, desk, by=by, now=now)
    approval = deciding.approval_of(session, found.id)
    if approval is not None and not approval.over:
        approvals.withdraw(session, approval.id, office=desk.office, by=by, now=now)
    for one in store.candidates(session, found.id):
        if one.state in IN_PLAY:
            act = (CandidateAct.DROP, Who.CADRES, request.reason)
            leaving.leave(session, found, one, act, by=by, now=now)
    telling.end(session, moved, [one.unit for one in store.shares(session, found.id)], by=by, now=now)
    return moved


def bring_forward(session: Session, batch_id: str, desk: Desk, *, by: str, now: datetime) -> bool:
    """Do what is due in a batch without anybody asking and return whether anything was; safe to repeat.

    The approvers' outcome; nominations whose day is over; sending when the last name has hung; closing when all are
    back. What lacks a condition waits for a person.
    """
    before = held(session, batch_id)
    found = deciding.catch_up(session, batch_id, desk, by=by, now=now)
    late = found.due_on is not None and civil_date(now) > found.due_on
    people = store.candidates(session, found.id)
    states = {one.state for one in people}
    if found.state is BatchState.COLLECTING and late and states & IN_PLAY:
        found = checking.close_nominations(session, found.id, desk, by=by, now=now, who=Who.CLOCK)
    elif found.state is BatchState.PUBLICITY and states & ON_THE_WAY == {CandidateState.CLEARED}:
        found = activate(session, found.id, desk, by=by, now=now, who=Who.CLOCK)
    elif found.state is BatchState.ACTIVE and not _away(session, found) and civil_date(now) > found.starts_on:
        found = begin_closing(session, found.id, desk, by=by, now=now, who=Who.CLOCK)
    return found.state is not before.state


def _away(session: Session, found: Batch) -> bool:
    return bool(postings.postings(session, batch=found.id))


def remind(session: Session, batch_id: str, desk: Desk, *, now: datetime) -> int:
    """Remind units that still owe nominations, once a day from the day before the last; return how many were told."""
    found = held(session, batch_id)
    today = civil_date(now)
    if found.state is not BatchState.COLLECTING or found.due_on is None:
        return 0
    if desk.terms.calendar.add_workdays(today, 1).date < found.due_on:
        return 0
    people = [one for one in store.candidates(session, found.id) if one.state in IN_PLAY]
    owing = {
        one.unit: one.quota - sum(person.unit == one.unit for person in people)
        for one in store.shares(session, found.id)
    }
    return telling.remind_units(session, found, {unit: left for unit, left in owing.items() if left > 0}, now=now)


def to_sweep(session: Session) -> tuple[Batch, ...]:
    """Return the open batches, the oldest first."""
    return tuple(reversed(store.batches(session, BATCH_OPEN)))
