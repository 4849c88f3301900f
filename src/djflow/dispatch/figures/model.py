"""Postings, months and checks as they are counted for a circular; who is posted is not in here."""

from dataclasses import dataclass
from datetime import date, datetime

from djflow.core.ids import UnitId
from djflow.core.sections import Indicator, Measured
from djflow.dispatch.policy.model import KindPolicy
from djflow.dispatch.postings.model import Act, PostingState

C, R, M = Measured.COUNT, Measured.RATE, Measured.MEAN

AWAY = Indicator("dispatch.away", "期末在派", C, "人")
ARRIVED = Indicator("dispatch.arrived", "派出到位率", R, "人", "%", higher_is_better=True, ranked=True)
ATTENDANCE = Indicator("dispatch.attendance", "在岗率", R, "人月", "%", higher_is_better=True, ranked=True)
DAYS = Indicator("dispatch.days", "月均在岗", M, "人月", "天", higher_is_better=True)
CHECKS = Indicator("dispatch.checks", "抽查在岗率", R, "人次", "%", higher_is_better=True)
CONFIRMED = Indicator("dispatch.confirmed", "在岗月报确认率", R, "份", "%", higher_is_better=True, ranked=True)
MIDTERM = Indicator("dispatch.midterm", "中期考核完成率", R, "人", "%", higher_is_better=True, ranked=True)
INDICATORS = (AWAY, ARRIVED, ATTENDANCE, DAYS, CHECKS, CONFIRMED, MIDTERM)


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a posting before the end."""

    act: Act
    after: PostingState
    at: datetime


@dataclass(frozen=True, slots=True)
class Term:
    """A posting with its steps, the first one first: from which unit to which, for the days it was begun with.

    `policy` is None where the version it was begun under is not kept any more.
    """

    home: UnitId
    host: UnitId
    first: date
    last: date
    reported_on: date | None
    policy: KindPolicy | None
    steps: tuple[Step, ...] = ()

    @property
    def state(self) -> PostingState:
        """Where it was at the end."""
        return self.steps[-1].after if self.steps else PostingState.APPOINTED

    def time_of(self, *acts: Act) -> datetime | None:
        """Return when one of some acts was done first."""
        return next((one.at for one in self.steps if one.act in acts), None)


@dataclass(frozen=True, slots=True)
class MonthForm:
    """A month's form as it was asked for: days required, whether it was filled, days confirmed and when."""

    home: UnitId
    host: UnitId
    month: str
    required: int
    filled_at: datetime | None
    days: int | None
    confirmed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Check:
    """A spot check that stands: the unit that sent somebody, and whether somebody was there."""

    home: UnitId
    present: bool
