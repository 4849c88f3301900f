"""Facts about the house itself: which key file belongs to it, whether it is the demonstration district."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from djflow.db.base import Base


class HouseFactRow(Base):
    """One named fact, such as `key_fingerprint` or `kind`."""

    __tablename__ = "house_fact"

    name: Mapped[str] = mapped_column(String(30), primary_key=True)
    value: Mapped[str] = mapped_column(String(200))
