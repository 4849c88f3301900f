"""The door of the desk: logging in and out, changing a password, making accounts – each hash between transactions."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from djflow.accounts import hashing, rules, service
from djflow.accounts.model import Account, AccountId, LoginResult, NewAccount, Role
from djflow.assembly.house import House
from djflow.core.clock import civil_datetime
from djflow.core.errors import InputError, NotFoundError
from djflow.core.subject import Subject
from djflow.inbox import service as inbox
from djflow.inbox.model import Address, ItemKind, NewItem

REFUSED = "账号名或密码不对，或者账号暂时锁定。连续输错5次会锁定，等一会儿再试；忘了密码请找安全管理员重置。"
"""One sentence for every refusal: nobody learns from it which accounts exist or which are locked."""


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody is logged in with this token."""

    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is at the desk, and whether a new password comes first."""

    account: Account
    token_hash: str = field(repr=False)
    needs_password: bool


@dataclass(frozen=True, slots=True)
class FirstPassword:
    """An account with its first password, shown once."""

    account: Account
    password: str = field(repr=False)


def log_in(house: House, login: str, password: str, *, ip: str, old_token: str = "") -> Entered | None:
    """Return a fresh login, None when refused; a login the browser came with ends.

    Raises: BusyDoorError when too many log in at once.
    """
    with house.reading() as session:
        asked = service.challenge(session, login)
    matched = hashing.matches(asked.password_hash, password[: rules.MAX_PASSWORD + 1])
    token = hashing.new_token()
    with house.transaction() as session:
        now = house.now()
        result = service.finish_login(
            session, asked, matched=matched, token_hash=hashing.token_hash(token), ip=ip, now=now
        )
        if old_token:
            service.log_out(session, hashing.token_hash(old_token), ip=ip, now=now)
        if result is LoginResult.WRONG_PASSWORD and asked.account_id:
            _tell_when_locked(session, asked.account_id, now=now)
    return Entered(token) if result is LoginResult.LOGGED_IN else None


def _tell_when_locked(session: Session, account_id: AccountId, *, now: datetime) -> None:
    account = service.account_of(session, account_id)
    if account.locked_until is None:
        return
    until = civil_datetime(account.locked_until)
    item = NewItem(
        ItemKind.ACCOUNT_LOCKED,
        Subject("account.lock", f"{account.id}@{account.failures}.{now:%Y%m%d%H%M}"),
        Address(role=Role.SECURITY_ADMIN),
        f"账号 {account.login} 连续输错密码 {account.failures} 次，锁定到 {until:%m月%d日 %H:%M}，请核实是否本人。",
        "/desk/accounts",
        task=False,
    )
    inbox.post_item(session, item, now=now)


def visitor_of(house: House, token: str) -> Visitor | None:
    """Return who holds a token, None when the login is over; looking counts as use."""
    token_hash = hashing.token_hash(token)
    now = house.now()
    with house.reading() as session:
        found = service.holder_of(session, token_hash, now=now)
    if found is None:
        return None
    account, login = found
    if now - login.seen_at >= rules.SEEN_STEP:
        with house.transaction() as session:
            service.mark_seen(session, token_hash, now=now)
    return Visitor(account, token_hash, rules.needs_new_password(account, now))


def leave(house: House, visitor: Visitor, *, ip: str) -> None:
    """End a visitor's login; twice is once."""
    with house.transaction() as session:
        service.log_out(session, visitor.token_hash, ip=ip, now=house.now())


def change_password(house: House, visitor: Visitor, *, old: str, new: str, ip: str) -> Entered:
    """Give a visitor's account a new password and return a fresh login; every other login of the account ends.

    Raises: InputError for a wrong present password or a new one that is too weak or the same; a wrong present
    password counts as a failure at the door. ConflictError when the password was reset in between.
    """
    login = visitor.account.login
    if problem := rules.password_problem(new, login):
        raise InputError(problem, code="password.weak")
    if new == old:
        raise InputError("新密码不能与现在的密码相同。", code="password.same")
    with house.reading() as session:
        asked = service.challenge(session, login)
    if not hashing.matches(asked.password_hash, old[: rules.MAX_PASSWORD + 1]):
        with house.transaction() as session:
            service.count_failure(session, asked, ip=ip, now=house.now())
        raise InputError("现在的密码不对，请重新输入。", code="password.wrong")
    new_hash, token = hashing.hash_of(new), hashing.new_token()
    with house.transaction() as session:
        service.change_password(session, asked, new_hash, token_hash=hashing.token_hash(token), ip=ip, now=house.now())
    return Entered(token)


def require_password(house: House, visitor: Visitor, password: str, *, ip: str) -> None:
    """Let go on whoever gives their password again; a wrong one counts as a failure at the door.

    Raises: InputError for a password that is missing or wrong; BusyDoorError when too many are compared at once.
    """
    if not password:
        raise InputError("请再输入一次登录密码，确认是本人办理。", code="password.missing")
    with house.reading() as session:
        asked = service.challenge(session, visitor.account.login)
    matched = hashing.matches(asked.password_hash, password[: rules.MAX_PASSWORD + 1])
    with house.transaction() as session:
        now = house.now()
        result = service.confirm(session, asked, matched=matched, ip=ip, now=now)
        if result is LoginResult.WRONG_PASSWORD:
            _tell_when_locked(session, visitor.account.id, now=now)
    if result is not LoginResult.LOGGED_IN:
        raise InputError(
            "密码不对，没有办理：请重新输入。连续输错5次账号会锁定，那时须等一会儿再登录。", code="password.wrong"
        )


def create_account(house: House, new: NewAccount, *, by: str) -> FirstPassword:
    """Make an account and return it with its first password.

    Raises: what `accounts.service.create` raises.
    """
    password = hashing.first_password()
    password_hash = hashing.hash_of(password)
    with house.transaction() as session:
        return FirstPassword(service.create(session, new, password_hash, by=by, now=house.now()), password)


def reset_account(house: House, account_id: AccountId, *, by: str) -> FirstPassword:
    """Give an account a first password again and open its lock.

    Raises: RuleError for one's own account; NotFoundError.
    """
    password = hashing.first_password()
    password_hash = hashing.hash_of(password)
    with house.transaction() as session:
        return FirstPassword(service.reset(session, account_id, password_hash, by=by, now=house.now()), password)


def set_roles(house: House, account_id: AccountId, roles: Collection[Role], *, by: str) -> Account:
    """Give an account other roles.

    Raises: what `accounts.service.set_roles` raises.
    """
    with house.transaction() as session:
        return service.set_roles(session, account_id, roles, by=by, now=house.now())


def set_disabled(house: House, account_id: AccountId, *, disabled: bool, by: str) -> Account:
    """Shut an account or open it again.

    Raises: what `accounts.service.set_disabled` raises.
    """
    with house.transaction() as session:
        return service.set_disabled(session, account_id, disabled=disabled, by=by, now=house.now())


def account_named(house: House, login: str) -> Account:
    """Return the account with that name.

    Raises: NotFoundError.
    """
    with house.reading() as session:
        return service.account_by_login(session, login)


def roles_named(words: Collection[str]) -> frozenset[Role]:
    """Return roles by their words.

    Raises: NotFoundError naming those that may be written.
    """
    unknown = [word for word in words if word not in set(Role)]
    if unknown:
        raise NotFoundError(f"没有角色“{unknown[0]}”，可以写：{'、'.join(Role)}。", code="account.role")
    return frozenset(Role(word) for word in words)
