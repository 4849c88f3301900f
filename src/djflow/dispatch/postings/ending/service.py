"""What can be done towards the end of a posting: extend, recall, review its end, return, hand over, put away.

Each act changes the days people know of in the same transaction, and notes the documents it asks for.
"""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.audit.model import Details
from djflow.core.clock import civil_date
from djflow.core.errors import ConflictError, InputError, NotFoundError, RuleError
from djflow.core.spans import DateSpan
from djflow.dispatch.policy.model import PAPER_WORDS, KindPolicy, Paper, Terms
from djflow.dispatch.postings import rules
from djflow.dispatch.postings import service as core
from djflow.dispatch.postings import store as core_store
from djflow.dispatch.postings.ending import store
from djflow.dispatch.postings.ending.model import Extension, ExtensionState, Handover, Longer, Proposal, Recalled
from djflow.dispatch.postings.leave import service as leaves
from djflow.dispatch.postings.model import POSTING_WORDS, Act, Posting, PostingState, RecallReason, Who
from djflow.dispatch.postings.reviews import service as reviews
from djflow.dispatch.postings.service import Step, done, opened, step, tell_absence
from djflow.dispatch.postings.transitions import SERVING, Facts, transition_of

_ALWAYS = frozenset({Paper.EXTENSION_NOTICE, Paper.RECALL_NOTICE})
"""Papers that their act asks for whatever the kind lists: a changed end and a recall are always written."""


def ask_extension(
    session: Session, posting_id: str, longer: Longer, *, terms: Terms, by: str, now: datetime
) -> Extension | None:
    """Let a term last longer at once where the office may, and return None; else keep the request for an approval.

    Raises: RuleError for what the policy does not allow; InputError without a reason; ConflictError while one waits.
    """
    posting = opened(session, posting_id)
    policy = rules.policy_of(posting.new, terms)
    transition_of(posting, Act.EXTEND)
    if not rules.needs_approval(posting, longer.until, policy):
        extend(session, posting_id, longer, terms=terms, by=by, now=now)
        return None
    if faults := rules.extension_faults(posting, longer.until, policy, civil_date(now)):
        raise RuleError("".join(faults), code="posting.extendable")
    reason = rules.clean_text(longer.reason, "理由")
    if not reason:
        raise InputError("请写明延期理由，再提交一次。", code="posting.reason")
    for one in store.extensions(session, [posting_id], waiting=True):
        if one.until == longer.until:
            return one
        raise ConflictError(f"已有延到 {one.until} 的申请在审批：请等结果。", code="posting.extension")
    made = store.add_extension(session, posting_id, longer.until, reason, now=now)
    _record(session, posting, "posting.ask_extension", {"until": str(longer.until)}, by=by, now=now)
    return made


def answer_extension(
    session: Session, extension_id: str, *, granted: bool, terms: Terms, by: str, now: datetime
) -> Extension:
    """Do what an approval said about a request; twice is once. A posting that ended meanwhile voids it.

    Raises: NotFoundError.
    """
    asked = extension(session, extension_id)
    posting = opened(session, asked.posting)
    asked = extension(session, extension_id)
    if asked.state is not ExtensionState.ASKED:
        return asked
    if not granted:
        _record(session, posting, "posting.refuse_extension", {"until": str(asked.until)}, by=by, now=now)
        return store.answer_extension(session, extension_id, ExtensionState.REFUSED, now=now)
    if posting.state not in SERVING:
        return store.answer_extension(session, extension_id, ExtensionState.VOID, now=now)
    reason = store.extension_reason(session, extension_id)
    longer = Longer(asked.until, Who.APPROVAL, reason, civil_date(asked.asked_at))
    extend(session, posting.id, longer, terms=terms, by=by, now=now)
    return store.answer_extension(session, extension_id, ExtensionState.GRANTED, now=now)


def extend(session: Session, posting_id: str, longer: Longer, *, terms: Terms, by: str, now: datetime) -> Posting:
    """Let a term last longer; the end it already has changes nothing.

    Raises: RuleError for what the policy does not allow, or what needs an approval; InputError without a reason.
    """
    posting = opened(session, posting_id)
    policy = rules.policy_of(posting.new, terms)
    last = rules.end_of(longer.until, policy, terms.calendar)
    if last == posting.span.last and done(session, posting, Act.EXTEND):
        return posting
    faults = rules.extension_faults(posting, longer.until, policy, longer.asked_on or civil_date(now))
    if longer.who is Who.OFFICE and not faults and rules.needs_approval(posting, longer.until, policy):
        faults = (f"延到 {longer.until} 超过 {policy.free_months} 个月，要先经审批。",)
    if not faults and last > posting.span.last:
        core.require_free(session, posting.new.person, DateSpan(posting.span.first, last), but=posting.id)
    made = Step(Act.EXTEND, longer.who, Facts(not_extendable=faults), reason=longer.reason, last=last)
    after = step(session, posting, made, by=by, now=now)
    tell_absence(session, after, after.span, by=by, now=now)
    _owe(session, after, policy, {Paper.EXTENSION_NOTICE}, now=now)
    return after


def propose_recall(
    session: Session, posting_id: str, reason: RecallReason, key: str, *, by: str, now: datetime
) -> bool:
    """Bring up a cause for a recall for the department to decide on; False when it was brought up before.

    `key` tells causes of one reason apart: the year of the figures, the number of a complaint.

    Raises: ConflictError when nobody serves.
    """
    posting = opened(session, posting_id)
    if posting.state not in SERVING:
        raise ConflictError(f"派出现在是“{POSTING_WORDS[posting.state]}”，不能提出召回。", code="posting.not_serving")
    if not store.add_proposal(session, posting_id, reason, key, now=now):
        return False
    _record(session, posting, "posting.propose_recall", {}, by=by, now=now)
    return True


def dismiss_recall(session: Session, posting_id: str, *, by: str, now: datetime) -> int:
    """Say that nobody is called back for the causes brought up so far; return how many there were."""
    posting = opened(session, posting_id)
    count = store.settle_proposals(session, posting_id, recalled=False, by=by, now=now)
    if count:
        _record(session, posting, "posting.dismiss_recall", {"count": count}, by=by, now=now)
    return count


def recall(session: Session, posting_id: str, recalled: Recalled, *, terms: Terms, by: str, now: datetime) -> Posting:
    """Call somebody back; the days after the last one are free again, and the post stands empty. Twice is once.

    Leave ends with the posting: what was asked is void, what goes on is cut to the last day.

    Raises: InputError for a last day outside the term, or without a note.
    """
    posting = opened(session, posting_id)
    if done(session, posting, Act.RECALL):
        return posting
    policy, end = rules.policy_of(posting.new, terms), posting.span.last
    made = Step(
        Act.RECALL,
        Who.OFFICE,
        reason=recalled.note,
        last=_last_day(posting, recalled.last),
        recall=recalled.reason,
    )
    after = step(session, posting, made, by=by, now=now)
    _end(session, after, by=by, now=now)
    store.settle_proposals(session, posting_id, recalled=True, by=by, now=now)
    _owe(session, after, policy, {Paper.RECALL_NOTICE, Paper.ARCHIVE_LIST}, now=now)
    if recalled.replace:
        due_on = rules.replace_by(civil_date(now), policy)
        core_store.add_vacancy(session, after, end, due_on, now=now)
    return after


def open_final(session: Session, posting_id: str, who: Who, *, terms: Terms, by: str, now: datetime) -> Posting:
    """Begin the final review once the end is near; one that runs already is left.

    Raises: RuleError before the days for it.
    """
    posting = opened(session, posting_id)
    if posting.state is PostingState.FINAL_REVIEW:
        return posting
    policy = rules.policy_of(posting.new, terms)
    first = rules.final_from(posting.span, policy)
    early = (f"期满考核从 {first:%Y年%m月%d日} 开始。",) if civil_date(now) < first else ()
    after = step(session, posting, Step(Act.OPEN_FINAL, who, Facts(too_early=early)), by=by, now=now)
    _owe(session, after, policy, {Paper.FINAL_FORM}, now=now)
    return after


def send_home(session: Session, posting_id: str, last: date, *, terms: Terms, by: str, now: datetime) -> Posting:
    """End a term whose final review is graded; `last` is the last day at the host. Twice is once.

    Raises: RuleError before the grade; InputError for a last day outside the term.
    """
    posting = opened(session, posting_id)
    if done(session, posting, Act.RETURN):
        return posting
    policy = rules.policy_of(posting.new, terms)
    ungraded = () if reviews.final_grade(session, posting) else ("期满考核还没有定等次，不能办理返岗。",)
    made = Step(Act.RETURN, Who.OFFICE, Facts(ungraded=ungraded), last=_last_day(posting, last))
    after = step(session, posting, made, by=by, now=now)
    _end(session, after, by=by, now=now)
    _owe(session, after, policy, {Paper.RETURN_NOTICE, Paper.ARCHIVE_LIST}, now=now)
    return after


def hand_over(
    session: Session, posting_id: str, span: DateSpan, successor: str | None, *, by: str, now: datetime
) -> Handover:
    """Note on which days predecessor and successor were both there; the same twice is once.

    Raises: ConflictError before anybody served; RuleError for days before the term, or somebody else's post.
    """
    posting = opened(session, posting_id)
    if posting.reported_on is None:
        raise ConflictError("还没有报到，没有可以交接的工作。", code="posting.state")
    if span.first < posting.span.first:
        raise RuleError("交接日期不能早于任期开始。", code="handover.days")
    if successor is not None and core.posting(session, successor).new.host != posting.new.host:
        raise RuleError("接任的派出不在同一接收单位：请核对。", code="handover.host")
    if store.put_handover(session, posting_id, span, successor, by=by, now=now):
        details = {"first": str(span.first), "last": str(span.last)}
        _record(session, posting, "posting.hand_over", details, by=by, now=now)
    found = store.handover(session, posting_id)
    if found is None:
        raise NotFoundError("没有交接记录：请刷新后再试。", code="handover.unknown")
    return found


def archive(session: Session, posting_id: str, *, by: str, now: datetime) -> Posting:
    """Put a finished posting away once its documents are issued; twice is once.

    Raises: RuleError naming the documents still owed.
    """
    posting = opened(session, posting_id)
    if done(session, posting, Act.ARCHIVE):
        return posting
    owed = tuple(PAPER_WORDS[one.paper] for one in core_store.papers(session, posting_id) if one.made_at is None)
    return step(session, posting, Step(Act.ARCHIVE, Who.OFFICE, Facts(papers=owed)), by=by, now=now)


def extension(session: Session, extension_id: str) -> Extension:
    """Return a request for a longer term.

    Raises: NotFoundError.
    """
    found = store.extension(session, extension_id)
    if found is None:
        raise NotFoundError("没有这次延期申请：请刷新后再试。", code="extension.unknown")
    return found


def extensions(
    session: Session, postings: Collection[str] | None = None, *, waiting: bool = False
) -> tuple[Extension, ...]:
    """Return requests for longer terms, oldest first."""
    return store.extensions(session, postings, waiting=waiting)


def proposals(session: Session, postings: Collection[str] | None = None) -> tuple[Proposal, ...]:
    """Return the causes for a recall that nobody has decided on, oldest first."""
    return store.proposals(session, postings)


def handover(session: Session, posting_id: str) -> Handover | None:
    """Return the hand-over of a posting, None before it is noted."""
    return store.handover(session, posting_id)


def _end(session: Session, posting: Posting, *, by: str, now: datetime) -> None:
    tell_absence(session, posting, posting.span, by=by, now=now)
    leaves.end_with(session, posting, by=by, now=now)
    for one in store.extensions(session, [posting.id], waiting=True):
        store.answer_extension(session, one.id, ExtensionState.VOID, now=now)


def _owe(session: Session, posting: Posting, policy: KindPolicy, papers: set[Paper], *, now: datetime) -> None:
    core_store.ask_papers(session, posting, papers & (_ALWAYS | set(policy.papers)), now=now)


def _last_day(posting: Posting, last: date) -> date:
    if last not in posting.span:
        raise InputError(
            f"最后在岗日应在任期 {posting.span.first} 至 {posting.span.last} 之内：请改日期。", code="posting.last_day"
        )
    return last


def _record(session: Session, posting: Posting, action: str, details: Details, *, by: str, now: datetime) -> None:
    audit.record(session, posting.subject, action, by=by, now=now, details=details)
