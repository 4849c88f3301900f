"""What is asked of the books: receive, reserve, pay, release, take back, close a year. Every act has its own key.

An act asked for twice with the same key is done once and returns what it did; the same key for something else is
refused. Whoever writes waits first at the record of changes, then at the head of the books: one order for all, so that
nobody waits in a circle. The database has the last word on money: it refuses what these functions would let through.
"""

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.core.clock import civil_date, days
from djflow.core.errors import ConflictError, InputError, IntegrityError, NotFoundError, RuleError
from djflow.core.money import yuan
from djflow.core.subject import Subject
from djflow.fund.ledger import rules, store
from djflow.fund.ledger.model import (
    GENESIS,
    AccountCode,
    Balance,
    Claim,
    Entry,
    FundAccount,
    FundSource,
    Head,
    Incoming,
    NoBudget,
    ReasonCode,
    Recovery,
    Reservation,
    ReservationState,
    Reversal,
    Statement,
    Transfer,
    TransferKind,
    Verified,
    YearLine,
)
from djflow.fund.ledger.writing import USED, Hand, begin, same, two_persons, write


def open_account(session: Session, account: FundAccount, *, by: str, now: datetime) -> FundAccount:
    """Open an account for earmarked money; the same account twice is opened once.

    Raises: InputError without an earmark; ConflictError when the code is another account's.
    """
    if not account.earmark.strip() or not account.code.startswith(f"{account.source.value}-"):
        raise InputError("专项账户要写明专项用途，编号以来源开头，如 donated-2026-01。", code="ledger.earmark")
    begin(session)
    known = store.balances(session, code=account.code)
    if known:
        stands = known[0].account
        if (stands.earmark, stands.categories) != (account.earmark, account.categories):
            raise ConflictError(f"账户 {account.code} 已经有了，用途不同：请换一个编号。", code="ledger.account_taken")
        return stands
    opened = replace(account, opened_at=now, closed_at=None)
    store.open_account(session, opened)
    audit.record(session, account_subject(account.code), "account.open", by=by, now=now)
    return opened


def close_account(session: Session, code: AccountCode, *, by: str, now: datetime) -> None:
    """Close an earmark's account that has nothing left; twice is once.

    Raises: NotFoundError; RuleError for a source's own account and while there is money in it.
    """
    begin(session)
    balance = balance_of(session, code)
    if not balance.account.earmark:
        raise RuleError("四个来源的账户一直保留，只能关闭专项账户。", code="ledger.source_account")
    if balance.account.closed_at is not None:
        return
    left = balance.available_fen + balance.reserved_fen
    if left:
        raise RuleError(f"账户 {code} 还有 {yuan(left)} 元，不能关闭。", code="ledger.not_empty")
    store.close_account(session, replace(balance.account, closed_at=now))
    audit.record(session, account_subject(code), "account.close", by=by, now=now)


def account_subject(code: AccountCode) -> Subject:
    """Return what the record of changes calls an account of the books."""
    return Subject("fund.account", code)


def receive(session: Session, incoming: Incoming, *, by: str, second: str, now: datetime) -> Transfer:
    """Book money that arrived, recorded by `by` and confirmed by `second`, and return the transfer.

    Raises: RuleError for one person alone, a closed account or year; NotFoundError; ConflictError for a used key.
    """
    two_persons(by, second)
    entry = Entry(
        kind=TransferKind.SINGLE,
        account=incoming.account,
        amount_fen=incoming.amount_fen,
        key=incoming.key,
        subject=incoming.subject,
        voucher=incoming.voucher,
        booked_on=incoming.booked_on,
    )
    head = begin(session)
    known = store.by_key(session, incoming.key)
    if known is not None:
        return same(known, entry)
    is_open = store.is_open(session, incoming.account)
    if is_open is None:
        raise _unknown(incoming.account)
    if not is_open:
        raise RuleError(f"账户 {incoming.account} 已经关闭，不能入账。", code="ledger.account_closed")
    return write(session, head, [entry], Hand(by, now, second))[0]


def reserve(session: Session, claim: Claim, *, by: str, now: datetime) -> Reservation | NoBudget:
    """Reserve money for a case, from one or several accounts, or say how much there is; nothing is reserved in part.

    Raises: NotFoundError for an unknown account; ConflictError for a used key.
    """
    head = begin(session)
    known = store.of_claim(session, claim.key)
    if known:
        found = rules.reservation_of(known)
        if (found.subject, found.amount_fen) != (claim.subject, claim.amount_fen):
            raise ConflictError(USED, code="ledger.key_used")
        return found
    free = [(one.account.code, one.available_fen) for one in _drawn(session, claim)]
    shares = rules.split(claim.amount_fen, free)
    if not shares:
        return NoBudget(claim.amount_fen, sum(amount for _, amount in free))
    entries = [
        Entry(
            kind=TransferKind.PENDING,
            account=code,
            amount_fen=amount,
            key=f"{claim.key}#{number}",
            claim_key=claim.key,
            subject=claim.subject,
        )
        for number, (code, amount) in enumerate(shares, start=1)
    ]
    return rules.reservation_of(write(session, head, entries, Hand(by, now)))


def _drawn(session: Session, claim: Claim) -> tuple[Balance, ...]:
    """Return the accounts a claim may draw on, in the order of use."""
    known = {balance.account.code: balance for balance in store.balances(session)}
    if claim.accounts:
        for code in claim.accounts:
            if code not in known:
                raise _unknown(code)
        return tuple(known[code] for code in claim.accounts if known[code].account.closed_at is None)
    order = rules.order_of_use((balance.account for balance in known.values()), claim.category, claim.order)
    return tuple(known[account.code] for account in order)


def post(session: Session, claim_key: str, *, key: str, by: str, now: datetime, voucher: str = "") -> Reservation:
    """Book what is reserved under `claim_key` as paid: the bank has confirmed it. Twice is once.

    Raises: NotFoundError; ConflictError when it was released, or paid under another key.
    """
    return _settle(session, claim_key, TransferKind.POST, Hand(by, now), key=key, voucher=voucher)


def void(session: Session, claim_key: str, *, key: str, reason: ReasonCode, by: str, now: datetime) -> Reservation:
    """Release what is reserved under `claim_key`. Twice is once.

    Raises: NotFoundError; ConflictError when it was paid.
    """
    return _settle(session, claim_key, TransferKind.VOID, Hand(by, now), key=key, reason=reason)


_SETTLED = {
    ReservationState.PAID: "这笔钱已经付出，不能再付、也不能释放；要追回请另办追回。",
    ReservationState.RELEASED: "这笔预留已经释放，不能再付款：请重新预留。",
}


def _settle(  # noqa: PLR0913 - a claim, what becomes of it, who and when, and three words about it
    session: Session,
    claim_key: str,
    kind: TransferKind,
    hand: Hand,
    *,
    key: str,
    voucher: str = "",
    reason: ReasonCode | None = None,
) -> Reservation:
    head = begin(session)
    known = store.of_claim(session, claim_key)
    if not known:
        raise NotFoundError("没有这笔预留：请核对编号。", code="ledger.no_reservation")
    standing = rules.reservation_of(known)
    wanted = ReservationState.PAID if kind is TransferKind.POST else ReservationState.RELEASED
    again = any(one.key == f"{key}#1" for one in known)
    if standing.state is wanted and (again or kind is TransferKind.VOID):
        return standing
    if standing.state is not ReservationState.RESERVED:
        raise ConflictError(_SETTLED[standing.state], code="ledger.settled")
    entries = [
        Entry(
            kind=kind,
            account=part.account,
            amount_fen=part.amount_fen,
            key=f"{key}#{number}",
            claim_key=claim_key,
            pending=part.transfer,
            subject=standing.subject,
            reason=reason,
            voucher=voucher,
        )
        for number, part in enumerate(standing.parts, start=1)
    ]
    if any(store.by_key(session, entry.key) for entry in entries):
        raise ConflictError(USED, code="ledger.key_used")
    return rules.reservation_of((*known, *write(session, head, entries, hand)))


def reverse(session: Session, reversal: Reversal, *, by: str, second: str, now: datetime) -> Transfer:
    """Take an income or a payment back, whole or in part, by a new opposite transfer.

    Raises: RuleError for one person alone, for more than there was, and for income that is reserved or spent already;
    NotFoundError; ConflictError for a used key.
    """
    two_persons(by, second)
    head = begin(session)
    before = store.transfer(session, reversal.transfer)
    if before is None:
        raise NotFoundError("没有这笔账：请核对编号。", code="ledger.no_transfer")
    left = before.amount_fen - store.taken_back(session, [before.id]).get(before.id, 0)
    known = store.by_key(session, reversal.key)
    standing = known.amount_fen if known else left
    entry = rules.opposite(before, standing if reversal.amount_fen is None else reversal.amount_fen, reversal)
    if known is not None:
        return same(known, entry)
    free = balance_of(session, before.account).available_fen
    refusal = rules.refusal_to_take_back(before, entry, left=left, available=free)
    if refusal:
        raise RuleError(refusal, code="ledger.not_reversible")
    return write(session, head, [entry], Hand(by, now, second))[0]


def recover(session: Session, recovery: Recovery, *, by: str, second: str, now: datetime) -> tuple[Transfer, ...]:
    """Book money that came back from a paid claim, its last share first, and return the opposite transfers.

    Raises: RuleError for one person alone or more than is still out; NotFoundError when nothing was paid;
    ConflictError for a used key.
    """
    two_persons(by, second)
    head = begin(session)
    paid = [one for one in store.of_claim(session, recovery.claim_key) if one.kind is TransferKind.POST]
    if not paid:
        raise NotFoundError("没有这笔付款：请核对编号。", code="ledger.no_payment")
    done = store.by_key_prefix(session, f"{recovery.key}#")
    if done:
        whole = sum(one.amount_fen for one in done)
        strange = {one.reverses for one in done} - {one.id for one in paid}
        if strange or recovery.amount_fen not in {None, whole}:
            raise ConflictError(USED, code="ledger.key_used")
        return done
    entries = rules.recovering(paid, store.taken_back(session, [one.id for one in paid]), recovery)
    if not entries:
        raise RuleError("追回的金额比还没有追回的多，或已经全部追回：请核对金额。", code="ledger.not_reversible")
    return write(session, head, entries, Hand(by, now, second))


def balances(session: Session) -> tuple[Balance, ...]:
    """Return every account with its balance: the sources in their order, each followed by its earmarks."""
    order = list(FundSource)
    return tuple(sorted(store.balances(session), key=lambda one: (order.index(one.account.source), one.account.code)))


def balance_of(session: Session, code: AccountCode) -> Balance:
    """Return one account with its balance.

    Raises: NotFoundError.
    """
    found = store.balances(session, code=code)
    if not found:
        raise _unknown(code)
    return found[0]


def _unknown(code: str) -> NotFoundError:
    return NotFoundError(f"没有账户 {code}：可用 djflow fund ledger 查看全部账户。", code="ledger.no_account")


def reservation(session: Session, claim_key: str) -> Reservation | None:
    """Return what is or was reserved under a claim's key."""
    known = store.of_claim(session, claim_key)
    return rules.reservation_of(known) if known else None


def open_claims(session: Session) -> tuple[str, ...]:
    """Return the keys of claims whose money waits to be paid or released, oldest first."""
    return store.open_claims(session)


def history(session: Session, subject: Subject) -> tuple[Transfer, ...]:
    """Return every transfer about a subject, oldest first."""
    return store.about(session, subject)


def statement(session: Session, account: AccountCode, first: date, last: date) -> Statement:
    """Return an account's transfers booked from `first` to `last`, both included, with the balances around them.

    Raises: NotFoundError; InputError when `last` lies before `first`.
    """
    if last < first:
        raise InputError("对账单的截止日期早于开始日期：请核对。", code="ledger.span")
    about = balance_of(session, account).account
    booked = store.booked(session, account, last + days(1))
    kinds = store.kinds_of(session, [one.reverses for one in booked if one.reverses])
    before = [one for one in booked if one.booked_on < first]
    _, opening = rules.statement_lines(rules.NOTHING, before, kinds)
    lines, closing = rules.statement_lines(opening, booked[len(before) :], kinds)
    return Statement(about, first, last, Balance(about, *opening), lines, Balance(about, *closing))


def year_end(session: Session, year: int, *, by: str, second: str, now: datetime) -> tuple[YearLine, ...]:
    """Close a year and write down what every account carries over; the same year twice is closed once.

    Raises: RuleError for one person alone, a year that is not over or an earlier one still open; IntegrityError.
    """
    two_persons(by, second)
    begin(session)
    known = store.year(session, year)
    if known:
        return known
    first, closed = store.first_booked_on(session), store.last_closed_year(session)
    refusal = rules.refusal_to_close(year, civil_date(now), first, closed)
    if refusal:
        raise RuleError(refusal, code="ledger.year_order")
    if not verify(session).intact:
        raise IntegrityError("账目核对不上，不能结账：请先运行 djflow fund verify 查明原因。", code="ledger.broken")
    booked = store.booked(session, None, date(year + 1, 1, 1))
    lines = rules.year_lines(year, [one.account.code for one in store.balances(session)], booked)
    store.close_year(session, lines)
    subject = Subject("fund.year", str(year))
    audit.record(session, subject, "year.close", by=by, now=now, details={"second": second, "accounts": len(lines)})
    return lines


def year(session: Session, number: int) -> tuple[YearLine, ...]:
    """Return a closed year by account; nothing for a year that is open."""
    return store.year(session, number)


def verify(session: Session) -> Verified:
    """Prove the books: walk the chain, add every balance up anew, compare with what is stored."""
    derived, expected, count, broken = rules.Derivation(), GENESIS, 0, None
    for transfer, stored in store.transfers(session):
        count += 1
        derived.take(transfer)
        if broken is None and (transfer.seq, transfer.prev_hash, transfer.hash) != (count, expected, stored):
            broken = transfer.seq
        expected = stored
    last = store.head(session)
    if broken is None and last != Head(count, expected):
        broken = count + 1
    kept = store.balances(session)
    unequal = tuple(
        one.account.code
        for one in kept
        if (one.income_fen, one.reserved_fen, one.spent_fen) != derived.figures[one.account.code]
    )
    strange = derived.figures.keys() - {one.account.code for one in kept}
    balanced = not derived.overdrawn and all(one.available_fen >= 0 for one in kept)
    return Verified(balanced, not unequal and not strange, broken is None, last, broken, unequal)


def head(session: Session) -> Head:
    """Return the number and hash of the last transfer, to be kept outside of the house."""
    return store.head(session)


def anchored_at(session: Session, own: str) -> int | None:
    """Return the number of the transfer that had a head kept outside of the house, None when the chain lost it."""
    return 0 if own == GENESIS else store.seq_of_hash(session, own)


def export_beancount(session: Session) -> str:
    """Return the whole books as a beancount file that proves every balance."""
    return rules.beancount(balances(session), [transfer for transfer, _ in store.transfers(session)])
