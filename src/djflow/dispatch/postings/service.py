"""What can be done with a posting up to its middle: appoint, talk, report, confirm, cancel; and how postings are found.

Every act takes the record's head first, then the posting's row, so that two at once queue and the later one meets what
the earlier one left. Whoever is away is written among people's absences in the same transaction.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.core.clock import civil_date
from djflow.core.errors import ConflictError, InputError, NotFoundError, RuleError
from djflow.core.ids import PersonId, UnitId
from djflow.core.spans import DateSpan
from djflow.dispatch.policy.model import BatchKind, Paper, Terms
from djflow.dispatch.postings import rules, store
from djflow.dispatch.postings.model import (
    OPEN,
    Act,
    Move,
    NewPosting,
    PaperDue,
    Posting,
    PostingState,
    RecallReason,
    Vacancy,
    Who,
)
from djflow.dispatch.postings.store import Change, Wanted
from djflow.dispatch.postings.transitions import (
    ENDED_AFTER_SERVICE,
    NEEDS_REASON,
    NOTHING_KNOWN,
    SERVING,
    Facts,
    require_guard,
    require_may,
    transition_of,
)
from djflow.people import service as people
from djflow.people.model import AbsenceEntry, AbsenceKind


@dataclass(frozen=True, slots=True)
class Step:
    """A step about to be made: what, in what capacity, what is known, why, and what it changes."""

    act: Act
    who: Who
    facts: Facts = NOTHING_KNOWN
    reason: str = field(default="", repr=False)
    last: date | None = None
    reported_on: date | None = None
    recall: RecallReason | None = None


def appoint(session: Session, new: NewPosting, *, terms: Terms, by: str, now: datetime) -> Posting:
    """Begin a posting and note the absence; the same key again returns the same posting.

    A term that would end on a day off lasts until the next workday where the policy says so. `replaces` fills the post
    that posting left.

    Raises: RuleError for a kind where nobody goes anywhere, a closed host or one's own unit; ConflictError when the
    person has an open posting in those days.
    """
    audit.hold(session)
    known = store.by_key(session, new.key)
    if known is not None:
        return known
    policy = rules.policy_of(new, terms)
    span = DateSpan(new.span.first, rules.end_of(new.span.last, policy, terms.calendar))
    _require_possible(session, new, span)
    posting = store.add(session, new, span, now=now)
    if new.replaces is not None:
        store.end_vacancy(session, new.replaces, posting.id, now=now)
    tell_absence(session, posting, posting.span, by=by, now=now)
    _record(session, posting, "posting.appoint", by=by, now=now)
    wanted = {Paper.DISPATCH_LETTER, Paper.TALK_RECORD} & set(policy.papers)
    store.ask_papers(session, posting, wanted, now=now)
    return posting


def _require_possible(session: Session, new: NewPosting, span: DateSpan) -> None:
    if not new.title.strip():
        raise InputError("请写明派驻的岗位。", code="posting.title")
    units = {unit.id: unit for unit in people.units(session)}
    if new.host not in units or new.home not in units:
        raise NotFoundError("没有这个单位：请先导入单位表，或核对单位。", code="posting.unit")
    if new.host == new.home:
        raise RuleError("接收单位就是派出单位：请另选接收单位。", code="posting.own_unit")
    if not units[new.host].entry.active:
        raise RuleError(
            f"{units[new.host].name}已撤并停用，不能再派人去：请改派，或先恢复单位。", code="posting.host_closed"
        )
    card = people.people_by_ids(session, [new.person]).get(new.person)
    if card is None:
        raise NotFoundError("没有这名人员：请刷新后再试。", code="posting.person")
    if card.has_gone:
        raise RuleError("这名干部已退休或调离，不能派出：请另选人。", code="posting.gone")
    require_free(session, new.person, span)


def require_free(session: Session, person: PersonId, span: DateSpan, *, but: str = "") -> None:
    """Refuse days on which somebody is posted elsewhere, postings that ended early included up to their last day.

    Raises: ConflictError naming the days.
    """
    there = set(PostingState) - {PostingState.CANCELLED}
    clash = [
        one for one in store.postings(session, Wanted(persons=[person], states=there, touching=span)) if one.id != but
    ]
    if clash:
        days = clash[0].span
        raise ConflictError(
            f"这名干部在 {days.first} 至 {days.last} 已有派出任务，不能同时在两个批次：请另选人，或先办结前一次派出。",
            code="posting.twice",
        )


def talk(session: Session, posting_id: str, *, by: str, now: datetime) -> Posting:
    """Note that the talk before the posting was held; twice is once."""
    posting = opened(session, posting_id)
    if done(session, posting, Act.TALK):
        return posting
    return step(session, posting, Step(Act.TALK, Who.OFFICE), by=by, now=now)


def report(session: Session, posting_id: str, who: Who, *, terms: Terms, by: str, now: datetime) -> Posting:
    """Note that the cadre has reported at the host today; twice is once.

    Raises: RuleError before the first day, or before a talk that the kind asks for.
    """
    posting = opened(session, posting_id)
    if done(session, posting, Act.REPORT):
        return posting
    today = civil_date(now)
    policy = rules.policy_of(posting.new, terms)
    first = posting.span.first
    early = (f"任期从 {first:%Y年%m月%d日} 开始，到那天再报到。",) if today < first else ()
    facts = Facts(talk_asked=rules.asks(policy, Paper.TALK_RECORD), too_early=early)
    return step(session, posting, Step(Act.REPORT, who, facts, reported_on=today), by=by, now=now)


def confirm(session: Session, posting_id: str, who: Who, *, by: str, now: datetime) -> Posting:
    """Note that the host confirms the arrival; twice is once."""
    posting = opened(session, posting_id)
    if done(session, posting, Act.CONFIRM):
        return posting
    return step(session, posting, Step(Act.CONFIRM, who), by=by, now=now)


def cancel(session: Session, posting_id: str, reason: str, *, terms: Terms, by: str, now: datetime) -> Posting:
    """End a posting before anybody worked there: the absence is taken back and the post stands empty; twice is once.

    Raises: InputError without a reason.
    """
    posting = opened(session, posting_id)
    if done(session, posting, Act.CANCEL):
        return posting
    policy = rules.policy_of(posting.new, terms)
    after = step(session, posting, Step(Act.CANCEL, Who.OFFICE, reason=reason), by=by, now=now)
    tell_absence(session, after, None, by=by, now=now)
    store.add_vacancy(session, after, after.span.last, rules.replace_by(civil_date(now), policy), now=now)
    return after


def opened(session: Session, posting_id: str) -> Posting:
    """Return a posting, kept from everybody else until the transaction ends.

    Raises: NotFoundError.
    """
    audit.hold(session)
    return _found(session, posting_id, lock=True)


def done(session: Session, posting: Posting, act: Act) -> bool:
    """Return whether an act that is made once was made before."""
    return any(move.act is act for move in store.moves(session, posting.id))


def step(session: Session, posting: Posting, made: Step, *, by: str, now: datetime) -> Posting:
    """Move an opened posting on by one act and record it.

    Raises: ConflictError when the act may not follow (any more); RuleError for who may not, or an unmet condition.
    """
    row = transition_of(posting, made.act)
    require_may(row, made.who)
    require_guard(row, made.facts)
    reason = rules.clean_text(made.reason, "理由")
    if made.act in NEEDS_REASON and not reason:
        raise InputError("请写明理由，再提交一次。", code="posting.reason")
    written = Change(
        act=made.act,
        after=row.then,
        who=made.who,
        by=by,
        at=now,
        reason=reason,
        last=made.last,
        reported_on=made.reported_on,
        recall=made.recall,
    )
    if not store.change(session, posting, written):
        raise ConflictError("这次派出刚刚已由别人办理：请刷新后查看。", code="posting.state")
    after = _found(session, posting.id)
    _record(session, after, f"posting.{made.act.value}", by=by, now=now)
    return after


def tell_absence(session: Session, posting: Posting, span: DateSpan | None, *, by: str, now: datetime) -> None:
    """Replace what people know of a posting's absence by `span`, or take it back."""
    if span is None:
        before = store.put_absence(session, posting.id, None)
    else:
        kind = AbsenceKind.TRAINING if posting.new.kind is BatchKind.TRAINING else AbsenceKind.DISPATCH
        entry = AbsenceEntry(posting.new.person, span, kind, posting.subject)
        added = people.record_absences(session, [entry], by=by, now=now)[0]
        before = store.put_absence(session, posting.id, added)
    if before is not None:
        people.cancel_absence(session, before, by=by, now=now)


def paper_made(session: Session, posting_id: str, paper: Paper, *, by: str, now: datetime) -> None:
    """Note that a document a posting owes is issued; nothing owed changes nothing."""
    posting = opened(session, posting_id)
    if store.paper_made(session, posting_id, paper, by=by, now=now):
        details = {"paper": paper.value}
        audit.record(session, posting.subject, "posting.paper", by=by, now=now, details=details)


def close_vacancy(session: Session, left: str, *, by: str, now: datetime) -> None:
    """Say that nobody will be sent to the post a posting left; twice is once."""
    posting = opened(session, left)
    if store.end_vacancy(session, left, None, now=now):
        audit.record(session, posting.subject, "posting.vacancy_closed", by=by, now=now)


def postings(
    session: Session,
    *,
    host: UnitId | None = None,
    home: UnitId | None = None,
    batch: str | None = None,
    open_only: bool = True,
    on: date | None = None,
) -> tuple[Posting, ...]:
    """Return postings by host, first day and id; `on` asks for those whose days hold that day."""
    wanted = Wanted(
        hosts=None if host is None else [host],
        homes=None if home is None else [home],
        batch=batch,
        states=OPEN if open_only else None,
        on=on,
    )
    return store.postings(session, wanted)


def postings_of(session: Session, persons: Collection[PersonId], *, open_only: bool = True) -> tuple[Posting, ...]:
    """Return the postings of some people by host, first day and id."""
    return store.postings(session, Wanted(persons=persons, states=OPEN if open_only else None))


def ended(session: Session) -> tuple[Posting, ...]:
    """Return the postings that are over and not put away, and the cancelled ones whose post is still empty."""
    empty = {one.left for one in store.vacancies(session, open_only=True)}
    over = store.postings(session, Wanted(states=ENDED_AFTER_SERVICE | {PostingState.CANCELLED}))
    return tuple(one for one in over if one.state in ENDED_AFTER_SERVICE or one.id in empty)


def is_serving(posting: Posting) -> bool:
    """Return whether somebody works at the host now."""
    return posting.state in SERVING


def serving(session: Session, span: DateSpan) -> tuple[Posting, ...]:
    """Return the postings whose people worked at the host on a day of `span`, those since ended included."""
    found = store.postings(session, Wanted(states=SERVING | ENDED_AFTER_SERVICE, touching=span))
    return tuple(one for one in found if one.reported_on is not None and one.reported_on <= span.last)


def posting(session: Session, posting_id: str) -> Posting:
    """Return a posting.

    Raises: NotFoundError.
    """
    return _found(session, posting_id)


def moves(session: Session, posting_id: str) -> tuple[Move, ...]:
    """Return the steps a posting took, oldest first."""
    return store.moves(session, posting_id)


def vacancies(session: Session, *, open_only: bool = True) -> tuple[Vacancy, ...]:
    """Return posts left early that wait for a replacement, the most urgent first."""
    return store.vacancies(session, open_only=open_only)


def papers(session: Session, posting_id: str | None = None) -> tuple[PaperDue, ...]:
    """Return the documents of a posting, or all that are owed."""
    return store.papers(session, posting_id)


def _record(session: Session, posting: Posting, action: str, *, by: str, now: datetime) -> None:
    details = {"state": posting.state.value, "first": str(posting.span.first), "last": str(posting.span.last)}
    audit.record(session, posting.subject, action, by=by, now=now, details=details)


def _found(session: Session, posting_id: str, *, lock: bool = False) -> Posting:
    row = store.row_of(session, posting_id, lock=lock)
    if row is None:
        raise NotFoundError("没有这次派出：请刷新后再试。", code="posting.unknown")
    return store.posting_of(row)
