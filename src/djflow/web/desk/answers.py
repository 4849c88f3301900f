"""Answers to duties at the desk: who confirmed, who cannot come, and swaps that wait for the office."""

from datetime import date

from djflow.accounts.model import Act
from djflow.assembly import answers
from djflow.core.spans import Month
from djflow.people import service as people
from djflow.roster.answers.model import OfferState
from djflow.web.desk.frame import SAID, Answer, Go, Page, Route, Visit
from djflow.web.words import day_title


def month_page(visit: Visit) -> Answer:
    """Show a month's answers and open offers."""
    found = answers.overview(visit.house, Month.parse(visit.path["month"]))
    with visit.house.reading() as session:
        names = {card.code: card.name for card in people.cadres(session)}
    events = {row.event for row in found.rows}
    events |= {event for offer in found.offers for event in (offer.event, offer.other_event) if event}
    values = {
        "found": found,
        "where": {event: _where(visit, event) for event in events},
        "people": names,
        "accepted": OfferState.ACCEPTED,
        "decides": visit.may(Act.ROSTER_DECIDE),
        "said": SAID.get(visit.query.get("said", ""), ""),
    }
    return Page("desk_answers.html.j2", "roster", values)


def _where(visit: Visit, event: str) -> str:
    """Return a session, written `market@date`, as people read it."""
    market, _, on = event.rpartition("@")
    names = {town.code: town.name for town in visit.house.settings.markets}
    return f"{day_title(date.fromisoformat(on))} {names.get(market, market)}"


def approve(visit: Visit) -> Answer:
    """Put a swap in force that both people agreed on."""
    done = answers.approve(visit.house, visit.path["offer"], by=visit.by)
    return Go(f"/desk/answers/{done.month}?said=approved")


def reject(visit: Visit) -> Answer:
    """End a swap; who asked is told."""
    done = answers.reject(visit.house, visit.path["offer"], by=visit.by)
    return Go(f"/desk/answers/{done.month}?said=rejected")


ROUTES = (
    Route("/desk/answers/{month}", Act.ROSTER_READ, month_page),
    Route("/desk/offer/{offer}/approve", Act.ROSTER_DECIDE, approve, "POST"),
    Route("/desk/offer/{offer}/reject", Act.ROSTER_DECIDE, reject, "POST"),
)
