"""What is asked about reviews: the own summary, the host's assessment, the grade the department records."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.audit.model import Details
from djflow.core.clock import civil_date
from djflow.core.errors import ConflictError, InputError, RuleError
from djflow.dispatch.policy.model import Paper, Terms
from djflow.dispatch.postings import service as core
from djflow.dispatch.postings import store as core_store
from djflow.dispatch.postings.model import POSTING_WORDS, Act, Posting, PostingState, Who
from djflow.dispatch.postings.months import rules as month_rules
from djflow.dispatch.postings.months import store as month_store
from djflow.dispatch.postings.reviews import rules, store
from djflow.dispatch.postings.reviews.model import STAGE_WORDS, Assessment, Grade, Review, ReviewWords, Stage
from djflow.dispatch.postings.rules import asks, clean_text, policy_of
from djflow.dispatch.postings.service import Step
from djflow.dispatch.postings.transitions import Facts


def stage_of(session: Session, posting: Posting, *, terms: Terms) -> tuple[Stage, int] | None:
    """Return which review a posting waits for, None for none: the middle on duty, the end in its final review."""
    if posting.state is PostingState.FINAL_REVIEW:
        return Stage.FINAL, _round(session, posting)
    middle = asks(policy_of(posting.new, terms), Paper.MIDTERM_FORM)
    return (Stage.MIDTERM, 0) if posting.state is PostingState.ON_DUTY and middle else None


def write_summary(session: Session, posting_id: str, text: str, *, terms: Terms, by: str, now: datetime) -> Review:
    """Write the own summary for the review that is due; until the grade it may be written anew.

    Raises: ConflictError when no review is due; InputError without words.
    """
    posting = core.opened(session, posting_id)
    which = _due(session, posting, terms)
    words = clean_text(text, "总结")
    if not words:
        raise InputError("请先写总结，再提交。", code="review.summary")
    made = store.write_summary(session, posting_id, which, words, now=now)
    _record(session, posting, "posting.summary", {"stage": which[0].value}, by=by, now=now)
    return made


def assess(session: Session, posting_id: str, given: Assessment, *, terms: Terms, by: str, now: datetime) -> Review:
    """Write the host's assessment for the review that is due; until the grade it may be written anew.

    Raises: ConflictError when no review is due; InputError without an opinion; RuleError for a grade too good.
    """
    posting = core.opened(session, posting_id)
    which = _due(session, posting, terms)
    opinion = clean_text(given.opinion, "意见")
    if not opinion:
        raise InputError("请写明接收单位意见，再提交。", code="review.opinion")
    _require_grade(session, posting, given.grade, terms, now=now)
    made = store.assess(session, posting_id, which, Assessment(opinion, given.votes, given.grade), by=by, now=now)
    details = {"stage": which[0].value, "grade": given.grade.value}
    _record(session, posting, "posting.assess", details, by=by, now=now)
    return made


def record(session: Session, posting_id: str, grade: Grade, *, terms: Terms, by: str, now: datetime) -> Posting:
    """Record the grade of the review that is due: a middle one moves the posting on, a final one lets it return.

    Raises: RuleError for a grade too good, an excellent too many, or while the host has not assessed.
    """
    posting = core.opened(session, posting_id)
    which = _due(session, posting, terms)
    known = store.review(session, posting_id, *which)
    if known is not None and known.grade is grade:
        return posting
    unassessed = (
        () if known is not None and known.assessed_at else (f"接收单位还没有提交{STAGE_WORDS[which[0]]}意见。",)
    )
    if unassessed:
        raise RuleError("".join(unassessed), code="posting.assessed")
    _require_grade(session, posting, grade, terms, now=now)
    if grade is Grade.EXCELLENT:
        _require_place(session, posting, which[0], terms)
    store.grade(session, posting_id, which, grade, by=by, now=now)
    _record(session, posting, "posting.grade", {"stage": which[0].value, "grade": grade.value}, by=by, now=now)
    if which[0] is Stage.FINAL:
        return posting
    after = core.step(session, posting, Step(Act.MIDTERM, Who.OFFICE, Facts()), by=by, now=now)
    core_store.ask_papers(session, after, {Paper.MIDTERM_FORM}, now=now)
    return after


def final_grade(session: Session, posting: Posting) -> Grade | None:
    """Return the grade of the final review of the present term, None before it."""
    found = store.review(session, posting.id, Stage.FINAL, _round(session, posting))
    return found.grade if found else None


def ceiling(session: Session, posting: Posting, *, terms: Terms, now: datetime) -> Grade:
    """Return the best grade somebody may get this year."""
    return rules.ceiling(_absences(session, posting, now), policy_of(posting.new, terms).attendance)


def reviews(session: Session, postings: Collection[str]) -> tuple[Review, ...]:
    """Return the reviews of some postings, the middle before the end."""
    return store.reviews(session, postings)


def own_words(session: Session, posting_id: str, stage: Stage, number: int) -> ReviewWords:
    """Open the words of a review for the person it is about."""
    return store.words(session, posting_id, stage, number)


def read_words(session: Session, posting_id: str, stage: Stage, number: int, *, by: str, now: datetime) -> ReviewWords:
    """Open the words of a review for whoever grades it; that somebody looked is recorded."""
    _record(session, core.posting(session, posting_id), "posting.look_review", {"stage": stage.value}, by=by, now=now)
    return store.words(session, posting_id, stage, number)


def _round(session: Session, posting: Posting) -> int:
    return sum(move.act is Act.EXTEND for move in core.moves(session, posting.id))


def _due(session: Session, posting: Posting, terms: Terms) -> tuple[Stage, int]:
    which = stage_of(session, posting, terms=terms)
    if which is None:
        raise ConflictError(
            f"派出现在是“{POSTING_WORDS[posting.state]}”，没有要做的考核：请刷新后查看。", code="review.none"
        )
    return which


def _absences(session: Session, posting: Posting, now: datetime) -> int:
    return month_rules.absences(month_store.checks(session, [posting.id]), civil_date(now).year)


def _require_grade(session: Session, posting: Posting, grade: Grade, terms: Terms, *, now: datetime) -> None:
    asked = policy_of(posting.new, terms).attendance
    if found := rules.grade_faults(grade, _absences(session, posting, now), asked):
        raise RuleError("".join(found), code="review.ceiling")


def _require_place(session: Session, posting: Posting, stage: Stage, terms: Terms) -> None:
    asked = policy_of(posting.new, terms).attendance
    places = rules.excellent_places(store.reviewed_together(session, posting), asked)
    if store.excellent_others(session, posting, stage) >= places:
        raise RuleError(
            f"同批考核的优秀名额只有 {places} 个（{asked.excellent_percent}%），已经评满。", code="review.excellent"
        )


def _record(session: Session, posting: Posting, action: str, details: Details, *, by: str, now: datetime) -> None:
    audit.record(session, posting.subject, action, by=by, now=now, details=details)
