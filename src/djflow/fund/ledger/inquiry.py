"""What is asked of the books without changing them: find transfers, one transfer's life, months by source."""

from collections import Counter, defaultdict
from datetime import date, datetime, time

from sqlalchemy.orm import Session

from djflow.core.clock import days, instant_of
from djflow.core.errors import NotFoundError
from djflow.fund.ledger import rules, store
from djflow.fund.ledger.finding import Life, MonthLine, Search, Standing
from djflow.fund.ledger.model import (
    GENESIS,
    AccountCode,
    Balance,
    FundSource,
    Head,
    Transfer,
    TransferId,
    TransferKind,
    YearLine,
)


def search(session: Session, wanted: Search, *, count: int = 50) -> tuple[Transfer, ...]:
    """Return the newest `count` transfers that fit, by falling number."""
    return store.search(session, wanted, count=count)


def life(session: Session, transfer_id: TransferId) -> Life:
    """Return a transfer with everything that belongs to it.

    Raises: NotFoundError.
    """
    found = store.transfer(session, transfer_id)
    if found is None:
        raise NotFoundError("没有这笔账：请从“账目”里选。", code="ledger.no_transfer")
    before = store.transfer(session, found.reverses) if found.reverses else None
    claim = store.of_claim(session, found.claim_key) if found.claim_key else ()
    return Life(found, claim, before, store.reversals_of(session, found.id))


def is_booked(session: Session, account: str, voucher: str, amount_fen: int) -> bool:
    """Return whether income of this amount with this paper stands in an account and was not taken back whole."""
    found = store.search(session, Search(account=account, voucher=voucher), count=500)
    same = [one for one in found if one.reverses is None and one.amount_fen == amount_fen]
    back = store.taken_back(session, [one.id for one in same])
    return any(back.get(one.id, 0) < one.amount_fen for one in same)


def months(session: Session, year: int, today: date) -> tuple[MonthLine, ...]:
    """Return each month of a year until `today`, by month, then by source in their order."""
    held = store.balances(session)
    sources = {one.account.code: one.account.source for one in held}
    moves: dict[tuple[FundSource, int], rules.Figures] = defaultdict(lambda: rules.NOTHING)
    for account, kind, reversed_kind, month, fen in store.monthly_sums(session, date(year, 1, 1), date(year, 12, 31)):
        place = sources[AccountCode(account)], month
        moves[place] = rules.add(moves[place], rules.effect(kind, fen, reversed_kind))
    latest = 12 if year < today.year else today.month if year == today.year else 0
    lines = []
    # What the year began with is what there is now less everything since: far fewer lines than from the beginning.
    figures = dict.fromkeys(FundSource, rules.NOTHING)
    for one in held:
        stands = one.income_fen, one.reserved_fen, one.spent_fen
        figures[one.account.source] = rules.add(figures[one.account.source], stands)
    for (source, _), (came, kept, paid) in list(moves.items()):
        figures[source] = rules.add(figures[source], (-came, -kept, -paid))
    for month in range(1, latest + 1):
        for source in FundSource:
            before, figures[source] = figures[source], rules.add(figures[source], moves[source, month])
            lines.append(_month_line(source, month, before, figures[source]))
    return tuple(lines)


def _month_line(source: FundSource, month: int, before: rules.Figures, after: rules.Figures) -> MonthLine:
    return MonthLine(
        source=source,
        month=month,
        opening_fen=before[0] - before[2],
        income_fen=after[0] - before[0],
        spent_fen=after[2] - before[2],
        reserved_fen=after[1],
    )


def head_until(session: Session, last: date) -> Head:
    """Return the head as it was at the end of the civil day `last`."""
    return store.head_before(session, _end_of(last))


def standing(session: Session, last: date) -> Standing:
    """Return the books as they were written until the end of the civil day `last`, added up from the first transfer."""
    end, head = _end_of(last), Head(0, GENESIS)
    derived, kinds, taken_back = rules.Derivation(), Counter[TransferKind](), 0
    for transfer, stored in store.transfers(session):
        if transfer.at >= end:
            break
        derived.take(transfer)
        head = Head(transfer.seq, stored)
        if transfer.reverses:
            taken_back += 1
        else:
            kinds[transfer.kind] += 1
    order = list(FundSource)
    known = (one.account for one in store.balances(session))
    there = [one for one in known if one.opened_at is None or one.opened_at < end]
    there.sort(key=lambda one: (order.index(one.source), one.code))
    balances = tuple(Balance(one, *derived.figures[one.code]) for one in there)
    return Standing(head, balances, kinds, taken_back)


def _end_of(last: date) -> datetime:
    return instant_of(last + days(1), time.min)


def closed_years(session: Session, today: date) -> dict[int, tuple[YearLine, ...]]:
    """Return every closed year with its lines, the latest first."""
    begun = store.first_booked_on(session)
    found = {year: store.year(session, year) for year in range(today.year, begun.year - 1 if begun else 0, -1) if begun}
    return {year: lines for year, lines in found.items() if lines}


def next_year_to_close(session: Session, today: date) -> int | None:
    """Return the year that may be closed now, None while there is none."""
    begun, closed = store.first_booked_on(session), store.last_closed_year(session)
    wanted = closed + 1 if closed is not None else begun.year if begun else today.year
    return wanted if wanted < today.year else None
