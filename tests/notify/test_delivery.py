"""Sending: order, limits, leases, channels that stop, a provider that is down for a day."""

from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta

import pytest

from djflow.core.clock import civil_datetime
from djflow.db.session import Database
from djflow.notify.delivery import service as delivery
from djflow.notify.delivery.model import ChannelHealth, Lane
from djflow.notify.model import Limit, MessageState, NoticeKind, Policy, Result, Step, Urgency, Verdict
from djflow.notify.rules import Care
from tests.notify.messages import intent
from tests.notify.post import ASK, DAY, HOUR, OWNER, TELL, Post, post_office

MINUTE = timedelta(minutes=1)
ACCEPTED, TRANSIENT, UNKNOWN = Verdict.ACCEPTED, Verdict.TRANSIENT, Verdict.UNKNOWN
KINDS = {
    NoticeKind.STANDBY_CALLED: replace(TELL, urgency=Urgency.URGENT),
    NoticeKind.CLOSURE: replace(TELL, urgency=Urgency.LOW),
}


def people(count: int) -> list[str]:
    """Return recipients."""
    return [f"p{number}" for number in range(1, count + 1)]


def health(post: Post, channel: str = "im") -> ChannelHealth:
    """Return how a channel is doing."""
    with post.database.reading() as session:
        return delivery.channel_health(session, [channel], now=post.now)[0]


def lost(post: Post, *, dead_owners: bool = False, owner: str = "sender-2") -> int:
    """Let another sender take up what dead ones left."""
    with post.database.transaction() as session:
        return delivery.take_up_lost(session, post.lanes, owner=owner, now=post.now, dead_owners=dead_owners)


def asked(post: Post, channel: str, verdict: Verdict) -> int:
    """Ask the provider for what is unknown, and return how many messages it was asked for."""
    with post.database.transaction() as session:
        found = delivery.unknown_due(session, post.lanes[channel], owner=OWNER, now=post.now, limit=50)
        pairs = [(one, Result(one.id, one.attempts, verdict)) for one in found]
        delivery.write_answers(session, pairs, owner=OWNER, now=post.now)
    return len(found)


def test_the_urgent_go_first_then_the_oldest(database: Database) -> None:
    """However many wait, the urgent leave first, within each urgency the oldest."""
    post = post_office(database, kinds=KINDS)
    for who, kind in (
        ("low", NoticeKind.CLOSURE),
        ("early", NoticeKind.DUTY_ASSIGNED),
        ("late", NoticeKind.DUTY_ASSIGNED),
        ("urgent", NoticeKind.STANDBY_CALLED),
    ):
        post.tell(who, kind=kind)
        post.round()
        post.later(MINUTE)
    taken = [one.recipient for _ in range(2) for one in post.claim("im", 2).messages]
    assert taken == ["urgent", "early", "late", "low"]


def test_two_senders_never_take_the_same(database: Database) -> None:
    """Two claims at the same moment part the messages between them; on SQLite the second waits for the first."""
    post = post_office(database)
    post.tell(*people(6))
    post.round()
    with ExitStack() as held:
        seen = []
        for owner in ("a", "b"):
            session = held.enter_context(database.transaction())
            lane, now = post.lanes["im"], post.now
            claim = delivery.claim(session, lane, 4, lambda *_: frozenset(), owner=owner, now=now)
            seen.append([one.recipient for one in claim.messages])
            if database.engine.dialect.name == "sqlite":
                held.close()
    assert [len(one) for one in seen] == [4, 2]
    assert sorted(seen[0] + seen[1]) == people(6)


def test_a_limit_is_taken_with_the_claim(database: Database) -> None:
    """Twenty a minute: five at once, the next when the bucket says, and never more than twenty in any minute."""
    post = post_office(database)
    post.lanes["im"] = Lane("im", limits=(Limit(20, MINUTE),))
    post.tell(*people(40))
    post.round()
    gone = []
    for _ in range(60):
        claim = post.claim("im")
        gone += [post.now] * len(claim.messages)
        post.say(claim.messages, ACCEPTED)
        assert claim.again_at is not None or len(gone) == 40
        post.now = max(claim.again_at or post.now, post.now + timedelta(seconds=1))
    assert gone[4] == gone[0] < gone[5]
    assert len(gone) == 40
    assert all(sum(0 <= (one - first) / MINUTE < 1 for one in gone) <= 20 for first in gone)


@pytest.mark.parametrize(
    ("window", "path", "reason"), [(MINUTE, ["pending"], "rate"), (DAY, ["dead", "pending"], "day_limit")]
)
def test_a_limit_per_address(database: Database, window: timedelta, path: list[str], reason: str) -> None:
    """A number's limit of minutes is waited out, its limit of a day hands over; others are not held up."""
    post = post_office(database, kinds=KINDS)
    post.lanes["im"] = Lane("im", limits=(Limit(2, window, per_address=True),))
    post.tell("p1", "p2", kind=NoticeKind.STANDBY_CALLED)
    post.tell("p1")
    assert post.send("im") == ["p1", "p2"]
    second = next(one for one in post.lives("p1") if one.kind is NoticeKind.DUTY_ASSIGNED)
    assert [one.state.value for one in second.messages] == path
    assert second.messages[0].reason == reason
    post.later(MINUTE)
    assert post.send("im") + post.send("sms") == ["p1"]


def test_waiting_for_a_limit_is_no_answer(database: Database) -> None:
    """A message a limit holds back is overtaken by the next step when the answer's time is over."""
    post = post_office(database, ASK)
    post.lanes["im"] = Lane("im", limits=(Limit(1, 3 * HOUR, per_address=True),))
    post.tell("p1")
    post.enqueue(intent(post.now, "p1", 2))
    assert post.send("im") == ["p1"]
    post.answer("p1")
    post.tell("p1", kind=NoticeKind.DUTY_REMINDER)
    assert post.send("im") == []
    post.later(HOUR)
    assert post.send("sms") == ["p1"]


@pytest.mark.parametrize(
    ("care", "state", "resent"),
    [
        (Care(), "pending", True),
        (Care(filters_doubles=True), "pending", True),
        (Care(can_query=True), "unknown", False),
    ],
)
def test_a_dead_senders_messages(database: Database, care: Care, state: str, *, resent: bool) -> None:
    """A lease that ran out is sent again or asked for, as the channel allows; what the provider never had is resent."""
    post = post_office(database)
    post.lanes["im"] = Lane("im", care=care)
    post.tell()
    post.round()
    post.claim("im")
    assert lost(post) == 0
    post.later(MINUTE)
    assert lost(post) == 1
    assert post.path() == [("im", state, "lease")]
    assert post.send("im") == (["p1"] if resent else [])
    post.later(10 * MINUTE)
    assert asked(post, "im", TRANSIENT) == (0 if resent else 1)
    assert post.send("im") == ([] if resent else ["p1"])


def test_a_sender_that_is_alone_takes_up_at_once(database: Database) -> None:
    """On SQLite no other sender can be alive: what is under a lease is taken up without waiting for its end."""
    post = post_office(database)
    post.tell()
    post.round()
    post.claim("im")
    assert lost(post, dead_owners=True) == 1
    assert post.path() == [("im", "pending", "lease")]


def test_the_provider_is_asked_until_it_knows(database: Database) -> None:
    """What may have arrived is asked for after the settle time by one sender, again until there is an answer."""
    post = post_office(database)
    post.lanes["im"] = Lane("im", care=Care(can_query=True))
    post.tell("p1", "p2", lives=HOUR)
    assert post.send("im", UNKNOWN) == ["p1", "p2"]
    assert asked(post, "im", ACCEPTED) == 0
    post.later(10 * MINUTE)
    assert [asked(post, "im", UNKNOWN) for _ in range(2)] == [2, 0]
    post.later(HOUR)
    assert asked(post, "im", UNKNOWN) == 2
    post.round()
    assert post.path() == [("im", "needs_human", "unknown")]
    assert sorted(post.called()) == ["p1", "p2"]


def test_an_answer_is_written_once(database: Database) -> None:
    """The same answer written twice changes nothing the second time; every try stands in the life."""
    post = post_office(database)
    post.tell()
    post.round()
    taken = post.claim("im").messages
    post.say(taken, ACCEPTED)
    post.say(taken, Verdict.PERMANENT)
    assert post.message().state is MessageState.ACCEPTED


@pytest.mark.parametrize("owner", [OWNER, "sender-2"])
def test_a_late_answer_of_a_lost_lease(database: Database, owner: str) -> None:
    """Whoever lost a lease, and answers when the message is under way again, does not overwrite the new try."""
    post = post_office(database)
    post.tell()
    post.round()
    late = post.claim("im").messages
    post.later(MINUTE)
    lost(post)
    post.say(late, TRANSIENT)
    assert post.path() == [("im", "pending", "lease")]
    again = post.claim("im", owner=owner).messages
    post.say(late, TRANSIENT)
    assert post.path() == [("im", "sending", "lease")]
    post.say(again, ACCEPTED, owner=owner)
    assert post.message().state is MessageState.ACCEPTED


def test_a_wrong_key_stops_the_channel(database: Database) -> None:
    """A refused key or signature stops that channel only; its messages wait, no try counted, until it is mended."""
    post = post_office(database, kinds={NoticeKind.CLOSURE: Policy(steps=(Step("sms"),))})
    post.tell("p1", "p2")
    post.round()
    first = post.claim("im", 1).messages
    post.say(first, Verdict.CONFIG)
    assert (post.send("im"), health(post).needs_attention, health(post).due) == ([], True, 2)
    post.tell("p3", kind=NoticeKind.CLOSURE)
    assert post.send("sms") == ["p3"]
    post.start("im")
    taken = post.claim("im").messages
    assert [one.attempts for one in taken] == [1, 1]


def test_a_robot_is_left_alone_for_its_ten_minutes(database: Database) -> None:
    """A robot that was too fast is blocked as a whole until its time is over; nothing is tried meanwhile or lost."""
    post = post_office(database, Policy(steps=(Step("bot"),)))
    post.lanes["bot"] = Lane("bot", addressed=False)
    post.tell("p1", "p2")
    post.round()
    until = post.now + 10 * MINUTE
    post.say(post.claim("bot", 1).messages, Verdict.RATE_LIMITED, retry_after=10 * MINUTE)
    claim = post.claim("bot")
    assert (claim.messages, claim.again_at) == ((), until)
    assert not health(post, "bot").needs_attention
    post.later(10 * MINUTE)
    assert post.send("bot") == ["p1", "p2"]


@pytest.mark.parametrize("by_hand", [True, False])
def test_a_pause_never_lifts_a_stop(database: Database, *, by_hand: bool) -> None:
    """A channel stopped by a person or for its key stays so when an answer under way asks for a pause with an end."""
    post = post_office(database, Policy(steps=(Step("bot"),)))
    post.lanes["bot"] = Lane("bot", addressed=False)
    post.tell("p1", "p2")
    post.round()
    first, second = post.claim("bot").messages
    if by_hand:
        post.stop("bot")
    else:
        post.say([first], Verdict.CONFIG)
    post.say([second], Verdict.RATE_LIMITED, retry_after=MINUTE)
    post.later(HOUR)
    assert post.send("bot") == []
    assert health(post, "bot").needs_attention


def test_a_days_parts_are_not_exceeded(database: Database) -> None:
    """Billed parts count, also of what is under way; the rest waits for the next day in Shanghai."""
    post = post_office(database, Policy(steps=(Step("sms"),)))
    post.lanes["sms"] = Lane("sms", daily_parts=5)
    post.tell(*people(7), lives=3 * DAY)
    post.round()
    first, second = post.claim("sms", 3).messages, post.claim("sms", 3).messages
    assert (len(first), len(second)) == (3, 2)
    post.say(first, ACCEPTED)
    post.say(second, ACCEPTED, parts=2)
    claim = post.claim("sms")
    assert claim.messages == ()
    assert claim.again_at is not None
    assert f"{civil_datetime(claim.again_at):%m-%d %H:%M}" == "11-19 00:00"
    post.later(DAY)
    assert len(post.claim("sms").messages) == 2


def test_a_provider_down_for_a_day(database: Database) -> None:
    """Nothing is lost and nothing stale is sent; when it is back the urgent leave first."""
    post = post_office(database, kinds=KINDS)
    post.tell("stale", lives=5 * HOUR)
    post.tell("low", lives=3 * DAY, kind=NoticeKind.CLOSURE)
    for hour in range(24):
        if hour == 12:
            post.tell("normal", lives=3 * DAY)
        post.send("im", TRANSIENT)
        post.later(HOUR)
    post.tell("urgent", kind=NoticeKind.STANDBY_CALLED)
    post.round()
    assert health(post).is_stuck
    taken = post.claim("im").messages
    assert [one.recipient for one in taken] == ["urgent", "normal", "low"]
    post.say(taken, ACCEPTED)
    post.round()
    assert post.end("stale") == ("stale", "expired")
    assert {post.end(one)[0] for one in ("urgent", "normal", "low")} == {"closed"}
