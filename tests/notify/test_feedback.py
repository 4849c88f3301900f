"""What comes back: reports in any order, replies by word, each once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from djflow.db.session import Database
from djflow.notify.delivery.model import Lane
from djflow.notify.feedback import service as feedback
from djflow.notify.feedback.model import Report, Understood, Words
from djflow.notify.model import Answer, MessageState, NoticeKind, Policy, Verdict
from djflow.notify.rules import Care
from tests.notify.messages import intent
from tests.notify.post import ASK, HOUR, TELL, Post, post_office

MINUTE = timedelta(minutes=1)


def report(post: Post, state: str, *, provider_id: str = "", by_id: bool = False, who: str = "p1") -> int:
    """Let the provider report on a recipient's last message, by its own id and the address or by ours."""
    message = post.lives(who)[-1].messages[-1].id
    told = Report("", state, post.now, message_id=message)
    if not by_id:
        told = Report(provider_id or f"x-{message}", state, post.now, address=f"wecom-{who}")
    with post.database.transaction() as session:
        return feedback.take_reports(session, "im", [told], now=post.now)


def reply(post: Post, words: str, *, who: str = "p1", way: str = "wecom") -> tuple[Understood, ...]:
    """Let somebody write back."""
    said = Words(f"{way}-{who}", words, post.now)
    with post.database.transaction() as session:
        return feedback.take_replies(session, "im", [said], now=post.now)


def early(post: Post) -> int:
    """Look again at reports that came before their message was known."""
    with post.database.transaction() as session:
        return feedback.match_early(session, now=post.now, limit=5)


@pytest.mark.parametrize(
    ("states", "moved", "state"),
    [
        (["delivered"], [1], "delivered"),
        (["read"], [1], "delivered"),
        (["delivered", "delivered", "read"], [1, 0, 0], "delivered"),
        (["delivered", "undelivered"], [1, 0], "delivered"),
        (["unknown", "delivered"], [0, 1], "delivered"),
        (["undelivered", "delivered"], [1, 1], "delivered"),
        (["undelivered", "undelivered"], [1, 0], "undelivered"),
        (["unknown"], [0], "accepted"),
    ],
)
def test_reports_in_any_order(database: Database, states: list[str], moved: list[int], state: str) -> None:
    """Doubled, late or reordered, by whose id ever: a report moves a message at most once, a delivery is kept."""
    post = post_office(database, replace(TELL, steps=TELL.steps[:1]))
    post.tell("p1", "p2")
    post.send("im")
    assert [report(post, one, who="p1", by_id=True) for one in states] == moved
    assert [report(post, one, who="p2") for one in states] == moved
    assert {post.message(one).state.value for one in ("p1", "p2")} == {state}


@pytest.mark.parametrize("policy", [TELL, ASK])
def test_a_failed_delivery_takes_the_next_channel(database: Database, policy: Policy) -> None:
    """A report of failure, however late after the notice was done, sends the next step; an answer stops it."""
    post = post_office(database, policy)
    post.tell("p1", "p2")
    post.send("im")
    post.later(HOUR / 2)
    post.answer("p2")
    assert report(post, "undelivered") + report(post, "undelivered", who="p2") == 2
    assert post.send("sms") == ["p1"]
    assert post.path() == [("im", "undelivered", ""), ("sms", "accepted", "")]


def test_a_report_before_the_answer(database: Database) -> None:
    """A report that overtakes the provider's own answer counts, and an answer is waited for as long as ever."""
    post = post_office(database, ASK)
    post.tell()
    post.round()
    taken = post.claim("im").messages
    assert report(post, "delivered", by_id=True) == 1
    post.say(taken, Verdict.ACCEPTED)
    assert post.send("sms") == []
    assert post.path() == [("im", "delivered", "")]
    post.later(HOUR)
    assert post.send("sms") == ["p1"]


def test_a_report_before_its_message_is_known(database: Database) -> None:
    """A report by the provider's id waits for the answer that tells the id; strangers' reports are in nobody's way."""
    post = post_office(database)
    strangers = [Report(f"s{number}", "delivered", post.now, address="x") for number in range(6)]
    with database.transaction() as session:
        assert feedback.take_reports(session, "im", strangers, now=post.now) == 0
    post.later(MINUTE)
    post.tell()
    post.round()
    taken = post.claim("im").messages
    assert (report(post, "delivered"), early(post)) == (0, 0)
    post.say(taken, Verdict.ACCEPTED)
    assert early(post) == 1
    assert post.message().state is MessageState.DELIVERED
    assert early(post) == 0


def test_a_report_settles_what_nobody_knew(database: Database) -> None:
    """A message that may have arrived is settled by a report, and the chain waits for the answer from then on."""
    post = post_office(database, ASK)
    post.lanes["im"] = Lane("im", care=Care(can_query=True))
    post.tell()
    post.send("im", Verdict.UNKNOWN)
    assert report(post, "delivered", by_id=True) == 1
    assert post.send("sms") == []
    assert post.end() == ("open", "")


@pytest.mark.parametrize(("words", "answer"), [("1", Answer.CONFIRMED), ("请假。", Answer.DECLINED)])
def test_a_reply_is_understood_once(database: Database, words: str, answer: Answer) -> None:
    """A reply finds the notice it answers; the provider's repeats of it change nothing, and no human need read it."""
    post = post_office(database, ASK)
    post.tell()
    post.send("im")
    (found,) = reply(post, words)
    assert (found.answer, found.recipient, found.notice_id) == (answer, "p1", post.life().id)
    assert reply(post, words) == ()
    with database.reading() as session:
        assert feedback.unclear_replies(session) == ()


@pytest.mark.parametrize(("words", "who"), [("能不能换一天", "p1"), ("1", "stranger")])
def test_what_nobody_understands_is_listed(database: Database, words: str, who: str) -> None:
    """Unclear words, and clear ones of somebody who was told nothing, wait in the list until a person has read them."""
    post = post_office(database, ASK)
    post.tell()
    post.send("im")
    (found,) = reply(post, words, who=who)
    with database.transaction() as session:
        (listed,) = feedback.unclear_replies(session)
        assert (listed.words, listed.id, listed.recipient) == (words, found.reply_id, "p1" if who == "p1" else "")
        for _ in range(2):
            feedback.handle_reply(session, found.reply_id, by="clerk", now=post.now)
        assert feedback.unclear_replies(session) == ()


def test_a_reply_answers_what_is_still_open(database: Database) -> None:
    """A thank-you after the answer is no second answer; words about a notice that is overtaken answer the newer one."""
    post = post_office(database, ASK)
    post.tell("p1")
    post.send("im")
    first = post.life().id
    post.later(MINUTE)
    post.tell("p1", kind=NoticeKind.DUTY_REMINDER)
    post.send("im")
    assert [one.notice_id for one in reply(post, "收到")] != [first]
    post.answer("p1")
    post.later(MINUTE)
    assert [one.notice_id for one in reply(post, "收到")] == [None]


def test_a_reply_prefers_what_asks_for_an_answer(database: Database) -> None:
    """Between a reminder that asks and a later notice that only tells, 收到 answers the reminder."""
    post = post_office(database, ASK, kinds={NoticeKind.CLOSURE: TELL})
    post.tell("p1")
    post.send("im")
    asked = post.life().id
    post.later(MINUTE)
    post.enqueue(replace(intent(post.now), kind=NoticeKind.CLOSURE))
    assert post.send("im") == ["p1"]
    assert [one.notice_id for one in reply(post, "收到")] == [asked]
