"""The board of open cases: lateness turned round, pages that miss nothing and show nothing twice, whose cases whose."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from djflow.core.clock import civil_date, instant_of
from djflow.core.ids import UnitId
from djflow.db.session import Database
from djflow.fund.board import service
from djflow.fund.board.model import Scope, Wanted
from djflow.fund.board.rules import units_below
from djflow.fund.cases import rules, store
from djflow.fund.cases import service as cases
from djflow.fund.cases.model import CaseState, Category, FundCase
from djflow.fund.cases.transitions import ENDED
from djflow.fund.deadlines import late_before
from tests.assembly.test_fund_acts import PLAIN
from tests.fund.books import ACT, TERMS, at, claim, settle

OPEN = tuple(state for state in CaseState if state not in ENDED)
NOW = at("2026-11-18T09:00")


@given(
    today=st.dates(date(2026, 2, 1), date(2026, 12, 20)),
    back=st.integers(0, 120),
    minutes=st.integers(0, 24 * 60 - 1),
    state=st.sampled_from(OPEN),
)
def test_late_is_late_both_ways(today: date, back: int, minutes: int, state: CaseState) -> None:
    """The instant a board compares with calls the same cases late that counting forward from each does."""
    since = instant_of(max(today - timedelta(days=back), date(2026, 1, 1))) + timedelta(minutes=minutes)
    limits = late_before(TERMS, today)
    case = _case(state, since)
    assert (state in limits and since < limits[state]) == rules.is_overdue(case, TERMS, instant_of(today))


def _case(state: CaseState, since: datetime) -> FundCase:
    return replace(PLAIN, state=state, since=since)


def test_units_below_a_township() -> None:
    """Everything below a unit at any depth belongs to it, nothing beside it; a circle ends."""
    units = [
        (UnitId(code), code, parent) for code, parent in (("T", ""), ("V", "T"), ("W", "V"), ("X", ""), ("C", "C"))
    ]
    assert units_below(units, "T") == {"T", "V", "W"}
    assert units_below(units, "C") == {"C"}
    assert units_below(units, "?") == frozenset()


def _drafts(session: Session, count: int) -> list[str]:
    branch = settle(session, NOW)
    people = ("G1", "G3", "G4", "G5", "G6")
    made = []
    for number in range(count):
        moment = NOW + timedelta(minutes=number // 3)  # three at the same instant
        case = cases.apply(
            session,
            claim(branch[people[number % 5]], category=Category.EMERGENCY, requested_fen=20_000),
            TERMS,
            by=ACT,
            now=moment,
        )
        row = store.row_of(session, case.id)
        assert row is not None
        row.state = OPEN[number % 4]
        made.append(str(case.id))
    session.flush()
    return made


def test_pages_show_every_case_once(database: Database) -> None:
    """Turning pages of four shows all cases, the longest waiting first, none twice, whatever their states."""
    with database.transaction() as session:
        made = _drafts(session, 23)
    shown, after, pages = list[FundCase](), None, 0
    with database.reading() as session:
        while True:
            found = service.page(session, Wanted(Scope(whole=True), OPEN, after=after, most=4))
            shown += found.cases
            pages += 1
            if not found.more:
                break
            after = (found.cases[-1].since, found.cases[-1].id)
        counts = service.counts(session, Scope(whole=True), OPEN, late_before(TERMS, civil_date(NOW)))
    assert sorted(str(case.id) for case in shown) == sorted(made)
    assert [(case.since, case.id) for case in shown] == sorted((case.since, case.id) for case in shown)
    assert pages == 6
    assert (counts.total, counts.late) == (23, 0)


def test_a_scope_without_anything_sees_nothing(database: Database) -> None:
    """Who has no township and no branch gets an empty board, not everybody's; a unit and a branch overlap once."""
    with database.transaction() as session:
        made = _drafts(session, 5)
        case = cases.get(session, made[0])
    assert case.branch is not None
    both = Scope(units=frozenset({case.unit}), branches=frozenset({case.branch}))
    with database.reading() as session:
        nothing = service.page(session, Wanted(Scope(), OPEN))
        everything = service.page(session, Wanted(both, OPEN))
        none = service.counts(session, Scope(), OPEN, {})
        late = service.page(session, Wanted(both, OPEN, late=late_before(TERMS, date(2026, 12, 20))))
        flagged = service.page(session, Wanted(both, OPEN, flagged=True))
        papers = service.page(session, Wanted(both, OPEN, papers={}))
    assert (nothing.cases, none.total) == ((), 0)
    assert len(everything.cases) == 5
    assert {case.state for case in late.cases} <= set(late_before(TERMS, date(2026, 12, 20)))
    assert (flagged.cases, papers.cases) == ((), ())
