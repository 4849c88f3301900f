"""Who may do what at the desk, when an account locks, when a login is over, what a password must be.

Source: 等级保护 2.0 level 2 (lock after failures, 30 minutes idle, complexity and renewal of passwords, three separate
administrators); NIST SP 800-63B section 5.1.1 (names and well-known words are no passwords).
"""

import re
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from djflow.accounts.model import (
    ADMIN_ROLES,
    TOWN_ROLES,
    Account,
    Act,
    LoginResult,
    LoginSession,
    NewAccount,
    Role,
)

MAX_FAILURES = 5
FIRST_LOCK = timedelta(minutes=10)
LONGEST_LOCK = timedelta(hours=24)
IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
PASSWORD_LIFE = timedelta(days=90)
INITIAL_LIFE = timedelta(days=3)
SEEN_STEP = timedelta(minutes=1)
"""The last use of a login is written at most this often, so that reading pages does not write all the time."""

MIN_PASSWORD, MAX_PASSWORD = 10, 128
_LOGIN = re.compile(r"[a-z][a-z0-9._-]{2,29}")
_KINDS = (re.compile(r"[a-z]"), re.compile(r"[A-Z]"), re.compile(r"[0-9]"), re.compile(r"[^A-Za-z0-9]"))
_WELL_KNOWN = ("password", "passw0rd", "p@ssw0rd", "admin", "qwerty", "123456", "654321", "111111", "abcabc", "djflow")

_ALL = frozenset(Role)
_WORKING = _ALL - ADMIN_ROLES - {Role.PUBLIC_VIEWER}
"""Whoever may be asked to approve something; an administrator's account is for administration only."""
_LEADERS = frozenset({Role.DEPT_MINISTER, Role.DEPT_DEPUTY})
_TOWN_DESK = TOWN_ROLES - {Role.TOWN_SECRETARY}
_FUND_HANDS = _TOWN_DESK | {Role.BRANCH_SECRETARY, Role.OFFICE_CLERK}
_FUND_EYES = _LEADERS | TOWN_ROLES | {Role.BRANCH_SECRETARY, Role.OFFICE_CLERK, Role.AUDITOR_READONLY}
_DISPATCH_EYES = _LEADERS | TOWN_ROLES | {
    Role.CADRE_CLERK, Role.HOST_SUPERVISOR, Role.UNIT_LIAISON, Role.AUDITOR_READONLY,
}  # fmt: skip
"""Whoever sees postings; hosts and home units see their own only."""
_POSTING_HANDS = frozenset({Role.HOST_SUPERVISOR, Role.TOWN_CLERK, Role.CADRE_CLERK})
_DRAFTERS = frozenset({Role.OFFICE_CLERK, Role.CADRE_CLERK})
_UNIT_DESK = frozenset({Role.UNIT_LIAISON, Role.TOWN_CLERK, Role.TOWN_ORG_COMMISSIONER})
_UNIT_VOICE = frozenset({Role.UNIT_LIAISON, Role.TOWN_CLERK})
"""Whoever answers for the figures of a unit."""
_TILL = frozenset({Role.FINANCE_CLERK, Role.CASHIER})
_CADRES = frozenset({Role.CADRE_CLERK})
_SEE_BATCHES = _CADRES | _LEADERS | {Role.AUDITOR_READONLY}
_SEE_MONEY = _TILL | _LEADERS | {Role.AUDITOR_READONLY}

PERMISSIONS: Mapping[Act, frozenset[Role]] = MappingProxyType(
    {
        Act.OWN_BOXES: _ALL - {Role.PUBLIC_VIEWER},
        Act.OWN_PASSWORD: _ALL - {Role.PUBLIC_VIEWER},
        Act.ROSTER_READ: _LEADERS | {Role.OFFICE_CLERK, Role.AUDITOR_READONLY},
        Act.ROSTER_FILES: _LEADERS | {Role.OFFICE_CLERK},
        Act.ROSTER_DECIDE: frozenset({Role.OFFICE_CLERK}),
        Act.UNIT_READ: frozenset({Role.UNIT_LIAISON}),
        Act.TOWN_READ: frozenset({Role.TOWN_SECRETARY, Role.TOWN_ORG_COMMISSIONER, Role.TOWN_CLERK}),
        Act.MESSAGE_READ: frozenset({Role.OFFICE_CLERK}),
        Act.MESSAGE_SEND: frozenset({Role.OFFICE_CLERK}),
        Act.NUMBER_SHOW: frozenset({Role.OFFICE_CLERK}),
        Act.CHANNEL_READ: frozenset({Role.OFFICE_CLERK, Role.SYSTEM_ADMIN}),
        Act.CHANNEL_PAUSE: frozenset({Role.OFFICE_CLERK, Role.SYSTEM_ADMIN}),
        Act.ACCOUNT_MANAGE: frozenset({Role.SECURITY_ADMIN}),
        Act.SYSTEM_READ: frozenset({Role.SYSTEM_ADMIN}),
        Act.APPROVAL_READ: _WORKING,
        Act.APPROVAL_BOARD: frozenset({Role.OFFICE_CLERK, Role.BRANCH_SECRETARY, Role.AUDITOR_READONLY}),
        Act.APPROVAL_DECIDE: _WORKING - {Role.AUDITOR_READONLY},
        Act.APPROVAL_URGE: frozenset({Role.OFFICE_CLERK, Role.BRANCH_SECRETARY}),
        Act.APPROVAL_REASSIGN: frozenset({Role.OFFICE_CLERK}),
        Act.AUDIT_READ: frozenset({Role.AUDIT_ADMIN}),
        Act.AUDIT_VERIFY: frozenset({Role.AUDIT_ADMIN}),
        Act.FUND_READ: _FUND_EYES,
        Act.FUND_LOOK: _FUND_EYES,
        Act.FUND_BRANCH: frozenset({Role.BRANCH_SECRETARY, Role.OFFICE_CLERK}),
        Act.FUND_VISIT: _TOWN_DESK | {Role.OFFICE_CLERK},
        Act.FUND_MATERIAL: _FUND_HANDS,
        Act.FUND_OFFICE: frozenset({Role.OFFICE_CLERK}),
        Act.FUND_FLAG: _TOWN_DESK | {Role.OFFICE_CLERK},
        Act.FUND_OBJECT: _TOWN_DESK | {Role.OFFICE_CLERK},
        Act.FUND_SETTLE: _LEADERS | {Role.OFFICE_CLERK},
        Act.FUND_DELIVER: _FUND_HANDS,
        Act.MONEY_READ: _SEE_MONEY,
        Act.MONEY_EXPORT: _SEE_MONEY,
        Act.MONEY_RECORD: frozenset({Role.FINANCE_CLERK}),
        Act.MONEY_CONFIRM: frozenset({Role.CASHIER}),
        Act.MONEY_PUBLISH: _LEADERS,
        Act.GIFT_WORK: frozenset({Role.FINANCE_CLERK}),
        Act.GIFT_PAPER: _TILL,
        Act.TILL_WORK: _TILL,
        Act.FUND_APPLY: frozenset({Role.BRANCH_SECRETARY, Role.TOWN_CLERK}),
        Act.DISPATCH_BOARD: _DISPATCH_EYES,
        Act.ROTATION_READ: _LEADERS | {Role.CADRE_CLERK},
        Act.ROTATION_WORK: frozenset({Role.CADRE_CLERK}),
        Act.RESERVE_READ: _LEADERS | {Role.CADRE_CLERK},
        Act.RESERVE_WORK: frozenset({Role.CADRE_CLERK}),
        Act.TRAINING_WORK: frozenset({Role.CADRE_CLERK}),
        Act.TRAINING_SIGN: frozenset({Role.CADRE_CLERK, Role.HOST_SUPERVISOR}),
        Act.BATCH_READ: _SEE_BATCHES | _TOWN_DESK | {Role.UNIT_LIAISON},
        Act.BATCH_DEMAND: _CADRES | {Role.TOWN_CLERK, Role.UNIT_LIAISON},
        Act.BATCH_NOMINATE: _CADRES | {Role.TOWN_CLERK, Role.UNIT_LIAISON},
        Act.BATCH_LOOK: _SEE_BATCHES,
        Act.BATCH_WORK: _CADRES,
        Act.BATCH_OBJECT: _CADRES | _LEADERS,
        Act.POSTING_READ: _LEADERS | TOWN_ROLES | _POSTING_HANDS | {Role.UNIT_LIAISON, Role.AUDITOR_READONLY},
        Act.POSTING_HOST: _POSTING_HANDS,
        Act.POSTING_OFFICE: frozenset({Role.CADRE_CLERK}),
        Act.DOCUMENT_READ: _LEADERS | _DRAFTERS | _UNIT_DESK | {Role.AUDITOR_READONLY},
        Act.DOCUMENT_DRAFT: _DRAFTERS,
        Act.DOCUMENT_OFFICE: frozenset({Role.OFFICE_CLERK}),
        Act.DOCUMENT_UNIT: _UNIT_DESK,
        Act.MEETING_LOOK: _LEADERS | _DRAFTERS | _UNIT_DESK | {Role.AUDITOR_READONLY},
        Act.MEETING_RUN: frozenset({Role.OFFICE_CLERK}),
        Act.MEETING_UNIT: _UNIT_DESK,
        Act.MEETING_FIGURES: _LEADERS | _DRAFTERS | {Role.AUDITOR_READONLY},
        Act.CIRCULAR_LOOK: _LEADERS | _DRAFTERS | _UNIT_VOICE | {Role.AUDITOR_READONLY},
        Act.CIRCULAR_RUN: frozenset({Role.OFFICE_CLERK}),
        Act.CIRCULAR_UNIT: _UNIT_VOICE,
    }
)
"""Which roles may do an act; what is not listed is forbidden."""


def may(roles: Collection[Role], act: Act) -> bool:
    """Return whether somebody with `roles` may do `act`."""
    return not PERMISSIONS[act].isdisjoint(roles)


def account_problem(new: NewAccount) -> str:
    """Return why such an account cannot be made, empty when it can."""
    if not _LOGIN.fullmatch(new.login):
        return "账号名须为3—30个小写字母、数字、点、横线或下划线，以字母开头。"
    return roles_problem(new.roles, has_person=bool(new.person_code), has_unit=bool(new.unit_code))


def roles_problem(roles: Collection[Role], *, has_person: bool, has_unit: bool) -> str:
    """Return why an account cannot hold these roles, empty when it can."""
    held = frozenset(roles)
    refusals = (
        (not held, "请至少选一个角色。"),
        (Role.PUBLIC_VIEWER in held, "公众查看公示网页不需要账号，请去掉“公众”角色。"),
        (
            bool(held & ADMIN_ROLES) and len(held) > 1,
            "系统管理员、安全管理员、审计管理员三员分立：管理员账号只能有一个角色，其他工作请另用账号。",
        ),
        (
            bool(held & ADMIN_ROLES) and not has_person,
            "管理员账号须对应一名在册人员：请写明工号；还没有录入的，先导入人员表。",
        ),
        (not has_person and not has_unit, "账号须对应一名在册人员或一个单位：请写明工号或单位编码。"),
    )
    return next((sentence for refused, sentence in refusals if refused), "")


def password_problem(password: str, login: str) -> str:
    """Return why a password is refused, empty when it is good enough."""
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        return f"密码须有{MIN_PASSWORD}—{MAX_PASSWORD}个字符。"
    if sum(bool(kind.search(password)) for kind in _KINDS) < 3:
        return "密码须含大写字母、小写字母、数字、其他符号中的至少三种。"
    lower = password.lower()
    if login in lower or any(word in lower for word in _WELL_KNOWN):
        return "密码里不能有账号名，也不能有 123456、password 这类常见的词。"
    if len(set(password)) < 6:
        return "密码里重复的字符太多，请换一个。"
    return ""


def locked_after(failures: int, now: datetime) -> datetime | None:
    """Return until when an account locks after so many failures in a row: 10 minutes, doubling, at most a day."""
    if failures < MAX_FAILURES:
        return None
    # The exponent is held small: two to a large number of failures would be a number nobody needs.
    doubled = FIRST_LOCK * (1 << min(failures - MAX_FAILURES, 10))
    return now + min(doubled, LONGEST_LOCK)


def verdict(account: Account | None, *, matched: bool, now: datetime) -> LoginResult:
    """Return how an attempt ends; a locked account stays shut for the right password too."""
    if account is None:
        return LoginResult.UNKNOWN_NAME
    if account.locked_until is not None and now < account.locked_until:
        return LoginResult.LOCKED
    if not matched:
        return LoginResult.WRONG_PASSWORD
    if account.disabled:
        return LoginResult.DISABLED
    if account.must_change and now - account.password_at >= INITIAL_LIFE:
        return LoginResult.EXPIRED
    return LoginResult.LOGGED_IN


def is_over(login: LoginSession, now: datetime) -> bool:
    """Return whether a login has ended: logged out, 30 minutes without use, or 12 hours old."""
    return login.ended_at is not None or now - login.seen_at >= IDLE or now - login.created_at >= ABSOLUTE


def needs_new_password(account: Account, now: datetime) -> bool:
    """Return whether the password must be changed before anything else."""
    return account.must_change or now - account.password_at >= PASSWORD_LIFE
