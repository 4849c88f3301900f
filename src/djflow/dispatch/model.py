"""Values of an assignment: cadres, posts, what counts, and who goes where. Source: handbook of rosters, section 6."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NewType

from djflow.core.errors import InputError

CadreId = NewType("CadreId", str)
PostId = NewType("PostId", str)
UnitId = NewType("UnitId", str)
PlaceId = NewType("PlaceId", int)


class DispatchInputError(InputError):
    """The input of an assignment is wrong; the sentence says what, which and what would fix it."""

    code = "dispatch.bad_input"


class Refusal(StrEnum):
    """Why somebody may not be sent to a post."""

    AGE = "age"
    YEARS = "years"
    UNAVAILABLE = "unavailable"
    REDISPATCH = "redispatch"
    NATIVE = "native"
    OWN_UNIT = "own_unit"
    RELATIVE = "relative"


@dataclass(frozen=True, slots=True)
class Cadre:
    """Somebody who may be sent; `born`, `works_since` and `last_sent` are years, `appraisal` counts up to 5."""

    id: CadreId
    unit: UnitId
    born: int
    works_since: int
    specialties: frozenset[str]
    native: PlaceId
    relatives: frozenset[UnitId] = frozenset()
    last_sent: int | None = None
    appraisal: int = 5
    wishes: frozenset[PlaceId] = frozenset()
    unavailable: bool = False


@dataclass(frozen=True, slots=True)
class Post:
    """A post of a batch at a unit and place with `places` to fill."""

    id: PostId
    batch: str
    unit: UnitId
    place: PlaceId
    specialty: str
    places: int
    age_max: int
    years_min: int


@dataclass(frozen=True, slots=True)
class Weights:
    """Points: no matching specialty, place not wished for, each grade below 5, two years from 35, a place unfilled."""

    specialty: int = 40
    wish: int = 15
    appraisal: int = 8
    age: int = 1
    unfilled: int = 1000


@dataclass(frozen=True, slots=True)
class Problem:
    """Whom to send where in `year`.

    A unit sends at most `unit_share` of its people at once, but may always send one; somebody sent before may be sent
    again when more than `redispatch_years` have gone; `batch_least` names how many places of a batch must be filled.
    `pins` are settled, `bans` excluded; `seed` draws lots between assignments that are equally good.
    """

    year: int
    redispatch_years: int
    unit_share: float
    cadres: tuple[Cadre, ...]
    posts: tuple[Post, ...]
    weights: Weights = Weights()
    batch_least: Mapping[str, int] = field(default_factory=dict)
    pins: frozenset[tuple[PostId, CadreId]] = frozenset()
    bans: frozenset[tuple[PostId, CadreId]] = frozenset()
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Assigned:
    """Somebody sent to a post."""

    post: PostId
    cadre: CadreId


@dataclass(frozen=True, slots=True)
class Solution:
    """Who goes where.

    `objective` is the price of all with `weights`, proven the lowest; `unfilled` counts empty places by post;
    `batch_short` how many places of a batch are missing to what must be filled.
    """

    assigned: tuple[Assigned, ...]
    objective: int
    unfilled: Mapping[PostId, int]
    batch_short: Mapping[str, int]
