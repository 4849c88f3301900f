"""Who may do what, when an account locks, what a password must be."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from djflow.accounts import rules
from djflow.accounts.model import (
    ADMIN_ROLES,
    ROLE_WORDS,
    Account,
    AccountId,
    Act,
    LoginResult,
    LoginSession,
    NewAccount,
    Role,
)
from djflow.core.ids import PersonId

NOW = datetime(2026, 11, 18, 1, 0, tzinfo=UTC)
ACCOUNT = Account(
    AccountId("a1"), "zhang.san", PersonId("p1"), None, frozenset({Role.OFFICE_CLERK}), False, NOW, None, 0, False
)

COLUMNS = (
    Act.ROSTER_READ, Act.ROSTER_FILES, Act.ROSTER_DECIDE, Act.UNIT_READ, Act.TOWN_READ, Act.MESSAGE_READ,
    Act.MESSAGE_SEND, Act.CHANNEL_READ, Act.CHANNEL_PAUSE, Act.ACCOUNT_MANAGE, Act.SYSTEM_READ, Act.AUDIT_READ,
    Act.AUDIT_VERIFY, Act.NUMBER_SHOW,
)  # fmt: skip
EXPECTED = {
    #                            read files decide unit town msg send chan pause acc sys audit verify number
    Role.SYSTEM_ADMIN:          ". . . . . . . x x . x . . .",
    Role.SECURITY_ADMIN:        ". . . . . . . . . x . . . .",
    Role.AUDIT_ADMIN:           ". . . . . . . . . . . x x .",
    Role.DEPT_MINISTER:         "x x . . . . . . . . . . . .",
    Role.DEPT_DEPUTY:           "x x . . . . . . . . . . . .",
    Role.OFFICE_CLERK:          "x x x . . x x x x . . . . x",
    Role.CADRE_CLERK:           ". . . . . . . . . . . . . .",
    Role.FINANCE_CLERK:         ". . . . . . . . . . . . . .",
    Role.CASHIER:               ". . . . . . . . . . . . . .",
    Role.TOWN_SECRETARY:        ". . . . x . . . . . . . . .",
    Role.TOWN_ORG_COMMISSIONER: ". . . . x . . . . . . . . .",
    Role.TOWN_CLERK:            ". . . . x . . . . . . . . .",
    Role.UNIT_LIAISON:          ". . . x . . . . . . . . . .",
    Role.BRANCH_SECRETARY:      ". . . . . . . . . . . . . .",
    Role.DUTY_PERSON:           ". . . . . . . . . . . . . .",
    Role.HOST_SUPERVISOR:       ". . . . . . . . . . . . . .",
    Role.DELEGATE:              ". . . . . . . . . . . . . .",
    Role.EXPERT:                ". . . . . . . . . . . . . .",
    Role.AUDITOR_READONLY:      "x . . . . . . . . . . . . .",
    Role.PUBLIC_VIEWER:         ". . . . . . . . . . . . . .",
}  # fmt: skip


@pytest.mark.parametrize("role", list(Role))
def test_every_role_may_exactly_this(role: Role) -> None:
    """Each cell of the table act by role is as the office expects it, own boxes and password for all with a login.

    The fund's acts have tables of their own beside this one.
    """
    allowed = {act: cell == "x" for act, cell in zip(COLUMNS, EXPECTED[role].split(), strict=True)}
    own = role is not Role.PUBLIC_VIEWER
    allowed |= {Act.OWN_BOXES: own, Act.OWN_PASSWORD: own}
    assert {act: rules.may({role}, act) for act in allowed} == allowed


def test_the_tables_are_complete() -> None:
    """Every act has its roles, every role its words."""
    assert set(rules.PERMISSIONS) == set(Act)
    assert set(ROLE_WORDS) == set(Role)


def test_three_administrators_share_no_act() -> None:
    """No act of one administrator belongs to another, but for the own boxes and password everybody has."""
    own = {Act.OWN_BOXES, Act.OWN_PASSWORD}
    for act in set(Act) - own:
        assert len(rules.PERMISSIONS[act] & ADMIN_ROLES) <= 1


@pytest.mark.parametrize(
    ("roles", "person", "unit", "words"),
    [
        ({Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN}, "A01", "", "三员分立"),
        ({Role.SECURITY_ADMIN, Role.OFFICE_CLERK}, "A01", "", "三员分立"),
        ({Role.SYSTEM_ADMIN}, "", "HR", "在册人员"),
        ({Role.UNIT_LIAISON}, "", "", "单位编码"),
        ({Role.PUBLIC_VIEWER}, "A01", "", "不需要账号"),
        (set(), "A01", "", "至少选一个"),
        ({Role.OFFICE_CLERK}, "", "", "工号或单位编码"),
    ],
)
def test_roles_that_do_not_go_together(roles: set[Role], person: str, unit: str, words: str) -> None:
    """Such an account is refused with the reason."""
    assert words in rules.account_problem(NewAccount("zhang", frozenset(roles), person, unit))


@pytest.mark.parametrize("login", ["", "ab", "Zhang", "张三", "1abc", "a b c", "a" * 31, "zhang\n"])
def test_names_that_are_no_account_names(login: str) -> None:
    """A name is 3 to 30 small letters, digits, dots and dashes and begins with a letter."""
    assert "账号名" in rules.account_problem(NewAccount(login, frozenset({Role.OFFICE_CLERK}), "A01"))


def test_good_accounts() -> None:
    """A clerk with a person, a liaison with a unit, an administrator with a person can be made."""
    for new in (
        NewAccount("zhang.san", frozenset({Role.OFFICE_CLERK, Role.CADRE_CLERK}), "A01"),
        NewAccount("renshe-1", frozenset({Role.UNIT_LIAISON}), "", "HR"),
        NewAccount("shenji", frozenset({Role.AUDIT_ADMIN}), "A01"),
    ):
        assert rules.account_problem(new) == ""


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("Kq7-mt2", "10—128"),
        ("x" * 129, "10—128"),
        ("abcdefghijkl", "至少三种"),
        ("Ganchang2026ZHANG.san", "账号名"),
        ("Password2026", "常见的词"),
        ("Djflow-2026-11", "常见的词"),
        ("x111111Yz-ab", "常见的词"),
        ("aaaaaAA222a!", "重复"),
    ],
)
def test_weak_passwords(password: str, words: str) -> None:
    """A weak password is refused with the reason."""
    assert words in rules.password_problem(password, "zhang.san")


def test_good_password() -> None:
    """Ten signs of three kinds are enough, Chinese counts as other signs."""
    assert rules.password_problem("Mt7-kqzwxr", "zhang.san") == ""
    assert rules.password_problem("大仓赶场Liuxi88q", "zhang.san") == ""


def test_lock_grows() -> None:
    """The fifth failure locks for ten minutes, each further one twice as long, never longer than a day."""
    assert rules.locked_after(4, NOW) is None
    minutes = [((rules.locked_after(n, NOW) or NOW) - NOW) / timedelta(minutes=1) for n in (5, 6, 7, 12, 13, 10_000)]
    assert minutes == [10, 20, 40, 1280, 1440, 1440]


@pytest.mark.parametrize(
    ("account", "matched", "result"),
    [
        (ACCOUNT, True, LoginResult.LOGGED_IN),
        (ACCOUNT, False, LoginResult.WRONG_PASSWORD),
        (None, False, LoginResult.UNKNOWN_NAME),
        (None, True, LoginResult.UNKNOWN_NAME),
        (replace(ACCOUNT, locked_until=NOW + timedelta(seconds=1)), True, LoginResult.LOCKED),
        (replace(ACCOUNT, locked_until=NOW), True, LoginResult.LOGGED_IN),
        (replace(ACCOUNT, disabled=True), True, LoginResult.DISABLED),
        (replace(ACCOUNT, disabled=True), False, LoginResult.WRONG_PASSWORD),
        (replace(ACCOUNT, must_change=True, password_at=NOW - timedelta(days=3)), True, LoginResult.EXPIRED),
        (replace(ACCOUNT, must_change=True, password_at=NOW - timedelta(days=2)), True, LoginResult.LOGGED_IN),
    ],
)
def test_verdict(account: Account | None, matched: bool, result: LoginResult) -> None:  # noqa: FBT001 - a table's column
    """A locked account stays shut for the right password; a first password is good for three days."""
    assert rules.verdict(account, matched=matched, now=NOW) is result


@pytest.mark.parametrize(
    ("age", "idle", "over"),
    [(29, 29, False), (31, 30, True), (12 * 60, 1, True), (12 * 60 - 1, 1, False)],
)
def test_a_login_ends(age: int, idle: int, over: bool) -> None:  # noqa: FBT001 - a table's column
    """A login is over after 30 minutes without use and after 12 hours."""
    login = LoginSession("t", AccountId("a1"), NOW - timedelta(minutes=age), NOW - timedelta(minutes=idle), None)
    assert rules.is_over(login, NOW) is over
    assert rules.is_over(replace(login, ended_at=NOW), NOW)


def test_old_passwords_must_be_changed() -> None:
    """After 90 days, and after a reset, the password comes first."""
    assert not rules.needs_new_password(replace(ACCOUNT, password_at=NOW - timedelta(days=89)), NOW)
    assert rules.needs_new_password(replace(ACCOUNT, password_at=NOW - timedelta(days=90)), NOW)
    assert rules.needs_new_password(replace(ACCOUNT, must_change=True), NOW)
