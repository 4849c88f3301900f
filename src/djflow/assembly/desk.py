"""What the pages of the desk show of rosters: the office sees a month whole, a unit or township its own part only."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from djflow.accounts import service as accounts
from djflow.accounts.model import Account
from djflow.assembly import roster as acts
from djflow.assembly.filing import links
from djflow.assembly.house import House
from djflow.core.errors import NotFoundError
from djflow.core.ids import PersonId, RosterId, UnitId
from djflow.core.spans import Month
from djflow.people import service as people
from djflow.people.model import PersonCard, Unit
from djflow.roster import reading, service
from djflow.roster.views import DifferenceLine, DutyLine, RosterBook, VersionLine

_NOT_YOURS = "没有这项内容，或它不属于您的单位。"


@dataclass(frozen=True, slots=True)
class RosterSheet:
    """One version with everything the office's clerks see of it; `names` are people's names by code."""

    book: RosterBook
    versions: tuple[VersionLine, ...]
    changes: tuple[DifferenceLine, ...]
    names: Mapping[str, str]
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Duties:
    """Duties of a month in force; `version` and `published_at` say which version they are from."""

    month: Month
    version: int
    published_at: datetime | None
    lines: tuple[DutyLine, ...]


@dataclass(frozen=True, slots=True)
class UnitSheet:
    """A unit with its people and their duties in the months from now on."""

    unit: Unit
    people: tuple[PersonCard, ...]
    months: tuple[Duties, ...]


@dataclass(frozen=True, slots=True)
class PersonSheet:
    """One person of a unit: masked mobile number and duties."""

    card: PersonCard
    mobile: str
    months: tuple[Duties, ...]


@dataclass(frozen=True, slots=True)
class TownSheet:
    """A township with its markets (code → name) and who comes in the months from now on."""

    unit: Unit
    markets: Mapping[str, str]
    months: tuple[Duties, ...]


def roster_sheet(house: House, roster_id: RosterId, *, with_files: bool) -> RosterSheet:
    """Return a version as the office's clerks see it; file links are paths of this site.

    Raises: NotFoundError.
    """
    book = acts.book(house, roster_id)
    changes = acts.differences(house, roster_id)
    with house.reading() as session:
        versions = reading.versions(session, book.month)
        names = {card.code: card.name for card in people.cadres(session)}
    address = house.settings.web.address
    found = links(house, roster_id) if with_files else {}
    files = {label: url.removeprefix(address) for label, url in found.items()}
    return RosterSheet(book, versions, changes, names, files)


def unit_sheet(house: House, account: Account) -> UnitSheet:
    """Return the unit of an account.

    Raises: NotFoundError when the account has no unit any more.
    """
    unit = _unit_of(house, account)
    with house.reading() as session:
        own = tuple(card for card in people.cadres(session) if card.unit_id == unit.id)
    return UnitSheet(unit, own, _duties(house, lambda line: line.unit == unit.id))


def person_sheet(house: House, account: Account, person: PersonId) -> PersonSheet:
    """Return one person of an account's own unit.

    Raises: NotFoundError for anybody else, whether that person exists or not.
    """
    unit = _unit_of(house, account)
    with house.reading() as session:
        card = people.people_by_ids(session, [person]).get(person)
        if card is None or card.unit_id != unit.id:
            raise NotFoundError(_NOT_YOURS, code="desk.not_yours")
        mobile = people.masked_numbers(session, person)[0]
    return PersonSheet(card, mobile, _duties(house, lambda line: line.person == person))


def town_sheet(house: House, account: Account, market: str = "") -> TownSheet:
    """Return the township of an account, or one of its markets.

    Raises: NotFoundError for a market of another township, and for an account whose unit is no township.
    """
    unit = _unit_of(house, account)
    names = {unit.name, unit.short_name}
    own = {town.code: town.name for town in house.settings.markets if town.township in names}
    if not own or (market and market not in own):
        raise NotFoundError(_NOT_YOURS, code="desk.not_yours")
    shown = {market} if market else set(own)
    return TownSheet(unit, own, _duties(house, lambda line: line.market in shown))


def _unit_of(house: House, account: Account) -> Unit:
    with house.reading() as session:
        found: UnitId | None = accounts.unit_of(session, account)
        unit = next((unit for unit in people.units(session) if unit.id == found), None)
    if unit is None:
        raise NotFoundError("这个账号没有对应的单位：请安全管理员核对账号的工号或单位。", code="desk.no_unit")
    return unit


def _duties(house: House, wanted: Callable[[DutyLine], bool]) -> tuple[Duties, ...]:
    """Return the wanted duties of this month and the later ones in force."""
    this_month = Month.of(house.today())
    with house.reading() as session:
        months = [month for month in reading.published_months(session) if month >= this_month]
        found = [service.version_in_force(session, month) for month in months]
    books = [acts.book(house, standing.roster_id) for standing in found if standing is not None]
    return tuple(
        Duties(book.month, book.version, book.published_at, tuple(line for line in book.lines if wanted(line)))
        for book in books
    )
