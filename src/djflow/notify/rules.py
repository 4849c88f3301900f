"""What becomes of a message: transitions, retries, hours, limits, chains. Pure.

Limiter: a bucket of `burst` refilled at `rate` keeps `burst + rate × window ≤ limit`, so no sliding window of the
provider ever sees more than its limit. Repeats wait 5 s, 15 s, 45 s … at most 10 minutes, spread by the message's id.
"""

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from djflow.core.clock import civil_date, civil_datetime, days, instant_of
from djflow.notify.model import Answer, Hours, Limit, MessageState, NoticeKind, Policy, Result, Urgency, Verdict

_S = MessageState
TRANSITIONS: Mapping[MessageState, frozenset[MessageState]] = MappingProxyType(
    {
        _S.PENDING: frozenset({_S.SENDING, _S.HELD, _S.SUPERSEDED, _S.STALE, _S.CANCELLED, _S.DEAD, _S.NEEDS_HUMAN}),
        _S.HELD: frozenset({_S.PENDING, _S.SUPERSEDED, _S.STALE, _S.CANCELLED, _S.NEEDS_HUMAN}),
        _S.SENDING: frozenset(
            {_S.ACCEPTED, _S.PENDING, _S.UNKNOWN, _S.DEAD, _S.NEEDS_HUMAN, _S.DELIVERED, _S.UNDELIVERED}
        ),
        _S.UNKNOWN: frozenset({_S.ACCEPTED, _S.PENDING, _S.NEEDS_HUMAN, _S.DELIVERED, _S.UNDELIVERED, _S.CANCELLED}),
        _S.ACCEPTED: frozenset({_S.DELIVERED, _S.UNDELIVERED}),
        _S.UNDELIVERED: frozenset({_S.DELIVERED, _S.PENDING}),
        _S.DELIVERED: frozenset(),
        _S.SUPERSEDED: frozenset(),
        _S.STALE: frozenset(),
        _S.CANCELLED: frozenset(),
        _S.DEAD: frozenset({_S.PENDING, _S.CANCELLED, _S.DELIVERED}),
        _S.NEEDS_HUMAN: frozenset({_S.PENDING, _S.CANCELLED, _S.DELIVERED, _S.UNDELIVERED}),
    }
)
"""From each state the states that may follow; read by stores, the desk and tests alike."""

LEFT_THE_HOUSE = frozenset({_S.SENDING, _S.ACCEPTED, _S.DELIVERED, _S.UNDELIVERED, _S.UNKNOWN})
"""The recipient may have heard of it."""
WAITING = frozenset({_S.PENDING, _S.HELD})
"""Nothing has left the house yet."""
FAILED = frozenset({_S.DEAD, _S.UNDELIVERED, _S.NEEDS_HUMAN})
"""This step of the chain is lost."""

_FIRST_REPEAT, _LONGEST_REPEAT = timedelta(seconds=5), timedelta(minutes=10)
_PAUSE, _LEAST_PAUSE = timedelta(minutes=1), timedelta(seconds=1)
_ASK_AGAIN = timedelta(minutes=2)
_ROUND_MINUTES = (0, 30)
_GIVE_UP_ASKING = timedelta(hours=72)
"""A delivery report that has not come after 72 hours will not come. Source: carriers' SMS practice."""


@dataclass(frozen=True, slots=True)
class Care:
    """What a channel offers against doubles, and how long its own view lags."""

    can_query: bool = False
    filters_doubles: bool = False
    settle: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Next:
    """Where a message goes: the state, when it is due again, whether the try counts, why."""

    state: MessageState
    due_at: datetime
    counts: bool = True
    reason: str = ""


def after(result: Result, care: Care, *, now: datetime) -> Next:
    """Return where a message goes after an answer; a message that may have arrived is asked for or sent once more."""
    match result.verdict:
        case Verdict.ACCEPTED:
            return Next(_S.ACCEPTED, now)
        case Verdict.PERMANENT:
            return Next(_S.DEAD, now, reason="permanent")
        case Verdict.CONFIG:
            return Next(_S.PENDING, now, counts=False, reason="channel")
        case Verdict.RATE_LIMITED:
            due = now if result.next_channel else now + max(result.retry_after or _PAUSE, _LEAST_PAUSE)
            state, reason = (_S.DEAD, "day_limit") if result.next_channel else (_S.PENDING, "rate")
            return Next(state, due, counts=False, reason=reason)
        case Verdict.TRANSIENT:
            return Next(_S.PENDING, now + repeat_after(result.attempts, result.message_id), reason="transient")
        case Verdict.UNKNOWN:
            return _after_unknown(result, care, now)


def _after_unknown(result: Result, care: Care, now: datetime) -> Next:
    if care.filters_doubles:
        return Next(_S.PENDING, now + repeat_after(result.attempts, result.message_id), reason="unknown")
    if care.can_query:
        return Next(_S.UNKNOWN, now + care.settle, reason="unknown")
    if result.attempts < 2:
        # Nobody can be asked: a message twice is better than none, three times is not.
        return Next(_S.PENDING, now + repeat_after(result.attempts, result.message_id), reason="unknown")
    return Next(_S.NEEDS_HUMAN, now, reason="unknown")


def after_lost_lease(care: Care, *, claimed_at: datetime, now: datetime) -> Next:
    """Return where a dead sender's message goes: asked for once the provider's view has settled, else sent again."""
    if care.can_query and not care.filters_doubles:
        return Next(_S.UNKNOWN, max(now, claimed_at + care.settle), reason="lease")
    return Next(_S.PENDING, now, counts=False, reason="lease")


def after_question(verdict: Verdict, *, claimed_at: datetime, expires_at: datetime, now: datetime) -> Next:
    """Return where an unknown message goes after the provider was asked for it."""
    if verdict is Verdict.ACCEPTED:
        return Next(_S.ACCEPTED, now)
    if verdict is Verdict.TRANSIENT:
        return Next(_S.PENDING, now, reason="never_arrived")
    if now >= min(expires_at, claimed_at + _GIVE_UP_ASKING):
        return Next(_S.NEEDS_HUMAN, now, reason="unknown")
    return Next(_S.UNKNOWN, now + _ASK_AGAIN, reason="unknown")


def repeat_after(attempts: int, salt: str) -> timedelta:
    """Return how long to wait before the try after `attempts`: 5 s × 3^(n-1) up to 10 minutes, ±20 %."""
    factor: int = 3 ** min(max(attempts, 1) - 1, 10)
    return min(_FIRST_REPEAT * factor, _LONGEST_REPEAT) * (0.8 + 0.4 * _fraction(f"{salt}{attempts}"))


def _fraction(salt: str) -> float:
    return zlib.crc32(salt.encode()) / 2**32


def is_quiet(at: datetime, hours: Hours) -> bool:
    """Return whether an instant lies in the quiet hours (end excluded), which may span midnight."""
    clock = civil_datetime(at).time()
    start, end = hours.quiet_from, hours.quiet_to
    return start <= clock < end if start <= end else clock >= start or clock < end


def send_at(due_at: datetime, expires_at: datetime, urgency: Urgency, hours: Hours, salt: str) -> tuple[datetime, str]:
    """Return when a message may leave and why then: now, after the quiet hours, or off the round minutes.

    What is urgent, or would be past by the morning, passes the quiet hours: the reason is `urgent` or `last_chance`.
    """
    if is_quiet(due_at, hours):
        if urgency is Urgency.URGENT:
            return due_at, "urgent"
        local = civil_datetime(due_at)
        on = civil_date(due_at) + days(1 if local.time() >= hours.quiet_to else 0)
        morning = instant_of(on, hours.quiet_to)
        if morning >= expires_at:
            return due_at, "last_chance"
        later = _off_round_minutes(morning + hours.spread * _fraction(salt), salt)
        return min(later, max(morning, expires_at - timedelta(minutes=1))), "quiet"
    if urgency is Urgency.URGENT:
        return due_at, ""
    later = _off_round_minutes(due_at, salt)
    return (later, "round_minute") if due_at < later < expires_at else (due_at, "")


OF_DUTY = frozenset(
    {
        NoticeKind.DUTY_ASSIGNED,
        NoticeKind.DUTY_REMOVED,
        NoticeKind.DUTY_REMINDER,
        NoticeKind.STANDBY_REMINDER,
        NoticeKind.STANDBY_CALLED,
        NoticeKind.CLOSURE,
        NoticeKind.UNCONFIRMED,
    }
)
"""What concerns a duty passes a person's own quiet hours; the office's hours hold for it as ever."""


def may_wait(kind: NoticeKind, urgency: Urgency) -> bool:
    """Return whether a person's own quiet hours hold for a notice: it is neither urgent nor about a duty."""
    return urgency is not Urgency.URGENT and kind not in OF_DUTY


def send_outside(
    own: Hours, expires_at: datetime, send: Callable[[datetime], tuple[datetime, str]], *, now: datetime
) -> tuple[datetime, str]:
    """Return when and why a message that may wait leaves to somebody with quiet hours of his own.

    `send` is `send_at` with the office's hours; what would be past by the end of the quiet hours passes them.
    """
    at, reason = send(now)
    if not is_quiet(at, own):
        return at, reason
    local = civil_datetime(at)
    ends = instant_of(civil_date(at) + days(1 if local.time() >= own.quiet_to else 0), own.quiet_to)
    later = send(ends)[0] if ends < expires_at else expires_at
    return (later, "own_quiet") if later < expires_at else (at, reason)


def _off_round_minutes(at: datetime, salt: str) -> datetime:
    # Providers are busiest at :00 and :30 and refuse then. Source: Feishu's note on code 11232.
    if at.minute not in _ROUND_MINUTES:
        return at
    return at.replace(second=0, microsecond=0) + timedelta(minutes=1, seconds=round(90 * _fraction(salt + "r")))


@dataclass(frozen=True, slots=True)
class Rate:
    """A token bucket that keeps a limit: at most `burst` at once, `per_second` on the long run."""

    burst: float
    per_second: float

    @classmethod
    def of(cls, limit: Limit) -> "Rate":
        """Return the bucket that keeps `burst + rate × window ≤ limit`."""
        burst = max(1, limit.count // 4)
        return cls(burst, max(limit.count - burst, 0.95) / limit.window.total_seconds())


@dataclass(frozen=True, slots=True)
class Bucket:
    """What is left of a rate at an instant."""

    tokens: float
    at: datetime


def take(bucket: Bucket | None, rate: Rate, want: int, *, now: datetime) -> tuple[int, Bucket]:
    """Return how many of `want` messages may go now, and the bucket afterwards; a clock set back refills nothing."""
    level = rate.burst if bucket is None else _level(bucket, rate, now)
    granted = min(want, int(level + 1e-9))
    return granted, Bucket(level - granted, now)


def refill_at(bucket: Bucket, rate: Rate, *, now: datetime) -> datetime:
    """Return when one more message may go."""
    missing = 1 - _level(bucket, rate, now)
    return now if missing <= 0 else now + timedelta(seconds=missing / rate.per_second)


def _level(bucket: Bucket, rate: Rate, now: datetime) -> float:
    elapsed = max(0.0, (now - bucket.at).total_seconds())
    return min(rate.burst, bucket.tokens + elapsed * rate.per_second)


class Move(StrEnum):
    """What happens to a notice when its present step has had its time."""

    NEXT_STEP = "next_step"
    ESCALATE = "escalate"
    HUMAN = "human"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a notice has come: its step, escalations so far, the answer, and whether the step failed."""

    step: int
    escalated: int
    answer: Answer | None
    failed: bool
    expired: bool


def next_move(policy: Policy, reached: Reached) -> Move:
    """Return the next move of a notice: the next channel only after a failure or when no answer came in time."""
    if reached.answer is not None or not (reached.failed or policy.acknowledge):
        return Move.CLOSE
    if reached.expired:
        return Move.HUMAN if reached.failed else Move.CLOSE
    if reached.step + 1 < len(policy.steps):
        return Move.NEXT_STEP
    if reached.escalated < len(policy.escalate):
        return Move.ESCALATE
    return Move.HUMAN


def in_own_order(policy: Policy, ways: Mapping[str, str], first_way: str) -> Policy:
    """Return a policy that tries the channels of `first_way` before the others; `ways` by channel.

    Whatever is urgent goes the office's way, and a step at which a human calls stays where it is.
    """
    mine = [step for step in policy.steps if ways.get(step.channel) == first_way]
    if not mine or policy.urgency is Urgency.URGENT:
        return policy
    rest = [step for step in policy.steps if step not in mine]
    return replace(policy, steps=(*mine, *rest))


def wait_until(wait: timedelta, answer_by: datetime | None, expires_at: datetime, *, now: datetime) -> datetime:
    """Return when a chain is looked at again: after the wait, at the latest when there is just time to do something."""
    bounds = [now + wait, expires_at]
    if answer_by is not None and answer_by > now:
        bounds.append(answer_by)
    return min(bounds)


CONFIRMING = frozenset({"1", "收到", "好的", "好", "ok", "收到1", "1收到"})
DECLINING = frozenset({"2", "请假", "不能", "不能来", "不能去", "有事"})


def answer_in(words: str) -> Answer | None:
    """Return what a reply means; None when a human has to read it."""
    said = words.strip().strip("。.!！，, ").lower()
    if said in CONFIRMING:
        return Answer.CONFIRMED
    return Answer.DECLINED if said in DECLINING else None


def utf16_units(text: str) -> int:
    """Return the length of a text as SMS gateways count it: characters outside the basic plane count twice."""
    return len(text.encode("utf-16-le")) // 2


def sms_parts(text: str, signature: str) -> int:
    """Return how many parts a text takes with its signature: one up to 70 units, else 67 each."""
    units = utf16_units(f"【{signature}】{text}")
    return 1 if units <= 70 else -(-units // 67)


def half_day(at: datetime) -> str:
    """Return the half-day of an instant, such as `2026-12-01-am`."""
    local = civil_datetime(at)
    return f"{local:%Y-%m-%d}-{'am' if local.hour < 12 else 'pm'}"
