"""Rows of reviews; what is said about somebody in words is sealed."""

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from djflow.db.base import Base, Code, Instant, Sealed
from djflow.dispatch.postings.reviews.model import Grade, Stage
from djflow.dispatch.postings.tables import POSTING


class PostingReviewRow(Base):
    """A review: the own summary, the host's assessment, the grade."""

    __tablename__ = "posting_review"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    posting_id: Mapped[str] = mapped_column(ForeignKey(POSTING))
    stage: Mapped[Stage] = mapped_column(Code(Stage))
    round: Mapped[int] = mapped_column(Integer)
    summary_at: Mapped[datetime | None] = mapped_column(Instant)
    assessed_at: Mapped[datetime | None] = mapped_column(Instant)
    assessed_by: Mapped[str] = mapped_column(String(140))
    present: Mapped[int | None] = mapped_column(Integer)
    excellent: Mapped[int | None] = mapped_column(Integer)
    competent: Mapped[int | None] = mapped_column(Integer)
    basic: Mapped[int | None] = mapped_column(Integer)
    incompetent: Mapped[int | None] = mapped_column(Integer)
    proposed: Mapped[Grade | None] = mapped_column(Code(Grade))
    grade: Mapped[Grade | None] = mapped_column(Code(Grade))
    graded_at: Mapped[datetime | None] = mapped_column(Instant)
    graded_by: Mapped[str] = mapped_column(String(140))
    summary: Mapped[bytes | None] = mapped_column(Sealed("posting_review.summary"))
    opinion: Mapped[bytes | None] = mapped_column(Sealed("posting_review.opinion"))

    __table_args__ = (UniqueConstraint("posting_id", "stage", "round"),)
