"""Rows of payments. Names, accounts and bank files are sealed; a keyed hash finds the same account again.

Triggers keep the number, amount, account and payee of an order and the hash of an exported file as they were written.
"""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from djflow.accounts.model import Role
from djflow.db.base import Base, Code, Instant, Sealed
from djflow.fund.payment.model import BatchState, Doubt, Ground, OrderState, RulingKind, RulingState

PERSON = "person.id"
BATCH = "payment_batch.id"
ORDER = "payment_order.id"


class PaymentBatchRow(Base):
    """A batch; `content` is the frozen file as base64, sealed."""

    __tablename__ = "payment_batch"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    number: Mapped[str] = mapped_column(String(30), unique=True)
    state: Mapped[BatchState] = mapped_column(Code(BatchState), index=True)
    layout: Mapped[str] = mapped_column(String(30))
    line_count: Mapped[int] = mapped_column(Integer)
    total_fen: Mapped[int] = mapped_column(BigInteger)
    maker_id: Mapped[str] = mapped_column(ForeignKey(PERSON))
    maker_office: Mapped[Role] = mapped_column(Code(Role))
    checker_id: Mapped[str | None] = mapped_column(ForeignKey(PERSON))
    flag_reason: Mapped[bytes | None] = mapped_column(Sealed("payment_batch.flag_reason"))
    file_name: Mapped[str] = mapped_column(String(80))
    content: Mapped[bytes | None] = mapped_column(Sealed("payment_batch.content"))
    sha256: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(Instant)
    checked_at: Mapped[datetime | None] = mapped_column(Instant)
    exported_at: Mapped[datetime | None] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)


class PaymentOrderRow(Base):
    """One attempt to pay one case; never deleted."""

    __tablename__ = "payment_order"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    subject: Mapped[str] = mapped_column(String(140))
    case_number: Mapped[str] = mapped_column(String(30))
    attempt: Mapped[int] = mapped_column(Integer)
    line_key: Mapped[str] = mapped_column(String(64), unique=True)
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    payee_id: Mapped[str] = mapped_column(ForeignKey(PERSON), index=True)
    holder: Mapped[bytes] = mapped_column(Sealed("payment_order.holder"))
    account: Mapped[bytes] = mapped_column(Sealed("payment_order.account"))
    account_hash: Mapped[str] = mapped_column(String(64), index=True)
    account_tail: Mapped[str] = mapped_column(String(4))
    bank: Mapped[str] = mapped_column(String(60))
    state: Mapped[OrderState] = mapped_column(Code(OrderState))
    batch_id: Mapped[str | None] = mapped_column(ForeignKey(BATCH), index=True)
    bank_code: Mapped[str] = mapped_column(String(30))
    evidence: Mapped[str] = mapped_column(String(64))
    opened_at: Mapped[datetime] = mapped_column(Instant)
    settled_at: Mapped[datetime | None] = mapped_column(Instant, index=True)

    __table_args__ = (
        UniqueConstraint("subject", "attempt"),
        Index("ix_payment_order_state", "state", "opened_at"),
    )


class PaymentBarRow(Base):
    """A person who decided a case and may not touch its payment."""

    __tablename__ = "payment_bar"

    order_id: Mapped[str] = mapped_column(ForeignKey(ORDER), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey(PERSON), primary_key=True)


class PaymentAnswerRow(Base):
    """A file of the bank as it was imported, kept sealed as evidence; the same bytes are imported once."""

    __tablename__ = "payment_answer"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    batch_id: Mapped[str] = mapped_column(ForeignKey(BATCH), index=True)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    content: Mapped[bytes] = mapped_column(Sealed("payment_answer.content"))
    row_count: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(Instant)


class PaymentDoubtRow(Base):
    """A line of an answer that was not taken; `line_key` is empty unless it has the form of a key."""

    __tablename__ = "payment_doubt"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    answer_id: Mapped[str] = mapped_column(ForeignKey("payment_answer.id"))
    batch_id: Mapped[str] = mapped_column(ForeignKey(BATCH), index=True)
    row_number: Mapped[int] = mapped_column(Integer)
    line_key: Mapped[str] = mapped_column(String(64))
    doubt: Mapped[Doubt] = mapped_column(Code(Doubt))
    order_id: Mapped[str | None] = mapped_column(ForeignKey(ORDER), index=True)
    settled_at: Mapped[datetime | None] = mapped_column(Instant)


class PaymentRulingRow(Base):
    """What one person stated and another confirmed; of a refund also how much has come back."""

    __tablename__ = "payment_ruling"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[RulingKind] = mapped_column(Code(RulingKind))
    ground: Mapped[Ground] = mapped_column(Code(Ground))
    state: Mapped[RulingState] = mapped_column(Code(RulingState))
    order_id: Mapped[str | None] = mapped_column(ForeignKey(ORDER), index=True)
    doubt_id: Mapped[str | None] = mapped_column(ForeignKey("payment_doubt.id"), index=True)
    evidence: Mapped[str] = mapped_column(String(64))
    received_fen: Mapped[int] = mapped_column(BigInteger)
    first_id: Mapped[str] = mapped_column(ForeignKey(PERSON))
    second_id: Mapped[str | None] = mapped_column(ForeignKey(PERSON))
    proposed_at: Mapped[datetime] = mapped_column(Instant)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
