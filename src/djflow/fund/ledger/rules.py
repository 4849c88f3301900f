"""What the books allow, as pure functions: the order of use, how a claim is split, what transfers add up to."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from djflow.core.money import plain_yuan, yuan
from djflow.fund.ledger.model import (
    AccountCode,
    Balance,
    Entry,
    FundAccount,
    FundSource,
    Part,
    Recovery,
    Reservation,
    ReservationState,
    Reversal,
    StatementLine,
    Transfer,
    TransferId,
    TransferKind,
    YearLine,
)

Figures = tuple[int, int, int]
"""What came in, what is reserved, what was spent, in fen."""

NOTHING: Figures = (0, 0, 0)


def order_of_use(
    accounts: Iterable[FundAccount], category: str, sources: Sequence[FundSource]
) -> tuple[FundAccount, ...]:
    """Return the open accounts that may serve a category: restricted ones first, the oldest first, then by source.

    An account whose categories do not name `category` is left out. Source: handbook domain.md section 3.6.
    """
    fitting = (one for one in accounts if one.closed_at is None and (not one.categories or category in one.categories))
    return tuple(
        sorted(
            fitting,
            key=lambda one: (
                not one.restricted,
                one.opened_at is None,
                one.opened_at.timestamp() if one.opened_at else 0.0,
                sources.index(one.source),
                one.code,
            ),
        )
    )


def split(amount_fen: int, available: Sequence[tuple[AccountCode, int]]) -> tuple[tuple[AccountCode, int], ...]:
    """Return what each account gives, in order, until the amount is reached; nothing when together they have less."""
    left, given = amount_fen, []
    for code, free in available:
        part = min(left, free)
        if part > 0:
            given.append((code, part))
            left -= part
    return tuple(given) if left == 0 else ()


def effect_of(transfer: Transfer, reversed_kind: TransferKind | None) -> Figures:
    """Return what a transfer adds to income, reserved and spent; `reversed_kind` is the kind of what it takes back."""
    return effect(transfer.kind, transfer.amount_fen, reversed_kind)


def effect(kind: TransferKind, amount: int, reversed_kind: TransferKind | None) -> Figures:
    """Return what an amount (fen) of a kind adds to income, reserved and spent."""
    if kind is TransferKind.PENDING:
        return (0, amount, 0)
    if kind is TransferKind.POST:
        return (0, -amount, amount)
    if kind is TransferKind.VOID:
        return (0, -amount, 0)
    if reversed_kind is TransferKind.POST:
        return (0, 0, -amount)
    return (amount if reversed_kind is None else -amount, 0, 0)


def add(figures: Figures, effect: Figures) -> Figures:
    """Return the sum of two."""
    return (figures[0] + effect[0], figures[1] + effect[1], figures[2] + effect[2])


def available_in(figures: Figures) -> int:
    """Return what can still be reserved."""
    return figures[0] - figures[1] - figures[2]


class Derivation:
    """Balances added up anew from the transfers, one after the other; nothing stored is believed."""

    def __init__(self) -> None:
        """Begin with empty books."""
        self._kinds: dict[TransferId, TransferKind] = {}
        self.figures: dict[AccountCode, Figures] = defaultdict(lambda: NOTHING)
        self.overdrawn: set[AccountCode] = set()

    def take(self, transfer: Transfer) -> Figures:
        """Add a transfer and return its account's figures after it."""
        self._kinds[transfer.id] = transfer.kind
        reversed_kind = self._kinds.get(transfer.reverses) if transfer.reverses else None
        after = add(self.figures[transfer.account], effect_of(transfer, reversed_kind))
        self.figures[transfer.account] = after
        if min(after) < 0 or available_in(after) < 0:
            self.overdrawn.add(transfer.account)
        return after


def statement_lines(
    opening: Figures, transfers: Iterable[Transfer], reversed_kinds: Mapping[TransferId, TransferKind]
) -> tuple[tuple[StatementLine, ...], Figures]:
    """Return the lines of a statement with what was available after each, and the figures at its end."""
    figures, lines = opening, []
    for transfer in transfers:
        kind = reversed_kinds[transfer.reverses] if transfer.reverses else None
        figures = add(figures, effect_of(transfer, kind))
        lines.append(StatementLine(transfer, available_in(figures)))
    return tuple(lines), figures


def reservation_of(transfers: Sequence[Transfer]) -> Reservation:
    """Return a reservation from everything under its claim's key, in order; there is at least one transfer."""
    kinds = {one.kind for one in transfers}
    state = ReservationState.PAID if TransferKind.POST in kinds else ReservationState.RESERVED
    return Reservation(
        key=transfers[0].claim_key,
        subject=transfers[0].subject,
        parts=_parts(transfers, TransferKind.PENDING),
        state=ReservationState.RELEASED if TransferKind.VOID in kinds else state,
        payments=_parts(transfers, TransferKind.POST),
    )


def _parts(transfers: Sequence[Transfer], kind: TransferKind) -> tuple[Part, ...]:
    return tuple(Part(one.id, one.account, one.amount_fen) for one in transfers if one.kind is kind)


def refusal_to_take_back(before: Transfer, entry: Entry, *, left: int, available: int) -> str:
    """Return why a transfer cannot be taken back, empty when it can: `left` is what was not taken back yet."""
    income = before.kind is TransferKind.SINGLE and before.reverses is None
    if not income and before.kind is not TransferKind.POST:
        return "只有入账和付款可以冲回；预留请用释放。"
    if entry.amount_fen > left:
        return f"这笔账还能冲回 {yuan(left)} 元，不能更多。" if left else "这笔账已经全部冲回。"
    if income and entry.amount_fen > available:
        return f"账户里没有预留、没有花掉的只有 {yuan(available)} 元，不能冲回更多。"
    if entry.booked_on is not None and entry.booked_on < before.booked_on:
        return "冲回的日期早于原来那笔账：请核对日期。"
    return ""


def opposite(before: Transfer, amount_fen: int, reversal: Reversal) -> Entry:
    """Return the entry that takes a transfer back."""
    return Entry(
        kind=TransferKind.SINGLE,
        account=before.account,
        # What is taken back whole a second time has nothing left; the refusal names that, not the amount.
        amount_fen=amount_fen or before.amount_fen,
        key=reversal.key,
        subject=before.subject,
        reverses=before.id,
        reason=reversal.reason,
        voucher=reversal.voucher,
        booked_on=reversal.booked_on,
    )


def recovering(paid: Sequence[Transfer], back: Mapping[TransferId, int], recovery: Recovery) -> tuple[Entry, ...]:
    """Return the entries that book what came back of payments, the last first; nothing when it is too much."""
    out = {one.id: one.amount_fen - back.get(one.id, 0) for one in reversed(paid)}
    left = sum(out.values()) if recovery.amount_fen is None else recovery.amount_fen
    entries: list[Entry] = []
    for before in reversed(paid):
        part = min(left, out[before.id])
        if part > 0:
            reversal = Reversal(
                key=f"{recovery.key}#{len(entries) + 1}",
                transfer=before.id,
                reason=recovery.reason,
                voucher=recovery.voucher,
                booked_on=recovery.booked_on,
            )
            entries.append(opposite(before, part, reversal))
            left -= part
    return tuple(entries) if left == 0 else ()


def refusal_to_close(year: int, today: date, first: date | None, closed: int | None) -> str:
    """Return why a year cannot be closed, empty when it can: it is over, and the years before it are closed."""
    if year >= today.year:
        return f"{year}年还没有过完，不能结账。"
    if closed is not None and year < closed:
        return f"{closed}年已经结账，不能再结更早的年份。"
    begun = first.year if first else year
    earliest = begun if closed is None else closed + 1
    return f"请先结{earliest}年的账。" if earliest < year else ""


def year_lines(year: int, accounts: Sequence[AccountCode], booked: Sequence[Transfer]) -> tuple[YearLine, ...]:
    """Return a year by account from everything booked until its end."""
    kinds = {one.id: one.kind for one in booked}
    lines = []
    for code in accounts:
        own = [one for one in booked if one.account == code]
        _, before = statement_lines(NOTHING, [one for one in own if one.booked_on.year < year], kinds)
        _, at_end = statement_lines(NOTHING, own, kinds)
        lines.append(year_line(year, code, before, at_end))
    return tuple(lines)


def year_line(year: int, account: AccountCode, before: Figures, at_end: Figures) -> YearLine:
    """Return an account's year from its figures before the year and at its end."""
    return YearLine(
        year=year,
        account=account,
        opening_fen=before[0] - before[2],
        income_fen=at_end[0] - before[0],
        spent_fen=at_end[2] - before[2],
        reserved_fen=at_end[1],
    )


_ASSETS, _RESERVED, _INCOME, _SPENT = "Assets:Fund", "Assets:Reserved", "Income:Fund", "Expenses:Grants"


def beancount(accounts: Sequence[Balance], transfers: Sequence[Transfer]) -> str:
    """Return the books as a beancount file whose checker proves every line and every stored balance.

    Balances are stated to the fen (`~ 0`): left to itself the checker forgives one.

    The accounts of a code `donated-x` are `Assets:Fund:Donated-x` (free), `Assets:Reserved:Donated-x` (reserved),
    `Income:Fund:…` and `Expenses:Grants:…`. Source: beancount language syntax.
    """
    first = min((one.booked_on for one in transfers), default=date(2000, 1, 1))
    last = max((one.booked_on for one in transfers), default=first)
    lines = ['option "title" "djflow"', 'option "operating_currency" "CNY"', ""]
    for balance in accounts:
        tail = _tail(balance.account.code)
        lines += [f"{first} open {root}:{tail} CNY" for root in (_ASSETS, _RESERVED, _INCOME, _SPENT)]
    kinds = {one.id: one.kind for one in transfers}
    for transfer in sorted(transfers, key=lambda one: (one.booked_on, one.seq)):
        lines += ["", *_entry(transfer, kinds[transfer.reverses] if transfer.reverses else None)]
    lines.append("")
    end = date.fromordinal(last.toordinal() + 1)
    for balance in accounts:
        tail = _tail(balance.account.code)
        for root, fen in (
            (_ASSETS, balance.available_fen),
            (_RESERVED, balance.reserved_fen),
            (_INCOME, -balance.income_fen),
            (_SPENT, balance.spent_fen),
        ):
            lines.append(f"{end} balance {root}:{tail} {plain_yuan(fen)} ~ 0 CNY")
    return "\n".join(lines) + "\n"


def _tail(code: AccountCode) -> str:
    return code[:1].upper() + code[1:]


def _entry(transfer: Transfer, reversed_kind: TransferKind | None) -> list[str]:
    came, held, paid = effect_of(transfer, reversed_kind)
    tail = _tail(transfer.account)
    postings = ((_ASSETS, came - held - paid), (_RESERVED, held), (_INCOME, -came), (_SPENT, paid))
    head = f'{transfer.booked_on} * "{transfer.kind.value}" "{transfer.subject}"'
    meta = [f"  seq: {transfer.seq}", f'  hash: "{transfer.hash}"']
    return [head, *meta, *(f"  {root}:{tail} {plain_yuan(fen)} CNY" for root, fen in postings if fen)]
