"""What can be asked about leave: ask, answer, take back; what a posting that ends does to it."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.audit.model import Details
from djflow.core.clock import civil_date
from djflow.core.errors import ConflictError, InputError, NotFoundError, RuleError
from djflow.dispatch.policy.model import Terms
from djflow.dispatch.postings.leave import rules, store
from djflow.dispatch.postings.leave.model import LEAVE_WORDS, Grantor, Leave, LeaveState, Wish
from djflow.dispatch.postings.model import POSTING_WORDS, Posting
from djflow.dispatch.postings.rules import clean_text, policy_of
from djflow.dispatch.postings.service import opened
from djflow.dispatch.postings.transitions import SERVING


def ask(session: Session, posting_id: str, wish: Wish, *, terms: Terms, by: str, now: datetime) -> Leave:
    """Ask for leave; the very same days again are the same request.

    Raises: ConflictError when nobody serves (any more); InputError without a reason; RuleError for days that cannot be.
    """
    posting = opened(session, posting_id)
    if posting.state not in SERVING:
        raise ConflictError(
            f"派出现在是“{POSTING_WORDS[posting.state]}”，不能请假：请与区委组织部联系。", code="posting.not_serving"
        )
    span, words = wish.span, clean_text(wish.reason, "请假事由")
    if not words:
        raise InputError("请写明请假事由，再提交一次。", code="leave.reason")
    others = store.leaves(session, [posting_id])
    same = [one for one in others if one.span == span and one.state in rules.HOLDING]
    if same:
        return same[0]
    if found := rules.faults(span, posting.span, others, civil_date(now)):
        raise RuleError("".join(found), code="leave.days")
    host_days = policy_of(posting.new, terms).attendance.leave_host_days
    made = store.add(session, posting_id, span, rules.grantor(span, others, host_days), words, now=now)
    _record(session, made, "leave.ask", by=by, now=now)
    return made


def answer(session: Session, leave_id: str, who: Grantor, *, granted: bool, by: str, now: datetime) -> Leave:
    """Grant or refuse a request; the same answer twice is once. The department may answer for the host as well.

    Raises: RuleError for a leave that is longer than the host may grant; ConflictError when answered otherwise.
    """
    asked = _locked(session, leave_id)
    if asked.grantor is Grantor.OFFICE and who is Grantor.HOST:
        raise RuleError("这次请假超过接收单位可以批准的天数，由区委组织部批准。", code="leave.too_long")
    state = LeaveState.GRANTED if granted else LeaveState.REFUSED
    if asked.state is state:
        return asked
    if asked.state is not LeaveState.ASKED:
        raise ConflictError(f"这次请假{LEAVE_WORDS[asked.state]}，不能再答复：请刷新后查看。", code="leave.state")
    made = store.answer(session, leave_id, state, by=by, now=now)
    _record(session, made, "leave.grant" if granted else "leave.refuse", by=by, now=now)
    return made


def withdraw(session: Session, leave_id: str, *, by: str, now: datetime) -> Leave:
    """Take a request back, also one that was granted and has not begun; twice is once.

    Raises: ConflictError when it was refused or has begun.
    """
    asked = _locked(session, leave_id)
    if asked.state is LeaveState.WITHDRAWN:
        return asked
    begun = asked.state is LeaveState.GRANTED and asked.span.first <= civil_date(now)
    if asked.state not in rules.HOLDING or begun:
        words = "已经开始" if begun else LEAVE_WORDS[asked.state]
        raise ConflictError(f"这次请假{words}，不能撤回：请刷新后查看。", code="leave.state")
    made = store.answer(session, leave_id, LeaveState.WITHDRAWN, by=by, now=now)
    _record(session, made, "leave.withdraw", by=by, now=now)
    return made


def end_with(session: Session, posting: Posting, *, by: str, now: datetime) -> None:
    """Let every leave end with its posting: what was asked is void, what goes on is cut to the last day."""
    last = posting.span.last
    for one in store.leaves(session, [posting.id], rules.HOLDING):
        if one.state is LeaveState.ASKED or one.span.first > last:
            _record(
                session, store.answer(session, one.id, LeaveState.VOID, by=by, now=now), "leave.void", by=by, now=now
            )
        elif one.span.last > last:
            store.shorten(session, one.id, last)
            _record(session, one, "leave.cut", by=by, now=now)


def leaves(session: Session, postings: Collection[str]) -> tuple[Leave, ...]:
    """Return the requests of some postings by first day."""
    return store.leaves(session, postings)


def leave(session: Session, leave_id: str) -> Leave:
    """Return a request.

    Raises: NotFoundError.
    """
    found = store.get(session, leave_id)
    if found is None:
        raise NotFoundError("没有这次请假：请刷新后再试。", code="leave.unknown")
    return found


def waiting(session: Session) -> tuple[Leave, ...]:
    """Return the requests nobody has answered, by first day."""
    return store.leaves(session, None, {LeaveState.ASKED})


def on_leave(session: Session, postings: Collection[str], on: date) -> frozenset[str]:
    """Return which of some postings are on granted leave that day."""
    found = store.leaves(session, postings, {LeaveState.GRANTED})
    return frozenset(one.posting for one in found if on in one.span)


def reason(session: Session, leave_id: str, *, by: str, now: datetime) -> str:
    """Open why leave is asked for, for whoever grants it; that somebody looked is recorded.

    Raises: NotFoundError.
    """
    asked = leave(session, leave_id)
    _record(session, asked, "leave.look", by=by, now=now)
    return store.reason(session, asked.id)


def _locked(session: Session, leave_id: str) -> Leave:
    opened(session, leave(session, leave_id).posting)
    return leave(session, leave_id)


def _record(session: Session, made: Leave, action: str, *, by: str, now: datetime) -> None:
    details: Details = {"posting": made.posting, "days": made.days, "grantor": made.grantor.value}
    audit.record(session, made.subject, action, by=by, now=now, details=details)
