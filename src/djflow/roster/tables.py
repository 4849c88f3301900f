"""Rows of the duty roster. A version of a month's roster is written once and never edited after publication."""

from datetime import date, datetime, time

from sqlalchemy import Boolean, Date, Float, ForeignKey, Index, Integer, String, Text, Time
from sqlalchemy.orm import Mapped, mapped_column

from djflow.db.base import Base, Code, Instant
from djflow.roster.views import DutyKind, RosterState, SessionState

ROSTER = "duty_roster.id"


class RosterMonthRow(Base):
    """One month: which version is in force, which draft is open. Locked by every change of the month's roster."""

    __tablename__ = "roster_month"

    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    current_id: Mapped[str | None] = mapped_column(String(32))
    draft_id: Mapped[str | None] = mapped_column(String(32))
    rounds: Mapped[int] = mapped_column(Integer, default=0)
    versions: Mapped[int] = mapped_column(Integer, default=0)


class RosterRow(Base):
    """A draft or a version of a month's roster; `version` is 0 until it is published."""

    __tablename__ = "duty_roster"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    month: Mapped[str] = mapped_column(ForeignKey("roster_month.month"), index=True)
    state: Mapped[RosterState] = mapped_column(Code(RosterState))
    round: Mapped[int] = mapped_column(Integer)
    version: Mapped[int] = mapped_column(Integer, default=0)
    base_id: Mapped[str | None] = mapped_column(String(32))
    preset: Mapped[str] = mapped_column(String(30), default="")
    cause: Mapped[str] = mapped_column(String(30), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(Instant)
    created_by: Mapped[str] = mapped_column(String(80))
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_by: Mapped[str | None] = mapped_column(String(80))
    published_at: Mapped[datetime | None] = mapped_column(Instant)
    weights: Mapped[str] = mapped_column(Text)
    quality: Mapped[str] = mapped_column(Text)
    bound: Mapped[float] = mapped_column(Float)


class SessionRow(Base):
    """A session of one version; `event` is `market@date`, `needs` the heads per post as JSON text."""

    __tablename__ = "service_session"

    roster_id: Mapped[str] = mapped_column(ForeignKey(ROSTER), primary_key=True)
    event: Mapped[str] = mapped_column(String(60), primary_key=True)
    market: Mapped[str] = mapped_column(String(40))
    market_name: Mapped[str] = mapped_column(String(60))
    township: Mapped[str] = mapped_column(String(60))
    on: Mapped[date] = mapped_column(Date, index=True)
    lunar: Mapped[str] = mapped_column(String(20))
    place: Mapped[str] = mapped_column(String(120))
    starts: Mapped[time] = mapped_column(Time)
    ends: Mapped[time] = mapped_column(Time)
    units: Mapped[int] = mapped_column(Integer)
    rest_day: Mapped[bool] = mapped_column(Boolean)
    needs: Mapped[str] = mapped_column(Text)
    state: Mapped[SessionState] = mapped_column(Code(SessionState))
    note: Mapped[str] = mapped_column(String(200), default="")


class AssignmentRow(Base):
    """One person at one session of one version, on duty or as standby (then `post` is empty)."""

    __tablename__ = "duty_assignment"

    roster_id: Mapped[str] = mapped_column(ForeignKey(ROSTER), primary_key=True)
    event: Mapped[str] = mapped_column(String(60), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    kind: Mapped[DutyKind] = mapped_column(Code(DutyKind))
    post: Mapped[str] = mapped_column(String(40), default="")

    __table_args__ = (Index("ix_duty_assignment_person", "person_id"),)


class GapRow(Base):
    """Places that stay empty in one version, and why."""

    __tablename__ = "duty_gap"

    roster_id: Mapped[str] = mapped_column(ForeignKey(ROSTER), primary_key=True)
    event: Mapped[str] = mapped_column(String(60), primary_key=True)
    post: Mapped[str] = mapped_column(String(40), primary_key=True)
    count: Mapped[int] = mapped_column(Integer)
    why: Mapped[str] = mapped_column(Text)


class LoadRow(Base):
    """A person's history and target in points when a version was made; the month's load follows from the duties."""

    __tablename__ = "duty_load"

    roster_id: Mapped[str] = mapped_column(ForeignKey(ROSTER), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    history: Mapped[int] = mapped_column(Integer)
    target: Mapped[int] = mapped_column(Integer)


class OpeningRow(Base):
    """Points a person brings along from before djflow kept the books, counted in months after `month`."""

    __tablename__ = "duty_opening"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    month: Mapped[str] = mapped_column(String(7))
    units: Mapped[int] = mapped_column(Integer)


class ClosureRow(Base):
    """A market closed by notice for a span of dates, both included; lifting it keeps the row."""

    __tablename__ = "market_closure"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    market: Mapped[str] = mapped_column(String(40), index=True)
    first: Mapped[date] = mapped_column(Date)
    last: Mapped[date] = mapped_column(Date)
    notice: Mapped[str] = mapped_column(String(200))
    declared_at: Mapped[datetime] = mapped_column(Instant)
    declared_by: Mapped[str] = mapped_column(String(80))
    lifted_at: Mapped[datetime | None] = mapped_column(Instant)


class CompLeaveRow(Base):
    """A day of compensation leave for a duty on a rest day; withdrawn when the duty is taken away."""

    __tablename__ = "comp_leave"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    on: Mapped[date] = mapped_column(Date, primary_key=True)
    month: Mapped[str] = mapped_column(String(7), index=True)
    event: Mapped[str] = mapped_column(String(60))
    granted_at: Mapped[datetime] = mapped_column(Instant)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
