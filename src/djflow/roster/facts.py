"""Gathers everything known about a month before it is rostered or repaired."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from djflow.core.clock import days
from djflow.core.ids import PersonId, RosterId
from djflow.core.spans import DateSpan, Month
from djflow.people import service as people
from djflow.roster import store
from djflow.roster.planning import Facts, MarketPlan


@dataclass(frozen=True, slots=True)
class Horizon:
    """How far back duties count: `history_months` for fairness, `rest_gap_days` for rest before the first day."""

    history_months: int
    rest_gap_days: int


def gather(
    session: Session, month: Month, markets: tuple[MarketPlan, ...], horizon: Horizon, *, keep: Iterable[PersonId] = ()
) -> Facts:
    """Return the month's facts; `keep` names people who stay in even though they serve no longer (they hold duties)."""
    serving = [person for person in people.cadres(session) if person.serves]
    held = people.people_by_ids(session, sorted(set(keep) - {person.id for person in serving}))
    first = month
    for _ in range(horizon.history_months):
        first = first.preceding
    earlier = month.preceding
    history = dict(store.points_by_person(session, first, earlier))
    for person, points in store.openings(session, first, earlier).items():
        history[person] = history.get(person, 0) + points
    before = DateSpan(month.first - days(max(horizon.rest_gap_days, 1)), month.first - days(1))
    return Facts(
        month=month,
        markets=markets,
        closures=store.closures(session, month.span),
        units=people.units(session),
        people=(*serving, *(card for _, card in sorted(held.items()))),
        unavailable=people.unavailable_days(session, month.span),
        history=history,
        recent=store.duty_dates(session, before),
        incumbents=_incumbents(session, earlier),
    )


def _incumbents(session: Session, month: Month) -> dict[str, frozenset[str]]:
    row = store.month_row(session, month)
    if row is None or row.current_id is None:
        return {}
    served = store.people_by_market(session, RosterId(row.current_id))
    cards = people.people_by_ids(session, sorted({person for holders in served.values() for person in holders}))
    return {
        market: frozenset(cards[person].unit_code for person in holders if person in cards)
        for market, holders in served.items()
    }
