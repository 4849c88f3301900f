"""Reads and writes reviews; words are sealed on the way in and opened only where said."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from djflow.core.ids import new_id
from djflow.db.session import vault_of
from djflow.db.store import sealing_vault
from djflow.dispatch.postings.model import Posting, PostingId, PostingState
from djflow.dispatch.postings.reviews.model import Assessment, Grade, Review, ReviewWords, Stage, Votes
from djflow.dispatch.postings.reviews.tables import PostingReviewRow
from djflow.dispatch.postings.tables import PostingRow

_SUMMARY, _OPINION = "posting_review.summary", "posting_review.opinion"


def review_of(row: PostingReviewRow) -> Review:
    """Return a row as a review."""
    votes = None
    if row.present is not None:
        votes = Votes(row.present, row.excellent or 0, row.competent or 0, row.basic or 0, row.incompetent or 0)
    return Review(
        posting=PostingId(row.posting_id),
        stage=row.stage,
        round=row.round,
        summary_at=row.summary_at,
        assessed_at=row.assessed_at,
        votes=votes,
        proposed=row.proposed,
        grade=row.grade,
        graded_at=row.graded_at,
    )


def _row(session: Session, posting_id: str, stage: Stage, number: int) -> PostingReviewRow | None:
    query = select(PostingReviewRow).where(
        PostingReviewRow.posting_id == posting_id, PostingReviewRow.stage == stage, PostingReviewRow.round == number
    )
    return session.scalar(query.execution_options(populate_existing=True))


def _made(session: Session, posting_id: str, stage: Stage, number: int, now: datetime) -> PostingReviewRow:
    row = _row(session, posting_id, stage, number)
    if row is None:
        row = PostingReviewRow(
            id=new_id(now), posting_id=posting_id, stage=stage, round=number, assessed_by="", graded_by=""
        )
        session.add(row)
    return row


def review(session: Session, posting_id: str, stage: Stage, number: int) -> Review | None:
    """Return a review."""
    row = _row(session, posting_id, stage, number)
    return None if row is None else review_of(row)


def reviews(session: Session, postings: Collection[str]) -> tuple[Review, ...]:
    """Return the reviews of some postings, the middle before the end."""
    query = select(PostingReviewRow).where(PostingReviewRow.posting_id.in_(sorted(postings)))
    rows = session.scalars(query)
    order = list(Stage)
    found = (review_of(row) for row in rows)
    return tuple(sorted(found, key=lambda one: (one.posting, order.index(one.stage), one.round)))


def write_summary(session: Session, posting_id: str, which: tuple[Stage, int], text: str, *, now: datetime) -> Review:
    """Write what somebody says about the own work."""
    row = _made(session, posting_id, *which, now)
    row.summary_at = now
    row.summary = sealing_vault(session).seal(text, context=f"{_SUMMARY}:{row.id}")
    session.flush()
    return review_of(row)


def assess(
    session: Session, posting_id: str, which: tuple[Stage, int], given: Assessment, *, by: str, now: datetime
) -> Review:
    """Write what the host says."""
    row, votes = _made(session, posting_id, *which, now), given.votes
    row.assessed_at, row.assessed_by, row.proposed = now, by, given.grade
    row.present, row.excellent, row.competent = votes.present, votes.excellent, votes.competent
    row.basic, row.incompetent = votes.basic, votes.incompetent
    row.opinion = sealing_vault(session).seal(given.opinion, context=f"{_OPINION}:{row.id}")
    session.flush()
    return review_of(row)


def grade(
    session: Session, posting_id: str, which: tuple[Stage, int], given: Grade, *, by: str, now: datetime
) -> Review:
    """Write the grade."""
    row = _made(session, posting_id, *which, now)
    row.grade, row.graded_at, row.graded_by = given, now, by
    session.flush()
    return review_of(row)


def words(session: Session, posting_id: str, stage: Stage, number: int) -> ReviewWords:
    """Open and return the words of a review."""
    row = _row(session, posting_id, stage, number)
    if row is None:
        return ReviewWords("", "")
    vault = vault_of(session)
    summary = vault.open(row.summary, context=f"{_SUMMARY}:{row.id}") if row.summary else ""
    opinion = vault.open(row.opinion, context=f"{_OPINION}:{row.id}") if row.opinion else ""
    return ReviewWords(summary, opinion)


def reviewed_together(session: Session, posting: Posting) -> int:
    """Return how many postings of a batch are reviewed together: all that were neither cancelled nor recalled."""
    out = (PostingState.CANCELLED, PostingState.RECALLED)
    query = select(func.count()).select_from(PostingRow).where(PostingRow.batch == posting.new.batch)
    return session.scalar(query.where(PostingRow.state.not_in(out), PostingRow.recall.is_(None))) or 0


def excellent_others(session: Session, posting: Posting, stage: Stage) -> int:
    """Return how many others of a batch are excellent in a review of that sort."""
    query = select(func.count(PostingReviewRow.posting_id.distinct())).join(
        PostingRow, PostingRow.id == PostingReviewRow.posting_id
    )
    query = query.where(PostingRow.batch == posting.new.batch, PostingRow.id != posting.id)
    return session.scalar(query.where(PostingReviewRow.stage == stage, PostingReviewRow.grade == Grade.EXCELLENT)) or 0
