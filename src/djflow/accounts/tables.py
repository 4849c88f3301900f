"""Rows of accounts, their logins and the login log. Triggers made by the migration protect the log."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from djflow.accounts.model import LoginResult
from djflow.db.base import Base, Code, Instant

ACCOUNT = "account.id"


class AccountRow(Base):
    """An account; `roles` are the words of `Role`, sorted, parted by commas."""

    __tablename__ = "account"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    login: Mapped[str] = mapped_column(String(30), unique=True)
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), index=True)
    unit_id: Mapped[str | None] = mapped_column(ForeignKey("unit.id"))
    roles: Mapped[str] = mapped_column(String(400))
    password_hash: Mapped[str] = mapped_column(String(200))
    password_at: Mapped[datetime] = mapped_column(Instant)
    must_change: Mapped[bool] = mapped_column(Boolean)
    failures: Mapped[int] = mapped_column(Integer)
    locked_until: Mapped[datetime | None] = mapped_column(Instant)
    disabled: Mapped[bool] = mapped_column(Boolean)
    created_at: Mapped[datetime] = mapped_column(Instant)


class LoginSessionRow(Base):
    """A login, known by the hash of its token."""

    __tablename__ = "login_session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey(ACCOUNT), index=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime] = mapped_column(Instant)
    ip: Mapped[str] = mapped_column(String(45))
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class LoginLogRow(Base):
    """One attempt to log in, or the end of a login; `login` is empty when the name is no account."""

    __tablename__ = "login_log"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant, index=True)
    login: Mapped[str] = mapped_column(String(30))
    name_hash: Mapped[str] = mapped_column(String(64))
    result: Mapped[LoginResult] = mapped_column(Code(LoginResult))
    ip: Mapped[str] = mapped_column(String(45))
