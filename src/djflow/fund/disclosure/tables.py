"""Rows of published years; publishing again adds a row, the newest counts."""

from datetime import datetime

from sqlalchemy import Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from djflow.db.base import Base, Instant


class FundDisclosureRow(Base):
    """A year's figures as everybody may read them."""

    __tablename__ = "fund_disclosure"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    year: Mapped[int] = mapped_column(Integer, index=True)
    figures: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime] = mapped_column(Instant)
