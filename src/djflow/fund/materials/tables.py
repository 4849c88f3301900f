"""Rows of materials; the file itself lies encrypted in the state folder."""

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from djflow.db.base import Base, Code, Instant, Sealed
from djflow.fund.materials.model import MaterialKind, Media


class FundMaterialRow(Base):
    """A material; `digest` is keyed and finds the same file again, `data_key` NULL means that it was destroyed."""

    __tablename__ = "fund_material"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("fund_case.id"), index=True)
    kind: Mapped[MaterialKind] = mapped_column(Code(MaterialKind))
    media: Mapped[Media] = mapped_column(Code(Media))
    size: Mapped[int] = mapped_column(Integer)
    digest: Mapped[str] = mapped_column(String(64))
    data_key: Mapped[bytes | None] = mapped_column(Sealed("fund_material.data_key"))
    at: Mapped[datetime] = mapped_column(Instant)
    by: Mapped[str] = mapped_column(String(80))
    removed_at: Mapped[datetime | None] = mapped_column(Instant)
