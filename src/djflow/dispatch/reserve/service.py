"""What is asked of the reserve list: propose, review, take off, follow the approvals, say who is due.

Somebody comes on the list and leaves it only when the chain `dispatch.reserve` has approved it. Nobody is away for it.
"""

from datetime import date, datetime

from sqlalchemy.orm import Session

from djflow.approvals import service as approvals
from djflow.approvals.model import Case, NewCase, Office, Place
from djflow.approvals.model import CaseState as Approval
from djflow.audit import service as audit
from djflow.core.clock import civil_date
from djflow.core.errors import ConflictError, NotFoundError, RuleError
from djflow.core.ids import PersonId
from djflow.dispatch.policy.model import BatchKind, KindPolicy, Terms
from djflow.dispatch.reserve import rules, store
from djflow.dispatch.reserve.model import (
    KIND,
    MEMBER_WORDS,
    OPEN,
    Member,
    MemberId,
    MemberState,
    NewReview,
    Review,
    ReviewKind,
)
from djflow.dispatch.reserve.tables import ReserveMemberRow
from djflow.notify import service as notify
from djflow.people import service as people

_UNKNOWN = "储备名单里没有这一条：请刷新后再试。"
_PENDING = frozenset({MemberState.PROPOSED, MemberState.LEAVING})


def propose(session: Session, person: PersonId, review: NewReview, *, office: Office, by: str, now: datetime) -> Member:
    """Propose somebody for the list with the entry review and ask for its approval; twice is once.

    Raises: NotFoundError; RuleError for another kind of review; ConflictError for somebody on the list; what
    `approvals.open_case` raises.
    """
    audit.hold(session)
    if review.kind is not ReviewKind.ENTRY:
        raise RuleError("入库要写入库评审意见。", code="reserve.kind")
    if person not in people.people_by_ids(session, [person]):
        raise NotFoundError("没有这名人员：请刷新后再试。", code="reserve.person")
    known = store.open_of(session, person)
    if known is not None and known.state is MemberState.PROPOSED:
        return store.member_of(known)
    if known is not None:
        raise ConflictError(f"这名干部{MEMBER_WORDS[known.state]}，不用再入库。", code="reserve.listed")
    row = store.add(session, person, now=now)
    _ask(session, row, review, office, by=by, now=now)
    return _recorded(session, row, "reserve.propose", by=by, now=now)


def admit(session: Session, person: PersonId, review: NewReview, terms: Terms, *, by: str, now: datetime) -> Member:
    """Put somebody on the list whom a batch has decided and published; who is on it stays as it is.

    Somebody whose own entry is still before its approvers is on the list from now on.
    Raises: RuleError for another kind of review.
    """
    audit.hold(session)
    if review.kind is not ReviewKind.ENTRY:
        raise RuleError("入库要写入库评审意见。", code="reserve.kind")
    row = store.open_of(session, person)
    if row is not None and row.state is not MemberState.PROPOSED:
        return store.member_of(row)
    row = row or store.add(session, person, now=now)
    session.flush()
    store.add_review(session, MemberId(row.id), review, by=by, now=now)
    _list(row, terms, now)
    done = _recorded(session, row, "reserve.admit", by=by, now=now)
    _tell(session, done, now=now)
    return done


def keep(session: Session, member_id: MemberId, review: NewReview, terms: Terms, *, by: str, now: datetime) -> Member:
    """Record a yearly review by which somebody stays, and when the next one is due; the same day twice is once.

    Raises: NotFoundError; RuleError for somebody who is not on the list or another kind of review.
    """
    row = _locked(session, member_id)
    if review.kind is not ReviewKind.YEARLY:
        raise RuleError("继续留库要写年度复核意见。", code="reserve.kind")
    _require(row, MemberState.LISTED)
    due = rules.next_review(civil_date(now), policy_of(terms, civil_date(now)).entry_review_months)
    if row.review_on == due:
        return store.member_of(row)
    store.add_review(session, member_id, review, by=by, now=now)
    row.review_on = due
    return _recorded(session, row, "reserve.keep", by=by, now=now)


def take_off(
    session: Session, member_id: MemberId, review: NewReview, *, office: Office, by: str, now: datetime
) -> Member:
    """Ask that somebody leaves the list, with the exit review; twice is once.

    Raises: NotFoundError; RuleError for somebody who is not on the list or another kind of review; what
    `approvals.open_case` raises.
    """
    row = _locked(session, member_id)
    if review.kind is not ReviewKind.EXIT:
        raise RuleError("出库要写出库评审意见。", code="reserve.kind")
    if row.state is MemberState.LEAVING:
        return store.member_of(row)
    _require(row, MemberState.LISTED)
    row.state, row.since = MemberState.LEAVING, now
    _ask(session, row, review, office, by=by, now=now)
    return _recorded(session, row, "reserve.take_off", by=by, now=now)


def follow(session: Session, member_id: MemberId, terms: Terms, *, by: str, now: datetime) -> Member:
    """Do what the approval of an entry or exit has decided, and tell the person; nothing while it is open.

    Raises: NotFoundError.
    """
    row = _locked(session, member_id)
    case = _case(session, row)
    if row.state not in _PENDING or case is None or not case.over:
        return store.member_of(row)
    if row.state is MemberState.PROPOSED and case.state is Approval.APPROVED:
        _list(row, terms, now)
    elif row.state is MemberState.PROPOSED:
        row.state = MemberState.REFUSED
    elif case.state is Approval.APPROVED:
        row.state, row.left_on, row.review_on = MemberState.LEFT, civil_date(now), None
    else:
        row.state = MemberState.LISTED
        row.since = now
        return _recorded(session, row, "reserve.stay", by=by, now=now)
    row.since = now
    done = _recorded(session, row, "reserve.settle", by=by, now=now)
    _tell(session, done, now=now)
    return done


def pending(session: Session) -> tuple[Member, ...]:
    """Return those whose entry or exit waits for its approval."""
    return store.members(session, _PENDING)


def due(session: Session, on: date) -> tuple[Member, ...]:
    """Return those on the list whose yearly review is due on a day, the longest due first."""
    return store.members(session, {MemberState.LISTED}, due_by=on)


def listing(session: Session, *, ended: bool = False) -> tuple[Member, ...]:
    """Return those on the list or on their way, or those who left or were refused."""
    return store.members(session, frozenset(MemberState) - OPEN if ended else OPEN)


def member(session: Session, member_id: MemberId) -> Member:
    """Return one membership.

    Raises: NotFoundError.
    """
    return store.member_of(_locked(session, member_id))


def by_id(session: Session, member_id: MemberId) -> Member:
    """Return one membership as it is, for reading only.

    Raises: NotFoundError.
    """
    found = store.by_id(session, member_id)
    if found is None:
        raise NotFoundError(_UNKNOWN, code="reserve.unknown")
    return found


def reviews(session: Session, member_id: MemberId) -> tuple[Review, ...]:
    """Return the reviews about somebody without their opinions."""
    return store.reviews(session, member_id, opened=False)


def look(session: Session, member_id: MemberId, *, by: str, now: datetime) -> tuple[Review, ...]:
    """Return the reviews with their opinions; that they were opened is recorded.

    Raises: NotFoundError.
    """
    row = _locked(session, member_id)
    audit.record(session, store.member_of(row).subject, "reserve.look", by=by, now=now)
    return store.reviews(session, member_id, opened=True)


def policy_of(terms: Terms, on: date) -> KindPolicy:
    """Return the valid policy of the reserve list.

    Raises: RuleError when the office has written none.
    """
    found = terms.valid(BatchKind.RESERVE, on)
    if found is None:
        raise RuleError("还没有“动态培养储备”的规定：请在 config/dispatch.toml 里写上。", code="reserve.no_policy")
    return found


def _ask(session: Session, row: ReserveMemberRow, review: NewReview, office: Office, *, by: str, now: datetime) -> None:
    found = store.member_of(row)
    store.add_review(session, found.id, review, by=by, now=now)
    row.reason = review.reason
    unit = people.people_by_ids(session, [found.person])[found.person].unit_id
    words = "入库" if review.kind is ReviewKind.ENTRY else "出库"
    new = NewCase(
        subject=found.subject,
        kind=KIND,
        title=f"培养储备干部{words}",
        content_hash=rules.content_hash(found, review),
        applicant=found.person,
        place=Place(unit),
    )
    approvals.open_case(session, new, office=office, by=by, now=now)


def _case(session: Session, row: ReserveMemberRow) -> Case | None:
    known = store.member_of(row)
    if known.reason is None:
        return None
    kind = ReviewKind.ENTRY if row.state is MemberState.PROPOSED else ReviewKind.EXIT
    asked = rules.content_hash(known, NewReview(kind, known.reason)) if row.state in _PENDING else ""
    found = [one for one in approvals.cases_about(session, known.subject) if one.new.content_hash == asked]
    return max(found, key=lambda one: (one.opened_at, one.id), default=None)


def _list(row: ReserveMemberRow, terms: Terms, now: datetime) -> None:
    today = civil_date(now)
    months = policy_of(terms, today).entry_review_months
    row.state, row.entered_on, row.review_on = MemberState.LISTED, today, rules.next_review(today, months)
    row.since = now


def _tell(session: Session, done: Member, *, now: datetime) -> None:
    card = people.people_by_ids(session, [done.person])[done.person]
    if not card.has_gone:
        notify.enqueue(session, [rules.told(done, card.name, now=now)], now=now)


def _locked(session: Session, member_id: MemberId) -> ReserveMemberRow:
    audit.hold(session)
    row = store.row_of(session, member_id)
    if row is None:
        raise NotFoundError(_UNKNOWN, code="reserve.unknown")
    return row


def _require(row: ReserveMemberRow, state: MemberState) -> None:
    if row.state is not state:
        raise RuleError(f"这名干部现在是“{MEMBER_WORDS[row.state]}”，不能这样办。", code="reserve.state")


def _recorded(session: Session, row: ReserveMemberRow, action: str, *, by: str, now: datetime) -> Member:
    session.flush()
    done = store.member_of(row)
    audit.record(session, done.subject, action, by=by, now=now, details={"state": done.state.value})
    return done
