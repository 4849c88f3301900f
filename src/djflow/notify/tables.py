"""The outbox: what is to be told, the messages that tell it, what providers and people said.

A message is unique by its notice and step, which is to say by kind, subject, version, recipient, slot and step, as
its `key` spells out. Every index costs a message twice more on its way, so there are no more than are looked up.
Everything a provider gets is frozen in `payload` when the row is written. Addresses are sealed and found by their
hash.
"""

from datetime import date, datetime

from sqlalchemy import Boolean, Date, Float, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from djflow.db.base import Base, Code, Instant, Sealed
from djflow.notify.model import Answer, MessageState, NoticeKind, NoticeState, Verdict


class NoticeRow(Base):
    """One thing one recipient is told once; `key` is unique, `step` is the step it is at, -1 before the first."""

    __tablename__ = "notice"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    key: Mapped[str] = mapped_column(String(300), unique=True)
    kind: Mapped[NoticeKind] = mapped_column(Code(NoticeKind))
    subject: Mapped[str] = mapped_column(String(140), index=True)
    version: Mapped[int] = mapped_column(Integer)
    recipient: Mapped[str] = mapped_column(String(60), index=True)
    slot: Mapped[str] = mapped_column(String(60))
    text: Mapped[str] = mapped_column(String(60))
    payload: Mapped[str] = mapped_column(Text)
    state: Mapped[NoticeState] = mapped_column(Code(NoticeState))
    reason: Mapped[str] = mapped_column(String(60))
    step: Mapped[int] = mapped_column(Integer)
    escalated: Mapped[int] = mapped_column(Integer)
    first_way: Mapped[str] = mapped_column(String(30), default="", server_default="")
    answer: Mapped[Answer | None] = mapped_column(Code(Answer))
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    merged_into: Mapped[str | None] = mapped_column(String(32))
    created_at: Mapped[datetime] = mapped_column(Instant)
    due_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (Index("ix_notice_due", "state", "due_at"),)


class MessageRow(Base):
    """One message of a notice: a step of its chain, on its way to one address.

    `wait_until` is when the chain is looked at again; `answer_by` bounds it once the provider has the message.
    `asked_at` is when the provider was last asked for its report.
    """

    __tablename__ = "message"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    notice_id: Mapped[str] = mapped_column(ForeignKey("notice.id"))
    key: Mapped[str] = mapped_column(String(310))
    step: Mapped[int] = mapped_column(Integer)
    channel: Mapped[str] = mapped_column(String(40))
    urgency: Mapped[int] = mapped_column(Integer)
    recipient: Mapped[str] = mapped_column(String(60))
    address: Mapped[bytes | None] = mapped_column(Sealed("message.address"))
    address_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    payload: Mapped[str] = mapped_column(Text)
    state: Mapped[MessageState] = mapped_column(Code(MessageState))
    reason: Mapped[str] = mapped_column(String(60))
    due_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    lease_until: Mapped[datetime | None] = mapped_column(Instant)
    owner: Mapped[str] = mapped_column(String(60))
    claimed_at: Mapped[datetime | None] = mapped_column(Instant)
    attempts: Mapped[int] = mapped_column(Integer)
    verdict: Mapped[Verdict | None] = mapped_column(Code(Verdict))
    code: Mapped[str] = mapped_column(String(60))
    provider_id: Mapped[str] = mapped_column(String(80))
    parts: Mapped[int] = mapped_column(Integer)
    wait_seconds: Mapped[int] = mapped_column(Integer)
    answer_by: Mapped[datetime | None] = mapped_column(Instant)
    wait_until: Mapped[datetime | None] = mapped_column(Instant, index=True)
    accepted_at: Mapped[datetime | None] = mapped_column(Instant)
    delivered_at: Mapped[datetime | None] = mapped_column(Instant)
    asked_at: Mapped[datetime | None] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (
        UniqueConstraint("notice_id", "step", name="uq_message_step"),
        Index("ix_message_claim", "state", "channel", "urgency", "due_at"),
        Index("ix_message_provider", "channel", "provider_id"),
    )


class AttemptRow(Base):
    """One try at sending a message and what came of it; only ever added, with its message, and removed before it.

    Its message is not checked by a foreign key: it was changed a moment before, in the same transaction.
    """

    __tablename__ = "attempt"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    message_id: Mapped[str] = mapped_column(String(32), index=True)
    number: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(Instant)
    verdict: Mapped[Verdict] = mapped_column(Code(Verdict))
    code: Mapped[str] = mapped_column(String(60))
    provider_id: Mapped[str] = mapped_column(String(80))


class ReceiptRow(Base):
    """What a provider reported about a message; one that came too early has no `message_id` yet."""

    __tablename__ = "receipt"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    channel: Mapped[str] = mapped_column(String(40))
    provider_id: Mapped[str] = mapped_column(String(80))
    address_hash: Mapped[str] = mapped_column(String(64))
    message_id: Mapped[str | None] = mapped_column(String(32), index=True)
    state: Mapped[str] = mapped_column(String(30))
    code: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime] = mapped_column(Instant)
    received_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (UniqueConstraint("channel", "provider_id", "address_hash", name="uq_receipt_report"),)


class ReplyRow(Base):
    """Words that came back; `answer` is empty when a human has to read them, `handled_at` when somebody has."""

    __tablename__ = "reply"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    channel: Mapped[str] = mapped_column(String(40))
    address_hash: Mapped[str] = mapped_column(String(64))
    notice_id: Mapped[str | None] = mapped_column(String(32), index=True)
    words: Mapped[bytes] = mapped_column(Sealed("reply.words"))
    answer: Mapped[Answer | None] = mapped_column(Code(Answer))
    at: Mapped[datetime] = mapped_column(Instant)
    handled_at: Mapped[datetime | None] = mapped_column(Instant)
    handled_by: Mapped[str] = mapped_column(String(80))


class AcknowledgementRow(Base):
    """Somebody answered a notice; `via` says how: a link, a reply, a telephone call."""

    __tablename__ = "acknowledgement"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    notice_id: Mapped[str] = mapped_column(ForeignKey("notice.id"), index=True)
    recipient: Mapped[str] = mapped_column(String(60))
    answer: Mapped[Answer] = mapped_column(Code(Answer))
    via: Mapped[str] = mapped_column(String(30))
    at: Mapped[datetime] = mapped_column(Instant)


class TemplateRow(Base):
    """A text as it was used: its version, the provider's code for it, its variables with their limits, its approval."""

    __tablename__ = "template"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    version: Mapped[str] = mapped_column(String(16))
    provider_code: Mapped[str] = mapped_column(String(60))
    variables: Mapped[str] = mapped_column(Text)
    approved: Mapped[bool] = mapped_column(Boolean)
    first_used_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (UniqueConstraint("name", "version", "provider_code", name="uq_template_version"),)


class RateBucketRow(Base):
    """What a limit still allows; `key` is the channel, the limit and, where it counts each, the address."""

    __tablename__ = "rate_bucket"

    key: Mapped[str] = mapped_column(String(140), primary_key=True)
    tokens: Mapped[float] = mapped_column(Float)
    at: Mapped[datetime] = mapped_column(Instant)


class BudgetRow(Base):
    """How many billed parts a channel used on a civil day."""

    __tablename__ = "budget"

    channel: Mapped[str] = mapped_column(String(40), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    parts: Mapped[int] = mapped_column(Integer)


class ChannelStateRow(Base):
    """Whether a channel is stopped, why and by whom; `until` empty: until somebody starts it again."""

    __tablename__ = "channel_state"

    channel: Mapped[str] = mapped_column(String(40), primary_key=True)
    paused: Mapped[bool] = mapped_column(Boolean)
    reason: Mapped[str] = mapped_column(String(60))
    since: Mapped[datetime] = mapped_column(Instant)
    until: Mapped[datetime | None] = mapped_column(Instant)
    by: Mapped[str] = mapped_column(String(80))
