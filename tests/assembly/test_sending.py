"""Delivery: once, in words, within hours, never when it is no longer true; one sender on SQLite."""

from collections.abc import Callable, Sequence
from datetime import date

import pytest

from djflow.assembly import House, sending
from djflow.assembly import roster as desk
from djflow.core.errors import ConflictError
from djflow.core.ids import PersonId
from djflow.core.subject import Subject
from djflow.notify import service as notify
from djflow.notify.channels.base import Outcome, Outgoing, Verdict
from djflow.notify.channels.embedded import MemoryOutlet
from djflow.notify.model import Answer, Drained
from tests.assembly.test_roster import DECEMBER, FIRST, content_of, holder_of, send_away


@pytest.fixture
def morning(at: Callable[[str], House]) -> House:
    """The house at seven minutes past nine, when nothing keeps a message back."""
    return at("2026-11-18T09:07")


@pytest.fixture
def published(house: House, ids: dict[str, PersonId]) -> desk.Published:
    """December, published on 18 November."""
    assert ids
    return desk.publish(house, desk.draft(house, DECEMBER, by="test").roster_id, by="test")


def drained(house: House, channel: MemoryOutlet) -> Drained:
    """Send what may leave now into memory."""
    return sending.drain(house, channels={"file": channel}, once=False)


def test_notices_go_out_once_in_words(morning: House, published: desk.Published) -> None:
    """Everybody with a duty gets one rendered message; a second round sends nothing."""
    channel = MemoryOutlet("file")
    assert drained(morning, channel).sent == published.told
    assert drained(morning, channel).sent == 0
    assert len(channel.sent) == published.told
    assert all("同志，请参加赶场服务：12月" in message.text for message in channel.sent.values())


def test_nobody_is_woken_at_night(published: desk.Published, at: Callable[[str], House]) -> None:
    """From 21:30 to 07:30 notices wait; in the morning they go, spread over twenty minutes."""
    channel = MemoryOutlet("file")
    assert drained(at("2026-11-18T23:00"), channel) == Drained(0, published.told, 0, 0)
    assert drained(at("2026-11-19T07:29"), channel).sent == 0
    sent = [drained(at(f"2026-11-19T07:{minute}"), channel).sent for minute in range(30, 56)]
    assert sum(sent) == published.told
    assert max(sent) < published.told


def test_round_minutes_are_avoided(house: House, published: desk.Published) -> None:
    """At nine sharp nothing leaves: everybody sends then, and providers refuse."""
    assert drained(house, MemoryOutlet("file")) == Drained(0, published.told, 0, 0)


def test_a_reminder_of_a_duty_that_is_gone_is_dropped(
    morning: House, published: desk.Published, at: Callable[[str], House]
) -> None:
    """Somebody replaced between the reminder's writing and its sending is not reminded any more."""
    drained(morning, MemoryOutlet("file"))
    eve = at("2026-11-30T16:05")
    desk.remind(eve, eve.now())
    gone = holder_of(content_of(eve, published.roster_id), FIRST, "综合受理")
    send_away(eve, gone, date(2026, 12, 1), date(2026, 12, 1))
    desk.repair_month(eve, DECEMBER, by="watch")
    channel = MemoryOutlet("file")
    drained(eve, channel)
    told = [message.text for message in channel.sent.values() if message.address == gone]
    assert len(told) == 1
    assert "取消您的赶场服务" in told[0]


def test_one_message_that_fails_does_not_hold_up_the_rest(morning: House, published: desk.Published) -> None:
    """A channel that refuses one message takes the others; the one is tried again and counted."""

    class Picky(MemoryOutlet):
        async def send(self, batch: Sequence[Outgoing]) -> tuple[Outcome, ...]:
            taken = await super().send(batch[1:])
            return (Outcome(batch[0].id, Verdict.TRANSIENT, code="busy"), *taken)

    assert drained(morning, Picky("file")) == Drained(published.told - 1, 0, 1, 0)


def test_the_file_channel_of_the_configuration_is_used(morning: House, published: desk.Published) -> None:
    """Without other channels every notice becomes a line below .djflow/."""
    sending.drain(morning)
    lines = (morning.state / morning.settings.channels.file.path).read_text("utf-8").splitlines()
    assert len(lines) == published.told


def test_who_answered_is_not_told_again(morning: House, published: desk.Published, at: Callable[[str], House]) -> None:
    """Whoever confirms while the message waits for the morning gets no message."""
    night = at("2026-11-18T23:00")
    drained(night, MemoryOutlet("file"))
    with night.transaction() as session:
        waiting = notify.listing(session)
        first = waiting[0]["recipient"]
        answered = notify.acknowledge(session, desk_subject(), first, Answer.CONFIRMED, via="link", now=night.now())
    assert answered == 1
    channel = MemoryOutlet("file")
    assert drained(at("2026-11-19T08:10"), channel).sent == published.told - 1
    assert first not in {message.address for message in channel.sent.values()}
    assert morning.is_demo is False


def desk_subject() -> Subject:
    """The subject of December's notices."""
    return Subject("roster.month", "2026-12")


def test_a_second_sender_on_sqlite_is_refused(morning: House, published: desk.Published) -> None:
    """Two senders on one SQLite house would fight over its lock: the second hears who sends already."""
    with sending.only_sender(morning) as alone:
        if not alone:
            assert drained(morning, MemoryOutlet("file")).sent == published.told
            return
        with pytest.raises(ConflictError, match="已有一个发送程序在运行（进程"):
            drained(morning, MemoryOutlet("file"))
