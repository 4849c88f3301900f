"""Values of an assignment: cadres, posts, teams, what counts, who goes where, and why.

Source: handbook of rosters, section 6; of the domain, section 2.3.

A problem is complete in itself: the built-in rules read the fields of cadres and posts, and whoever has findings of
its own about pairs (eligibility, recusal) hands them in as `given` and leaves those fields at their neutral defaults.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NewType

from djflow.core.errors import InputError

CadreId = NewType("CadreId", str)
PostId = NewType("PostId", str)
UnitId = NewType("UnitId", str)
PlaceId = NewType("PlaceId", int)
Pair = tuple[PostId, CadreId]

NOWHERE = PlaceId(-1)
"""The native place of somebody whose recusal is judged elsewhere; no post is there."""
ANY_AGE = 200


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
    OTHER_BATCH = "other_batch"
    CLOSED = "closed"
    GIVEN = "given"
    """A rule judged outside; its words are in `Given`."""
    BANNED = "banned"


@dataclass(frozen=True, slots=True)
class Cadre:
    """Somebody who may be sent; `born`, `works_since` and `last_sent` are years, `appraisal` counts up to 5.

    `section` is the section (科室) within the unit and `rank` the rank, both empty for unknown; `overtime` counts the
    recent overtime that rotation spares; `other_batch` names another batch that already has this person.
    """

    id: CadreId
    unit: UnitId
    born: int
    works_since: int
    specialties: frozenset[str] = frozenset()
    native: PlaceId = NOWHERE
    relatives: frozenset[UnitId] = frozenset()
    last_sent: int | None = None
    appraisal: int = 5
    wishes: frozenset[PlaceId] = frozenset()
    unavailable: bool = False
    woman: bool = False
    section: str = ""
    rank: str = ""
    overtime: int = 0
    other_batch: str = ""


@dataclass(frozen=True, slots=True)
class Team:
    """What a post of several places must hold: a holder of each specialty, so many women, no two of one section.

    Places left empty count as kept for whoever is still missing: of `places`, at most `places - women_at_least` go to
    men and at most `places - 1` to people without a specialty of `each_of`.
    """

    each_of: tuple[str, ...] = ()
    women_at_least: int = 0
    no_two_of_a_section: bool = True


@dataclass(frozen=True, slots=True)
class Post:
    """A post of a batch at a unit and place with `places` to fill; an empty `specialty` asks for none.

    `closed` is a host that takes nobody any more.
    """

    id: PostId
    batch: str
    unit: UnitId
    place: PlaceId
    specialty: str
    places: int
    age_max: int = ANY_AGE
    years_min: int = 0
    team: Team | None = None
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Weights:
    """Points: no matching specialty, place not wished for, each grade below 5, two years from 35, a place unfilled.

    Rotation, nothing unless set: each year short of `rested_years` since the last posting, having been posted at all
    (the bonus of those who never were), each unit of recent overtime.
    """

    specialty: int = 40
    wish: int = 15
    appraisal: int = 8
    age: int = 1
    unfilled: int = 1000
    recent: int = 0
    posted: int = 0
    overtime: int = 0
    rested_years: int = 10


@dataclass(frozen=True, slots=True)
class Ground:
    """One finding from outside: the `rule` by its stored word, what it says in Chinese, and the points it costs."""

    rule: str
    text: str
    points: int = 0


@dataclass(frozen=True, slots=True)
class Given:
    """What is found outside about a pair: anything in `refused` forbids it, `soft` adds its points to the price."""

    refused: tuple[Ground, ...] = ()
    soft: tuple[Ground, ...] = ()

    @property
    def points(self) -> int:
        """Return what the soft findings cost together."""
        return sum(one.points for one in self.soft)


@dataclass(frozen=True, slots=True)
class Problem:
    """Whom to send where in `year`.

    A unit sends at most `unit_share` of its people at once, but may always send one; where not everybody of a unit is
    among `cadres`, or some are away already, `unit_most` says how many it may send now. Somebody sent before may be
    sent again when more than `redispatch_years` have gone. `batch_least` names how many places of a batch must be
    filled, `batch_most` how many may be. `one_per_section` forbids two of one section of one unit; `rank_most` caps a
    unit's people of a rank. `given` are findings about pairs, `given_anywhere` about somebody at whatever post.
    `waivable` names the rules judged outside that the office may waive, each with what people call it. `pins` are
    settled, `bans` excluded; `seed` draws lots between assignments that are equally good.
    """

    year: int
    redispatch_years: int
    unit_share: float
    cadres: tuple[Cadre, ...]
    posts: tuple[Post, ...]
    weights: Weights = Weights()
    batch_least: Mapping[str, int] = field(default_factory=dict)
    pins: frozenset[Pair] = frozenset()
    bans: frozenset[Pair] = frozenset()
    seed: int = 0
    batch_most: Mapping[str, int] = field(default_factory=dict)
    unit_most: Mapping[UnitId, int] = field(default_factory=dict)
    rank_most: Mapping[tuple[UnitId, str], int] = field(default_factory=dict)
    one_per_section: bool = False
    given: Mapping[Pair, Given] = field(default_factory=dict)
    given_anywhere: Mapping[CadreId, Given] = field(default_factory=dict)
    waivable: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Assigned:
    """Somebody sent to a post."""

    post: PostId
    cadre: CadreId


@dataclass(frozen=True, slots=True)
class Solution:
    """Who goes where.

    `objective` is the price of all with the problem's weights and `bound` what no assignment can go below; `unfilled`
    counts empty places by post, `batch_short` how many places of a batch are missing to what must be filled.
    """

    assigned: tuple[Assigned, ...]
    objective: int
    unfilled: Mapping[PostId, int]
    batch_short: Mapping[str, int]
    bound: int = 0

    @property
    def optimal(self) -> bool:
        """Return whether nothing better exists."""
        return self.bound >= self.objective

    @property
    def gap(self) -> float:
        """Return how far above the bound the objective is at most, 0 for proven."""
        return 0.0 if self.optimal else (self.objective - self.bound) / max(1, self.bound)


@dataclass(frozen=True, slots=True)
class Shortage:
    """Posts that together need more than can be sent: at most `supply` of `need`, whatever is assigned.

    `rule` is what binds, in Chinese; `remedy` the mildest relaxation that fills most of it, None where none does.
    """

    posts: tuple[PostId, ...]
    need: int
    supply: int
    rule: str
    text: str
    remedy: "Relaxation | None" = None

    @property
    def short(self) -> int:
        """Return how many places stay empty."""
        return self.need - self.supply


@dataclass(frozen=True, slots=True)
class Relaxation:
    """A rule loosened: what it is called, how many places then stay empty and how many more are filled."""

    relax: str
    unfilled: int
    filled: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why places stay empty: no assignment leaves fewer than `min_unfilled`; `unfilled` are those of the best one.

    `notes` are sentences on what is odd about the input: more places than people, a closed host, a unit of one.
    """

    shortages: tuple[Shortage, ...]
    min_unfilled: int
    unfilled: Mapping[PostId, int]
    what_if: tuple[Relaxation, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Move:
    """Somebody who would go elsewhere; None is staying at home."""

    cadre: CadreId
    before: PostId | None
    after: PostId | None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why somebody is sent to a post, or is not.

    `refused` are the rules that forbid it; `parts` what it costs. Otherwise `extra` is how many points more the whole
    would cost if it were the other way round, exact when `proven`, None when pins leave no other way; `moves` is who
    would then go elsewhere.
    """

    post: PostId
    cadre: CadreId
    sent: bool
    text: str
    refused: tuple[Ground, ...] = ()
    parts: tuple[Ground, ...] = ()
    extra: int | None = None
    moves: tuple[Move, ...] = ()
    proven: bool = True
