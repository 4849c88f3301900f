"""The board counts each posting once on either side, in the days that are left."""

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from djflow.core.ids import UnitId
from djflow.core.spans import DateSpan
from djflow.dispatch.board import service
from djflow.dispatch.board.model import Count, OpenTerm, Scope, Side
from djflow.dispatch.board.rules import counted
from djflow.dispatch.policy.model import BatchKind
from djflow.dispatch.postings import service as postings
from tests.dispatch.posted import ACT, TERMS, settle


def term(host: str, home: str, ends: int, begun: int = 1) -> OpenTerm:
    """Return a term that ends by a mark."""
    return OpenTerm(host, home, "rural", begun, ends)


def test_terms_are_counted_on_both_sides() -> None:
    """Over, a week, a month, two months, later, not yet begun: each in its place, the marks add up."""
    terms = [term("T1", "D1", ends) for ends in (0, 1, 1, 2, 3, 4)] + [term("T1", "D2", 4, 0)]
    assert counted(terms, Side.HOST) == (Count(UnitId("T1"), 7, 5, 1, (2, 3, 4)),)
    assert [(one.unit, one.open, one.away) for one in counted(terms, Side.HOME)] == [("D1", 6, 5), ("D2", 1, 0)]
    assert counted([], Side.HOST) == ()


def test_the_database_puts_terms_in_their_places(session: Session, now: datetime) -> None:
    """A week is seven days from today, today included; what begins tomorrow is not away; other units see nothing."""
    district = settle(session, now)
    today = date(2026, 11, 18)
    for code, first, left in (("G1", -300, 7), ("G2", -300, 8), ("G3", 1, 58), ("G4", -300, -1)):
        span = DateSpan(today + timedelta(days=first), today + timedelta(days=left))
        new = district.new(code, span=span, home=district.units["D1"])
        postings.appoint(session, new, terms=TERMS, by=ACT, now=now)
    found = service.figures(session, Scope(whole=True), today)
    (host,) = found.hosts
    assert (host.open, host.away, host.over) == (4, 2, 1)
    assert host.within == (1, 2, 3)
    assert found.kinds == {BatchKind.RURAL: 4}
    assert found.staff[district.units["D1"]] > 0
    assert service.figures(session, Scope(units=frozenset({district.units["T2"]})), today).hosts == ()
    assert service.figures(session, Scope(whole=True), today, BatchKind.UPWARD).hosts == ()
