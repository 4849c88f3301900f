"""How many of a unit may be away at once, whoever sent them."""

from datetime import date, datetime

import pytest
from sqlalchemy.orm import Session

from djflow.core.spans import DateSpan
from djflow.db.session import Database
from djflow.dispatch.batches import proposing, service
from djflow.dispatch.batches.proposals.model import Line
from djflow.dispatch.postings import service as postings
from djflow.dispatch.postings.model import NewPosting
from tests.dispatch.hall import ACT, FIRST, Hall, opened, proposed, settle


@pytest.fixture
def hall(database: Database, now: datetime) -> Hall:
    """The district with its people."""
    with database.transaction() as session:
        return settle(session, now)


def send(session: Session, hall: Hall, code: str, span: DateSpan, now: datetime) -> None:
    """Post somebody of the first department by another batch."""
    new = NewPosting(
        f"other-{code}", "b0", hall.policy.kind, 1, hall.people[code], hall.units["D1"], hall.units["T2"], "队员", span
    )
    postings.appoint(session, new, terms=hall.desk.terms, by=ACT, now=now)


def test_who_is_away_already_counts(database: Database, hall: Hall, now: datetime) -> None:
    """Three of six may be away at once: one on another batch's post in those days leaves two, one before them three."""
    with database.transaction() as session:
        send(session, hall, "A1", DateSpan(date(2026, 12, 1), date(2027, 12, 31)), now)
        send(session, hall, "A2", DateSpan(date(2026, 12, 1), date(2026, 12, 31)), now)
        batch = opened(session, hall, now)
        service.grant(session, batch.id, hall.desk, by=ACT, now=now)
        share = next(one for one in service.shares(session, batch.id) if one.unit == hall.units["D1"])
    assert date(2026, 12, 31) < FIRST
    assert (share.size, share.most) == (6, 2)


def test_who_left_since_the_call_counts_in_the_proposal(database: Database, hall: Hall, now: datetime) -> None:
    """With three others of the unit sent off after the call, nobody more of it is proposed, and the plan says why."""
    with database.transaction() as session:
        batch = proposed(session, hall, now, "A1", "A2")
        assert sum(line.demand is not None for line in _lines(session, batch.id)) == 2
        for code in ("A3", "A4", "A5"):
            send(session, hall, code, DateSpan(date(2026, 12, 1), date(2027, 12, 31)), now)
        again = proposing.propose(session, batch.id, hall.desk, by=ACT, now=now)
        assert [line for line in _lines(session, again.id) if line.demand is not None] == []


def _lines(session: Session, batch_id: str) -> list[Line]:
    latest = proposing.latest(session, batch_id)
    assert latest is not None
    return list(latest.lines)
