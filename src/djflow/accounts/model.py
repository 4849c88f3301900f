"""Roles, acts of the desk, and the values of accounts and logins. Source: domain glossary, roles."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NewType

from djflow.core.ids import PersonId, UnitId
from djflow.core.subject import Subject

AccountId = NewType("AccountId", str)


class Role(StrEnum):
    """What somebody is in the office's work; an account holds one or several."""

    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDIT_ADMIN = "audit_admin"
    DEPT_MINISTER = "dept_minister"
    DEPT_DEPUTY = "dept_deputy"
    OFFICE_CLERK = "office_clerk"
    CADRE_CLERK = "cadre_clerk"
    FINANCE_CLERK = "finance_clerk"
    CASHIER = "cashier"
    TOWN_SECRETARY = "town_secretary"
    TOWN_ORG_COMMISSIONER = "town_org_commissioner"
    TOWN_CLERK = "town_clerk"
    UNIT_LIAISON = "unit_liaison"
    BRANCH_SECRETARY = "branch_secretary"
    DUTY_PERSON = "duty_person"
    HOST_SUPERVISOR = "host_supervisor"
    DELEGATE = "delegate"
    EXPERT = "expert"
    AUDITOR_READONLY = "auditor_readonly"
    PUBLIC_VIEWER = "public_viewer"


ROLE_WORDS: Mapping[Role, str] = MappingProxyType(
    {
        Role.SYSTEM_ADMIN: "系统管理员",
        Role.SECURITY_ADMIN: "安全管理员",
        Role.AUDIT_ADMIN: "审计管理员",
        Role.DEPT_MINISTER: "部长",
        Role.DEPT_DEPUTY: "副部长",
        Role.OFFICE_CLERK: "组织科工作人员",
        Role.CADRE_CLERK: "干部科工作人员",
        Role.FINANCE_CLERK: "财务人员",
        Role.CASHIER: "出纳",
        Role.TOWN_SECRETARY: "镇（乡）党委书记",
        Role.TOWN_ORG_COMMISSIONER: "镇（乡）组织委员",
        Role.TOWN_CLERK: "镇（乡）党建办工作人员",
        Role.UNIT_LIAISON: "单位联络员",
        Role.BRANCH_SECRETARY: "党支部书记",
        Role.DUTY_PERSON: "值班干部",
        Role.HOST_SUPERVISOR: "接收单位负责人",
        Role.DELEGATE: "党代表",
        Role.EXPERT: "专家",
        Role.AUDITOR_READONLY: "审计人员（只读）",
        Role.PUBLIC_VIEWER: "公众",
    }
)
"""What people call the roles."""

ADMIN_ROLES = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
"""The three administrators, kept apart. Source: 等级保护 2.0, 三员分立."""

TOWN_ROLES = frozenset({Role.TOWN_SECRETARY, Role.TOWN_ORG_COMMISSIONER, Role.TOWN_CLERK})
"""Roles that see their own township."""


class Act(StrEnum):
    """Something that can be asked for at the desk."""

    OWN_BOXES = "own_boxes"
    OWN_PASSWORD = "own_password"  # noqa: S105 - the name of an act
    ROSTER_READ = "roster_read"
    ROSTER_FILES = "roster_files"
    ROSTER_DECIDE = "roster_decide"
    UNIT_READ = "unit_read"
    TOWN_READ = "town_read"
    MESSAGE_READ = "message_read"
    MESSAGE_SEND = "message_send"
    NUMBER_SHOW = "number_show"
    CHANNEL_READ = "channel_read"
    CHANNEL_PAUSE = "channel_pause"
    ACCOUNT_MANAGE = "account_manage"
    SYSTEM_READ = "system_read"
    APPROVAL_READ = "approval_read"
    APPROVAL_BOARD = "approval_board"
    APPROVAL_DECIDE = "approval_decide"
    APPROVAL_URGE = "approval_urge"
    APPROVAL_REASSIGN = "approval_reassign"
    AUDIT_READ = "audit_read"
    AUDIT_VERIFY = "audit_verify"
    FUND_READ = "fund_read"
    FUND_LOOK = "fund_look"
    FUND_BRANCH = "fund_branch"
    FUND_VISIT = "fund_visit"
    FUND_MATERIAL = "fund_material"
    FUND_OFFICE = "fund_office"
    FUND_FLAG = "fund_flag"
    FUND_OBJECT = "fund_object"
    FUND_SETTLE = "fund_settle"
    FUND_DELIVER = "fund_deliver"
    MONEY_READ = "money_read"
    MONEY_EXPORT = "money_export"
    MONEY_RECORD = "money_record"
    MONEY_CONFIRM = "money_confirm"
    MONEY_PUBLISH = "money_publish"
    GIFT_WORK = "gift_work"
    GIFT_PAPER = "gift_paper"
    TILL_WORK = "till_work"
    FUND_APPLY = "fund_apply"
    DISPATCH_BOARD = "dispatch_board"
    ROTATION_READ = "rotation_read"
    ROTATION_WORK = "rotation_work"
    RESERVE_READ = "reserve_read"
    RESERVE_WORK = "reserve_work"
    TRAINING_WORK = "training_work"
    TRAINING_SIGN = "training_sign"
    BATCH_READ = "batch_read"
    BATCH_DEMAND = "batch_demand"
    BATCH_NOMINATE = "batch_nominate"
    BATCH_LOOK = "batch_look"
    BATCH_WORK = "batch_work"
    BATCH_OBJECT = "batch_object"
    POSTING_READ = "posting_read"
    POSTING_HOST = "posting_host"
    POSTING_OFFICE = "posting_office"
    DOCUMENT_READ = "document_read"
    DOCUMENT_DRAFT = "document_draft"
    DOCUMENT_OFFICE = "document_office"
    DOCUMENT_UNIT = "document_unit"
    MEETING_LOOK = "meeting_look"
    MEETING_RUN = "meeting_run"
    MEETING_UNIT = "meeting_unit"
    MEETING_FIGURES = "meeting_figures"
    CIRCULAR_LOOK = "circular_look"
    CIRCULAR_RUN = "circular_run"
    CIRCULAR_UNIT = "circular_unit"


class LoginResult(StrEnum):
    """How an attempt to log in, or a login, ended."""

    LOGGED_IN = "logged_in"
    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - the name of a result
    UNKNOWN_NAME = "unknown_name"
    LOCKED = "locked"
    DISABLED = "disabled"
    EXPIRED = "expired"
    LOGGED_OUT = "logged_out"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the name of a result


RESULT_WORDS: Mapping[LoginResult, str] = MappingProxyType(
    {
        LoginResult.LOGGED_IN: "登录成功",
        LoginResult.WRONG_PASSWORD: "密码不对",
        LoginResult.UNKNOWN_NAME: "没有这个账号",
        LoginResult.LOCKED: "账号锁定中",
        LoginResult.DISABLED: "账号已停用",
        LoginResult.EXPIRED: "初始密码已过期",
        LoginResult.LOGGED_OUT: "退出",
        LoginResult.PASSWORD_CHANGED: "修改密码",
    }
)
"""What the login log calls the results."""


@dataclass(frozen=True, slots=True)
class Account:
    """Who may log in; `locked_until` lies in the past or is None when the account is open."""

    id: AccountId
    login: str
    person: PersonId | None
    unit: UnitId | None
    roles: frozenset[Role]
    must_change: bool
    password_at: datetime
    locked_until: datetime | None
    failures: int
    disabled: bool

    @property
    def actor(self) -> str:
        """How the record of changes names this account."""
        return str(self.subject)

    @property
    def subject(self) -> Subject:
        """What the record of changes calls this account's own changes."""
        return Subject("account", self.id)

    @property
    def role_words(self) -> str:
        """The roles as people read them, in the order of the list of roles."""
        return "、".join(ROLE_WORDS[role] for role in Role if role in self.roles)


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account to be made; person and unit by the office's codes, empty for none."""

    login: str
    roles: frozenset[Role]
    person_code: str = ""
    unit_code: str = ""


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a password is held against; for a name that is not there a hash that nothing matches."""

    account_id: AccountId | None
    login: str
    password_hash: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LoginSession:
    """A login as it is kept: the hash of its token, when it began, when it was last used."""

    token_hash: str
    account_id: AccountId
    created_at: datetime
    seen_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class LoginEntry:
    """One line of the login log; `login` is empty for a name that is no account: people type passwords there."""

    id: str
    at: datetime
    login: str
    name_hash: str
    result: LoginResult
    ip: str
