"""Appends transfers and reads the books. Nothing here changes a balance: the insert trigger does."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import case, extract, func, insert, null, select, update
from sqlalchemy.orm import Session, aliased

from djflow.core.subject import Subject
from djflow.fund.ledger.finding import Search
from djflow.fund.ledger.model import (
    GENESIS,
    AccountCode,
    Balance,
    FundAccount,
    Head,
    Transfer,
    TransferId,
    TransferKind,
    YearLine,
)
from djflow.fund.ledger.tables import FundAccountRow, FundBalanceRow, FundHeadRow, FundTransferRow, FundYearRow

_PAGE = 2000
_HEAD = 1


def lock_head(session: Session) -> Head:
    """Return the head, locked until the transaction ends: whoever writes into the books waits here."""
    query = select(FundHeadRow.seq, FundHeadRow.hash).where(FundHeadRow.id == _HEAD)
    seq, own = session.execute(query.with_for_update(key_share=True)).one()
    return Head(seq, own)


def head(session: Session) -> Head:
    """Return the head."""
    found = session.execute(select(FundHeadRow.seq, FundHeadRow.hash).where(FundHeadRow.id == _HEAD)).one_or_none()
    return Head(*found) if found else Head(0, GENESIS)


def head_before(session: Session, end: datetime) -> Head:
    """Return the head as it was at an instant: of everything before the first transfer written at `end` or later."""
    later = session.scalar(select(func.min(FundTransferRow.seq)).where(FundTransferRow.at >= end))
    query = select(FundTransferRow.seq, FundTransferRow.hash).order_by(FundTransferRow.seq.desc()).limit(1)
    if later is not None:
        query = query.where(FundTransferRow.seq < later)
    found = session.execute(query).one_or_none()
    return Head(*found) if found else Head(0, GENESIS)


def append(session: Session, transfers: Sequence[Transfer]) -> None:
    """Add transfers that follow the head, in order, in one statement."""
    session.flush()
    if transfers:
        session.execute(insert(FundTransferRow), [_values(one) for one in transfers])


def _values(one: Transfer) -> dict[str, object]:
    return {
        "id": one.id,
        "seq": one.seq,
        "kind": one.kind,
        "account": one.account,
        "amount_fen": one.amount_fen,
        "key": one.key,
        "claim_key": one.claim_key,
        "pending_id": one.pending,
        "reverses_id": one.reverses,
        "subject": str(one.subject),
        "reason": one.reason,
        "voucher": one.voucher,
        "made_by": one.by,
        "second": one.second,
        "at": one.at,
        "booked_on": one.booked_on,
        "prev_hash": one.prev_hash,
        "hash": one.hash,
    }


def _transfer(row: FundTransferRow) -> Transfer:
    return Transfer(
        seq=row.seq,
        id=TransferId(row.id),
        kind=row.kind,
        account=AccountCode(row.account),
        amount_fen=row.amount_fen,
        key=row.key,
        claim_key=row.claim_key,
        pending=TransferId(row.pending_id) if row.pending_id else None,
        reverses=TransferId(row.reverses_id) if row.reverses_id else None,
        subject=Subject.parse(row.subject),
        reason=row.reason,
        voucher=row.voucher,
        by=row.made_by,
        second=row.second,
        at=row.at,
        booked_on=row.booked_on,
        prev_hash=row.prev_hash,
    )


def transfer(session: Session, transfer_id: TransferId) -> Transfer | None:
    """Return a transfer."""
    row = session.get(FundTransferRow, transfer_id)
    return _transfer(row) if row else None


def seq_of_hash(session: Session, own: str) -> int | None:
    """Return the number of the transfer with a hash."""
    return session.scalar(select(FundTransferRow.seq).where(FundTransferRow.hash == own))


def by_key(session: Session, key: str) -> Transfer | None:
    """Return the transfer with an idempotency key."""
    row = session.scalar(select(FundTransferRow).where(FundTransferRow.key == key))
    return _transfer(row) if row else None


def by_key_prefix(session: Session, prefix: str) -> tuple[Transfer, ...]:
    """Return the transfers whose idempotency key begins with `prefix`, in order."""
    query = select(FundTransferRow).where(FundTransferRow.key.startswith(prefix, autoescape=True))
    return tuple(_transfer(row) for row in session.scalars(query.order_by(FundTransferRow.seq)))


def of_claim(session: Session, claim_key: str) -> tuple[Transfer, ...]:
    """Return what was reserved, paid and released under a claim's key, in order."""
    query = select(FundTransferRow).where(FundTransferRow.claim_key == claim_key, FundTransferRow.claim_key != "")
    return tuple(_transfer(row) for row in session.scalars(query.order_by(FundTransferRow.seq)))


def about(session: Session, subject: Subject) -> tuple[Transfer, ...]:
    """Return the transfers about a subject, in order."""
    query = select(FundTransferRow).where(FundTransferRow.subject == str(subject))
    return tuple(_transfer(row) for row in session.scalars(query.order_by(FundTransferRow.seq)))


def taken_back(session: Session, ids: Collection[TransferId]) -> Mapping[TransferId, int]:
    """Return how much of transfers was taken back already, in fen; those untouched are missing."""
    query = select(FundTransferRow.reverses_id, func.sum(FundTransferRow.amount_fen))
    query = query.where(FundTransferRow.reverses_id.in_(ids)).group_by(FundTransferRow.reverses_id)
    return {TransferId(found): int(amount) for found, amount in session.execute(query) if found}


def transfers(session: Session) -> Iterator[tuple[Transfer, str]]:
    """Yield every transfer in order with the hash stored beside it, a page at a time."""
    last = 0
    query = select(FundTransferRow).order_by(FundTransferRow.seq).limit(_PAGE)
    while rows := session.scalars(query.where(FundTransferRow.seq > last)).all():
        for row in rows:
            yield _transfer(row), row.hash
        last = rows[-1].seq


def booked(session: Session, account: AccountCode | None, before: date) -> tuple[Transfer, ...]:
    """Return the transfers of an account (None: of all) booked before a day, by that day, then in order."""
    query = select(FundTransferRow).where(FundTransferRow.booked_on < before)
    if account is not None:
        query = query.where(FundTransferRow.account == account)
    found = session.scalars(query.order_by(FundTransferRow.booked_on, FundTransferRow.seq))
    return tuple(_transfer(row) for row in found)


def search(session: Session, wanted: Search, *, count: int) -> tuple[Transfer, ...]:
    """Return the newest `count` transfers that fit, by falling number."""
    query = select(FundTransferRow)
    if wanted.before:
        query = query.where(FundTransferRow.seq < wanted.before)
    if wanted.account:
        query = query.where(FundTransferRow.account == wanted.account)
    if wanted.kind is not None:
        query = query.where(FundTransferRow.kind == wanted.kind)
    if wanted.first is not None:
        query = query.where(FundTransferRow.booked_on >= wanted.first)
    if wanted.last is not None:
        query = query.where(FundTransferRow.booked_on <= wanted.last)
    if wanted.voucher:
        query = query.where(FundTransferRow.voucher == wanted.voucher)
    return tuple(_transfer(row) for row in session.scalars(query.order_by(FundTransferRow.seq.desc()).limit(count)))


def reversals_of(session: Session, transfer_id: TransferId) -> tuple[Transfer, ...]:
    """Return the transfers that take one back, in order."""
    query = select(FundTransferRow).where(FundTransferRow.reverses_id == transfer_id)
    return tuple(_transfer(row) for row in session.scalars(query.order_by(FundTransferRow.seq)))


def monthly_sums(
    session: Session, first: date, last: date
) -> tuple[tuple[str, TransferKind, TransferKind | None, int, int], ...]:
    """Return account, kind, kind of what it takes back, month and sum (fen) of what was booked from `first` on.

    Everything after `last`, of the same year, stands in month 13.
    """
    month = case((FundTransferRow.booked_on > last, 13), else_=extract("month", FundTransferRow.booked_on))
    own = (FundTransferRow.account, FundTransferRow.kind)
    since = FundTransferRow.booked_on >= first
    total = func.sum(FundTransferRow.amount_fen)
    # Few transfers take one back; joining all of them for those would cost most of the time.
    plain = select(*own, null(), month, total).where(since, FundTransferRow.reverses_id.is_(None))
    taken = aliased(FundTransferRow)
    back = select(*own, taken.kind, month, total).join(taken, FundTransferRow.reverses_id == taken.id).where(since)
    rows = [*session.execute(plain.group_by(*own, month)), *session.execute(back.group_by(*own, taken.kind, month))]
    return tuple((account, kind, reversed_kind, int(at), int(fen)) for account, kind, reversed_kind, at, fen in rows)


def kinds_of(session: Session, ids: Collection[TransferId]) -> Mapping[TransferId, TransferKind]:
    """Return the kinds of transfers."""
    query = select(FundTransferRow.id, FundTransferRow.kind).where(FundTransferRow.id.in_(ids))
    return {TransferId(found): kind for found, kind in session.execute(query)}


def _account(row: FundAccountRow) -> FundAccount:
    return FundAccount(
        code=AccountCode(row.code),
        source=row.source,
        earmark=row.earmark,
        categories=frozenset(json.loads(row.categories)),
        opened_at=row.opened_at,
        closed_at=row.closed_at,
    )


def balances(session: Session, *, code: AccountCode | None = None) -> tuple[Balance, ...]:
    """Return every account with its stored figures, by code; one account when `code` is given."""
    figures = (FundBalanceRow.income_fen, FundBalanceRow.reserved_fen, FundBalanceRow.spent_fen)
    query = select(FundAccountRow, *figures).join(FundBalanceRow, FundBalanceRow.account == FundAccountRow.code)
    if code is not None:
        query = query.where(FundAccountRow.code == code)
    query = query.order_by(FundAccountRow.code).execution_options(populate_existing=True)
    return tuple(Balance(_account(row), *found) for row, *found in session.execute(query))


def is_open(session: Session, code: AccountCode) -> bool | None:
    """Return whether an account takes money, None when there is no such account."""
    query = select(FundAccountRow.code, FundAccountRow.closed_at).where(FundAccountRow.code == code)
    found = session.execute(query).one_or_none()
    return found.closed_at is None if found else None


def open_account(session: Session, account: FundAccount) -> None:
    """Add an account with nothing in it."""
    row = FundAccountRow(
        code=account.code,
        source=account.source,
        earmark=account.earmark,
        categories=json.dumps(sorted(account.categories)),
        opened_at=account.opened_at,
        closed_at=account.closed_at,
    )
    session.add(row)
    session.flush()
    session.add(FundBalanceRow(account=account.code, income_fen=0, reserved_fen=0, spent_fen=0, last_seq=0))
    session.flush()


def close_account(session: Session, account: FundAccount) -> None:
    """Write down since when an account is closed."""
    statement = update(FundAccountRow).where(FundAccountRow.code == account.code)
    session.execute(statement.values(closed_at=account.closed_at))


def first_booked_on(session: Session) -> date | None:
    """Return the earliest day anything was booked on."""
    return session.scalar(select(func.min(FundTransferRow.booked_on)))


def year(session: Session, number: int) -> tuple[YearLine, ...]:
    """Return a closed year by account, nothing for an open one."""
    query = select(FundYearRow).where(FundYearRow.year == number).order_by(FundYearRow.account)
    return tuple(
        YearLine(row.year, AccountCode(row.account), row.opening_fen, row.income_fen, row.spent_fen, row.reserved_fen)
        for row in session.scalars(query)
    )


def last_closed_year(session: Session) -> int | None:
    """Return the last year that is closed."""
    return session.scalar(select(func.max(FundYearRow.year)))


def close_year(session: Session, lines: Sequence[YearLine]) -> None:
    """Write a year down."""
    session.add_all(
        FundYearRow(
            year=line.year,
            account=line.account,
            opening_fen=line.opening_fen,
            income_fen=line.income_fen,
            spent_fen=line.spent_fen,
            reserved_fen=line.reserved_fen,
        )
        for line in lines
    )
    session.flush()


def open_claims(session: Session) -> tuple[str, ...]:
    """Return the keys of claims whose money is reserved and neither paid nor released, in order."""
    settled = select(FundTransferRow.pending_id).where(FundTransferRow.pending_id.is_not(None))
    query = select(FundTransferRow.claim_key, func.min(FundTransferRow.seq)).where(
        FundTransferRow.kind == TransferKind.PENDING, FundTransferRow.id.not_in(settled)
    )
    query = query.group_by(FundTransferRow.claim_key).order_by(func.min(FundTransferRow.seq))
    return tuple(key for key, _ in session.execute(query))
