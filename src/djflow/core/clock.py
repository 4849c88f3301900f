"""The only place that reads a clock. Everything else takes `now` as an argument.

Instants are aware and in UTC; civil dates are those of Asia/Shanghai, whatever zone the machine is set to.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

CIVIL_ZONE = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Something that knows the present instant."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the machine's present instant in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - this is the one place


@dataclass(frozen=True, slots=True)
class FixedClock:
    """A clock that stands still: for tests and rehearsals."""

    at: datetime

    def now(self) -> datetime:
        """Return the instant it was set to, in UTC."""
        return self.at.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class ScaledClock:
    """A clock that showed `shown` when the machine's clock was at `began`, and runs `factor` times as fast."""

    shown: datetime
    began: datetime
    factor: float

    def now(self) -> datetime:
        """Return the instant it shows, in UTC."""
        return (self.shown + (SystemClock().now() - self.began) * self.factor).astimezone(UTC)


def civil_date(instant: datetime) -> date:
    """Return the civil date in Asia/Shanghai of an aware instant."""
    return require_aware(instant).astimezone(CIVIL_ZONE).date()


def civil_datetime(instant: datetime) -> datetime:
    """Return an aware instant as Asia/Shanghai wall-clock time."""
    return require_aware(instant).astimezone(CIVIL_ZONE)


def instant_of(on: date, at: time = time.min) -> datetime:
    """Return the UTC instant of wall-clock time `at` on civil date `on`."""
    return datetime.combine(on, at, CIVIL_ZONE).astimezone(UTC)


def require_aware(instant: datetime) -> datetime:
    """Return `instant` unchanged.

    Raises: ValueError when it has no time zone; a naive instant is a programming error.
    """
    if instant.tzinfo is None:
        msg = "an instant without a time zone"
        raise ValueError(msg)
    return instant


def days(count: int) -> timedelta:
    """Return a span of `count` days."""
    return timedelta(days=count)
