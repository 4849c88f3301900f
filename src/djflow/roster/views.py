"""What others see of a roster: the public board, the office's book, the review card. Frozen values, no behaviour.

The board is public: departments, services, the team leader's name and post, office telephones; never a personal
number, never a reason of absence. The book and the card are for the office.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from djflow.core.ids import PersonId, RosterId, UnitId
from djflow.core.spans import Month


class RosterState(StrEnum):
    """Where a version of a month's roster is.

    `review` waits for the coordinator, `published` is in force, `amended` was replaced by a later version,
    `void` was thrown away, `closed` is a month that is over.
    """

    REVIEW = "review"
    PUBLISHED = "published"
    AMENDED = "amended"
    VOID = "void"
    CLOSED = "closed"


class SessionState(StrEnum):
    """Whether a session takes place."""

    PLANNED = "planned"
    CANCELLED = "cancelled"


class DutyKind(StrEnum):
    """Whether a person stands at the stall or waits at home to step in."""

    DUTY = "duty"
    STANDBY = "standby"


@dataclass(frozen=True, slots=True)
class DistrictNames:
    """Names and the supervision telephone that head every public page."""

    district: str
    department: str
    supervision_phone: str


@dataclass(frozen=True, slots=True)
class BoardMarket:
    """A market town as the public sees it; `rule` is printed as the town prints it, `None` means not known yet."""

    code: str
    name: str
    township: str
    rule: str | None
    rule_described: str
    place: str
    start: time
    end: time
    town_phone: str
    served: str


@dataclass(frozen=True, slots=True)
class BoardMarketDay:
    """A market day, served or not; `closed` carries the notice when the town closes its market."""

    market: str
    on: date
    lunar: str
    closed: str | None = None


@dataclass(frozen=True, slots=True)
class BoardSession:
    """A service session: who comes (units in official order), with which services, where and when.

    `leader` is the team leader's name and post, empty while nobody leads. `gaps` are posts still without a person.
    """

    market: str
    on: date
    lunar: str
    place: str
    start: time
    end: time
    state: SessionState
    units: tuple[str, ...]
    services: tuple[str, ...]
    leader: str
    gaps: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class BoardChange:
    """A line about a change after publication, without names: `因…，原定…调整为…。`."""

    on: date
    text: str


@dataclass(frozen=True, slots=True)
class Board:
    """A published month; sessions ordered by date, then by market in the configured order."""

    district: str
    department: str
    supervision_phone: str
    month: Month
    version: int
    published_at: datetime
    markets: tuple[BoardMarket, ...]
    market_days: tuple[BoardMarketDay, ...]
    sessions: tuple[BoardSession, ...]
    changes: tuple[BoardChange, ...]


@dataclass(frozen=True, slots=True)
class DutyLine:
    """One person's place at one session, for the office's own lists; `units` are load points."""

    event: str
    on: date
    market: str
    market_name: str
    township: str
    place: str
    start: time
    end: time
    post: str
    kind: DutyKind
    person: PersonId
    person_code: str
    person_name: str
    person_post: str
    unit: UnitId
    unit_name: str
    unit_order: int
    units: int
    rest_day: bool


@dataclass(frozen=True, slots=True)
class GapLine:
    """Places of a session that stay empty and the sentence that says why."""

    event: str
    on: date
    market_name: str
    post: str
    count: int
    why: str


@dataclass(frozen=True, slots=True)
class PersonLoad:
    """A person's load before and in this month, in points, beside the target of the person's class."""

    person: PersonId
    person_code: str
    person_name: str
    unit_name: str
    unit_order: int
    leader: bool
    history: int
    load: int
    duties: int
    target: int


@dataclass(frozen=True, slots=True)
class Quality:
    """How good a roster is: `bound` is a proven lower bound, `gap` the relative distance, parts in points.

    Of a repaired version `changed` counts the places that changed hands, `changed_proven` those that had to.
    """

    objective: int
    bound: float
    gap: float | None
    status: str
    seconds: float
    places: int
    unfilled: int
    min_unfilled_proven: int | None
    township_missing: int
    parts: Mapping[str, int]
    changed: int | None = None
    changed_proven: int | None = None


@dataclass(frozen=True, slots=True)
class RosterBook:
    """One version of a month's roster with everything the office prints from it; lines ordered by date and market."""

    id: RosterId
    district: str
    department: str
    month: Month
    version: int
    round: int
    state: RosterState
    created_at: datetime
    published_at: datetime | None
    lines: tuple[DutyLine, ...]
    gaps: tuple[GapLine, ...]
    loads: tuple[PersonLoad, ...]
    sessions: tuple[BoardSession, ...]
    markets: tuple[BoardMarket, ...]
    quality: Quality
    weights: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class DifferenceLine:
    """One place that differs between two versions; codes only, so that it may be shown anywhere inside the office."""

    event: str
    on: date
    market_name: str
    post: str
    before_code: str | None
    after_code: str | None
    why: str


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A published version of a month; `cause` is a code such as `absence`, empty for the first one."""

    id: RosterId
    version: int
    published_at: datetime | None
    cause: str
    state: RosterState
