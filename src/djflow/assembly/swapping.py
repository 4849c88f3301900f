"""One place of a published roster by hand: who would fit best, and putting somebody there.

A swap is checked against every hard rule by the scorer, which shares no code with the solver; what the rules forbid
is refused with the rule's name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from djflow.assembly.house import House
from djflow.assembly.mending import situation
from djflow.assembly.solving import Planned, assignments_of
from djflow.core.errors import InputError, NotFoundError, RuleError
from djflow.core.ids import PersonId
from djflow.core.spans import Month
from djflow.roster import reading, service
from djflow.roster.model import CadreId, EventId
from djflow.roster.outputs.wording import BY_HAND
from djflow.roster.record import Duty, Gap, Kept
from djflow.roster.scorer import Score, Violation, score
from djflow.roster.service import Amendment, Standing
from djflow.roster.views import DutyKind, Quality

SWAP = "swap"


@dataclass(frozen=True, slots=True)
class Option:
    """Somebody for a place: `extra` points more than now, by parts; `moves` counts further changes that are needed."""

    person_code: str
    unit: str
    extra: int
    parts: Mapping[str, int]
    moves: int


@dataclass(frozen=True, slots=True)
class Swap:
    """Put `new` (a person's code) at a post of a session, in place of `old`; `old` None fills an empty place."""

    event: str
    post: str
    old: str | None
    new: str


def suggestions(house: House, month: Month, event: str, post: str, *, count: int = 10) -> tuple[Option, ...]:
    """Return who would fit a place of the month's roster, best first.

    Raises: NotFoundError for an unknown session or post.
    """
    from djflow.roster.solver.suggest import suggest  # noqa: PLC0415 - loads numerical libraries

    kept, planned, facts = situation(house, _in_force(house, month))
    _place(kept, event, post)
    units = {card.code: card.unit_name for card in facts.people}
    found = suggest(planned.problem, assignments_of(planned, kept), EventId(event), post, count)
    return tuple(Option(s.cadre, units[s.cadre], s.extra, s.parts, len(s.moves)) for s in found)


def swapped(house: House, month: Month, swap: Swap) -> Amendment:
    """Return the month's roster with one place changed, ready to be put in force.

    Raises: NotFoundError for an unknown place or person; RuleError naming the rule that forbids it.
    """
    standing = _in_force(house, month)
    kept, planned, _ = situation(house, standing)
    _place(kept, swap.event, swap.post)
    after = with_swap(kept, swap, planned.people)
    checked = Rulebook(planned, kept).check(after)
    if checked.broken:
        raise RuleError(f"不能这样换：{checked.broken[0].text}。请用 djflow roster suggest 看合适的人选。")
    return Amendment(standing.roster_id, after, rescored(house, standing, checked.score), SWAP)


@dataclass(frozen=True, slots=True)
class Checked:
    """The price of a changed roster and the rules it breaks that the roster before did not."""

    score: Score
    broken: tuple[Violation, ...]


class Rulebook:
    """The hard rules of a month, against which changes of its roster are checked one after the other.

    Who once declined a session may be put there by hand or by agreement, so earlier declines do not count here.
    """

    def __init__(self, planned: Planned, kept: Kept) -> None:
        """Check changes of `kept`."""
        self.planned = planned
        self._problem = replace(planned.problem, bans=())
        self.before = score(self._problem, assignments_of(planned, kept))
        self._known = {(violation.rule, violation.subject) for violation in self.before.violations}

    def check(self, after: Kept) -> Checked:
        """Return the price of `after` and the rules it newly breaks."""
        result = score(self._problem, assignments_of(self.planned, after))
        return Checked(result, tuple(v for v in result.violations if (v.rule, v.subject) not in self._known))


def rescored(house: House, standing: Standing, result: Score) -> Quality:
    """Return the quality of a version that was changed by hand or by agreement."""
    with house.reading() as session:
        quality = reading.quality(session, standing.roster_id)
    return replace(
        quality,
        objective=result.total,
        bound=0.0,
        gap=None,
        status=BY_HAND,
        min_unfilled_proven=None,
        changed=None,
        changed_proven=None,
        unfilled=result.unfilled,
        township_missing=result.township_missing,
        parts={
            "distance": result.distance,
            "continuity": result.continuity,
            "wishes": result.wishes,
            "fairness": result.fairness,
            "quota": result.quota,
        },
    )


def _in_force(house: House, month: Month) -> Standing:
    with house.reading() as session:
        found = service.version_in_force(session, month)
    if found is None:
        raise NotFoundError(f"{month.title}还没有已发布的值班表，先发布再换人。")
    return found


def _place(kept: Kept, event: str, post: str) -> None:
    stored = kept.planned.get(event)
    if stored is None:
        raise NotFoundError(f"没有场次“{event}”或它已取消：场次写作“场镇代号@日期”，如 dacang@2026-12-01。")
    if post not in stored.plan.needs:
        raise NotFoundError(f"场次“{event}”没有岗位“{post}”，可以写：{'、'.join(stored.plan.needs)}。")


def with_swap(kept: Kept, swap: Swap, people: Mapping[CadreId, PersonId]) -> Kept:
    """Return the roster with one place changed, unchecked.

    Raises: NotFoundError for an unknown person; InputError when the place is not held as stated.
    """
    joins = people.get(CadreId(swap.new))
    if swap.old == swap.new:
        raise InputError(f"原工号和新工号都是“{swap.new}”，没有改动：请写要换上的人。", code="roster.swap")
    if joins is None:
        raise NotFoundError(f"没有工号“{swap.new}”的在岗人员，请核对工号。")
    new = Duty(swap.event, swap.post, joins)
    # Whoever steps in no longer stands by for the same session.
    others = [
        d for d in kept.duties if not (d.kind is DutyKind.STANDBY and d.event == swap.event and d.person == joins)
    ]
    if swap.old is None:
        gaps = _filled(kept.gaps, swap)
        return replace(kept, duties=(*others, new), gaps=gaps)
    leaves = people.get(CadreId(swap.old))
    held = [d for d in others if (d.event, d.post, d.person) == (swap.event, swap.post, leaves)]
    if not held:
        raise InputError(f"场次“{swap.event}”的岗位“{swap.post}”上没有工号“{swap.old}”，请核对。", code="roster.swap")
    return replace(kept, duties=(*(d for d in others if d != held[0]), new))


def _filled(gaps: tuple[Gap, ...], swap: Swap) -> tuple[Gap, ...]:
    found = [gap for gap in gaps if (gap.event, gap.post) == (swap.event, swap.post)]
    if not found:
        raise InputError(f"场次“{swap.event}”的岗位“{swap.post}”没有空缺：换人请写明原来的工号。", code="roster.swap")
    rest = tuple(gap for gap in gaps if gap != found[0])
    return (*rest, replace(found[0], count=found[0].count - 1)) if found[0].count > 1 else rest
