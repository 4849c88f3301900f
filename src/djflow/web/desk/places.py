"""A unit's liaison sees the own unit, a township's office the own township; nothing else exists for them."""

from djflow.accounts.model import Act
from djflow.assembly import desk
from djflow.core.ids import PersonId
from djflow.people.model import STATUS_LABELS as STATUSES
from djflow.web.desk.frame import Answer, Page, Route, Visit


def unit_page(visit: Visit) -> Answer:
    """Show the own unit's people and duties."""
    sheet = desk.unit_sheet(visit.house, visit.account)
    return Page("desk_unit.html.j2", "unit", {"sheet": sheet, "statuses": STATUSES})


def person_page(visit: Visit) -> Answer:
    """Show one person of the own unit."""
    sheet = desk.person_sheet(visit.house, visit.account, PersonId(visit.path["person"]))
    return Page("desk_person.html.j2", "unit", {"sheet": sheet, "statuses": STATUSES})


def town_page(visit: Visit) -> Answer:
    """Show who comes to the own township's markets, or to one of them."""
    market = visit.path.get("market", "")
    sheet = desk.town_sheet(visit.house, visit.account, market)
    return Page("desk_town.html.j2", "town", {"sheet": sheet, "market": market})


ROUTES = (
    Route("/desk/unit", Act.UNIT_READ, unit_page),
    Route("/desk/unit/person/{person}", Act.UNIT_READ, person_page),
    Route("/desk/town", Act.TOWN_READ, town_page),
    Route("/desk/town/{market}", Act.TOWN_READ, town_page),
)
