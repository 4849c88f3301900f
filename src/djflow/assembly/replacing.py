"""Somebody else for a duty: after a decline, by a named substitute, by a swap of two people.

After a decline the session's standby comes first, then the smallest repair. Whatever people agree on is checked
against every hard rule by the scorer, which shares no code with the solver.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from djflow.assembly.house import House
from djflow.assembly.mending import situation, standby_of, without
from djflow.assembly.solving import Planned, assignments_of, kept_of
from djflow.assembly.swapping import Rulebook, Swap, rescored, with_swap
from djflow.core.clock import days
from djflow.core.errors import ConflictError, RuleError
from djflow.core.ids import PersonId
from djflow.people.model import PersonCard
from djflow.roster.answers.model import OfferKind, Proposal
from djflow.roster.answers.service import Held
from djflow.roster.model import Assignment, CadreId, EventId
from djflow.roster.record import Duty, Kept
from djflow.roster.rules import why_not
from djflow.roster.service import Amendment, Standing
from djflow.roster.views import DutyKind

DECLINE = "decline"
AGREED = "agreed"
MOST_OPTIONS = 12


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody who may take a duty; in a swap, the duty he gives for it. Shown to the person on duty only."""

    code: str
    name: str
    unit: str
    event: str = ""
    post: str = ""
    on: date | None = None
    market: str = ""


def replacement(house: House, standing: Standing, held: Held, *, today: date) -> Amendment | None:
    """Return the roster without a declined duty, None when nobody can take it over."""
    kept, planned, _ = situation(house, standing)
    if held.kind is DutyKind.STANDBY:
        return _other_standby(house, standing, planned, kept, held)
    codes = {person: code for code, person in planned.people.items()}
    declined = Assignment(EventId(held.plan.event), held.post, codes[held.person])
    reserve = _by_standby(house, standing, planned, kept, declined)
    if reserve:
        return reserve
    # Whoever is already out there today is not moved for a later day.
    freeze = today if held.plan.on == today else today + days(1)
    mended = without(house, planned, kept, declined, freeze=freeze)
    return Amendment(standing.roster_id, mended.kept, mended.quality, DECLINE) if mended else None


def _by_standby(
    house: House, standing: Standing, planned: Planned, kept: Kept, declined: Assignment
) -> Amendment | None:
    codes = {person: code for code, person in planned.people.items()}
    book = Rulebook(planned, kept)
    for duty in sorted(kept.duties):
        if (duty.event, duty.kind) != (declined.event, DutyKind.STANDBY):
            continue
        swap = Swap(declined.event, declined.post, declined.cadre, codes[duty.person])
        after = with_swap(kept, swap, planned.people)
        checked = book.check(after)
        if not checked.broken and checked.score.township_missing <= book.before.township_missing:
            quality = rescored(house, standing, checked.score)
            return Amendment(standing.roster_id, _with_standby(house, planned, after), quality, DECLINE)
    return None


def _other_standby(house: House, standing: Standing, planned: Planned, kept: Kept, held: Held) -> Amendment | None:
    after = replace(
        kept,
        duties=tuple(
            duty
            for duty in kept.duties
            if (duty.event, duty.person, duty.kind) != (held.plan.event, held.person, DutyKind.STANDBY)
        ),
    )
    after = _with_standby(house, planned, after)
    if not any((duty.event, duty.kind) == (held.plan.event, DutyKind.STANDBY) for duty in after.duties):
        return None
    quality = rescored(house, standing, Rulebook(planned, kept).before)
    return Amendment(standing.roster_id, after, quality, DECLINE)


def _with_standby(house: House, planned: Planned, after: Kept) -> Kept:
    """Give the sessions that lost their standby another one."""
    fresh = kept_of(house, planned, assignments_of(planned, after), ())
    served = replace(after, duties=tuple(duty for duty in after.duties if duty.kind is DutyKind.DUTY))
    return replace(served, duties=(*served.duties, *standby_of(planned, served, after, fresh)))


def agreed(house: House, standing: Standing, offer: Proposal) -> Amendment:
    """Return the roster as two people agreed on it.

    Raises: RuleError naming the rule that forbids it; ConflictError when a duty is no longer held as stated.
    """
    kept, planned, _ = situation(house, standing)
    held = {(duty.event, duty.post, duty.person) for duty in kept.duties if duty.kind is DutyKind.DUTY}
    stated = [(offer.event, offer.post, offer.asker)]
    if offer.kind is OfferKind.SWAP:
        stated.append((offer.other_event, offer.other_post, offer.other))
    if not held.issuperset(stated) or any(event not in kept.planned for event, _, _ in stated):
        raise ConflictError("值班安排已有变动，这项换班请求不能办了：请返回查看最新安排。", code="offer.moved")
    codes = {person: code for code, person in planned.people.items()}
    if offer.other not in codes:
        raise RuleError("不能这样换：对方现在不参加值班。")
    after = _exchanged(planned, kept, offer, codes)
    checked = Rulebook(planned, kept).check(after)
    if checked.broken:
        raise RuleError(f"不能这样换：{checked.broken[0].text}。请换一位同志或换一场。")
    quality = rescored(house, standing, checked.score)
    return Amendment(standing.roster_id, _with_standby(house, planned, after), quality, AGREED)


def _exchanged(planned: Planned, kept: Kept, offer: Proposal, codes: dict[PersonId, CadreId]) -> Kept:
    asker, other = codes[offer.asker], codes[offer.other]
    after = with_swap(kept, Swap(offer.event, offer.post, asker, other), planned.people)
    if offer.kind is OfferKind.SWAP:
        after = with_swap(after, Swap(offer.other_event, offer.other_post, other, asker), planned.people)
    return after


def substitutes(house: House, standing: Standing, held: Held) -> tuple[Choice, ...]:
    """Return people who may simply take a duty over: the session's standby and the own unit first, then by cost."""
    from djflow.roster.solver.suggest import suggest  # noqa: PLC0415 - loads numerical libraries

    kept, planned, facts = situation(house, standing)
    cards = {CadreId(card.code): card for card in facts.people}
    codes = {card.id: card.code for card in facts.people}
    rows = assignments_of(planned, kept)
    found = suggest(planned.problem, rows, EventId(held.plan.event), held.post, len(cards))
    standby = {codes[d.person] for d in kept.duties if (d.event, d.kind) == (held.plan.event, DutyKind.STANDBY)}
    own = next((card.unit_id for card in facts.people if card.id == held.person), None)
    book = Rulebook(planned, kept)

    def allowed(code: CadreId) -> bool:
        swap = Swap(held.plan.event, held.post, codes[held.person], code)
        return not book.check(with_swap(kept, swap, planned.people)).broken

    able = [(place, s.cadre) for place, s in enumerate(found) if not s.moves and cards[s.cadre].id != held.person]
    able.sort(key=lambda one: (one[1] not in standby, cards[one[1]].unit_id != own, one[0]))
    chosen: list[Choice] = []
    for _, code in able:
        if len(chosen) == MOST_OPTIONS:
            break
        if allowed(code):
            chosen.append(Choice(code, cards[code].name, cards[code].unit_name))
    return tuple(chosen)


def swaps(house: House, standing: Standing, held: Held, *, today: date) -> tuple[Choice, ...]:
    """Return duties of others in the same month for which this one may be exchanged, nearest in time first."""
    kept, planned, facts = situation(house, standing)
    cards = {card.id: card for card in facts.people}
    codes = {card.id: CadreId(card.code) for card in facts.people}
    book = Rulebook(planned, kept)
    chosen: list[Choice] = []
    for duty in _nearby(kept, planned, held, codes, today):
        mine = Swap(held.plan.event, held.post, codes[held.person], codes[duty.person])
        theirs = Swap(duty.event, duty.post, codes[duty.person], codes[held.person])
        after = with_swap(with_swap(kept, mine, planned.people), theirs, planned.people)
        if book.check(after).broken:
            continue
        chosen.append(_choice(cards[duty.person], duty, kept))
        if len(chosen) == MOST_OPTIONS:
            break
    return tuple(chosen)


def _choice(card: PersonCard, duty: Duty, kept: Kept) -> Choice:
    plan = kept.planned[duty.event].plan
    return Choice(card.code, card.name, card.unit_name, duty.event, duty.post, plan.on, plan.market_name)


def _nearby(kept: Kept, planned: Planned, held: Held, codes: dict[PersonId, CadreId], today: date) -> Iterator[Duty]:
    """Yield duties both people could do as such, by distance in days; the whole roster is checked afterwards."""
    events = {event.id: event for event in planned.problem.events}
    cadres = {cadre.id: cadre for cadre in planned.problem.cadres}
    problem = replace(planned.problem, bans=())
    sessions = kept.planned
    here, own = events[EventId(held.plan.event)], cadres[codes[held.person]]
    pool = [duty for duty in kept.duties if duty.kind is DutyKind.DUTY and duty.event in sessions]
    pool = [duty for duty in pool if duty.person != held.person and sessions[duty.event].plan.on > today]
    taken = {(duty.event, duty.person) for duty in pool}
    pool.sort(key=lambda duty: (abs((sessions[duty.event].plan.on - held.plan.on).days), duty))
    for duty in pool:
        if duty.event == here.id or (here.id, duty.person) in taken:
            continue
        there, other = events[EventId(duty.event)], cadres[codes[duty.person]]
        if why_not(problem, other, here, held.post) is None and why_not(problem, own, there, duty.post) is None:
            yield duty
