"""Writes entries into the books: each gets its number and hash, and an entry in the record of changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.core.clock import civil_date
from djflow.core.errors import ConflictError, InputError, RuleError
from djflow.core.ids import new_id
from djflow.core.subject import Subject
from djflow.fund.ledger import store
from djflow.fund.ledger.model import Entry, Head, Transfer, TransferId

USED = "这个记账编号已经用在另一笔账上：请核对，不要重复使用。"


@dataclass(frozen=True, slots=True)
class Hand:
    """Who writes when: `by` does it, `second` has checked it where two are wanted."""

    by: str
    now: datetime
    second: str = ""


def begin(session: Session) -> Head:
    """Wait for everybody else who writes into the books and return their head.

    The record of changes comes first: callers have often written there already, and one order for all has no circles.
    """
    audit.hold(session)
    return store.lock_head(session)


def two_persons(by: str, second: str) -> None:
    """Refuse one person alone.

    Raises: RuleError.
    """
    if not by or not second or by == second:
        raise RuleError("记账和复核必须是两个人：请由另一个人复核。", code="ledger.two_persons")


def same(known: Transfer, entry: Entry) -> Transfer:
    """Return what was written under a key when it is what is wanted now.

    Raises: ConflictError when it is something else.
    """
    written = (known.kind, known.account, known.amount_fen, known.subject, known.reverses, known.pending)
    wanted = (entry.kind, entry.account, entry.amount_fen, entry.subject, entry.reverses, entry.pending)
    if written != wanted:
        raise ConflictError(USED, code="ledger.key_used")
    return known


def write(session: Session, head: Head, entries: Sequence[Entry], hand: Hand) -> tuple[Transfer, ...]:
    """Write entries behind the head, which the caller holds, and return them as transfers.

    Raises: InputError for a day that has not come; RuleError for a closed year.
    """
    today = civil_date(hand.now)
    closed = store.last_closed_year(session)
    written: list[Transfer] = []
    for entry in entries:
        booked_on = entry.booked_on or today
        _may_book_on(booked_on, today, closed)
        transfer = Transfer(
            seq=head.seq + 1,
            id=TransferId(new_id(hand.now)),
            kind=entry.kind,
            account=entry.account,
            amount_fen=entry.amount_fen,
            key=entry.key,
            claim_key=entry.claim_key,
            pending=entry.pending,
            reverses=entry.reverses,
            subject=entry.subject,
            reason=entry.reason,
            voucher=entry.voucher,
            by=hand.by,
            second=hand.second,
            at=hand.now,
            booked_on=booked_on,
            prev_hash=head.hash,
        )
        head = Head(transfer.seq, transfer.hash)
        written.append(transfer)
    store.append(session, written)
    changes = [(subject_of(one), f"ledger.{one.kind.value}", _details(one)) for one in written]
    audit.record_many(session, changes, by=hand.by, now=hand.now)
    return tuple(written)


def subject_of(transfer: Transfer) -> Subject:
    """Return what the record of changes calls a transfer."""
    return Subject("fund.transfer", transfer.id)


def _details(transfer: Transfer) -> dict[str, str | int]:
    return {
        "seq": transfer.seq,
        "account": transfer.account,
        "amount_fen": transfer.amount_fen,
        "about": str(transfer.subject),
        "reason": transfer.reason.value if transfer.reason else "",
        "second": transfer.second,
        "hash": transfer.hash,
    }


def _may_book_on(booked_on: date, today: date, closed: int | None) -> None:
    if booked_on > today:
        raise InputError("入账日期还没有到：请写今天或以前的日期。", code="ledger.future")
    if closed is not None and booked_on.year <= closed:
        raise RuleError(f"{booked_on.year}年的账已经结了，不能再记：请记在今年。", code="ledger.year_closed")
