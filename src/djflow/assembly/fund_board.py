"""The board of open cases at the desk: numbers, categories, steps, days and offices, never who is poor or why."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from djflow.accounts.model import Account
from djflow.assembly import fund_scope
from djflow.assembly.fund_scope import Town
from djflow.assembly.house import House
from djflow.assembly.relief import terms_of
from djflow.core.clock import civil_date
from djflow.core.errors import InputError
from djflow.fund import deadlines
from djflow.fund.board import service
from djflow.fund.board.model import Counts, Found, Place, Wanted
from djflow.fund.cases.model import CATEGORY_WORDS, HOLDER_WORDS, STATE_WORDS, CaseState, FundCase, Terms
from djflow.fund.cases.transitions import OPEN

LINES = 50


@dataclass(frozen=True, slots=True)
class Filters:
    """What somebody wants to see; empty texts mean everything."""

    state: str = ""
    town: str = ""
    late: bool = False
    flagged: bool = False
    papers: bool = False
    after: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A case on the board; days are workdays."""

    id: str
    number: str
    category: str
    step: str
    holder: str
    since: datetime
    step_days: int
    age_days: int
    due_on: date | None
    late: bool
    flagged: bool
    emergency: bool


@dataclass(frozen=True, slots=True)
class Board:
    """A page of the board; `after` leads to the next one and is empty on the last."""

    lines: tuple[Line, ...]
    counts: Counts
    towns: tuple[Town, ...]
    after: str


def board(house: House, account: Account, filters: Filters) -> Board:
    """Return the open cases an account sees, the longest waiting first.

    Raises: InputError for a filter that is none.
    """
    terms, today = terms_of(house), house.today()
    states = _states(filters.state)
    late = deadlines.late_before(terms, today)
    papers = {category: rule.materials for category, rule in terms.policy.categories.items()}
    with house.reading() as session:
        scope = fund_scope.scope_of(session, account)
        wanted = Wanted(
            scope=scope,
            states=states,
            units=fund_scope.units_of_town(session, filters.town) if filters.town else None,
            flagged=filters.flagged,
            late=late if filters.late else None,
            papers=papers if filters.papers else None,
            after=_place(filters.after),
            most=LINES,
        )
        found = service.page(session, wanted)
        counts = service.counts(session, scope, OPEN, late)
        towns = fund_scope.towns(session) if scope.whole else ()
    last = found.cases[-1] if found.more else None
    return Board(tuple(_lines(found, terms, today)), counts, towns, _token(last) if last else "")


def _states(word: str) -> tuple[CaseState, ...]:
    if not word:
        return OPEN
    chosen = tuple(state for state in OPEN if state.value == word)
    if not chosen:
        raise InputError("没有这个步骤，请从“温暖基金”进入后再选。", code="fund.filter")
    return chosen


def _token(case: FundCase) -> str:
    return f"{case.since.astimezone(UTC):%Y%m%dT%H%M%S.%f}-{case.id}"


def _place(token: str) -> Place | None:
    if not token:
        return None
    moment, _, key = token.partition("-")
    try:
        since = datetime.strptime(moment, "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC)
    except ValueError as error:
        raise InputError("页码写法不对，请从“温暖基金”进入。", code="fund.page") from error
    if not (key.isascii() and key.isalnum() and len(key) <= 32):
        raise InputError("页码写法不对，请从“温暖基金”进入。", code="fund.page")
    return since, key


def _lines(found: Found, terms: Terms, today: date) -> Iterator[Line]:
    ages: dict[date, int] = {}

    def age(since: datetime) -> int:
        first = civil_date(since)
        if first not in ages:
            ages[first] = terms.calendar.workdays_between(first + timedelta(days=1), today)
        return ages[first]

    for case, due in zip(found.cases, deadlines.ends_of(found.cases, terms), strict=True):
        yield Line(
            id=case.id,
            number=case.number,
            category=CATEGORY_WORDS[case.category],
            step=STATE_WORDS[case.state],
            holder=HOLDER_WORDS.get(case.state, ""),
            since=case.since,
            step_days=age(case.since),
            age_days=age(case.made_at),
            due_on=due,
            late=due is not None and due < today,
            flagged=case.id in found.flagged,
            emergency=case.emergency,
        )
