"""Accounts on both kinds of database: made, locked, reset; logins kept and ended."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from djflow.accounts import hashing, service
from djflow.accounts.model import Account, AccountId, LoginResult, NewAccount, Role
from djflow.audit import service as audit
from djflow.core.errors import ConflictError, InputError, NotFoundError, RuleError
from djflow.core.ids import PersonId
from djflow.db.session import Database
from tests.roster.district import settle

PASSWORD = "Liuxi-2026-kq"  # noqa: S105 - invented
HASH = hashing.hash_of(PASSWORD)


@pytest.fixture
def ids(session: Session, now: datetime) -> dict[str, PersonId]:
    """The small district's people."""
    return settle(session, now)


def made(session: Session, now: datetime, login: str, *roles: Role, person: str = "A02", unit: str = "") -> Account:
    """Return a new account."""
    return service.create(session, NewAccount(login, frozenset(roles), person, unit), HASH, by="cli", now=now)


def attempt(session: Session, login: str, now: datetime, *, right: bool = True, token: str = "t") -> LoginResult:  # noqa: S107 - a test's own word, no secret
    """Try to log in."""
    asked = service.challenge(session, login)
    return service.finish_login(session, asked, matched=right, token_hash=token, ip="10.0.0.1", now=now)


def test_a_hash_fits_its_password_only() -> None:
    """The stored hash is argon2id, opens for its password alone, and no password opens the hash of nobody."""
    assert HASH.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert hashing.matches(HASH, PASSWORD)
    assert not hashing.matches(HASH, PASSWORD + " ")
    assert not hashing.matches(hashing.nobodys_hash(), "")
    assert hashing.new_token() != hashing.new_token()


def test_login_and_out(session: Session, ids: dict[str, PersonId], now: datetime) -> None:
    """Who logs in is known by the token until logging out, and both are in the log."""
    account = made(session, now, "zhang", Role.OFFICE_CLERK)
    assert attempt(session, " Zhang ", now) is LoginResult.LOGGED_IN
    found = service.holder_of(session, "t", now=now)
    assert found is not None
    assert (found[0].id, found[0].person) == (account.id, ids["A02"])
    assert service.holder_of(session, "another", now=now) is None
    service.log_out(session, "t", ip="10.0.0.1", now=now + timedelta(minutes=1))
    service.log_out(session, "t", ip="10.0.0.1", now=now + timedelta(minutes=2))
    assert service.holder_of(session, "t", now=now) is None
    lines = service.login_log(session)
    assert [(line.login, line.result) for line in lines] == [
        ("zhang", LoginResult.LOGGED_OUT),
        ("zhang", LoginResult.LOGGED_IN),
    ]


def test_five_failures_lock_even_for_the_right_password(
    session: Session, ids: dict[str, PersonId], now: datetime
) -> None:
    """After five failures nobody gets in for ten minutes; the next failure locks for twenty; success forgets them."""
    assert ids
    made(session, now, "zhang", Role.OFFICE_CLERK)
    results = [attempt(session, "zhang", now, right=False) for _ in range(6)]
    assert results == [LoginResult.WRONG_PASSWORD] * 5 + [LoginResult.LOCKED]
    assert attempt(session, "zhang", now + timedelta(minutes=9)) is LoginResult.LOCKED
    later = now + timedelta(minutes=10)
    assert attempt(session, "zhang", later, right=False) is LoginResult.WRONG_PASSWORD
    assert attempt(session, "zhang", later + timedelta(minutes=19)) is LoginResult.LOCKED
    assert attempt(session, "zhang", later + timedelta(minutes=20)) is LoginResult.LOGGED_IN
    assert service.account_by_login(session, "zhang").failures == 0


def test_a_name_that_is_no_account_is_not_kept(session: Session, now: datetime) -> None:
    """What was typed for a name that does not exist is kept as a hash only: it may be somebody's password."""
    assert attempt(session, "Geheim-2026-x", now) is LoginResult.UNKNOWN_NAME
    (line,) = service.login_log(session)
    assert (line.login, line.result, len(line.name_hash)) == ("", LoginResult.UNKNOWN_NAME, 64)


def test_a_reset_between_question_and_answer_counts(session: Session, ids: dict[str, PersonId], now: datetime) -> None:
    """An attempt compared with a password that was reset meanwhile does not get in."""
    assert ids
    account = made(session, now, "zhang", Role.OFFICE_CLERK)
    asked = service.challenge(session, "zhang")
    service.reset(session, account.id, hashing.hash_of("Neu-2026-abcd"), by="cli", now=now)
    result = service.finish_login(session, asked, matched=True, token_hash="t", ip="", now=now)  # noqa: S106 - a test's own word, no secret
    assert result is LoginResult.WRONG_PASSWORD


def test_changes_end_logins(session: Session, ids: dict[str, PersonId], now: datetime) -> None:
    """Other roles, a reset, a shut account and a new password each end what was logged in."""
    assert ids
    account = made(session, now, "zhang", Role.OFFICE_CLERK)

    def is_in(token: str) -> bool:
        return service.holder_of(session, token, now=now) is not None

    attempt(session, "zhang", now, token="t1")  # noqa: S106 - a test's own word, no secret
    service.set_roles(session, account.id, {Role.CADRE_CLERK}, by="cli", now=now)
    assert not is_in("t1")
    attempt(session, "zhang", now, token="t2")  # noqa: S106 - a test's own word, no secret
    asked = service.challenge(session, "zhang")
    service.change_password(session, asked, HASH, token_hash="t3", ip="", now=now)  # noqa: S106 - a test's own word, no secret
    assert (is_in("t2"), is_in("t3")) == (False, True)
    service.reset(session, account.id, HASH, by="cli", now=now)
    assert not is_in("t3")
    attempt(session, "zhang", now, token="t4")  # noqa: S106 - a test's own word, no secret
    service.set_disabled(session, account.id, disabled=True, by="cli", now=now)
    assert not is_in("t4")
    assert attempt(session, "zhang", now) is LoginResult.DISABLED


def test_three_administrators_are_three_people(session: Session, ids: dict[str, PersonId], now: datetime) -> None:
    """One person cannot hold two of the three administrators' accounts, neither new nor by change nor by reopening."""
    assert ids
    made(session, now, "anquan", Role.SECURITY_ADMIN, person="A01")
    with pytest.raises(ConflictError, match="三员分立"), session.begin_nested():
        made(session, now, "shenji", Role.AUDIT_ADMIN, person="A01")
    other = made(session, now, "work", Role.OFFICE_CLERK, person="A01")
    with pytest.raises(ConflictError, match="三员分立"), session.begin_nested():
        service.set_roles(session, other.id, {Role.SYSTEM_ADMIN}, by="cli", now=now)
    shut = made(session, now, "xitong", Role.SYSTEM_ADMIN, person="A02")
    service.set_disabled(session, shut.id, disabled=True, by="cli", now=now)
    made(session, now, "shenji", Role.AUDIT_ADMIN, person="A02")
    with pytest.raises(ConflictError, match="三员分立"), session.begin_nested():
        service.set_disabled(session, shut.id, disabled=False, by="cli", now=now)


def test_nobody_manages_the_own_account(session: Session, ids: dict[str, PersonId], now: datetime) -> None:
    """A security administrator cannot change, reset or shut the own account; the last one stays."""
    assert ids
    one = made(session, now, "anquan", Role.SECURITY_ADMIN, person="A01")
    with pytest.raises(RuleError, match="自己的账号"):
        service.set_roles(session, one.id, {Role.OFFICE_CLERK}, by=one.actor, now=now)
    with pytest.raises(RuleError, match="自己的账号"):
        service.reset(session, one.id, HASH, by=one.actor, now=now)
    with pytest.raises(RuleError, match="最后一位"), session.begin_nested():
        service.set_disabled(session, one.id, disabled=True, by="cli", now=now)
    with pytest.raises(RuleError, match="最后一位"), session.begin_nested():
        service.set_roles(session, one.id, {Role.OFFICE_CLERK}, by="cli", now=now)


def test_bad_accounts_are_refused(session: Session, ids: dict[str, PersonId], now: datetime) -> None:
    """A name in use, an unknown person or unit, an unknown account: each is said."""
    assert ids
    made(session, now, "zhang", Role.OFFICE_CLERK)
    with pytest.raises(ConflictError, match="已被使用"):
        made(session, now, "zhang", Role.OFFICE_CLERK)
    with pytest.raises(NotFoundError):
        made(session, now, "liwei", Role.OFFICE_CLERK, person="Z99")
    with pytest.raises(NotFoundError):
        made(session, now, "liwei", Role.UNIT_LIAISON, person="", unit="ZZ")
    with pytest.raises(InputError, match="三员分立"):
        made(session, now, "liwei", Role.SECURITY_ADMIN, Role.OFFICE_CLERK)
    with pytest.raises(NotFoundError):
        service.reset(session, AccountId("none"), HASH, by="cli", now=now)


def test_the_record_names_accounts_not_people(session: Session, ids: dict[str, PersonId], now: datetime) -> None:
    """What is done to an account is in the record under its number."""
    assert ids
    account = made(session, now, "zhang", Role.OFFICE_CLERK)
    service.set_roles(session, account.id, {Role.CADRE_CLERK}, by="cli", now=now)
    history = audit.history(session, account.subject)
    assert [entry.action for entry in history] == ["account.create", "account.roles"]
    assert "zhang" not in "".join(entry.details for entry in history)
    assert audit.verify(session).intact


def test_the_unit_follows_the_person(session: Session, ids: dict[str, PersonId], now: datetime) -> None:
    """A unit account sees its unit, a personal one the unit the person is in."""
    assert ids
    by_unit = made(session, now, "renshe", Role.UNIT_LIAISON, person="", unit="LAW")
    by_person = made(session, now, "zhang", Role.UNIT_LIAISON, person="B02")
    assert service.unit_of(session, by_unit) == service.unit_of(session, by_person) is not None


@pytest.mark.parametrize("statement", ["UPDATE login_log SET ip = 'x'", "DELETE FROM login_log"])
def test_the_login_log_cannot_be_changed(database: Database, now: datetime, statement: str) -> None:
    """The database itself refuses to change or remove a line of the login log."""
    with database.transaction() as session:
        attempt(session, "nobody", now)
    with pytest.raises(DBAPIError, match="append-only"), database.engine.begin() as connection:
        connection.execute(text(statement))
