"""What is asked of accounts: make one, set its roles, reset, lock; log in and out, know who a token belongs to.

Passwords are hashed outside of transactions (a hash takes a tenth of a second, and SQLite has one writer): a caller
takes the challenge, compares, and then brings the result here, where the account is locked and looked at again.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from djflow.accounts import hashing, rules, store
from djflow.accounts.model import (
    ADMIN_ROLES,
    Account,
    AccountId,
    Challenge,
    LoginEntry,
    LoginResult,
    LoginSession,
    NewAccount,
    Role,
)
from djflow.accounts.tables import AccountRow
from djflow.audit import service as audit
from djflow.core.errors import ConflictError, InputError, NotFoundError, RuleError
from djflow.core.ids import PersonId, UnitId, new_id
from djflow.core.subject import Subject
from djflow.db.session import vault_of
from djflow.people import service as people

_OWN = "不能管理自己的账号：请由另一位安全管理员办理，或在服务器上用 djflow account 命令办理。"


def challenge(session: Session, login: str) -> Challenge:
    """Return what a password for `login` is to be held against, whether the account exists or not."""
    name = login.strip().lower()
    row = store.row_by_login(session, name)
    if row is None:
        return Challenge(None, name, hashing.nobodys_hash())
    return Challenge(AccountId(row.id), name, row.password_hash)


def finish_login(
    session: Session, asked: Challenge, *, matched: bool, token_hash: str, ip: str, now: datetime
) -> LoginResult:
    """Count and log an attempt; keep the login under `token_hash` when it is good."""
    row = store.row_of(session, asked.account_id, lock=True) if asked.account_id else None
    account = store.account_of(row) if row else None
    # A password reset in between makes the comparison worthless.
    same = row is not None and row.password_hash == asked.password_hash
    result = rules.verdict(account, matched=matched and same, now=now)
    if row is not None and result is LoginResult.WRONG_PASSWORD:
        row.failures += 1
        row.locked_until = rules.locked_after(row.failures, now)
    if row is not None and result is LoginResult.LOGGED_IN:
        row.failures, row.locked_until = 0, None
        store.add_login(session, LoginSession(token_hash, AccountId(row.id), now, now, None), ip)
    _log(session, asked.login, result, ip=ip, now=now, known=row is not None)
    return result


def _log(session: Session, name: str, result: LoginResult, *, ip: str, now: datetime, known: bool = True) -> None:
    name_hash = vault_of(session).lookup(name, kind="login")
    store.log(session, login=name if known else "", name_hash=name_hash, result=result, ip=ip[:45], now=now)


def holder_of(session: Session, token_hash: str, *, now: datetime) -> tuple[Account, LoginSession] | None:
    """Return whose login that is, None when it is over or the account was disabled since."""
    login = store.login_of(session, token_hash)
    if login is None or rules.is_over(login, now):
        return None
    row = store.row_of(session, login.account_id)
    return (store.account_of(row), login) if row is not None and not row.disabled else None


def mark_seen(session: Session, token_hash: str, *, now: datetime) -> None:
    """Note that a login is in use."""
    store.mark_seen(session, token_hash, now)


def log_out(session: Session, token_hash: str, *, ip: str, now: datetime) -> None:
    """End a login; twice is once."""
    login = store.login_of(session, token_hash)
    if login is None or not store.end_login(session, token_hash, now):
        return
    _log(session, _row(session, login.account_id).login, LoginResult.LOGGED_OUT, ip=ip, now=now)


def change_password(
    session: Session, asked: Challenge, new_hash: str, *, token_hash: str, ip: str, now: datetime
) -> None:
    """Replace the password whose challenge was met; every other login ends, `token_hash` is the new one.

    Raises: ConflictError when the password was changed or reset in between.
    """
    row = _row(session, asked.account_id, lock=True)
    if row.password_hash != asked.password_hash or row.disabled:
        raise ConflictError("密码在此期间已被修改或重置：请重新登录。")
    row.password_hash, row.password_at, row.must_change, row.failures = new_hash, now, False, 0
    account = store.account_of(row)
    store.end_logins(session, account.id, now)
    store.add_login(session, LoginSession(token_hash, account.id, now, now, None), ip)
    _log(session, row.login, LoginResult.PASSWORD_CHANGED, ip=ip, now=now)
    audit.record(session, account.subject, "account.password", by=account.actor, now=now)


def count_failure(session: Session, asked: Challenge, *, ip: str, now: datetime) -> None:
    """Count a wrong present password given by somebody who is logged in; the account locks as at the door."""
    row = _row(session, asked.account_id, lock=True)
    row.failures += 1
    row.locked_until = rules.locked_after(row.failures, now)
    if row.locked_until is not None:
        store.end_logins(session, AccountId(row.id), now)
    _log(session, row.login, LoginResult.WRONG_PASSWORD, ip=ip, now=now)


def confirm(session: Session, asked: Challenge, *, matched: bool, ip: str, now: datetime) -> LoginResult:
    """Count how somebody who is logged in gave their password again, as at the door; a good one ends the count."""
    row = _row(session, asked.account_id, lock=True)
    same = row.password_hash == asked.password_hash
    result = rules.verdict(store.account_of(row), matched=matched and same, now=now)
    if result is LoginResult.WRONG_PASSWORD:
        count_failure(session, asked, ip=ip, now=now)
    elif result is LoginResult.LOGGED_IN:
        row.failures, row.locked_until = 0, None
    return result


def create(session: Session, new: NewAccount, password_hash: str, *, by: str, now: datetime) -> Account:
    """Make an account that must change its first password.

    Raises: InputError or RuleError for a bad name, roles that do not go together, unknown codes; ConflictError for a
    name in use or a person who is another administrator already.
    """
    if problem := rules.account_problem(new):
        raise InputError(problem, code="account.refused")
    if store.row_by_login(session, new.login) is not None:
        raise ConflictError("这个账号名已被使用：请换一个。", code="account.taken")
    person = people.person_by_code(session, new.person_code).id if new.person_code else None
    unit = people.unit_by_code(session, new.unit_code).id if new.unit_code else None
    row = AccountRow(
        id=new_id(now), login=new.login, person_id=person, unit_id=unit, roles=store.words_of(new.roles),
        password_hash=password_hash, password_at=now, must_change=True, failures=0, locked_until=None, disabled=False,
        created_at=now,
    )  # fmt: skip
    account = store.account_of(row)
    audit.record(session, account.subject, "account.create", by=by, now=now, details={"roles": row.roles})
    _require_three_people(session, account)
    store.add(session, row)
    return account


def _require_three_people(session: Session, wanted: Account) -> None:
    # Called after audit.record, which holds the record's head: two such changes cannot look past each other.
    if not wanted.roles & ADMIN_ROLES:
        return
    for other in store.accounts(session):
        if other.id != wanted.id and other.person == wanted.person and other.roles & ADMIN_ROLES and not other.disabled:
            raise ConflictError(
                "三员分立：这位同志已有另一个管理员账号，系统、安全、审计管理员须由三个人分别担任。",
                code="account.three_people",
            )


def set_roles(session: Session, account_id: AccountId, roles: Collection[Role], *, by: str, now: datetime) -> Account:
    """Give an account other roles; its logins end.

    Raises: InputError for roles that do not go together; RuleError for one's own account or the last security
    administrator; ConflictError for a person who is another administrator already.
    """
    row = _row(session, account_id, lock=True)
    wanted = frozenset(roles)
    problem = rules.roles_problem(wanted, has_person=row.person_id is not None, has_unit=row.unit_id is not None)
    if problem:
        raise InputError(problem, code="account.refused")
    before = row.roles
    if before == store.words_of(wanted):
        return store.account_of(row)
    _require_other(row, by)
    row.roles = store.words_of(wanted)
    session.flush()
    account = store.account_of(row)
    audit.record(
        session, account.subject, "account.roles", by=by, now=now, details={"before": before, "after": row.roles}
    )
    _require_three_people(session, account)
    _require_guardian(session, before)
    store.end_logins(session, account.id, now)
    return account


def reset(session: Session, account_id: AccountId, password_hash: str, *, by: str, now: datetime) -> Account:
    """Give an account a first password again and open its lock; its logins end.

    Raises: RuleError for one's own account.
    """
    row = _row(session, account_id, lock=True)
    _require_other(row, by)
    row.password_hash, row.password_at, row.must_change = password_hash, now, True
    row.failures, row.locked_until = 0, None
    account = store.account_of(row)
    store.end_logins(session, account.id, now)
    audit.record(session, account.subject, "account.reset", by=by, now=now)
    return account


def set_disabled(session: Session, account_id: AccountId, *, disabled: bool, by: str, now: datetime) -> Account:
    """Shut an account, or open it again; twice is once.

    Raises: RuleError for one's own account or the last security administrator.
    """
    row = _row(session, account_id, lock=True)
    if row.disabled is disabled:
        return store.account_of(row)
    _require_other(row, by)
    row.disabled = disabled
    session.flush()
    account = store.account_of(row)
    action = "account.disable" if disabled else "account.enable"
    audit.record(session, account.subject, action, by=by, now=now)
    if disabled:
        store.end_logins(session, account.id, now)
        _require_guardian(session, row.roles)
    else:
        _require_three_people(session, account)
    return account


def _require_other(row: AccountRow, by: str) -> None:
    if by == str(Subject("account", row.id)):
        raise RuleError(_OWN, code="account.own")


def _require_guardian(session: Session, roles_before: str) -> None:
    if Role.SECURITY_ADMIN not in roles_before.split(","):
        return
    if not any(Role.SECURITY_ADMIN in a.roles and not a.disabled for a in store.accounts(session)):
        raise RuleError(
            "这是最后一位安全管理员，停用或改角色后就没有人能管理账号了：请先另建一位。", code="account.last"
        )


def accounts(session: Session) -> tuple[Account, ...]:
    """Return all accounts by name."""
    return store.accounts(session)


def holders(session: Session, roles: Collection[Role]) -> tuple[Account, ...]:
    """Return the accounts of persons that hold one of the roles and are not disabled, by name."""
    return store.holders(session, roles) if roles else ()


def account_of(session: Session, account_id: AccountId) -> Account:
    """Return an account.

    Raises: NotFoundError.
    """
    return store.account_of(_row(session, account_id))


def account_by_login(session: Session, login: str) -> Account:
    """Return the account with that name.

    Raises: NotFoundError.
    """
    row = store.row_by_login(session, login)
    if row is None:
        raise NotFoundError("没有这个账号：请用 djflow account list 查看现有的账号。", code="account.unknown")
    return store.account_of(row)


def unit_of(session: Session, account: Account) -> UnitId | None:
    """Return the unit whose things an account may see: its own, else the one its person is in today."""
    if account.unit is not None or account.person is None:
        return account.unit
    card = people.people_by_ids(session, [PersonId(account.person)]).get(account.person)
    return card.unit_id if card else None


def login_log(session: Session, *, before: str = "", count: int = 50) -> tuple[LoginEntry, ...]:
    """Return lines of the login log older than line `before` (empty: the newest), newest first."""
    return store.log_page(session, before=before, count=count)


def clear(session: Session, *, log_before: datetime, logins_before: datetime, limit: int) -> Mapping[str, int]:
    """Forget at most `limit` lines of the login log and as many ended logins; return the counts by kind."""
    counts = {
        "login_lines": store.forget_log(session, log_before, limit=limit),
        "logins": store.forget_logins(session, logins_before, limit=limit),
    }
    return {kind: count for kind, count in counts.items() if count}


def _row(session: Session, account_id: AccountId | None, *, lock: bool = False) -> AccountRow:
    row = store.row_of(session, account_id, lock=lock) if account_id else None
    if row is None:
        raise NotFoundError("没有这个账号：可能写错了，请在账号列表里重新选择。", code="account.unknown")
    return row
