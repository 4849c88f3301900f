"""The door to the fund's money for commands, flows and pages: books, donations, their proof and their papers."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType

from sqlalchemy.orm import Session

from djflow.accounts import service as accounts
from djflow.accounts.model import ROLE_WORDS, Account, Role
from djflow.assembly.house import House
from djflow.core.clock import civil_date
from djflow.core.errors import IntegrityError, RuleError
from djflow.core.ids import new_id
from djflow.core.money import yuan
from djflow.core.subject import Subject
from djflow.fund.ledger import service as ledger
from djflow.fund.ledger.model import (
    REASON_LABELS,
    AccountCode,
    Balance,
    Incoming,
    Statement,
    Transfer,
    TransferKind,
    Verified,
    YearLine,
)
from djflow.notify import service as notify
from djflow.notify.model import Intent, NoticeKind
from djflow.notify.planning import alert
from djflow.people import service as people

Row = Mapping[str, str]
Rows = tuple[Row, ...]

_ANCHOR_LIVES = timedelta(hours=20)

CHAIN = Subject("fund.ledger", "head")
"""What notices about the books as a whole are about."""


@dataclass(frozen=True, slots=True)
class TwoPersons:
    """The two accounts, by login, that an act with money needs: who records it, who confirms it."""

    recorded: str
    confirmed: str


def balances(house: House) -> tuple[Balance, ...]:
    """Return every account with its balance, by source, each with its earmarks."""
    with house.reading() as session:
        return ledger.balances(session)


def balance_rows(house: House) -> Rows:
    """Return the balances as rows for people, with a line of sums."""
    found = balances(house)
    lines = [_balance_row(one.account.name, one) for one in found]
    sums = [sum(getattr(one, name) for one in found) for name in ("income_fen", "reserved_fen", "spent_fen")]
    return (*lines, _row("合计", *sums))


def _balance_row(name: str, one: Balance) -> Row:
    return _row(name, one.income_fen, one.reserved_fen, one.spent_fen)


def _row(name: str, income_fen: int, reserved_fen: int, spent_fen: int) -> Row:
    return {
        "账户": name,
        "收入": yuan(income_fen),
        "预留": yuan(reserved_fen),
        "已支出": yuan(spent_fen),
        "可用": yuan(income_fen - reserved_fen - spent_fen),
    }


def statement(house: House, account: str, first: date, last: date) -> Statement:
    """Return an account's bookings from `first` to `last`, both included.

    Raises: NotFoundError, InputError.
    """
    with house.reading() as session:
        return ledger.statement(session, AccountCode(account), first, last)


KIND_LABELS: Mapping[TransferKind, str] = MappingProxyType(
    {
        TransferKind.SINGLE: "入账",
        TransferKind.PENDING: "预留",
        TransferKind.POST: "付款",
        TransferKind.VOID: "释放",
    }
)
"""What people call the kinds of transfers."""


def statement_rows(found: Statement) -> Rows:
    """Return a statement as rows for people, with the balances before and after."""
    lines = [
        {
            "日期": str(line.transfer.booked_on),
            "事项": "冲回" if line.transfer.reverses else KIND_LABELS[line.transfer.kind],
            "原因": REASON_LABELS[line.transfer.reason] if line.transfer.reason else "",
            "金额": yuan(line.transfer.amount_fen),
            "可用": yuan(line.available_fen),
        }
        for line in found.lines
    ]
    opening = {"日期": str(found.first), "事项": "期初", "可用": yuan(found.opening.available_fen)}
    return (opening, *lines, {"日期": str(found.last), "事项": "期末", "可用": yuan(found.closing.available_fen)})


def export(house: House) -> str:
    """Return the whole books as a beancount file."""
    with house.reading() as session:
        return ledger.export_beancount(session)


def verify(house: House) -> Verified:
    """Prove the books; the office is told once a day while they do not hold."""
    # Read first, write only what there is to say: a proof of many years must not keep writers waiting.
    with house.reading() as session:
        found = ledger.verify(session)
    if not found.intact:
        _tell_office(house, "broken", broken_sentence(found))
    return found


def check_anchor(house: House, own: str) -> int:
    """Return after which transfer a head kept outside of the house was the head.

    Raises: IntegrityError when the books do not hold it any more: they were written anew.
    """
    with house.reading() as session:
        found = ledger.anchored_at(session, own.strip().lower())
    if found is None:
        raise IntegrityError(
            "账册里没有这个校验码：校验码抄错了，或旧账被整个改写过。请核对校验码；没有抄错就停止付款并报告。",
            code="ledger.anchor",
        )
    return found


def _tell_office(house: House, slot: str, sentence: str) -> None:
    now = house.now()
    with house.transaction() as session:
        notify.enqueue(session, [alert(CHAIN, f"{slot}:{civil_date(now)}", sentence, now=now)], now=now)


def broken_sentence(found: Verified) -> str:
    """Return what is wrong with the books as a sentence for people."""
    faults = (
        (not found.chain_ok, f"从第{found.broken_at}笔起链条对不上"),
        (not found.rederived_equal, "账户余额与逐笔重算不符"),
        (not found.balanced, "有账户支出超过收入"),
    )
    wrong = "，".join(words for is_wrong, words in faults if is_wrong)
    return f"基金账册核对不上：{wrong}。有人绕过系统改动过数据库：请停止付款，从备份核对并报告管理员。"


@dataclass(frozen=True, slots=True)
class Anchored:
    """What was sent out of the house: the proof, how many were newly told, configured codes that are nobody's."""

    found: Verified
    told: int
    unknown: tuple[str, ...]


def send_anchor(house: House) -> Anchored:
    """Prove the books and send their head to the configured persons, once a day each."""
    found = verify(house)
    today = house.today()
    values = {
        "department": house.settings.district.department,
        "date": f"{today.year}年{today.month}月{today.day}日",
        "count": str(found.head.seq),
        "hash": found.head.hash,
        "state": "账目核对无误" if found.intact else "账目核对不上，请立即查问",
    }
    letter = Letter(f"anchor:{today}", "mail/fund_anchor", _ANCHOR_LIVES, values)
    return Anchored(found, *tell_contacts(house, letter))


@dataclass(frozen=True, slots=True)
class Letter:
    """What the configured contacts are told, once for each `slot`, and how long it is worth sending."""

    slot: str
    text: str
    lives: timedelta
    values: Mapping[str, str]


def tell_contacts(house: House, letter: Letter) -> tuple[int, tuple[str, ...]]:
    """Tell those who keep the books' head outside; return how many newly and the configured codes that are nobody's."""
    codes, now = house.settings.ledger.anchor.persons, house.now()
    with house.transaction() as session:
        ids = people.person_ids(session, codes)
        told = notify.enqueue(session, [_intent(letter, ids[code], now) for code in sorted(ids)], now=now)
    unknown = tuple(code for code in codes if code not in ids)
    if unknown:
        sentence = f"账册校验码的收件人 {'、'.join(unknown)} 不在人员表里：请核对 config/fund_ledger.toml。"
        _tell_office(house, "anchor_unknown", sentence)
    return told, unknown


def _intent(letter: Letter, person: str, now: datetime) -> Intent:
    until = now + letter.lives
    return Intent(NoticeKind.FUND_ANCHOR, CHAIN, 0, person, letter.slot, letter.text, now, until, dict(letter.values))


def receive(house: House, incoming: Incoming, hands: TwoPersons) -> Transfer:
    """Book money that arrived: recorded by somebody of finance, confirmed by the cashier, two different people.

    Raises: NotFoundError; RuleError for a missing role or the same person; ConflictError.
    """
    with house.transaction() as session:
        by, second = two_accounts(session, hands)
        return ledger.receive(session, incoming, by=by.actor, second=second.actor, now=house.now())


def incoming(
    house: House, account: str, amount_fen: int, *, voucher: str = "", booked_on: date | None = None, key: str = ""
) -> Incoming:
    """Return money that arrived, ready to be booked; without a `key` it gets a fresh one.

    Raises: InputError for an amount that is none.
    """
    own = new_id(house.now())
    subject = Subject("fund.income", own)
    if key:
        # The same key must be about the same thing when it comes again.
        subject = Subject("fund.income", hashlib.sha256(key.encode()).hexdigest()[:32])
    return Incoming(f"income:{key or own}", AccountCode(account), amount_fen, subject, voucher, booked_on)


def new_key(house: House) -> str:
    """Return a fresh idempotency key for an act that comes without one."""
    return f"hand:{new_id(house.now())}"


def year_end(house: House, year: int, hands: TwoPersons) -> tuple[YearLine, ...]:
    """Close a year.

    Raises: NotFoundError, RuleError, IntegrityError.
    """
    with house.transaction() as session:
        by, second = two_accounts(session, hands)
        return ledger.year_end(session, year, by=by.actor, second=second.actor, now=house.now())


def two_accounts(session: Session, hands: TwoPersons) -> tuple[Account, Account]:
    """Return the accounts of both hands: finance and cashier, open, of two different people.

    Raises: NotFoundError; RuleError.
    """
    by, second = (accounts.account_by_login(session, login) for login in (hands.recorded, hands.confirmed))
    require_two_hands(by, second)
    return by, second


def require_two_hands(by: Account, second: Account) -> None:
    """Refuse hands that are not finance and cashier, both open, of two different people.

    Raises: RuleError.
    """
    _require_open(by, Role.FINANCE_CLERK)
    _require_open(second, Role.CASHIER)
    if by.id == second.id or (by.person is not None and by.person == second.person):
        raise RuleError("记账和复核必须是两个人：请由另一个人复核。", code="ledger.two_persons")


def _require_open(account: Account, role: Role) -> None:
    if account.disabled or role not in account.roles:
        raise RuleError(
            f"账号 {account.login} 不能这样办：要有“{ROLE_WORDS[role]}”角色，并且没有停用。", code="ledger.role"
        )
