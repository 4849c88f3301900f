"""Sessions and duties as they are counted for a circular; who had a duty is not in here, only from which unit."""

from dataclasses import dataclass
from datetime import datetime

from djflow.core.ids import UnitId
from djflow.core.sections import Indicator, Measured
from djflow.roster.answers.model import DutyState

C, R = Measured.COUNT, Measured.RATE

SESSIONS = Indicator("roster.sessions", "赶场服务场次", C, "场次")
CANCELLED = Indicator("roster.cancelled", "停办场次", C, "场次")
STAFFED = Indicator("roster.staffed", "岗位到位率", R, "岗", "%", higher_is_better=True)
DUTIES = Indicator("roster.duties", "值班人次", C, "人次")
CONFIRMED = Indicator("roster.confirmed", "值班确认率", R, "人次", "%", higher_is_better=True, ranked=True)
HANDED_OVER = Indicator("roster.handed_over", "改派人次", C, "人次")
INDICATORS = (SESSIONS, CANCELLED, STAFFED, DUTIES, CONFIRMED, HANDED_OVER)


@dataclass(frozen=True, slots=True)
class Gathering:
    """A session of the roster in force: when it begins, whether it is called off, how many places are empty."""

    event: str
    begins_at: datetime
    cancelled: bool
    empty: int


@dataclass(frozen=True, slots=True)
class Duty:
    """A place that somebody of a unit holds, with the last answer; None where nobody answered."""

    event: str
    unit: UnitId
    state: DutyState | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Given:
    """A duty that somebody of a unit had and no longer has."""

    event: str
    unit: UnitId
    at: datetime
