"""Who may do what to money, what may follow what, and how the bank's answer is matched. Pure.

Source: domain page 3.6 (approver may not pay, accountant and cashier apart, own account only); handbook fund section 5.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from djflow.accounts.model import Role
from djflow.core.errors import ConflictError, InputError, RuleError
from djflow.core.ids import PersonId
from djflow.fund.payment.model import (
    AnswerRow,
    BatchState,
    Clerk,
    Doubt,
    Ground,
    OrderState,
    PaymentAct,
    PaymentOrder,
    RulingKind,
)

S, B = OrderState, BatchState

ORDER_TRANSITIONS: Mapping[OrderState, frozenset[OrderState]] = {
    S.READY: frozenset({S.BATCHED, S.WITHDRAWN}),
    S.BATCHED: frozenset({S.READY, S.SENT, S.WITHDRAWN}),
    S.SENT: frozenset({S.PAID, S.FAILED, S.UNKNOWN}),
    S.UNKNOWN: frozenset({S.PAID, S.FAILED}),
    S.PAID: frozenset({S.CLAWED_BACK}),
    S.FAILED: frozenset({S.CORRECTED, S.WITHDRAWN}),
    S.CORRECTED: frozenset(),
    S.WITHDRAWN: frozenset(),
    S.CLAWED_BACK: frozenset(),
}
BATCH_TRANSITIONS: Mapping[BatchState, frozenset[BatchState]] = {
    B.DRAFT: frozenset({B.CHECKED, B.CANCELLED}),
    B.CHECKED: frozenset({B.EXPORTED, B.DRAFT, B.CANCELLED}),
    B.EXPORTED: frozenset({B.SENT}),
    B.SENT: frozenset({B.CLOSED}),
    B.CLOSED: frozenset(),
    B.CANCELLED: frozenset(),
}
"""A checked batch goes back to draft when one of its cases is withdrawn, and is checked anew."""

OPEN_BATCH = frozenset({B.DRAFT, B.CHECKED, B.EXPORTED, B.SENT})
SETTLED = frozenset({S.PAID, S.FAILED, S.CORRECTED, S.WITHDRAWN, S.CLAWED_BACK})
AT_THE_BANK = frozenset({S.SENT, S.UNKNOWN})

_CASH = frozenset({Role.FINANCE_CLERK, Role.CASHIER})
_SEES = _CASH | {Role.DEPT_MINISTER, Role.DEPT_DEPUTY, Role.AUDITOR_READONLY}

PERMISSIONS: Mapping[PaymentAct, frozenset[Role]] = {
    PaymentAct.MAKE: _CASH,
    PaymentAct.CHECK: _CASH,
    PaymentAct.CANCEL: _CASH,
    PaymentAct.EXPORT: _CASH,
    PaymentAct.DOWNLOAD: _CASH,
    PaymentAct.SEND: _CASH,
    PaymentAct.IMPORT: _CASH,
    PaymentAct.RULE: _CASH,
    PaymentAct.CONFIRM: _CASH,
    PaymentAct.CORRECT: _CASH,
    PaymentAct.CLOSE: _CASH,
    PaymentAct.READ: _SEES,
    PaymentAct.STATEMENT: _SEES,
}
"""Which roles may do an act; what is not listed is forbidden."""

ORDER_WORDS: Mapping[OrderState, str] = {
    S.READY: "待拨付",
    S.BATCHED: "已编入批次",
    S.SENT: "已送银行",
    S.UNKNOWN: "银行回单存疑",
    S.PAID: "已到账",
    S.FAILED: "拨付失败",
    S.CORRECTED: "失败，已更正重付",
    S.WITHDRAWN: "已撤回",
    S.CLAWED_BACK: "已追回",
}
BATCH_WORDS: Mapping[BatchState, str] = {
    B.DRAFT: "待复核",
    B.CHECKED: "已复核",
    B.EXPORTED: "银行文件已导出",
    B.SENT: "已送银行",
    B.CLOSED: "已结清",
    B.CANCELLED: "已取消",
}
DOUBT_WORDS: Mapping[Doubt, str] = {
    Doubt.NO_KEY: "流水号不是本系统的，或没有流水号",
    Doubt.OTHER_BATCH: "流水号属于另一批次",
    Doubt.TWICE: "同一流水号在回单里出现不止一次",
    Doubt.AMOUNT: "金额与所付的不一致或读不懂",
    Doubt.ACCOUNT: "账号后四位与所付的不一致",
    Doubt.RESULT: "处理结果既不是成功也不是失败",
    Doubt.CONTRADICTION: "与先前已经入账的结果相反",
    Doubt.IN_DOUBT: "先前已列为存疑，须两人核实",
}
GROUND_WORDS: Mapping[Ground, str] = {
    Ground.BANK_LETTER: "银行书面证明",
    Ground.BANK_STATEMENT: "银行对账单",
    Ground.BANK_ENQUIRY: "柜台查询回执",
    Ground.BANK_ERROR: "银行回单有误",
    Ground.RETURNED_LATER: "到账后退汇",
    Ground.FALSE_MATERIAL: "材料不实，追回",
    Ground.PAID_TWICE: "重复救助，追回",
    Ground.WITHDRAWN_LATE: "送银行后撤回申请，退还",
}

RULING_WORDS: Mapping[RulingKind, str] = {
    RulingKind.PAID: "认定已到账",
    RulingKind.FAILED: "认定未到账",
    RulingKind.DISMISSED: "回单行不予采信",
    RulingKind.REFUNDED: "已收到退款",
}

_SIGNS = frozenset("·•.()（）- ")
_UNSPEAKABLE = frozenset({"Co", "Cn", "Cs", "Cc", "Cf"})
_CASE_NUMBER = re.compile(r"[A-Za-z0-9-]{1,30}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
TAIL = 4


def require_may(clerk: Clerk, act: PaymentAct) -> None:
    """Refuse an act that none of the clerk's roles allows; who holds both offices of the till may touch neither.

    Raises: RuleError.
    """
    if PERMISSIONS[act].isdisjoint(clerk.roles):
        raise RuleError("没有办理这一步的权限：请由财务人员或出纳办理。", code="payment.role")
    if clerk.roles >= _CASH and PERMISSIONS[act] == _CASH:
        raise RuleError(
            "会计、出纳须分设：这个账号同时有两种岗位，请先由安全管理员去掉一种。", code="payment.both_offices"
        )


def till_of(clerk: Clerk) -> Role:
    """Return which of the two offices of the till the clerk holds."""
    return Role.CASHIER if Role.CASHIER in clerk.roles else Role.FINANCE_CLERK


def require_clean_hands(clerk: Clerk, barred: Iterable[tuple[str, Collection[PersonId]]]) -> None:
    """Refuse a maker or checker who decided one of the cases or is its payee; `barred` is line key → persons.

    Raises: RuleError naming the lines.
    """
    keys = [key for key, persons in barred if clerk.person in persons]
    if keys:
        raise RuleError(
            f"参与过审批的人和领款人不能经办付款：{'、'.join(keys)}，请换一名经办人，或把这几笔另编一批。",
            code="payment.approver",
        )


def require_second_person(clerk: Clerk, first: PersonId, what: str) -> None:
    """Refuse a second person who is the first.

    Raises: RuleError.
    """
    if clerk.person == first:
        raise RuleError(f"{what}须由另一个人办理：同一个人不能做两步。", code="payment.same_person")


def require_other_office(clerk: Clerk, maker_office: Role) -> None:
    """Refuse a checker of the maker's own office: accountant and cashier check each other.

    Raises: RuleError.
    """
    if till_of(clerk) is maker_office:
        raise RuleError("制单和复核须一人为会计、一人为出纳：请由另一个岗位的人复核。", code="payment.same_office")


def require_order_move(old: OrderState, new: OrderState) -> None:
    """Refuse a step of an order that may not follow.

    Raises: ConflictError saying where the payment is.
    """
    if new not in ORDER_TRANSITIONS[old]:
        raise ConflictError(f"这笔付款{ORDER_WORDS[old]}，不能再这样办：请刷新后查看。", code="payment.state")


def require_batch_move(old: BatchState, new: BatchState) -> None:
    """Refuse a step of a batch that may not follow.

    Raises: ConflictError saying where the batch is.
    """
    if new not in BATCH_TRANSITIONS[old]:
        raise ConflictError(f"这一批{BATCH_WORDS[old]}，不能再这样办：请刷新后查看。", code="payment.batch_state")


def line_key(case_number: str, attempt: int) -> str:
    """Return the key a line carries to the bank and back.

    Raises: InputError for a case number the bank's file could not carry.
    """
    if not _CASE_NUMBER.fullmatch(case_number):
        raise InputError("申请编号只能用字母、数字和“-”，最多 30 位。", code="payment.case_number")
    return f"pay:{case_number}:{attempt}"


def require_amount(amount_fen: int) -> None:
    """Refuse what is no amount to pay.

    Raises: InputError.
    """
    if isinstance(amount_fen, bool) or not 0 < amount_fen <= 10**12:
        raise InputError("付款金额应大于零：请核对审批金额。", code="payment.amount")


def clean_name(text: str, what: str) -> str:
    """Return a holder's or bank's name; only letters, digits and the signs of names, beginning with a letter or digit.

    A name that a spreadsheet would take for a formula, or a bank's machine for a separator, cannot pass.

    Raises: InputError naming the field, never the name.
    """
    name = " ".join(text.split())
    sound = all(sign in _SIGNS or sign.isalnum() for sign in name)
    speakable = not any(unicodedata.category(sign) in _UNSPEAKABLE for sign in name)
    if not name or len(name) > 60 or not name[0].isalnum() or not (sound and speakable):
        raise InputError(f"{what}里有不能写进银行文件的字符，或是空的、太长：请照银行卡上的填写。", code="payment.name")
    return name


def same_name(holder: str, person: str) -> bool:
    """Return whether the account holder is the person: blanks, width and the kind of middle dot do not count."""
    return _folded(holder) == _folded(person) != ""


def _folded(name: str) -> str:
    return re.sub(r"[\s·•・.]+", "", unicodedata.normalize("NFKC", name))


def require_evidence(sha256: str) -> None:
    """Refuse a statement without paper.

    Raises: InputError.
    """
    if not _SHA256.fullmatch(sha256):
        raise InputError("须附依据：请先上传银行证明或对账单的扫描件。", code="payment.evidence")


def same_accounts(accounts: Mapping[str, str]) -> tuple[str, ...]:
    """Return the line keys, sorted, whose account hash (line key → hash) another line shares."""
    counts = Counter(accounts.values())
    return tuple(sorted(key for key, account in accounts.items() if counts[account] > 1))


@dataclass(frozen=True, slots=True)
class Matching:
    """Rows of an answer sorted into lists; every key of the batch stands in at most one."""

    paid: tuple[tuple[PaymentOrder, str], ...]
    failed: tuple[tuple[PaymentOrder, str], ...]
    unknown: tuple[tuple[AnswerRow, Doubt, PaymentOrder | None], ...]
    repeated: tuple[str, ...]
    missing: tuple[str, ...]


def match(rows: Sequence[AnswerRow], orders: Iterable[PaymentOrder], foreign: Collection[str]) -> Matching:
    """Sort rows into paid, failed and unknown for a batch's `orders`; `foreign` are known keys of other batches."""
    by_key = {order.line_key: order for order in sorted(orders, key=lambda order: order.line_key)}
    counts = Counter(row.key for row in rows)
    paid: list[tuple[PaymentOrder, str]] = []
    failed: list[tuple[PaymentOrder, str]] = []
    unknown: list[tuple[AnswerRow, Doubt, PaymentOrder | None]] = []
    repeated: list[str] = []
    for row in rows:
        order = by_key.get(row.key)
        if order is None:
            unknown.append((row, Doubt.OTHER_BATCH if row.key in foreign else Doubt.NO_KEY, None))
        elif doubt := _doubt(row, order, counts[row.key]):
            unknown.append((row, doubt, order))
        elif order.state in SETTLED:
            repeated.append(row.key)
        else:
            (paid if row.paid else failed).append((order, row.code))
    answered = {row.key for row in rows}
    missing = tuple(key for key, order in by_key.items() if key not in answered and order.state in AT_THE_BANK)
    return Matching(tuple(paid), tuple(failed), tuple(unknown), tuple(repeated), missing)


def _doubt(row: AnswerRow, order: PaymentOrder, count: int) -> Doubt | None:
    was_paid = order.state in {S.PAID, S.CLAWED_BACK}
    checks = (
        (Doubt.TWICE, count > 1),
        (Doubt.AMOUNT, row.amount_fen != order.amount_fen),
        (Doubt.ACCOUNT, row.account_tail != order.account_tail),
        (Doubt.RESULT, row.paid is None),
        (Doubt.IN_DOUBT, order.state is S.UNKNOWN),
        (Doubt.CONTRADICTION, order.state in SETTLED and was_paid is not row.paid),
        (Doubt.CONTRADICTION, order.state in {S.READY, S.BATCHED}),
    )
    return next((doubt for doubt, found in checks if found), None)


RULINGS: Mapping[RulingKind, frozenset[OrderState]] = {
    RulingKind.PAID: AT_THE_BANK,
    RulingKind.FAILED: AT_THE_BANK,
    RulingKind.DISMISSED: frozenset(),
    RulingKind.REFUNDED: frozenset({S.PAID}),
}
"""In which states of its order a ruling may be proposed; a dismissal is about a line, not an order."""

GROUNDS: Mapping[RulingKind, frozenset[Ground]] = {
    RulingKind.PAID: frozenset({Ground.BANK_LETTER, Ground.BANK_STATEMENT, Ground.BANK_ENQUIRY}),
    RulingKind.FAILED: frozenset({Ground.BANK_LETTER, Ground.BANK_STATEMENT, Ground.BANK_ENQUIRY}),
    RulingKind.DISMISSED: frozenset(
        {Ground.BANK_LETTER, Ground.BANK_ENQUIRY, Ground.BANK_ERROR, Ground.RETURNED_LATER}
    ),
    RulingKind.REFUNDED: frozenset(
        {Ground.RETURNED_LATER, Ground.FALSE_MATERIAL, Ground.PAID_TWICE, Ground.WITHDRAWN_LATE}
    ),
}
"""On what each ruling may rest."""


def require_ground(kind: RulingKind, ground: Ground) -> None:
    """Refuse a ruling on a ground that does not carry it.

    Raises: InputError naming the grounds that do.
    """
    if ground not in GROUNDS[kind]:
        words = "、".join(GROUND_WORDS[one] for one in Ground if one in GROUNDS[kind])
        raise InputError(f"这样的认定不能以“{GROUND_WORDS[ground]}”为依据，可选：{words}。", code="payment.ground")


def ground_named(word: str) -> Ground:
    """Return the ground with that code.

    Raises: InputError listing the codes with their words.
    """
    if word not in set(Ground):
        words = "、".join(f"{one.value} {GROUND_WORDS[one]}" for one in Ground)
        raise InputError(f"没有这种依据，可以写：{words}。", code="payment.ground")
    return Ground(word)
