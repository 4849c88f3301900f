"""A person's own quiet hours: what may wait waits, duty and what is urgent do not."""

from datetime import UTC, datetime, time, timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from djflow.core.clock import civil_datetime
from djflow.notify import rules
from djflow.notify.model import Hours, NoticeKind, Urgency

OFFICE = Hours(time(21, 30), time(7, 30))
NAP = Hours(time(12, 30), time(14, 0))
LUNCH = datetime(2026, 11, 18, 5, 10, tzinfo=UTC)
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - made UTC


def leaves(own: Hours, now: datetime, lasting: timedelta) -> tuple[datetime, str]:
    """When a normal notice that is true for so long leaves."""
    until = now + lasting
    send = partial(rules.send_at, expires_at=until, urgency=Urgency.NORMAL, hours=OFFICE, salt="x")
    return rules.send_outside(own, until, send, now=now)


def test_a_request_waits_for_the_end_of_the_nap() -> None:
    """At 13:10 a colleague's request waits for 14:00 and avoids the full hour; at 14:10 it goes at once."""
    at, reason = leaves(NAP, LUNCH, timedelta(days=1))
    local = civil_datetime(at)
    assert (local.hour, reason) == (14, "own_quiet")
    assert 1 <= local.minute <= 3
    assert leaves(NAP, LUNCH + timedelta(hours=1), timedelta(days=1)) == (LUNCH + timedelta(hours=1), "")


def test_what_would_be_past_by_then_goes_now() -> None:
    """A notice that is true for half an hour only does not wait for 14:00."""
    assert leaves(NAP, LUNCH, timedelta(minutes=30)) == (LUNCH, "")


def test_an_evening_of_ones_own_runs_into_the_offices_night() -> None:
    """Quiet from 19:00 to 22:00 ends in the office's quiet hours: the notice goes in the morning."""
    at, reason = leaves(Hours(time(19), time(22)), LUNCH + timedelta(hours=7), timedelta(days=2))
    assert (civil_datetime(at).day, civil_datetime(at).hour, reason) == (19, 7, "own_quiet")


@pytest.mark.parametrize("kind", [NoticeKind.DUTY_REMINDER, NoticeKind.CLOSURE, NoticeKind.DUTY_ASSIGNED])
def test_duty_does_not_wait(kind: NoticeKind) -> None:
    """Whatever concerns a duty passes own quiet hours."""
    assert not rules.may_wait(kind, Urgency.NORMAL)


def test_urgent_does_not_wait_and_requests_and_digests_do() -> None:
    """Urgency passes; a request to swap and a digest may wait."""
    assert not rules.may_wait(NoticeKind.DUTY_OFFER, Urgency.URGENT)
    assert rules.may_wait(NoticeKind.DUTY_OFFER, Urgency.NORMAL)
    assert rules.may_wait(NoticeKind.DIGEST, Urgency.NORMAL)


@given(INSTANTS, st.times(), st.integers(1, 12 * 60))
def test_nothing_that_can_wait_disturbs(now: datetime, start: time, minutes: int) -> None:
    """For every moment and every quiet hours of up to half a day, a notice true for three days leaves outside both."""
    first = start.replace(second=0, microsecond=0)
    total = first.hour * 60 + first.minute + minutes
    own = Hours(first, time(total // 60 % 24, total % 60))
    at, _ = leaves(own, now, timedelta(days=3))
    assert now <= at < now + timedelta(days=2)
    assert not rules.is_quiet(at, OFFICE)
    assert not rules.is_quiet(at, own)
