"""The board of all postings at the desk: who is where, whose share is used up, whose term ends, how months look.

The organisation department sees every posting; a host and a home unit see their own, from their side of it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from djflow.accounts import service as accounts
from djflow.accounts.model import Account, Act, Role
from djflow.accounts.rules import PERMISSIONS
from djflow.assembly.dispatch_terms import dispatch_terms
from djflow.assembly.house import House
from djflow.core.errors import InputError, NotFoundError
from djflow.core.ids import UnitId
from djflow.dispatch.board import service
from djflow.dispatch.board.model import Count, Place, Scope, Side, Wanted
from djflow.dispatch.policy.model import KIND_WORDS, BatchKind, Terms
from djflow.dispatch.postings.model import POSTING_WORDS, Posting
from djflow.dispatch.postings.months import rules as month_rules
from djflow.dispatch.postings.months import service as months
from djflow.dispatch.postings.months.model import LIGHT_WORDS, Light, ServiceMonth
from djflow.dispatch.rotation import service as rotation
from djflow.dispatch.rotation.model import PROPOSAL_WORDS, ProposalState
from djflow.people import service as people
from djflow.people.model import Unit

LINES = 50
PRINTED = 500
WHOLE = frozenset({Role.CADRE_CLERK, Role.DEPT_DEPUTY, Role.DEPT_MINISTER, Role.AUDITOR_READONLY})
"""Roles that see every posting of the district."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What somebody wants to see; empty texts mean everything."""

    unit: str = ""
    side: str = Side.HOST.value
    kind: str = ""
    days: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A unit's figures; `allowed` is how many it may have away at once, None on the host's side."""

    code: str
    name: str
    count: Count
    staff: int
    allowed: int | None = None

    @property
    def full(self) -> bool:
        """Whether the unit's share is used up."""
        return self.allowed is not None and self.count.away >= self.allowed


@dataclass(frozen=True, slots=True)
class Overview:
    """The board's first page."""

    hosts: tuple[UnitLine, ...]
    homes: tuple[UnitLine, ...]
    kinds: Mapping[BatchKind, int]
    total: int
    over: int
    within: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Line:
    """A posting on the board."""

    id: str
    code: str
    name: str
    kind: str
    home: str
    host: str
    title: str
    first: date
    last: date
    days_left: int
    state: str
    light: Light | None
    light_words: str
    successor: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of postings; `after` leads to the next one and is empty on the last."""

    title: str
    lines: tuple[Line, ...]
    after: str


def scope_of(session: Session, account: Account, act: Act = Act.DISPATCH_BOARD) -> Scope:
    """Return the postings an account sees: all for the department, else those of its own unit and what lies below."""
    if account.roles & PERMISSIONS[act] & WHOLE:
        return Scope(whole=True)
    own = accounts.unit_of(session, account)
    return Scope(units=frozenset() if own is None else _below(people.units(session), own))


def _below(units: Iterable[Unit], own: UnitId) -> frozenset[UnitId]:
    every = tuple(units)
    found = {one.code for one in every if one.id == own}
    while more := {one.code for one in every if one.entry.parent_code in found} - found:
        found |= more
    return frozenset(one.id for one in every if one.code in found)


def overview(house: House, account: Account, kind: str = "") -> Overview:
    """Return who is where, by host and by home unit, with the share each home unit has left.

    Raises: InputError for a kind that is none.
    """
    on, terms = house.today(), dispatch_terms(house)
    with house.reading() as session:
        scope = scope_of(session, account)
        units = {one.id: one for one in people.units(session)}
        found = service.figures(session, scope, on, kind_of(kind))
    seen = frozenset(units) if scope.whole else scope.units
    percent = _percent(terms, kind_of(kind), on)
    hosts = [UnitLine(units[one.unit].code, units[one.unit].name, one, found.staff.get(one.unit, 0))
             for one in found.hosts]  # fmt: skip
    homes = [
        UnitLine(units[one.unit].code, units[one.unit].name, one, size, max(1, size * percent // 100))
        for one in found.homes
        for size in (found.staff.get(one.unit, 0),)
    ]
    order = {one.code: one.entry.official_order for one in units.values()}
    ids = {one.code: one.id for one in units.values()}
    return Overview(
        hosts=_ordered(hosts, order, ids, seen),
        homes=_ordered(homes, order, ids, seen),
        kinds=found.kinds,
        total=sum(one.open for one in found.hosts),
        over=sum(one.over for one in found.hosts),
        within=_sums(found.hosts),
    )


def _ordered(
    lines: list[UnitLine], order: Mapping[str, int], ids: Mapping[str, UnitId], seen: frozenset[UnitId]
) -> tuple[UnitLine, ...]:
    mine = [one for one in lines if ids[one.code] in seen]
    return tuple(sorted(mine, key=lambda one: (order[one.code], one.code)))


def _sums(counts: tuple[Count, ...]) -> tuple[int, int, int]:
    return (
        sum(one.within[0] for one in counts),
        sum(one.within[1] for one in counts),
        sum(one.within[2] for one in counts),
    )


def _percent(terms: Terms, kind: BatchKind | None, on: date) -> int:
    wanted = [kind] if kind else list(BatchKind)
    found = [policy.unit_share_percent for one in wanted if (policy := terms.valid(one, on)) and policy.moves]
    return min(found, default=100)


def listing(house: House, account: Account, filters: Filters, *, most: int = LINES) -> Listing:
    """Return a page of postings, the first to end first, with the light of the last month and the successor's state.

    Raises: InputError for a filter that is none; NotFoundError for a unit that is none of the account's.
    """
    on, terms = house.today(), dispatch_terms(house)
    with house.reading() as session:
        scope = scope_of(session, account)
        units = {one.id: one for one in people.units(session)}
        unit = _unit(units, scope, filters.unit)
        found, more = service.page(session, wanted_of(session, scope, filters, on, most=most))
        lines = _lines(session, found, terms, on, units)
    after = f"{found[-1].span.last:%Y%m%d}-{found[-1].id}" if more else ""
    return Listing(_title(unit, filters), lines, after)


def wanted_of(session: Session, scope: Scope, filters: Filters, on: date, *, most: int) -> Wanted:
    """Return what is asked of the board; raises what `listing` raises."""
    unit = _unit({one.id: one for one in people.units(session)}, scope, filters.unit)
    return Wanted(
        scope=scope,
        unit=unit.id if unit else None,
        side=side_of(filters.side),
        kind=kind_of(filters.kind),
        ends_by=_ends_by(filters.days, on),
        after=_place(filters.after),
        most=most,
    )


def _title(unit: Unit | None, filters: Filters) -> str:
    words = {Side.HOST: "接收的选派干部", Side.HOME: "派出的选派干部"}[side_of(filters.side)]
    name = f"{unit.name}{words}" if unit else "选派干部"
    if kind := kind_of(filters.kind):
        name += f"·{KIND_WORDS[kind]}"
    return f"{name}·{filters.days}天内到期和已过期" if filters.days else name


def _unit(units: Mapping[UnitId, Unit], scope: Scope, code: str) -> Unit | None:
    if not code:
        return None
    found = next((one for one in units.values() if one.code == code), None)
    if found is None or not (scope.whole or found.id in scope.units):
        raise NotFoundError("没有这个单位，或它不属于您的范围：请从一览表里选。", code="board.unit")
    return found


def _lines(
    session: Session, found: tuple[Posting, ...], terms: Terms, on: date, units: Mapping[UnitId, Unit]
) -> tuple[Line, ...]:
    cards = people.people_by_ids(session, [one.new.person for one in found])
    lights = _lights(session, found, terms)
    live = {ProposalState.OPEN, ProposalState.ACCEPTED, ProposalState.APPOINTED}
    proposed = {str(one.new.seat): one for one in rotation.proposals(session, live, seats=[one.id for one in found])}
    return tuple(
        Line(
            id=one.id,
            code=cards[one.new.person].code,
            name=cards[one.new.person].name,
            kind=KIND_WORDS[one.new.kind],
            home=units[one.new.home].short_name,
            host=units[one.new.host].short_name,
            title=one.new.title,
            first=one.span.first,
            last=one.span.last,
            days_left=(one.span.last - on).days,
            state=POSTING_WORDS[one.state],
            light=lights.get(one.id),
            light_words=LIGHT_WORDS[lights[one.id]] if one.id in lights else "",
            successor=PROPOSAL_WORDS[proposed[one.id].state] if one.id in proposed else "",
        )
        for one in found
    )


def _lights(session: Session, found: tuple[Posting, ...], terms: Terms) -> Mapping[str, Light]:
    by_posting: dict[str, list[ServiceMonth]] = {}
    for month in months.months(session, [one.id for one in found]):
        by_posting.setdefault(month.posting, []).append(month)
    lights: dict[str, Light] = {}
    for one in found:
        policy = terms.version(one.new.kind, one.new.version)
        mine = by_posting.get(one.id)
        if policy is not None and mine:
            of_months = month_rules.lights(mine, policy.attendance)
            lights[one.id] = of_months[max(of_months)]
    return lights


def side_of(word: str) -> Side:
    """Return the side that a word of an address names.

    Raises: InputError.
    """
    if word not in set(Side):
        raise InputError("请从“接收单位”“派出单位”里选。", code="board.side")
    return Side(word)


def kind_of(word: str) -> BatchKind | None:
    """Return the kind that a word of an address names, None for an empty one.

    Raises: InputError.
    """
    if word and word not in set(BatchKind):
        raise InputError("没有这类批次：请从列表里选。", code="board.kind")
    return BatchKind(word) if word else None


def _ends_by(word: str, on: date) -> date | None:
    if not word:
        return None
    if word not in {"0", "7", "30", "60"}:
        raise InputError("请从60、30、7天里选。", code="board.days")
    return on + timedelta(days=int(word) - (word == "0"))


def _place(token: str) -> Place | None:
    if not token:
        return None
    day, _, key = token.partition("-")
    if not (day.isascii() and day.isdigit() and len(day) == 8 and key.isascii() and key.isalnum() and len(key) <= 32):
        raise InputError("页码写法不对，请从一览表进入。", code="board.page")
    try:
        return date(int(day[:4]), int(day[4:6]), int(day[6:])), key
    except ValueError as error:
        raise InputError("页码写法不对，请从一览表进入。", code="board.page") from error
