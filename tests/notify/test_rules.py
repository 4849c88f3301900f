"""What becomes of a message, by rule alone: states, repeats, hours, limits, chains, words."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from djflow.notify import rules
from djflow.notify.model import Answer, Hours, Limit, MessageState, Policy, Result, Step, Urgency, Verdict
from djflow.notify.rules import TRANSITIONS, Bucket, Care, Move, Next, Rate, Reached

S = MessageState
NOW = datetime(2026, 11, 18, 1, 0, tzinfo=UTC)
HOURS = Hours(time(21, 30), time(7, 30))
BARE, ASKS, FILTERS = Care(), Care(can_query=True), Care(filters_doubles=True)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def at(clock: str, day: int = 18) -> datetime:
    """Return a Shanghai time of November 2026."""
    return datetime.fromisoformat(f"2026-11-{day:02}T{clock}+08:00")


def result(
    verdict: Verdict, attempts: int = 1, *, retry_after: timedelta | None = None, next_channel: bool = False
) -> Result:
    """Return what a provider said."""
    return Result("m1", attempts, verdict, retry_after=retry_after, next_channel=next_channel)


def test_every_state_is_reached_and_the_ends_are_final() -> None:
    """From `pending` every state can come about; what was delivered, overtaken, too old or taken back stays so."""
    seen, fresh = {S.PENDING}, {S.PENDING}
    while fresh:
        fresh = {after for before in fresh for after in TRANSITIONS[before]} - seen
        seen |= fresh
    assert seen == set(MessageState) == set(TRANSITIONS)
    ends = {state for state, following in TRANSITIONS.items() if not following}
    assert ends == {S.DELIVERED, S.SUPERSEDED, S.STALE, S.CANCELLED}
    assert all(state not in following for state, following in TRANSITIONS.items())


@pytest.mark.parametrize("care", [BARE, ASKS, FILTERS])
@pytest.mark.parametrize(
    ("verdict", "state", "counts", "reason"),
    [
        (Verdict.ACCEPTED, S.ACCEPTED, True, ""),
        (Verdict.PERMANENT, S.DEAD, True, "permanent"),
        (Verdict.CONFIG, S.PENDING, False, "channel"),
        (Verdict.RATE_LIMITED, S.PENDING, False, "rate"),
        (Verdict.TRANSIENT, S.PENDING, True, "transient"),
    ],
)
def test_a_clear_answer_means_the_same_on_every_channel(
    verdict: Verdict, state: MessageState, reason: str, care: Care, *, counts: bool
) -> None:
    """Whatever care a channel takes against doubles, a clear answer leads to one state."""
    then = rules.after(result(verdict), care, now=NOW)
    assert (then.state, then.counts, then.reason) == (state, counts, reason)


@pytest.mark.parametrize(
    ("care", "attempts", "state"),
    [
        (BARE, 1, S.PENDING),
        (BARE, 2, S.NEEDS_HUMAN),
        (ASKS, 1, S.UNKNOWN),
        (ASKS, 9, S.UNKNOWN),
        (FILTERS, 9, S.PENDING),
        (Care(can_query=True, filters_doubles=True), 9, S.PENDING),
    ],
)
def test_what_may_have_arrived(care: Care, attempts: int, state: MessageState) -> None:
    """It is asked for after the settle time, sent again where doubles are filtered, else once more and then a human."""
    then = rules.after(result(Verdict.UNKNOWN, attempts), care, now=NOW)
    assert then.state is state
    if state is S.UNKNOWN:
        assert then.due_at == NOW + care.settle


@pytest.mark.parametrize(
    ("retry_after", "then"),
    [
        (None, Next(S.PENDING, NOW + MINUTE, counts=False, reason="rate")),
        (10 * MINUTE, Next(S.PENDING, NOW + 10 * MINUTE, counts=False, reason="rate")),
        (timedelta(0), Next(S.PENDING, NOW + MINUTE, counts=False, reason="rate")),
        (timedelta(milliseconds=1), Next(S.PENDING, NOW + MINUTE / 60, counts=False, reason="rate")),
    ],
)
def test_a_limit_is_waited_for_or_left(retry_after: timedelta | None, then: Next) -> None:
    """A short limit is waited for, at least a second, without counting a try; a day's limit is the next channel's."""
    assert rules.after(result(Verdict.RATE_LIMITED, retry_after=retry_after), BARE, now=NOW) == then
    days_limit = result(Verdict.RATE_LIMITED, retry_after=retry_after, next_channel=True)
    assert rules.after(days_limit, BARE, now=NOW) == Next(S.DEAD, NOW, counts=False, reason="day_limit")


@pytest.mark.parametrize(
    ("care", "late", "state", "due"),
    [
        (BARE, timedelta(0), S.PENDING, timedelta(0)),
        (FILTERS, timedelta(0), S.PENDING, timedelta(0)),
        (ASKS, MINUTE, S.UNKNOWN, 9 * MINUTE),
        (ASKS, 20 * MINUTE, S.UNKNOWN, timedelta(0)),
    ],
)
def test_a_dead_senders_message(care: Care, late: timedelta, state: MessageState, due: timedelta) -> None:
    """It is asked for once the provider's view has settled, where that can be; else it is sent again, uncounted."""
    then = rules.after_lost_lease(care, claimed_at=NOW - late, now=NOW)
    assert (then.state, then.due_at - NOW, then.reason) == (state, due, "lease")
    assert then.counts is (state is S.UNKNOWN)


@pytest.mark.parametrize(
    ("verdict", "asked_for", "lives", "state"),
    [
        (Verdict.ACCEPTED, MINUTE, DAY, S.ACCEPTED),
        (Verdict.TRANSIENT, MINUTE, DAY, S.PENDING),
        (Verdict.UNKNOWN, MINUTE, DAY, S.UNKNOWN),
        (Verdict.CONFIG, MINUTE, DAY, S.UNKNOWN),
        (Verdict.UNKNOWN, MINUTE, timedelta(0), S.NEEDS_HUMAN),
        (Verdict.UNKNOWN, 3 * DAY, DAY, S.NEEDS_HUMAN),
        (Verdict.ACCEPTED, 3 * DAY, timedelta(0), S.ACCEPTED),
    ],
)
def test_what_the_provider_knows(verdict: Verdict, asked_for: timedelta, lives: timedelta, state: MessageState) -> None:
    """It is settled when the provider knows, asked again when not, a human's when it is too late."""
    then = rules.after_question(verdict, claimed_at=NOW - asked_for, expires_at=NOW + lives, now=NOW)
    assert then.state is state
    assert then.due_at == (NOW + 2 * MINUTE if state is S.UNKNOWN else NOW)


@given(st.integers(0, 10**6), st.text(max_size=8))
def test_repeats_wait_within_bounds(attempts: int, salt: str) -> None:
    """A repeat waits 5 s × 3^(n-1), at most 10 minutes, spread by a fifth either way."""
    middle = min(5.0 * 3 ** min(max(attempts - 1, 0), 10), 600.0)
    wait = rules.repeat_after(attempts, salt)
    assert 0.8 * middle <= wait.total_seconds() <= 1.2 * middle
    assert wait == rules.repeat_after(attempts, salt)


@pytest.mark.parametrize(
    ("clock", "quiet"),
    [("21:29:59", False), ("21:30", True), ("23:59", True), ("00:00", True), ("07:29:59", True), ("07:30", False)],
)
def test_quiet_hours_span_midnight(clock: str, *, quiet: bool) -> None:
    """The night is one span, its end excluded."""
    assert rules.is_quiet(at(clock), HOURS) is quiet


@pytest.mark.parametrize(("clock", "quiet"), [("12:29", False), ("12:30", True), ("14:00", False), ("23:00", False)])
def test_quiet_hours_at_noon(clock: str, *, quiet: bool) -> None:
    """Quiet hours within a day are no night; hours of no length are none."""
    assert rules.is_quiet(at(clock), Hours(time(12, 30), time(14, 0))) is quiet
    assert not rules.is_quiet(at(clock), Hours(time(9, 0), time(9, 0)))


@pytest.mark.parametrize(
    ("clock", "urgency", "expires", "leaves", "reason"),
    [
        ("23:00", Urgency.URGENT, at("12:00", 19), at("23:00"), "urgent"),
        ("09:00", Urgency.URGENT, at("12:00", 19), at("09:00"), ""),
        ("23:00", Urgency.NORMAL, at("07:30", 19), at("23:00"), "last_chance"),
        ("02:00", Urgency.LOW, at("06:00"), at("02:00"), "last_chance"),
        ("09:07", Urgency.NORMAL, at("12:00"), at("09:07"), ""),
        ("09:00", Urgency.NORMAL, at("09:01"), at("09:00"), ""),
    ],
)
def test_what_leaves_at_once(clock: str, urgency: Urgency, expires: datetime, leaves: datetime, reason: str) -> None:
    """What is urgent, or would be past by the morning, or falls on no round minute, leaves when it is due."""
    assert rules.send_at(at(clock), expires, urgency, HOURS, "k") == (leaves, reason)


@given(st.text(max_size=9), st.integers(0, 599), st.sampled_from([Urgency.NORMAL, Urgency.LOW]))
def test_the_night_is_over_in_the_morning_and_spread(salt: str, minute: int, urgency: Urgency) -> None:
    """Whatever is due at night leaves that morning within the spread, off the round minutes."""
    due = at("21:30") + minute * MINUTE
    leaves, reason = rules.send_at(due, at("12:00", 19), urgency, HOURS, salt)
    assert reason == "quiet"
    assert at("07:30", 19) < leaves < at("07:30", 19) + HOURS.spread + 3 * MINUTE
    assert leaves.minute not in (0, 30)


@given(st.text(max_size=9), st.integers(1, 600))
def test_a_morning_that_is_nearly_over(salt: str, seconds: int) -> None:
    """A spread never carries a message past its own end."""
    expires = at("07:30", 19) + timedelta(seconds=seconds)
    leaves, reason = rules.send_at(at("22:00"), expires, Urgency.NORMAL, HOURS, salt)
    assert reason == "quiet"
    assert at("07:30", 19) <= leaves < expires


@given(st.text(max_size=9), st.sampled_from(["09:00", "09:00:59", "16:30"]))
def test_round_minutes_are_left_out(salt: str, clock: str) -> None:
    """What is due at :00 or :30 leaves one to three minutes later: providers are busiest then."""
    leaves, reason = rules.send_at(at(clock), at("12:00", 20), Urgency.NORMAL, HOURS, salt)
    assert reason == "round_minute"
    assert timedelta(0) < leaves - at(clock) <= 3 * MINUTE
    assert leaves.minute not in (0, 30)


@given(
    limit=st.builds(Limit, st.integers(1, 60), st.integers(1, 90).map(lambda seconds: timedelta(seconds=seconds))),
    steps=st.lists(
        st.tuples(st.floats(0, 40, allow_nan=False), st.integers(1, 30), st.sampled_from([0, 0, 0, 10, 3600])),
        max_size=40,
    ),
)
def test_no_window_sees_more_than_its_limit(limit: Limit, steps: list[tuple[float, int, int]]) -> None:
    """Whatever is asked for and whenever, no window holds more than its limit, even when the clock is set back."""
    rate, clock = Rate.of(limit), NOW
    bucket: Bucket | None = None
    gone: list[float] = []
    real = 0.0
    for pause, want, back in steps:
        real += pause
        clock += timedelta(seconds=pause - back)
        granted, bucket = rules.take(bucket, rate, want, now=clock)
        gone += [real] * granted
        window = limit.window.total_seconds()
        assert sum(1 for one in gone if real - one < window - 1e-6) <= limit.count


@given(st.integers(1, 100), st.integers(1, 3600))
def test_a_bucket_says_when_more_may_go(count: int, seconds: int) -> None:
    """At the moment a bucket names, one more message may go, and it is never longer away than the window and a bit."""
    rate = Rate.of(Limit(count, timedelta(seconds=seconds)))
    _, bucket = rules.take(None, rate, count, now=NOW)
    again = rules.refill_at(bucket, rate, now=NOW)
    assert NOW < again <= NOW + timedelta(seconds=seconds) * 1.1
    assert rules.take(bucket, rate, 5, now=again + timedelta(milliseconds=1))[0] == 1
    assert rules.refill_at(Bucket(1.0, NOW), rate, now=NOW) == NOW


TWO = Policy(steps=(Step("im", MINUTE), Step("sms", MINUTE)), acknowledge=True, escalate=("liaison", "coordinator"))
TELL = replace(TWO, acknowledge=False)


@pytest.mark.parametrize(
    ("policy", "reached", "move"),
    [
        (TWO, Reached(0, 0, Answer.DECLINED, failed=True, expired=False), Move.CLOSE),
        (TELL, Reached(0, 0, None, failed=False, expired=False), Move.CLOSE),
        (TELL, Reached(0, 0, None, failed=True, expired=False), Move.NEXT_STEP),
        (TWO, Reached(0, 0, None, failed=False, expired=False), Move.NEXT_STEP),
        (TWO, Reached(1, 0, None, failed=False, expired=False), Move.ESCALATE),
        (TWO, Reached(1, 1, None, failed=True, expired=False), Move.ESCALATE),
        (TWO, Reached(1, 2, None, failed=False, expired=False), Move.HUMAN),
        (TWO, Reached(0, 0, None, failed=False, expired=True), Move.CLOSE),
        (TWO, Reached(0, 0, None, failed=True, expired=True), Move.HUMAN),
    ],
)
def test_the_next_move(policy: Policy, reached: Reached, move: Move) -> None:
    """The next channel only after a failure or without an answer in time, then up the line, then a human."""
    assert rules.next_move(policy, reached) is move


@pytest.mark.parametrize(
    ("wait", "answer_by", "until"),
    [(60, None, 60), (60, 30, 30), (60, 90, 60), (60, -5, 60), (300, None, 120), (0, 30, 0)],
)
def test_an_answer_is_waited_for(wait: int, answer_by: int | None, until: int) -> None:
    """As long as the step says, at the latest until there is just time to do something or the notice is past."""
    by = None if answer_by is None else NOW + answer_by * MINUTE
    assert rules.wait_until(wait * MINUTE, by, NOW + 120 * MINUTE, now=NOW) == NOW + until * MINUTE


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        *[(words, Answer.CONFIRMED) for words in ("1", "收到", " 收到。", "好的！", "OK", "ok.", "1收到")],
        *[(words, Answer.DECLINED) for words in ("2", "请假", "不能", "不能来。")],
        *[(words, None) for words in ("", "12", "收到吗", "能不能换一天", "TD", "不好", "1 2")],
    ],
)
def test_replies_are_read_by_word(words: str, answer: Answer | None) -> None:
    """Only the words people are asked for count; whatever could mean something else is a human's."""
    assert rules.answer_in(words) is answer


@pytest.mark.parametrize(
    ("text", "units", "parts"),
    [
        ("", 0, 1),
        ("a国", 2, 1),
        ("𬭚", 2, 1),
        ("国" * 66, 66, 1),
        ("国" * 67, 67, 2),
        ("𬭚" * 33, 66, 1),
        ("𬭚" * 34, 68, 2),
    ],
)
def test_length_is_counted_as_gateways_do(text: str, units: int, parts: int) -> None:
    """Characters outside the basic plane count twice; with 【签名】 up to 70 units are one part, else 67 each."""
    assert rules.utf16_units(text) == units
    assert rules.sms_parts(text, "签名") == parts


@given(st.text(max_size=300))
def test_parts_grow_with_the_text(text: str) -> None:
    """A longer text never takes fewer parts."""
    parts = [rules.sms_parts(text[:end], "某区组织部") for end in range(0, len(text) + 1, 20)]
    assert all(before <= after for before, after in pairwise(parts))


@pytest.mark.parametrize(
    ("clock", "half"),
    [("00:00", "2026-11-18-am"), ("11:59", "2026-11-18-am"), ("12:00", "2026-11-18-pm"), ("23:59", "2026-11-18-pm")],
)
def test_half_days_are_local(clock: str, half: str) -> None:
    """Noon in Shanghai parts the day."""
    assert rules.half_day(at(clock)) == half
