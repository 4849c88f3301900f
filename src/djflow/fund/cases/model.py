"""An application to the fund and the words of its way. States, acts and categories are stored and never renamed.

Source: handbook of the fund, section 5; the office's rules are configuration (`Policy`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NewType

from djflow.calendar.workdays import WorkCalendar
from djflow.core.ids import BranchId, PersonId, UnitId
from djflow.core.subject import Subject

CaseId = NewType("CaseId", str)


class Category(StrEnum):
    """What help is for; the only word about it that the public ever sees is the neutral label."""

    REGULAR = "regular"
    TEMPORARY = "temporary"
    EMERGENCY = "emergency"
    VETERAN = "veteran"
    LINE_OF_DUTY = "line_of_duty"
    HONOURED = "honoured"


class CaseState(StrEnum):
    """Where an application is."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    CHECKING = "checking"
    RUNNING = "running"
    RETURNED = "returned"
    WAITING_BUDGET = "waiting_budget"
    PUBLICITY = "publicity"
    FROZEN = "frozen"
    READY_TO_PAY = "ready_to_pay"
    SENT = "sent"
    PAYMENT_FAILED = "payment_failed"
    PAID = "paid"
    FOLLOW_UP = "follow_up"
    CLOSED = "closed"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    CLAWED_BACK = "clawed_back"


class Act(StrEnum):
    """What can be done to an application."""

    SUBMIT = "submit"
    ACCEPT = "accept"
    START = "start"
    FAST_TRACK = "fast_track"
    RETURN = "return"
    RESUBMIT = "resubmit"
    APPROVE = "approve"
    QUEUE = "queue"
    FUND = "fund"
    FREEZE = "freeze"
    RESUME = "resume"
    UPHOLD = "uphold"
    END_PUBLICITY = "end_publicity"
    SEND = "send"
    CONFIRM_PAID = "confirm_paid"
    FAIL = "fail"
    CORRECT = "correct"
    HAND_OVER = "hand_over"
    CLOSE = "close"
    CLAW_BACK = "claw_back"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"


class Who(StrEnum):
    """In what capacity somebody acts."""

    APPLICANT = "applicant"
    BRANCH = "branch"
    OFFICE = "office"
    APPROVAL = "approval"
    LEDGER = "ledger"
    CASHIER = "cashier"
    PUBLIC = "public"
    CLOCK = "clock"


class Limit(StrEnum):
    """A time limit of fund.toml."""

    DRAFT = "draft"
    ACCEPT = "accept"
    CHECK = "check"
    APPROVAL = "approval"
    SUPPLEMENT = "supplement"
    PAY = "pay"
    CONFIRM = "confirm"
    REVISIT = "revisit"
    PAPERS = "papers"


class Filing(StrEnum):
    """Who filed an application: the person, the branch on the person's behalf, or the office as a line of a list."""

    SELF = "self"
    BRANCH = "branch"
    LIST = "list"


class Day(StrEnum):
    """What a time limit is counted in."""

    WORKDAY = "workday"
    CALENDAR = "calendar"


class BanReason(StrEnum):
    """Why somebody may not apply for a time."""

    FALSE_MATERIAL = "false_material"
    SANCTION = "sanction"


CATEGORY_WORDS: Mapping[Category, str] = MappingProxyType(
    {
        Category.REGULAR: "定期帮扶类",
        Category.TEMPORARY: "临时帮扶类",
        Category.EMERGENCY: "突发救助类",
        Category.VETERAN: "老党员关怀类",
        Category.LINE_OF_DUTY: "因公关怀类",
        Category.HONOURED: "荣誉关怀类",
    }
)
STATE_WORDS: Mapping[CaseState, str] = MappingProxyType(
    {
        CaseState.DRAFT: "草稿",
        CaseState.SUBMITTED: "已提交，等支部受理",
        CaseState.CHECKING: "支部评议和核查中",
        CaseState.RUNNING: "审批中",
        CaseState.RETURNED: "已退回，等补正",
        CaseState.WAITING_BUDGET: "已批准，等资金到账",
        CaseState.PUBLICITY: "公示中",
        CaseState.FROZEN: "有异议，暂停办理",
        CaseState.READY_TO_PAY: "等待拨付",
        CaseState.SENT: "已送银行",
        CaseState.PAYMENT_FAILED: "银行退回，等更正账号",
        CaseState.PAID: "已到账，等上门慰问",
        CaseState.FOLLOW_UP: "等待回访",
        CaseState.CLOSED: "已办结",
        CaseState.REJECTED: "未通过",
        CaseState.WITHDRAWN: "已撤回",
        CaseState.EXPIRED: "已过期",
        CaseState.CLAWED_BACK: "已追回",
    }
)
HOLDER_WORDS: Mapping[CaseState, str] = MappingProxyType(
    {
        CaseState.DRAFT: "申请人或支部",
        CaseState.SUBMITTED: "党支部",
        CaseState.CHECKING: "党支部、镇街、组织部",
        CaseState.RUNNING: "审批人",
        CaseState.RETURNED: "申请人或支部",
        CaseState.WAITING_BUDGET: "组织部（资金）",
        CaseState.PUBLICITY: "组织部（公示）",
        CaseState.FROZEN: "组织部（核实异议）",
        CaseState.READY_TO_PAY: "财务",
        CaseState.SENT: "银行",
        CaseState.PAYMENT_FAILED: "财务",
        CaseState.PAID: "党支部、镇街",
        CaseState.FOLLOW_UP: "党支部",
    }
)
"""At whose desk a case lies, by office and never by name; an ended case lies nowhere."""
ACT_WORDS: Mapping[Act, str] = MappingProxyType(
    {
        Act.SUBMIT: "提交",
        Act.ACCEPT: "受理",
        Act.START: "送审",
        Act.FAST_TRACK: "走应急通道",
        Act.RETURN: "退回补正",
        Act.RESUBMIT: "补正后再报",
        Act.APPROVE: "批准",
        Act.QUEUE: "排队等资金",
        Act.FUND: "安排资金",
        Act.FREEZE: "因异议暂停",
        Act.RESUME: "恢复公示",
        Act.UPHOLD: "认定异议成立",
        Act.END_PUBLICITY: "结束公示",
        Act.SEND: "送银行",
        Act.CONFIRM_PAID: "确认到账",
        Act.FAIL: "登记银行退回",
        Act.CORRECT: "更正账号",
        Act.HAND_OVER: "登记上门慰问",
        Act.CLOSE: "办结",
        Act.CLAW_BACK: "追回",
        Act.REJECT: "不予通过",
        Act.WITHDRAW: "撤回",
        Act.EXPIRE: "作过期处理",
    }
)


@dataclass(frozen=True, slots=True)
class Term:
    """A length of time in days of a kind."""

    count: int
    unit: Day


@dataclass(frozen=True, slots=True)
class CategoryRule:
    """A category as the office fixed it: most one application may get, whether again in a year, what to hand in."""

    label: str
    cap_fen: int
    repeatable: bool
    materials: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """The office's rules of the fund; amounts in fen, zero means no such rule."""

    legal_basis: str
    categories: Mapping[Category, CategoryRule]
    year_cap_fen: int
    income_limit_fen: int
    members_only: bool
    ban_years: int
    duplicate_months: int
    splitting_days: int
    thresholds_fen: tuple[int, ...]
    limits: Mapping[Limit, Term]
    branch_publicity: Term
    district_publicity: Term
    district_from_fen: int
    pay_before_publicity: bool
    departments: tuple[str, ...]
    min_present: int
    upload_bytes: int
    upload_pixels: int
    rejected_days: int
    archive_days: int
    certificate_fen: int


@dataclass(frozen=True, slots=True)
class Terms:
    """The rules together with the official calendar they are counted by."""

    policy: Policy
    calendar: WorkCalendar


@dataclass(frozen=True, slots=True)
class Claim:
    """What is asked for; the private parts stand in the clear and therefore never appear in its printed form."""

    applicant: PersonId
    category: Category
    requested_fen: int
    filing: Filing = Filing.SELF
    emergency: bool = False
    reason: str = field(default="", repr=False)
    family: str = field(default="", repr=False)
    income: str = field(default="", repr=False)
    income_fen: int | None = field(default=None, repr=False)
    household: str = field(default="", repr=False)
    payee_account: str = field(default="", repr=False)
    payee_bank: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class FundCase:
    """An application of the house, without anything personal; `year` is that of its number."""

    id: CaseId
    number: str
    year: int
    state: CaseState
    since: datetime
    category: Category
    requested_fen: int
    proposed_fen: int | None
    approved_fen: int | None
    applicant: PersonId
    branch: BranchId | None
    unit: UnitId
    filing: Filing
    emergency: bool
    appeal_of: CaseId | None
    content_hash: str
    version: int
    round: int
    made_at: datetime
    submitted_at: datetime | None
    papers_due_on: date | None

    @property
    def subject(self) -> Subject:
        """The case as audit, notices and flows name it."""
        return subject_of(self.id)

    @property
    def amount_fen(self) -> int:
        """What the case is about now: approved, else proposed by the branch, else asked for."""
        for amount in (self.approved_fen, self.proposed_fen):
            if amount is not None:
                return amount
        return self.requested_fen


@dataclass(frozen=True, slots=True)
class Move:
    """A step a case took."""

    act: Act
    before: CaseState | None
    after: CaseState
    round: int
    at: datetime
    who: Who


def subject_of(case_id: str) -> Subject:
    """Return the subject of a case."""
    return Subject("fund.application", case_id)
