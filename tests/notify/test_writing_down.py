"""Claiming and writing down: once, by whoever holds the lease, with what the provider said."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from djflow.db.session import Database
from djflow.notify import service, store
from djflow.notify.delivery import service as delivery
from djflow.notify.delivery.model import Candidate, Lane
from djflow.notify.lives import service as lives
from djflow.notify.lives.model import MessageLife
from djflow.notify.model import Claimed, MessageState, Result, Verdict
from djflow.notify.rules import Care
from tests.notify.messages import intent, planned

LANE = Lane("file", care=Care(filters_doubles=True))


def all_true(session: Session, found: Sequence[Candidate]) -> frozenset[str]:
    """Nothing has changed since the messages were written."""
    assert session.is_active
    return frozenset(one.id for one in found if not one.recipient)


def waiting(database: Database, now: datetime, count: int) -> None:
    """Write messages that are due."""
    with database.transaction() as session:
        service.enqueue(session, [intent(now, f"p{number}") for number in range(count)], now=now)
        for row in store.listing(session):
            planned(session, row.id, MessageState.PENDING, now)


def claimed(database: Database, now: datetime, *, owner: str, limit: int = 100) -> tuple[Claimed, ...]:
    """Claim what is due."""
    with database.transaction() as session:
        return delivery.claim(session, LANE, limit, all_true, owner=owner, now=now).messages


def written(database: Database, results: Sequence[tuple[Claimed, Result]], now: datetime, *, owner: str) -> None:
    """Write answers down."""
    with database.transaction() as session:
        delivery.write_results(session, LANE, results, owner=owner, now=now)


def message_of(database: Database, claim: Claimed) -> MessageLife:
    """Return a claimed message's life."""
    with database.reading() as session:
        (found,) = lives.life(session, claim.notice_id).messages
    return found


def test_a_claimed_message_comes_with_all_the_channel_needs(database: Database, now: datetime) -> None:
    """Address opened, text as it was frozen, the try counted; nobody else gets it."""
    waiting(database, now, 3)
    found = claimed(database, now, owner="a")
    assert sorted(one.address for one in found) == ["p0", "p1", "p2"]
    assert {one.attempts for one in found} == {1}
    assert {one.claimed_at for one in found} == {now}
    assert all(one.payload == {"text": "甲同志，收到回1。"} for one in found)
    assert claimed(database, now, owner="b") == ()


def test_each_answer_lands_on_its_message(database: Database, now: datetime) -> None:
    """Written together, every message keeps its own verdict, code and provider's number."""
    waiting(database, now, 5)
    found = claimed(database, now, owner="a")
    verdicts = (Verdict.ACCEPTED, Verdict.ACCEPTED, Verdict.PERMANENT, Verdict.TRANSIENT, Verdict.ACCEPTED)
    answers = [
        (one, Result(one.id, 1, verdict, code=f"c{number}", provider_id=f"id{number}"))
        for number, (one, verdict) in enumerate(zip(found, verdicts, strict=True))
    ]
    written(database, answers, now, owner="a")
    after = [message_of(database, one) for one in found]
    yes, no, again = MessageState.ACCEPTED, MessageState.DEAD, MessageState.PENDING
    assert [one.state for one in after] == [yes, yes, no, again, yes]
    assert [[(try_.number, try_.verdict, try_.code) for try_ in one.attempts] for one in after] == [
        [(1, verdict, f"c{number}")] for number, verdict in enumerate(verdicts)
    ]


def test_an_answer_after_the_lease_went_elsewhere_changes_nothing(database: Database, now: datetime) -> None:
    """Whoever lost the lease only leaves a trace of the try."""
    waiting(database, now, 1)
    (found,) = claimed(database, now, owner="a")
    written(database, [(found, Result(found.id, 1, Verdict.PERMANENT))], now, owner="b")
    assert message_of(database, found).state is MessageState.SENDING


def test_what_was_not_sent_in_time_goes_back(database: Database, now: datetime) -> None:
    """A message handed back may be claimed again as if for the first time; only its holder can hand it back."""
    waiting(database, now, 2)
    found = claimed(database, now, owner="a")
    with database.transaction() as session:
        delivery.hand_back(session, found[:1], owner="b")
    assert claimed(database, now, owner="c") == ()
    with database.transaction() as session:
        delivery.hand_back(session, found[:1], owner="a")
    (again,) = claimed(database, now, owner="c")
    assert (again.id, again.attempts) == (found[0].id, 1)


def test_all_a_dead_sender_left_is_taken_up(database: Database, now: datetime) -> None:
    """Leases that are over are taken up, those that run are not; of other channels nothing is touched."""
    waiting(database, now, 4)
    claimed(database, now, owner="dead", limit=3)
    later = now + LANE.lease / 2
    claimed(database, later, owner="alive")
    at = now + LANE.lease + timedelta(seconds=1)
    with database.transaction() as session:
        assert delivery.take_up_lost(session, {"other": Lane("other")}, owner="me", now=at) == 0
        assert delivery.take_up_lost(session, {"file": LANE}, owner="me", now=at) == 3
    assert len(claimed(database, at, owner="me")) == 3
