"""What people see and do: whole lives, dead letters, the phone list, figures, sending again."""

from dataclasses import replace
from datetime import timedelta

import pytest

from djflow.audit.service import history
from djflow.core.errors import ConflictError, NotFoundError
from djflow.core.subject import Subject
from djflow.db.session import Database
from djflow.notify.again import send_again
from djflow.notify.feedback import service as feedback
from djflow.notify.feedback.model import Report
from djflow.notify.lives import service as lives
from djflow.notify.model import Answer, NoticeKind, Verdict
from djflow.notify.outlook import ContactWay
from tests.notify.post import ASK, DAY, HOUR, START, TELL, Post, post_office

PERMANENT = Verdict.PERMANENT
MINUTE = timedelta(minutes=1)


def replay(post: Post, message_id: str) -> None:
    """Send a message again by hand."""
    with post.database.transaction() as session:
        send_again(session, post.outlook, message_id, by="clerk", now=post.now)


def test_a_whole_life(database: Database) -> None:
    """From intent to answer: every step, try, report and answer is there, the address masked."""
    post = post_office(database, ASK)
    post.tell()
    post.send("im", Verdict.TRANSIENT, code="busy")
    post.later(MINUTE)
    post.send("im", code="ok", parts=2)
    first = post.message()
    with database.transaction() as session:
        told = [Report("", "undelivered", post.now, message_id=first.id, code="E1")]
        feedback.take_reports(session, "im", told, now=post.now)
    post.send("sms")
    post.answer()
    found = post.life()
    assert [(one.step, one.channel, one.state.value) for one in found.messages] == [
        (0, "im", "undelivered"),
        (1, "sms", "accepted"),
    ]
    assert [(one.number, one.verdict, one.code) for one in found.messages[0].attempts] == [
        (1, "transient", "busy"),
        (2, "accepted", "ok"),
    ]
    assert [(one.state, one.code) for one in found.messages[0].reports] == [("undelivered", "E1")]
    assert [(one.answer, one.via) for one in found.answers] == [(Answer.CONFIRMED, "link")]
    assert found.messages[0].parts == 2
    assert "甲同志" in found.messages[0].text
    assert "wecom-p1" not in repr(found)


def test_an_unknown_notice_or_message(database: Database) -> None:
    """What is not there is said so."""
    post = post_office(database)
    with database.reading() as session, pytest.raises(NotFoundError, match="没有这条通知"):
        lives.life(session, "nothing")
    with pytest.raises(NotFoundError, match="没有这条消息"):
        replay(post, "nothing")


def test_dead_letters_say_why(database: Database) -> None:
    """Every message that failed is listed with reason and code, the newest first."""
    post = post_office(database, replace(TELL, steps=TELL.steps[:1]))
    for who, code in (("p1", "81013"), ("p2", "BAD_NUMBER")):
        post.tell(who)
        post.send("im", PERMANENT, code=code)
        post.later(MINUTE)
    with database.reading() as session:
        found = [(one.recipient, one.state.value, one.reason, one.code) for one in lives.dead_letters(session)]
    assert found == [("p2", "dead", "permanent", "BAD_NUMBER"), ("p1", "dead", "permanent", "81013")]


def test_the_phone_list_is_settled_once(database: Database) -> None:
    """The most pressing stands first; whoever was called leaves the list, recorded once however often it is said."""
    post = post_office(database, replace(TELL, steps=TELL.steps[:1]))
    post.tell("p1", lives=2 * DAY)
    post.tell("p2", lives=DAY)
    post.send("im", PERMANENT)
    assert post.called() == ["p2", "p1"]
    notice = post.life("p2").id
    with database.transaction() as session:
        for _ in range(2):
            lives.settle_call(session, notice, by="clerk", now=post.now)
    assert post.called() == ["p1"]
    assert post.end("p2") == ("closed", "phone")
    with database.reading() as session:
        assert [one.action for one in history(session, Subject("notify.notice", notice))] == ["notice.called"]


@pytest.mark.parametrize("again", [Verdict.ACCEPTED, PERMANENT])
@pytest.mark.parametrize("which", [0, 1])
def test_a_failed_message_is_sent_again(database: Database, again: Verdict, which: int) -> None:
    """Any lost step can be sent again, also past its end; it is done then, or a human's again, never left open."""
    post = post_office(database)
    post.tell(lives=HOUR)
    post.send("im", PERMANENT)
    post.send("sms", PERMANENT)
    post.later(2 * HOUR)
    lost = post.life().messages[which]
    replay(post, lost.id)
    assert post.send(lost.channel, again) == ["p1"]
    assert post.send("im") + post.send("sms") == []
    assert post.end()[0] == ("closed" if again is Verdict.ACCEPTED else "needs_human")
    with database.reading() as session:
        assert [one.action for one in history(session, Subject("notify.message", lost.id))] == ["message.replay"]


def test_a_message_goes_to_the_address_of_today(database: Database) -> None:
    """Sent again once the number is there, it goes to that number; while there is none the clerk hears so."""
    post = post_office(database, replace(TELL, steps=TELL.steps[1:]))
    post.book.without.add((ContactWay.MOBILE, "p1"))
    post.tell()
    post.round()
    with pytest.raises(ConflictError, match="还没有这个渠道的联系方式"):
        replay(post, post.message().id)
    assert post.end() == ("needs_human", "no_contact")
    post.book.without.clear()
    replay(post, post.message().id)
    (taken,) = post.claim("sms").messages
    assert taken.address == "mobile-p1"


def test_a_message_on_its_way_is_not_sent_again(database: Database) -> None:
    """Only what failed is sent again: the clerk hears what state the message is in."""
    post = post_office(database)
    post.tell()
    post.send("im")
    with pytest.raises(ConflictError, match="不用重发"):
        replay(post, post.message().id)


@pytest.mark.parametrize("how", ["answered", "withdrawn"])
def test_what_is_over_is_not_sent_again(database: Database, how: str) -> None:
    """Whoever has answered, or need not know any more, is not told by a message sent again; the answer is kept."""
    post = post_office(database, ASK)
    post.tell()
    post.send("im", PERMANENT)
    post.round()
    if how == "answered":
        post.answer()
    else:
        post.untrue.add("p1")
        assert post.send("sms") == []
    with pytest.raises(ConflictError, match="不用再发"):
        replay(post, post.life().messages[0].id)
    assert len(post.life().answers) == (how == "answered")


def test_figures_of_a_span(database: Database) -> None:
    """Rates and billed parts of a span, its end excluded; without anything there is no rate."""
    post = post_office(database, ASK, kinds={NoticeKind.CLOSURE: TELL})
    post.tell("p1", "p2", "p3", "p4")
    post.round()
    one, two, three, four = post.claim("im").messages
    post.say([one, two], Verdict.ACCEPTED, parts=2)
    post.say([three], Verdict.ACCEPTED)
    post.say([four], PERMANENT)
    post.answer(one.recipient)
    with database.transaction() as session:
        told = [Report("", "delivered", post.now, message_id=one.id)]
        feedback.take_reports(session, "im", told, now=post.now)
        asking = [NoticeKind.DUTY_ASSIGNED]
        found = lives.figures(session, START, START + MINUTE, asking=asking)
        nothing = lives.figures(session, START + MINUTE, START + HOUR, asking=asking)
    assert (found.notices, found.accepted, found.delivered, found.failed) == (4, 3, 1, 1)
    assert (found.delivery_rate, found.answer_rate, dict(found.parts)) == (0.25, 0.25, {"im": 5})
    assert (nothing.notices, nothing.delivery_rate, nothing.answer_rate) == (0, None, None)
