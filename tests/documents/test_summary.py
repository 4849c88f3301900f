"""What a circular tells of documents: receipts in time, late, missing; each at its border."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from djflow.calendar.workdays import WorkCalendar
from djflow.core.clock import instant_of
from djflow.core.ids import UnitId
from djflow.core.sections import Figure, Reach, Section, by_unit, summed
from djflow.core.spans import DateSpan
from djflow.documents import summary
from djflow.documents.figures import rules
from djflow.documents.figures.model import Copy
from djflow.documents.register import service
from djflow.documents.register.sharing import service as sharing
from tests.documents.registered import BY, Office, issued, office

NOVEMBER = DateSpan(date(2026, 11, 1), date(2026, 11, 30))
DUE = date(2026, 11, 27)
LATE = instant_of(DUE + timedelta(days=1))
DECEMBER = instant_of(date(2026, 12, 3))


@pytest.fixture
def house(session: Session) -> Office:
    """Two departments and a township."""
    return office(session)


def _told(session: Session, span: DateSpan = NOVEMBER, now: datetime = DECEMBER) -> Section:
    (found,) = summary.sections(session, span, WorkCalendar({}), now)
    return found


def test_receipts_are_in_time_until_midnight_of_the_last_day(session: Session, house: Office) -> None:
    """Issued on Tuesday and due on Friday: the last moment of Friday is in time, the first of Saturday is late."""
    found = issued(session, house.new(), house.ids["A01"])
    sharing.acknowledge(session, found.id, house.units["HR"], by=BY, now=LATE - timedelta(seconds=1))
    sharing.acknowledge(session, found.id, house.units["T1"], by=BY, now=LATE)
    told = _told(session)
    assert told.totals["documents.issued"] == Figure(1)
    assert told.totals["documents.acknowledged"] == Figure(1, 2)
    assert told.units[house.units["HR"]] == {"documents.acknowledged": Figure(1, 1)}
    assert [(one.unit, one.what, one.count) for one in told.shortfalls] == [(house.units["T1"], "公文逾期签收", 1)]
    assert summed(told.units) == {code: told.totals[code] for code in summed(told.units)}


def test_what_is_not_acknowledged_is_named_until_it_is(session: Session, house: Office) -> None:
    """Still open at the end of November and of December, then acknowledged: November still tells that it was not."""
    found = issued(session, house.new(), house.ids["A01"])
    before = _told(session)
    assert before.totals["documents.overdue"] == Figure(2)
    sharing.acknowledge(session, found.id, house.units["HR"], by=BY, now=DECEMBER)
    january = instant_of(date(2027, 1, 5))
    assert _told(session, now=january) == before
    december = _told(session, DateSpan(date(2026, 12, 1), date(2026, 12, 31)), january)
    assert [(one.unit, one.what) for one in december.shortfalls] == [(house.units["T1"], "公文逾期未签收")]
    assert december.lacking == (summary.NOTHING_DUE,)


def test_a_void_document_is_not_counted_from_then_on(session: Session, house: Office) -> None:
    """Void in November it is nothing; void in December it still was something in November."""
    found = issued(session, house.new(), house.ids["A01"])
    before = _told(session)
    service.void(session, found.id, "内容有误", by=BY, now=DECEMBER)
    assert _told(session, now=DECEMBER + timedelta(days=9)) == before
    other = issued(session, house.new(), house.ids["A01"])
    service.void(session, other.id, "内容有误", by=BY, now=LATE)
    assert _told(session, now=DECEMBER + timedelta(days=9)) == before


def test_what_is_due_today_is_not_counted_yet() -> None:
    """While the period runs, neither good nor bad is said of what may still be done."""
    copies = [Copy(UnitId("a"), DUE, None)]
    reach = Reach.of(NOVEMBER, LATE - timedelta(seconds=1))
    assert by_unit(rules.tallies(copies, NOVEMBER, reach)) == {}
    over = by_unit(rules.tallies(copies, NOVEMBER, Reach.of(NOVEMBER, LATE)))
    assert over[UnitId("a")] == {"documents.acknowledged": Figure(0, 1), "documents.overdue": Figure(1)}
