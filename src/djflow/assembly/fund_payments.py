"""Payments as commands and pages ask for them: who acts, one transaction an act, files in and out.

The fund hears what became of a payment in the same transaction: books, cases and notices go with it or not at all.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy.orm import Session

from djflow.assembly import doorway
from djflow.assembly.approvals import desk_of
from djflow.assembly.house import House
from djflow.audit import service as audit
from djflow.core.errors import InputError, RuleError
from djflow.core.spans import DateSpan, Month
from djflow.core.subject import Subject
from djflow.db.vault import PRIVATE_MODE
from djflow.fund import service as fund
from djflow.fund.payment import orders, service, statement
from djflow.fund.payment.answers import service as answers
from djflow.fund.payment.keeping import order_of
from djflow.fund.payment.model import (
    AnswerOutcome,
    BankFile,
    BatchId,
    Clerk,
    Correction,
    Doubtful,
    NewBatch,
    PaymentBatch,
    PaymentOrder,
    Proposal,
    Ruling,
    RulingId,
    Settled,
)
from djflow.fund.running.model import KIND
from djflow.people.excel.sheet import MAX_FILE_BYTES

_LOCAL = "127.0.0.1"


def clerk_of(house: House, login: str, password: str) -> Clerk:
    """Return who logs in with that password; wrong ones count and lock as at the desk.

    Raises: RuleError when refused, before the first password is changed, or for an account without a person.
    """
    entered = doorway.log_in(house, login, password, ip=_LOCAL)
    visitor = doorway.visitor_of(house, entered.token) if entered else None
    if visitor is None:
        raise RuleError(doorway.REFUSED, code="login.refused")
    doorway.leave(house, visitor, ip=_LOCAL)
    account = visitor.account
    if visitor.needs_password:
        raise RuleError("请先到工作台改掉初始密码或过期的密码，再办付款。", code="login.password")
    if account.person is None:
        raise RuleError("付款须由个人账号办理：这个账号没有对应在册人员。", code="payment.no_person")
    return Clerk(account.actor, account.person, account.roles)


def make(house: House, layout: str, reason: str, *, by: Clerk) -> PaymentBatch:
    """Put everything ready into a draft batch of a bank's layout, the default for an empty one."""
    chosen = house.settings.payments.layout(layout)
    with house.transaction() as session:
        audit.hold(session)
        new = NewBatch(chosen.key, chosen.max_lines, flag_reason=reason)
        return service.make_batch(session, new, by=by, now=house.now())


def check(house: House, number: str, *, by: Clerk) -> PaymentBatch:
    """Check a batch as the second person."""
    with house.transaction() as session:
        audit.hold(session)
        return service.check_batch(session, _id(session, number), by=by, now=house.now())


def cancel(house: House, number: str, *, by: Clerk) -> PaymentBatch:
    """Dissolve a batch that has no file yet."""
    with house.transaction() as session:
        audit.hold(session)
        return service.cancel_batch(session, _id(session, number), by=by, now=house.now())


def export(house: House, number: str, folder: Path, *, by: Clerk) -> tuple[PaymentBatch, Path]:
    """Freeze a batch's file and write it into `folder`, for its owner alone.

    Raises: InputError when it cannot be written; the file stays frozen and can be taken again.
    """
    with house.transaction() as session:
        batch = _freeze(session, house, number, by=by)
        file = service.download(session, batch.id, by=by, now=house.now())
    target = folder / file.name
    _put(target, file.content)
    return batch, target


def freeze(house: House, number: str, *, by: Clerk) -> PaymentBatch:
    """Freeze a batch's file; from now on it never changes."""
    with house.transaction() as session:
        return _freeze(session, house, number, by=by)


def _freeze(session: Session, house: House, number: str, *, by: Clerk) -> PaymentBatch:
    audit.hold(session)
    batch = service.batch_by_number(session, number)
    layout = house.settings.payments.layout(batch.layout)
    batch = service.export_batch(session, batch.id, layout, by=by, now=house.now())
    fund.at_the_bank(session, batch.id, desk_of(house), by=by.actor, now=house.now())
    return batch


def bank_file(house: House, number: str, *, by: Clerk) -> BankFile:
    """Hand out a batch's frozen file; the record says who took it."""
    with house.transaction() as session:
        audit.hold(session)
        return service.download(session, _id(session, number), by=by, now=house.now())


def _put(target: Path, content: bytes) -> None:
    draft = target.with_name(f".{target.name}.new")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        draft.unlink(missing_ok=True)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_MODE)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        draft.replace(target)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise InputError(f"写不了文件 {target}：请检查目录的写权限和磁盘空间，再导出一次。") from error


def send(house: House, number: str, *, by: Clerk) -> PaymentBatch:
    """Note that the file went to the bank."""
    with house.transaction() as session:
        audit.hold(session)
        service.mark_sent(session, _id(session, number), by=by, now=house.now())
        return service.batch_by_number(session, number)


def import_answer(house: House, number: str, source: Path, *, by: Clerk) -> AnswerOutcome:
    """Take the bank's answer from a file; the fund hears what was settled.

    Raises: InputError when the file cannot be read.
    """
    try:
        size = source.stat().st_size
        content = source.read_bytes() if size <= MAX_FILE_BYTES else b""
    except OSError as error:
        raise InputError(f"读不了文件 {source}：请核对路径和权限。") from error
    if size > MAX_FILE_BYTES:
        raise InputError(f"回单超过 {MAX_FILE_BYTES // 1024 // 1024} MB：多半选错了文件。", code="answer.too_large")
    return take_answer(house, number, content, by=by)


def take_answer(house: House, number: str, content: bytes, *, by: Clerk) -> AnswerOutcome:
    """Take the bank's answer as bytes; the fund hears what was settled."""
    with house.transaction() as session:
        audit.hold(session)
        now = house.now()
        batch = service.batch_by_number(session, number)
        layout = house.settings.payments.layout(batch.layout)
        outcome = answers.import_answer(session, batch.id, content, layout, by=by, now=now)
        fund.settled(session, outcome.settled, desk_of(house), second="", by=by.actor, now=now)
        return outcome


def propose(house: House, proposal: Proposal, *, by: Clerk) -> Ruling:
    """State as the first person what became of a payment or line."""
    with house.transaction() as session:
        audit.hold(session)
        return answers.propose(session, proposal, by=by, now=house.now())


def confirm(house: House, ruling: RulingId, *, by: Clerk) -> Settled | None:
    """Confirm a ruling as the second person; the fund hears it."""
    with house.transaction() as session:
        audit.hold(session)
        now = house.now()
        first = next((one.first for one in answers.waiting_rulings(session) if one.id == ruling), None)
        outcome = answers.confirm(session, ruling, by=by, now=now)
        told, second = (outcome,) if outcome else (), str(Subject("people.person", first)) if first else ""
        fund.settled(session, told, desk_of(house), second=second, by=by.actor, now=now)
        return outcome


def refuse(house: House, ruling: RulingId, *, by: Clerk) -> None:
    """Send a ruling back unconfirmed."""
    with house.transaction() as session:
        audit.hold(session)
        answers.refuse(session, ruling, by=by, now=house.now())


def waiting(house: House) -> tuple[tuple[Ruling, str], ...]:
    """Return rulings that wait for the second person, each with the line key it is about, empty for a foreign row."""
    with house.reading() as session:
        return tuple(
            (one, order_of(session, one.order).line_key if one.order else "")
            for one in answers.waiting_rulings(session)
        )


def about(house: House, line_key: str) -> PaymentOrder:
    """Return the payment of a line."""
    with house.reading() as session:
        return orders.order_by_key(session, line_key)


def correct(house: House, line_key: str, fix: Correction, *, by: Clerk) -> PaymentOrder:
    """Replace a failed payment by a new attempt to the right account."""
    with house.transaction() as session:
        audit.hold(session)
        now = house.now()
        order = orders.order_by_key(session, line_key)
        made = orders.correct(session, order.id, fix, by=by, now=now)
        if order.subject.kind == KIND:
            fund.corrected(session, order.subject.id, desk_of(house), by=by.actor, now=now)
        return made


def close(house: House, number: str, *, by: Clerk) -> PaymentBatch:
    """Close a batch in which nothing is unknown."""
    with house.transaction() as session:
        audit.hold(session)
        return answers.close_batch(session, _id(session, number), by=by, now=house.now())


def listing(house: House) -> tuple[PaymentBatch, ...]:
    """Return batches that are neither closed nor cancelled, oldest first."""
    with house.reading() as session:
        return service.open_batches(session)


def doubts(house: House, number: str) -> tuple[Doubtful, ...]:
    """Return the rows of a batch's answers that wait for two persons."""
    with house.reading() as session:
        return answers.open_doubts(session, _id(session, number))


def write_statement(house: House, month: Month, folder: Path, *, by: Clerk) -> Path:
    """Write a month's payments as Excel into `folder` and return the path."""
    content = statement_of(house, month, by=by)
    target = folder / f"温暖基金拨付明细-{month}.xlsx"
    _put(target, content)
    return target


def statement_of(house: House, month: Month, *, by: Clerk) -> bytes:
    """Return a month's payments as Excel; the record says who took it."""
    with house.transaction() as session:
        audit.hold(session)
        return statement.monthly_statement(session, month, bank_words(house), by=by, now=house.now())


def write_audit(house: House, span: DateSpan, folder: Path, *, by: Clerk) -> Path:
    """Write every payment opened or settled in a span as Excel into `folder` and return the path."""
    content = audit_file(house, span, by=by)
    target = folder / f"温暖基金拨付审计资料-{span.first}至{span.last}.xlsx"
    _put(target, content)
    return target


def audit_file(house: House, span: DateSpan, *, by: Clerk) -> bytes:
    """Return every payment opened or settled in a span for the audit, as Excel; names and accounts are masked."""
    with house.transaction() as session:
        audit.hold(session)
        return statement.audit_export(session, span, bank_words(house), by=by, now=house.now())


def bank_words(house: House) -> Mapping[str, str]:
    """Return the banks' failure codes in words."""
    return {code: words for one in house.settings.payments.layouts for code, words in one.reasons.items()}


def _id(session: Session, number: str) -> BatchId:
    return service.batch_by_number(session, number).id
