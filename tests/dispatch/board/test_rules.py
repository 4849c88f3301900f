"""The board counts each posting once on either side, in the days that are left."""

from datetime import date, timedelta

from djflow.core.ids import UnitId
from djflow.dispatch.board.model import Count, OpenTerm, Side
from djflow.dispatch.board.rules import counted
from djflow.dispatch.policy.model import BatchKind

ON = date(2026, 11, 24)


def term(host: str, home: str, last: int, first: int = -100) -> OpenTerm:
    """Return a term from and until so many days from today."""
    return OpenTerm(host, home, BatchKind.RURAL, ON + timedelta(days=first), ON + timedelta(days=last))


def test_terms_are_counted_on_both_sides() -> None:
    """Over, today, a week, a month, two months, later, not yet begun: each in its place."""
    terms = [term("T1", "D1", days) for days in (-1, 0, 7, 30, 60, 61)] + [term("T1", "D2", 200, 5)]
    assert counted(terms, Side.HOST, ON) == (Count(UnitId("T1"), 7, 5, 1, (2, 3, 4)),)
    assert [(one.unit, one.open, one.away) for one in counted(terms, Side.HOME, ON)] == [("D1", 6, 5), ("D2", 1, 0)]
    assert counted([], Side.HOST, ON) == ()
