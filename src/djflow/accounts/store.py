"""Reads and writes accounts, logins and the login log."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from djflow.accounts.model import Account, AccountId, LoginEntry, LoginResult, LoginSession, Role
from djflow.accounts.tables import AccountRow, LoginLogRow, LoginSessionRow
from djflow.core.ids import PersonId, UnitId, new_id


def words_of(roles: Iterable[Role]) -> str:
    """Return roles as they are stored."""
    return ",".join(sorted(role.value for role in roles))


def account_of(row: AccountRow) -> Account:
    """Return a row as a value."""
    return Account(
        id=AccountId(row.id),
        login=row.login,
        person=PersonId(row.person_id) if row.person_id else None,
        unit=UnitId(row.unit_id) if row.unit_id else None,
        roles=frozenset(Role(word) for word in row.roles.split(",")),
        must_change=row.must_change,
        password_at=row.password_at,
        locked_until=row.locked_until,
        failures=row.failures,
        disabled=row.disabled,
    )


def add(session: Session, row: AccountRow) -> None:
    """Write a new account."""
    session.add(row)
    session.flush()


def row_of(session: Session, account_id: AccountId, *, lock: bool = False) -> AccountRow | None:
    """Return an account's row, locked until the transaction ends when asked for."""
    query = select(AccountRow).where(AccountRow.id == account_id).execution_options(populate_existing=True)
    return session.scalar(query.with_for_update() if lock else query)


def row_by_login(session: Session, login: str) -> AccountRow | None:
    """Return the row of the account with that name."""
    return session.scalar(select(AccountRow).where(AccountRow.login == login))


def accounts(session: Session) -> tuple[Account, ...]:
    """Return all accounts by name."""
    rows = session.scalars(select(AccountRow).order_by(AccountRow.login).execution_options(populate_existing=True))
    return tuple(account_of(row) for row in rows)


def holders(session: Session, roles: Iterable[Role]) -> tuple[Account, ...]:
    """Return the open accounts of persons that hold one of the roles, by name."""
    words = "," + AccountRow.roles + ","
    held = or_(*(words.contains(f",{role.value},") for role in sorted(roles)))
    query = select(AccountRow).where(AccountRow.person_id.is_not(None), AccountRow.disabled.is_(False), held)
    return tuple(account_of(row) for row in session.scalars(query.order_by(AccountRow.login)))


def add_login(session: Session, login: LoginSession, ip: str) -> None:
    """Write a new login."""
    row = LoginSessionRow(
        token_hash=login.token_hash,
        account_id=login.account_id,
        created_at=login.created_at,
        seen_at=login.seen_at,
        ip=ip,
        ended_at=None,
    )
    session.add(row)


def login_of(session: Session, token_hash: str) -> LoginSession | None:
    """Return the login with that token hash."""
    row = session.get(LoginSessionRow, token_hash, populate_existing=True)
    if row is None:
        return None
    return LoginSession(row.token_hash, AccountId(row.account_id), row.created_at, row.seen_at, row.ended_at)


def mark_seen(session: Session, token_hash: str, now: datetime) -> None:
    """Note that a login that has not ended is in use."""
    session.execute(
        update(LoginSessionRow)
        .where(LoginSessionRow.token_hash == token_hash, LoginSessionRow.ended_at.is_(None))
        .values(seen_at=now)
    )


def end_login(session: Session, token_hash: str, now: datetime) -> bool:
    """End a login and return whether it was open."""
    done = session.execute(
        update(LoginSessionRow)
        .where(LoginSessionRow.token_hash == token_hash, LoginSessionRow.ended_at.is_(None))
        .values(ended_at=now)
        .returning(LoginSessionRow.token_hash)
    )
    return done.first() is not None


def end_logins(session: Session, account_id: AccountId, now: datetime) -> None:
    """End every open login of an account."""
    session.execute(
        update(LoginSessionRow)
        .where(LoginSessionRow.account_id == account_id, LoginSessionRow.ended_at.is_(None))
        .values(ended_at=now)
    )


def log(session: Session, *, login: str, name_hash: str, result: LoginResult, ip: str, now: datetime) -> None:
    """Add a line to the login log."""
    session.add(LoginLogRow(id=new_id(now), at=now, login=login, name_hash=name_hash, result=result, ip=ip))


def log_page(session: Session, *, before: str, count: int) -> tuple[LoginEntry, ...]:
    """Return `count` lines of the login log older than line `before` (empty: the newest), newest first."""
    query = select(LoginLogRow).order_by(LoginLogRow.id.desc()).limit(count)
    if before:
        query = query.where(LoginLogRow.id < before)
    return tuple(
        LoginEntry(row.id, row.at, row.login, row.name_hash, row.result, row.ip) for row in session.scalars(query)
    )


def forget_log(session: Session, before: datetime, *, limit: int) -> int:
    """Delete lines of the login log older than an instant; the database itself refuses younger than six months."""
    old = select(LoginLogRow.id).where(LoginLogRow.at < before).order_by(LoginLogRow.id).limit(limit)
    return len(session.execute(delete(LoginLogRow).where(LoginLogRow.id.in_(old)).returning(LoginLogRow.id)).all())


def forget_logins(session: Session, before: datetime, *, limit: int) -> int:
    """Delete logins that ended, or were last used, before an instant."""
    is_over = or_(LoginSessionRow.ended_at < before, LoginSessionRow.seen_at < before)
    old = select(LoginSessionRow.token_hash).where(is_over).limit(limit)
    done = delete(LoginSessionRow).where(LoginSessionRow.token_hash.in_(old)).returning(LoginSessionRow.token_hash)
    return len(session.execute(done).all())
