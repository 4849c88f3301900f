"""What comes back: reports that are fetched, asked for once in a while, and taken in."""

from collections.abc import Callable, Sequence
from datetime import datetime

import pytest

from djflow.assembly import House, postbox
from djflow.core.errors import InputError
from djflow.notify import service as notify
from djflow.notify.channels.base import Awaited, Pushed, Receipt, ReceiptState, Traits
from djflow.notify.channels.embedded import MemoryOutlet
from djflow.notify.delivery import service as delivery
from djflow.notify.delivery.model import Lane
from djflow.notify.lives import service as lives
from djflow.notify.model import MessageState, Result, Verdict
from tests.notify.messages import intent, planned


class Gateway(MemoryOutlet):
    """A gateway that tells of messages when asked: all delivered."""

    def __init__(self, key: str = "sms") -> None:
        super().__init__(key)
        self.questions: list[tuple[str, ...]] = []

    @property
    def traits(self) -> Traits:
        """Asked by message."""
        return Traits(tells_when_asked=True)

    async def pull(self, since: datetime, awaited: Sequence[Awaited] = ()) -> Pushed:
        """Say that everything arrived."""
        self.questions.append(tuple(one.message_id for one in awaited))
        receipts = (
            Receipt(one.provider_id, ReceiptState.DELIVERED, since, one.message_id, one.address) for one in awaited
        )
        return Pushed(tuple(receipts))


class Silent(Gateway):
    """A gateway that knows nothing yet."""

    async def pull(self, since: datetime, awaited: Sequence[Awaited] = ()) -> Pushed:
        """Say nothing."""
        await super().pull(since, awaited)
        return Pushed()


class Broken(Gateway):
    """A gateway whose answer nobody understands."""

    async def pull(self, since: datetime, awaited: Sequence[Awaited] = ()) -> Pushed:  # noqa: ARG002 - refuses all
        """Refuse."""
        raise InputError("时间没有读懂。")


@pytest.fixture
def accepted(house: House) -> str:
    """A message that the gateway has taken, and its notice's id."""
    now = house.now()
    with house.transaction() as session:
        notify.enqueue(session, [intent(now)], now=now)
        notice = notify.listing(session)[0]["id"]
        planned(session, notice, MessageState.PENDING, now, channel="sms")
    with house.transaction() as session:
        lane = Lane("sms")
        (claimed,) = delivery.claim(session, lane, 1, lambda _, __: frozenset(), owner="o", now=now).messages
        result = Result(claimed.id, 1, Verdict.ACCEPTED, provider_id="b1")
        delivery.write_results(session, lane, [(claimed, result)], owner="o", now=now)
    return notice


def state_of(house: House, notice: str) -> MessageState:
    """Where the notice's message is."""
    with house.reading() as session:
        return lives.life(session, notice).messages[0].state


def test_a_report_that_is_never_pushed_is_asked_for(house: House, accepted: str) -> None:
    """An office that cannot be reached from outside learns of delivery by asking; what is reported is not asked."""
    gateway = Gateway()
    assert postbox.pull(house, channels={"sms": gateway})["sms"].reports == 1
    assert state_of(house, accepted) is MessageState.DELIVERED
    postbox.pull(house, channels={"sms": gateway})
    assert [len(one) for one in gateway.questions] == [1, 0]


def test_nobody_asks_again_within_half_an_hour(house: House, accepted: str, at: Callable[[str], House]) -> None:
    """A provider that knows nothing yet is asked again after half an hour, and no more after three days."""
    assert state_of(house, accepted) is MessageState.ACCEPTED
    gateway = Silent()
    for moment in ("2026-11-18T09:20", "2026-11-18T09:35", "2026-11-18T09:50", "2026-11-22T09:35"):
        postbox.pull(at(moment), channels={"sms": gateway})
    assert [len(one) for one in gateway.questions] == [1, 0, 1, 0]


def test_one_broken_channel_does_not_stop_the_others(house: House, accepted: str) -> None:
    """What one provider says and nobody understands keeps no other report from coming in."""
    found = postbox.pull(house, channels={"a": Broken("a"), "sms": Gateway()})
    assert list(found) == ["sms"]
    assert state_of(house, accepted) is MessageState.DELIVERED
