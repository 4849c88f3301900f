"""Values of a month's duty roster: what is asked for (`Problem`) and what comes back (`Solution`, `Repair`, …).

A *session* (`Event`) is one market on one day. It asks for a number of people at each post. A *cadre* serves at
most one post a day. Everything is an integer: kilometres are rounded, load units are points (a weekday duty 2,
a weekend 3, a holiday 4), so that an objective can be compared exactly.
"""

import datetime as dt
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NewType

from djflow.core.errors import InputError

CadreId = NewType("CadreId", str)
EventId = NewType("EventId", str)
DepartmentId = NewType("DepartmentId", str)
MarketId = NewType("MarketId", str)

LEADER_POST = "带队领导"
"""The post whose sessions count for the leaders' fairness target; every other post counts for the rest."""

TOWN_KIND = "town"
"""`Department.kind` of a township office; its people are the township persons of `Rules.min_township`."""


class RosterInputError(InputError):
    """The roster's input is wrong; the sentence says what, which and what would fix it."""

    code = "roster.bad_input"
    retryable = False


class PinConflictError(RosterInputError):
    """Pinned duties contradict each other or a hard rule; the sentence names the pins."""

    code = "roster.pin_conflict"


@dataclass(frozen=True, slots=True)
class Weights:
    """Prices of the objective, in points.

    `unfilled` is the price of one empty place, `township` of one township person missing at a session
    (None: the same as `unfilled`).
    """

    distance_per_km: int = 1
    not_incumbent: int = 15
    avoid: int = 10
    fairness: int = 3
    quota: int = 40
    unfilled: int = 5000
    township: int | None = None

    @property
    def township_price(self) -> int:
        """Price of one township person missing at a session."""
        return self.unfilled if self.township is None else self.township


@dataclass(frozen=True, slots=True)
class Rules:
    """Hard rules. Two duties of one person lie more than `rest_gap` days apart.

    `min_grades` maps a post to the lowest grade that may hold it (grades: higher number, higher rank).
    `max_per_department` and `min_township` count heads within one session; None and 0 switch them off.
    """

    rest_gap: int = 2
    min_grades: Mapping[str, int] = field(default_factory=dict)
    max_per_department: int | None = None
    min_township: int = 0


@dataclass(frozen=True, slots=True)
class Department:
    """A department or township office; `quota_min..quota_max` heads this month (both included) cost nothing."""

    id: DepartmentId
    kind: str
    x: float
    y: float
    quota_min: int
    quota_max: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Market:
    """A market place with coordinates in km; `incumbents` are the departments that served it last month."""

    id: MarketId
    town: str
    x: float
    y: float
    incumbents: frozenset[DepartmentId] = frozenset()
    name: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One session: a market on a civil date, its load units and the heads needed per post."""

    id: EventId
    market: MarketId
    on: dt.date
    units: int
    needs: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Cadre:
    """A person who may serve; `history` are load units carried from earlier months.

    `recent` are duty dates outside this roster (last days of the month before); the rest gap counts from them.
    """

    id: CadreId
    department: DepartmentId
    leader: bool
    skills: frozenset[str]
    history: int
    max_duties: int
    unavailable: frozenset[dt.date] = frozenset()
    avoid_weekdays: frozenset[int] = frozenset()
    avoid_towns: frozenset[str] = frozenset()
    grade: int = 0
    recent: frozenset[dt.date] = frozenset()
    name: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Assignment:
    """One person at one post of one session."""

    event: EventId
    post: str
    cadre: CadreId


@dataclass(frozen=True, slots=True, order=True)
class Ban:
    """A person who must not serve; `event` or `post` None means any."""

    cadre: CadreId
    event: EventId | None = None
    post: str | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """A month to be rostered. Sequences are tuples; their order never changes the result, ids do.

    `pins` must be kept, `bans` must be avoided. Sessions before `freeze_before` (excluded) keep exactly the
    people of `frozen`, even where these break a rule that came later.
    """

    name: str
    posts: tuple[str, ...]
    departments: tuple[Department, ...]
    markets: tuple[Market, ...]
    events: tuple[Event, ...]
    cadres: tuple[Cadre, ...]
    weights: Weights = field(default_factory=Weights)
    rules: Rules = field(default_factory=Rules)
    pins: tuple[Assignment, ...] = ()
    bans: tuple[Ban, ...] = ()
    freeze_before: dt.date | None = None
    frozen: tuple[Assignment, ...] = ()
    seed: int = 0

    @property
    def kept(self) -> tuple[Assignment, ...]:
        """The frozen duties that lie before the freeze date, sorted."""
        if self.freeze_before is None:
            return ()
        early = {e.id for e in self.events if e.on < self.freeze_before}
        return tuple(sorted(a for a in set(self.frozen) if a.event in early))

    @property
    def slots(self) -> int:
        """Number of places to fill."""
        return sum(sum(e.needs.values()) for e in self.events)


@dataclass(frozen=True, slots=True)
class Limits:
    """When to stop: `time_limit` seconds (wall), relative `gap` to the bound, `threads` used at most."""

    time_limit: float = 60.0
    gap: float = 0.005
    threads: int = 1


class SolveStatus(StrEnum):
    """Why the solver stopped."""

    PROVEN = "proven"
    TIME_LIMIT = "time_limit"
    BEST_EFFORT = "best_effort"


@dataclass(frozen=True, slots=True)
class Objective:
    """The parts of a roster's price in points; `unfilled` and `township_missing` are head counts."""

    distance: int
    continuity: int
    wishes: int
    fairness: int
    quota: int
    unfilled: int
    township_missing: int
    unfilled_price: int
    township_price: int

    @property
    def soft(self) -> int:
        """Price without empty places and missing township persons."""
        return self.distance + self.continuity + self.wishes + self.fairness + self.quota

    @property
    def total(self) -> int:
        """The whole price."""
        return self.soft + self.unfilled * self.unfilled_price + self.township_missing * self.township_price


@dataclass(frozen=True, slots=True, order=True)
class Vacancy:
    """Places of one post of one session that stay empty."""

    event: EventId
    post: str
    count: int


@dataclass(frozen=True, slots=True)
class Solution:
    """A roster and how far it provably is from the best possible one.

    `bound` is a proven lower bound of the objective. `township_short` maps a session to the township persons
    missing there. `seconds` is wall time of the solver.
    """

    assignments: tuple[Assignment, ...]
    objective: Objective
    bound: float
    unfilled: tuple[Vacancy, ...]
    township_short: Mapping[EventId, int]
    min_unfilled_proven: int | None
    status: SolveStatus
    seconds: float
    first_roster_seconds: float

    @property
    def gap(self) -> float:
        """Relative distance `objective / bound − 1`; infinite when only a bound of zero is known."""
        if self.objective.total <= self.bound:
            return 0.0
        return self.objective.total / self.bound - 1 if self.bound > 0 else math.inf


@dataclass(frozen=True, slots=True)
class Changes:
    """What happened after publication.

    Sessions before `freeze_before` (excluded) do not move. `unavailable` adds days to people's leave,
    `cancelled` sessions no longer take place, `must_replace` are duties whose holder declined.
    """

    freeze_before: dt.date | None = None
    unavailable: Mapping[CadreId, frozenset[dt.date]] = field(default_factory=dict)
    cancelled: frozenset[EventId] = frozenset()
    must_replace: tuple[Assignment, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """One place whose person changes; None means the place was or stays empty."""

    event: EventId
    post: str
    before: CadreId | None
    after: CadreId | None


@dataclass(frozen=True, slots=True)
class Repair:
    """A roster with as few changed places as possible.

    `changed` counts the places of the old roster whose holder is replaced or removed, `changed_lower_bound`
    those that any repair must change.
    """

    assignments: tuple[Assignment, ...]
    objective: Objective
    unfilled: tuple[Vacancy, ...]
    township_short: Mapping[EventId, int]
    changed: int
    changed_lower_bound: int
    diff: tuple[Change, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Shortage:
    """Places that provably cannot be filled, and the rule that stands in the way.

    `dates` are the civil dates concerned, `need` the heads asked for there, `supply` the most that can serve,
    `short = need − supply`. `text` is a Chinese sentence with the cheapest relaxation.
    """

    post: str
    dates: tuple[dt.date, ...]
    need: int
    supply: int
    short: int
    rule: str
    text: str


@dataclass(frozen=True, slots=True)
class Relaxation:
    """A rule loosened by name, and the fewest empty places that would remain."""

    relax: str
    unfilled: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why places stay empty; `min_unfilled` is a proven lower bound on empty places."""

    shortages: tuple[Shortage, ...]
    min_unfilled: int
    what_if: tuple[Relaxation, ...] = ()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A person for one place: the `extra` points he adds compared with an empty place, by named `parts`.

    `moves` is empty when the person is simply free; otherwise the chain of further changes that is needed.
    """

    cadre: CadreId
    extra: int
    parts: Mapping[str, int]
    moves: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Standby:
    """The reserve of one session; None when nobody is free."""

    event: EventId
    cadre: CadreId | None


Progress = Callable[[str, float | None, float | None, float], None]
"""Called as `progress(stage, objective, bound, seconds)`; stages are Chinese words shown to the coordinator."""

Stop = Callable[[], bool]
"""Asked often; True ends the search with the best roster found so far."""
