"""The outbox's door: told once, not at all when it is undone, withdrawn or answered."""

from datetime import datetime

import pytest

from djflow.db.session import Database
from djflow.notify import service
from djflow.notify.model import Answer, MessageState, NoticeState
from tests.notify.messages import SUBJECT, intent, planned


def _states(database: Database) -> dict[str, str]:
    with database.reading() as session:
        return {notice["recipient"]: notice["state"] for notice in service.listing(session)}


def test_the_same_thing_is_written_once(database: Database, now: datetime) -> None:
    """However often a flow repeats itself, one notice per person and version stands in the outbox."""
    with database.transaction() as session:
        assert service.enqueue(session, [intent(now), intent(now), intent(now, "p2")], now=now) == 2
    with database.transaction() as session:
        assert service.enqueue(session, [intent(now), intent(now, version=2)], now=now) == 1


def test_an_undone_change_leaves_no_notice(database: Database, now: datetime) -> None:
    """When the change fails, its notice is gone with it."""

    def failing_change() -> None:
        with database.transaction() as session:
            service.enqueue(session, [intent(now)], now=now)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        failing_change()
    assert _states(database) == {}


def test_a_withdrawn_notice_is_not_sent(database: Database, now: datetime) -> None:
    """A notice that another version overtook is withdrawn for this person only."""
    with database.transaction() as session:
        service.enqueue(session, [intent(now), intent(now, "p2")], now=now)
        service.withdraw(session, SUBJECT, "p1")
        assert service.heard_before(session, SUBJECT) == {"p2": 0}
    assert _states(database) == {"p1": "superseded", "p2": "pending"}


@pytest.mark.parametrize(
    ("state", "heard"), [(MessageState.PENDING, False), (MessageState.HELD, False), (MessageState.SENDING, True)]
)
def test_what_left_the_house_counts_as_heard(
    database: Database, now: datetime, state: MessageState, *, heard: bool
) -> None:
    """From the moment a message is under way its person may have heard; until then the notice can be withdrawn."""
    with database.transaction() as session:
        service.enqueue(session, [intent(now)], now=now)
        planned(session, service.listing(session)[0]["id"], state, now)
    with database.transaction() as session:
        assert service.heard_before(session, SUBJECT) == ({} if heard else {"p1": 0})
        service.withdraw(session, SUBJECT, "p1")
    assert _states(database) == {"p1": NoticeState.OPEN.value if heard else NoticeState.SUPERSEDED.value}


def test_an_answer_ends_what_waits_and_counts_once(database: Database, now: datetime) -> None:
    """Whoever answered is asked no more; answering again answers nothing new."""
    with database.transaction() as session:
        service.enqueue(session, [intent(now), intent(now, version=2), intent(now, "p2")], now=now)
    for expected in (2, 0):
        with database.transaction() as session:
            answered = service.acknowledge(session, SUBJECT, "p1", Answer.CONFIRMED, via="link", now=now)
        assert answered == expected
    assert _states(database) == {"p1": "closed", "p2": "pending"}
