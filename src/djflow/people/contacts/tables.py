"""What is known against addresses, people's own quiet hours, and the way they want to be tried first.

A fault is tied to the address by its hash: whoever gets a new number is reached by it at once.
"""

from datetime import datetime, time

from sqlalchemy import ForeignKey, String, Time, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from djflow.db.base import Base, Code, Instant, Sealed
from djflow.people.contacts.model import Way


class ContactFaultRow(Base):
    """An address at which a provider found nobody; used again once `cleared_at` says somebody checked it."""

    __tablename__ = "contact_fault"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    way: Mapped[Way] = mapped_column(Code(Way))
    address: Mapped[bytes] = mapped_column(Sealed("contact_fault.address"))
    address_hash: Mapped[str] = mapped_column(String(64))
    code: Mapped[str] = mapped_column(String(60))
    reported_at: Mapped[datetime] = mapped_column(Instant)
    cleared_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (UniqueConstraint("person_id", "way", "address_hash", name="uq_contact_fault_address"),)


class QuietHoursRow(Base):
    """When a person wants no messages that can wait."""

    __tablename__ = "quiet_hours"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    quiet_from: Mapped[time] = mapped_column(Time)
    quiet_to: Mapped[time] = mapped_column(Time)
    set_at: Mapped[datetime] = mapped_column(Instant)


class FirstWayRow(Base):
    """The way by which a person wants to be told first."""

    __tablename__ = "first_way"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    way: Mapped[Way] = mapped_column(Code(Way))
    set_at: Mapped[datetime] = mapped_column(Instant)
