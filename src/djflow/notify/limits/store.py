"""Writes and reads what limits still allow and the state of channels."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from djflow.notify.rules import Bucket
from djflow.notify.store import chunks
from djflow.notify.tables import BudgetRow, ChannelStateRow, RateBucketRow


def buckets(session: Session, keys: Iterable[str]) -> dict[str, Bucket]:
    """Return what limits still allow, by key, locked until the transaction ends; one never used is missing."""
    found: dict[str, Bucket] = {}
    for part in chunks(sorted(set(keys))):
        query = select(RateBucketRow.key, RateBucketRow.tokens, RateBucketRow.at).where(RateBucketRow.key.in_(part))
        for row in session.execute(query.order_by(RateBucketRow.key).with_for_update()):
            found[row.key] = Bucket(row.tokens, row.at)
    return found


def keep_buckets(session: Session, left: Mapping[str, Bucket], known: Collection[str]) -> None:
    """Write what limits still allow; `known` are those that are stored already."""
    rows = [{"b_key": key, "b_tokens": one.tokens, "b_at": one.at} for key, one in sorted(left.items())]
    old, new = [r for r in rows if r["b_key"] in known], [r for r in rows if r["b_key"] not in known]
    connection = session.connection()
    if old:
        change = update(RateBucketRow).where(RateBucketRow.key == bindparam("b_key"))
        connection.execute(change.values(tokens=bindparam("b_tokens"), at=bindparam("b_at")), old)
    if new:
        connection.execute(
            insert(RateBucketRow), [{"key": r["b_key"], "tokens": r["b_tokens"], "at": r["b_at"]} for r in new]
        )


def forget_buckets(session: Session, before: datetime) -> None:
    """Forget limits nobody came near since; they are full again."""
    session.execute(delete(RateBucketRow).where(RateBucketRow.at < before))


def used_parts(session: Session, channel: str, day: date) -> int:
    """Return how many parts a channel used on a day."""
    row = session.get(BudgetRow, (channel, day), with_for_update=True, populate_existing=True)
    return row.parts if row else 0


def use_parts(session: Session, channel: str, day: date, parts: int) -> None:
    """Count parts of a day."""
    session.merge(BudgetRow(channel=channel, day=day, parts=used_parts(session, channel, day) + parts))
    session.flush()


def channel_state(session: Session, channel: str) -> ChannelStateRow | None:
    """Return whether a channel is stopped; None when it never was."""
    return session.get(ChannelStateRow, channel, populate_existing=True)


def channel_states(session: Session) -> tuple[ChannelStateRow, ...]:
    """Return every channel that was ever stopped."""
    return tuple(session.scalars(select(ChannelStateRow).order_by(ChannelStateRow.channel)))


def set_channel(session: Session, row: ChannelStateRow) -> None:
    """Stop or start a channel."""
    session.merge(row)
    session.flush()


def stopped_channels(session: Session, now: datetime) -> frozenset[str]:
    """Return the channels that are stopped now."""
    rows = channel_states(session)
    return frozenset(row.channel for row in rows if row.paused and (row.until is None or row.until > now))
