"""What the sender asks for: take messages, write down what became of them, care for those whose fate is unknown.

Everything that decides whether a message may leave — its notice still open, unanswered and true, limits, budget, a
stopped channel — is looked at in the transaction that claims it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from djflow.core.clock import civil_date, days, instant_of
from djflow.notify import rules
from djflow.notify.delivery import store
from djflow.notify.delivery.leases import store as leases
from djflow.notify.delivery.model import Candidate, ChannelHealth, Claim, Ended, Lane, Written
from djflow.notify.limits import store as limited
from djflow.notify.model import Claimed, Drained, Hours, MessageState, Result, Verdict
from djflow.notify.rules import Bucket, Next, Rate
from djflow.notify.tables import ChannelStateRow

StillTrue = Callable[[Session, Sequence[Candidate]], frozenset[str]]
"""Returns the ids of candidates that are no longer true."""

RELEASED = ("quiet", "own_quiet", "round_minute", "budget")
"""Reasons for which a message is held until a moment; others wait for a person."""

_DAY = timedelta(days=1)
_BUCKETS_KEPT = timedelta(days=32)


def claim(
    session: Session,
    lane: Lane,
    limit: int,
    still_true: StillTrue,
    *,
    owner: str,
    now: datetime,
) -> Claim:
    """Take at most `limit` messages of a channel that may leave now; what may not is put where it belongs."""
    state = limited.channel_state(session, lane.key)
    if state is not None and state.paused and (state.until is None or state.until > now):
        return Claim((), state.until)
    limits = _Limits(session, lane, now)
    granted, again_at = limits.for_channel(limit)
    if lane.daily_parts:
        # What is under way is not counted yet; each message is a part at least.
        used = limited.used_parts(session, lane.key, civil_date(now)) + store.under_way(session, lane.key)
        granted = min(granted, max(0, lane.daily_parts - used))
        again_at = again_at if granted else instant_of(civil_date(now) + days(1))
    if granted == 0:
        return Claim((), again_at)
    found = leases.candidates(session, lane.key, now=now, limit=granted)
    limits.look_up(one.address_hash for one in found)
    night = lane.hours if lane.hours and rules.is_quiet(now, lane.hours) else None
    kept, ended = _sorted_out(session, found, still_true, limits, night, now)
    store.end(session, ended)
    if not kept:
        return Claim((), now if found else again_at)
    limits.use(len(kept))
    limits.keep()
    leases.claim(session, [one.id for one in kept], owner=owner, lease=lane.lease, now=now)
    return Claim(tuple(one.message for one in kept), again_at if len(found) == granted else None)


class _Limits:
    """The limits of a channel within one transaction; every bucket is read and written once."""

    def __init__(self, session: Session, lane: Lane, now: datetime) -> None:
        self._session, self._now = session, now
        numbered = list(enumerate(lane.limits))
        self._channel = {f"{lane.key}|{number}": limit for number, limit in numbered if not limit.per_address}
        self._each = {f"{lane.key}|{number}|": limit for number, limit in numbered if limit.per_address}
        self._known = limited.buckets(session, self._channel)
        self._left: dict[str, Bucket] = {}

    def for_channel(self, want: int) -> tuple[int, datetime | None]:
        """Return how many messages the channel takes now, and when more when it does not take all."""
        granted, again_at = want, None
        for key, limit in self._channel.items():
            rate = Rate.of(limit)
            allowed, left = rules.take(self._known.get(key), rate, want, now=self._now)
            granted = min(granted, allowed)
            if allowed < want:
                refill = rules.refill_at(left, rate, now=self._now)
                again_at = max(refill, again_at) if again_at else refill
        return granted, again_at

    def look_up(self, hashes: Iterable[str]) -> None:
        """Read the limits that count these addresses."""
        if self._each:
            keys = [f"{prefix}{one}" for one in set(hashes) if one for prefix in self._each]
            self._known |= limited.buckets(self._session, keys)

    def take_address(self, one: Candidate) -> Ended | None:
        """Take one message of each limit that counts the address, or say what becomes of the message."""
        taken: dict[str, Bucket] = {}
        for prefix, limit in self._each.items() if one.address_hash else ():
            key, rate = f"{prefix}{one.address_hash}", Rate.of(limit)
            granted, left = rules.take(self._left.get(key, self._known.get(key)), rate, 1, now=self._now)
            if not granted and limit.window >= _DAY:
                # A day's limit outlasts the message: the next channel takes over.
                return Ended(one.id, MessageState.DEAD, "day_limit", wait_until=self._now)
            if not granted:
                due_at = rules.refill_at(left, rate, now=self._now)
                return Ended(one.id, MessageState.PENDING, "rate", due_at=due_at)
            taken[key] = left
        self._left |= taken
        return None

    def use(self, count: int) -> None:
        """Take messages of the limits that count the channel."""
        for key, limit in self._channel.items():
            _, self._left[key] = rules.take(self._known.get(key), Rate.of(limit), count, now=self._now)

    def keep(self) -> None:
        """Write down what is left."""
        limited.keep_buckets(self._session, self._left, self._known)


def _sorted_out(
    session: Session,
    found: Sequence[Candidate],
    still_true: StillTrue,
    limits: _Limits,
    night: Hours | None,
    now: datetime,
) -> tuple[list[Candidate], list[Ended]]:
    kept: list[Candidate] = []
    ended: list[Ended] = []
    untrue = still_true(session, [one for one in found if one.wanted and one.message.expires_at > now])
    for one in found:
        if one.message.expires_at <= now:
            ended.append(Ended(one.id, MessageState.STALE, "expired", wait_until=now))
        elif not one.wanted:
            ended.append(Ended(one.id, MessageState.CANCELLED, "answered"))
        elif one.overtaken:
            ended.append(Ended(one.id, MessageState.SUPERSEDED, "next_step"))
        elif one.id in untrue:
            ended.append(Ended(one.id, MessageState.SUPERSEDED, "no_longer_true", wait_until=now))
        elif night and (held := _held_over_night(one, night, now)) is not None:
            ended.append(held)
        elif (barred := limits.take_address(one)) is not None:
            ended.append(barred)
        else:
            kept.append(one)
    return kept, ended


def _held_over_night(one: Candidate, hours: Hours, now: datetime) -> Ended | None:
    # What waited for its channel, or for another try, must not wake anybody when that comes at night.
    due_at, reason = rules.send_at(now, one.message.expires_at, one.urgency, hours, one.message.key)
    return Ended(one.id, MessageState.HELD, reason, due_at=due_at) if due_at > now else None


def write_results(
    session: Session, lane: Lane, results: Sequence[tuple[Claimed, Result]], *, owner: str, now: datetime
) -> Drained:
    """Write down the answers to claimed messages of one channel and stop the channel where an answer says so."""
    written = [_written(claimed, result, rules.after(result, lane.care, now=now), now) for claimed, result in results]
    leases.write(session, written, owner=owner, now=now)
    parts = sum(one.parts for one in written if one.state is MessageState.ACCEPTED)
    if lane.daily_parts and parts:
        limited.use_parts(session, lane.key, civil_date(now), parts)
    for _, result in results:
        _pause_after(session, lane, result, now)
    states = [one.state for one in written]
    sent, unknown = states.count(MessageState.ACCEPTED), states.count(MessageState.UNKNOWN)
    return Drained(sent, 0, len(written) - sent - unknown, unknown)


def _written(claimed: Claimed, result: Result, then: Next, now: datetime) -> Written:
    wait = None
    if then.state is MessageState.ACCEPTED:
        wait = rules.wait_until(claimed.wait, claimed.answer_by, claimed.expires_at, now=now)
    elif then.state in rules.FAILED:
        wait = now
    return Written(
        id=claimed.id,
        claimed_at=claimed.claimed_at,
        before=MessageState.SENDING,
        state=then.state,
        due_at=then.due_at,
        attempts=claimed.attempts if then.counts else claimed.attempts - 1,
        number=claimed.attempts,
        verdict=result.verdict,
        reason=then.reason,
        code=result.code,
        provider_id=result.provider_id,
        parts=result.parts if then.state is MessageState.ACCEPTED else 0,
        wait_until=wait,
    )


def _pause_after(session: Session, lane: Lane, result: Result, now: datetime) -> None:
    if result.verdict is Verdict.CONFIG:
        limited.set_channel(session, _channel_row(lane.key, paused=True, reason="config", by="sender", since=now))
    elif result.verdict is Verdict.RATE_LIMITED and not lane.addressed and not result.next_channel:
        until = now + (result.retry_after or timedelta(minutes=1))
        known = limited.channel_state(session, lane.key)
        if known is not None and known.paused and (known.until is None or known.until >= until):
            return
        row = _channel_row(lane.key, paused=True, reason="rate", by="sender", since=now)
        row.until = until
        limited.set_channel(session, row)


def take_up_lost(
    session: Session, lanes: Mapping[str, Lane], *, owner: str, now: datetime, dead_owners: bool = False
) -> int:
    """Return the messages of senders that died to where they may be sent or asked for, and how many there were."""
    lost = leases.lost_leases(session, list(lanes), now, dead_owners=dead_owners)
    written = []
    for one in lost:
        then = rules.after_lost_lease(lanes[one.channel].care, claimed_at=one.claimed_at, now=now)
        written.append(_written(one, Result(one.id, one.attempts, Verdict.UNKNOWN, code="lease"), then, now))
    leases.take_over(session, [one.id for one in lost], owner)
    leases.write(session, written, owner=owner, now=now)
    return len(lost)


def hand_back(session: Session, claimed: Sequence[Claimed], *, owner: str) -> None:
    """Let messages go that were claimed and not sent; the try does not count."""
    leases.hand_back(session, [one.id for one in claimed], owner=owner)


def unknown_due(session: Session, lane: Lane, *, owner: str, now: datetime, limit: int) -> tuple[Claimed, ...]:
    """Return messages the provider is to be asked for now."""
    return leases.unknown_due(session, lane.key, owner=owner, lease=lane.lease, now=now, limit=limit)


def write_answers(session: Session, asked: Sequence[tuple[Claimed, Result]], *, owner: str, now: datetime) -> int:
    """Write down what a provider knew of unknown messages and return how many are settled."""
    written = []
    for claimed, result in asked:
        then = rules.after_question(
            result.verdict, claimed_at=claimed.claimed_at, expires_at=claimed.expires_at, now=now
        )
        one = _written(claimed, result, then, now)
        written.append(replace(one, before=MessageState.UNKNOWN))
    leases.write(session, written, owner=owner, now=now)
    return sum(one.state is not MessageState.UNKNOWN for one in written)


def release(session: Session, *, now: datetime) -> None:
    """Let messages go whose quiet hours, round minute or budget day is over."""
    store.release(session, now, reasons=RELEASED)
    limited.forget_buckets(session, now - _BUCKETS_KEPT)


def pause_channel(session: Session, channel: str, *, reason: str, by: str, now: datetime) -> None:
    """Stop a channel until somebody starts it again; its messages wait."""
    limited.set_channel(session, _channel_row(channel, paused=True, reason=reason, by=by, since=now))


def resume_channel(session: Session, channel: str, *, by: str, now: datetime) -> None:
    """Start a stopped channel again."""
    limited.set_channel(session, _channel_row(channel, paused=False, reason="", by=by, since=now))


def _channel_row(channel: str, *, paused: bool, reason: str, by: str, since: datetime) -> ChannelStateRow:
    return ChannelStateRow(channel=channel, paused=paused, reason=reason, since=since, until=None, by=by)


def channel_health(session: Session, channels: Sequence[str], *, now: datetime) -> tuple[ChannelHealth, ...]:
    """Return how each channel is doing."""
    counted = store.counts(session, now)
    states = {row.channel: row for row in limited.channel_states(session)}

    def number(channel: str, state: MessageState, *, due: bool | None = None) -> int:
        return sum(n for (c, s, d), n in counted.items() if (c, s) == (channel, state) and due in (None, d))

    found = []
    for channel in channels:
        row = states.get(channel)
        paused = row is not None and row.paused and (row.until is None or row.until > now)
        found.append(
            ChannelHealth(
                channel=channel,
                paused=paused,
                reason=row.reason if row and paused else "",
                until=row.until if row and paused else None,
                due=number(channel, MessageState.PENDING, due=True),
                later=number(channel, MessageState.PENDING, due=False),
                sending=number(channel, MessageState.SENDING),
                unknown=number(channel, MessageState.UNKNOWN),
                held=number(channel, MessageState.HELD),
                oldest_due=store.next_due(session, [channel]),
                now=now,
            )
        )
    return tuple(found)
