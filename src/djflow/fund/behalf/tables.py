"""Rows of acts done for somebody else; never changed, the reason sealed."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from djflow.db.base import Base, Code, Instant, Sealed
from djflow.fund.behalf.model import BehalfAct
from djflow.fund.cases.tables import CASE, PERSON


class FundBehalfRow(Base):
    """`person_id` did the act for somebody else while `second_id` was present."""

    __tablename__ = "fund_behalf"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey(CASE), index=True)
    act: Mapped[BehalfAct] = mapped_column(Code(BehalfAct))
    person_id: Mapped[str] = mapped_column(ForeignKey(PERSON))
    second_id: Mapped[str] = mapped_column(ForeignKey(PERSON))
    evidence: Mapped[str] = mapped_column(String(64))
    reason: Mapped[bytes | None] = mapped_column(Sealed("fund_behalf.reason"))
    at: Mapped[datetime] = mapped_column(Instant)
    by: Mapped[str] = mapped_column(String(80))
