"""Chains: who is told on which channel, what comes after it, and that everything ends."""

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from djflow.db.session import Database
from djflow.notify.model import COORDINATOR, PHONE_LIST, Answer, NoticeKind, Policy, Step, Urgency, Verdict
from djflow.notify.outlook import ContactWay, Template
from tests.notify.messages import intent
from tests.notify.post import ASK, DAY, HOUR, START, TELL, TEXTS, post_office

MINUTE = timedelta(minutes=1)
ACCEPTED, PERMANENT = Verdict.ACCEPTED, Verdict.PERMANENT
CHANGE = "sms/roster_change"


def test_one_channel_is_enough(database: Database) -> None:
    """A notice that wants no answer is done when the first channel has it; nothing is told twice by more rounds."""
    post = post_office(database)
    post.tell("p1", "p2")
    assert post.send("im") == ["p1", "p2"]
    assert (post.send("im"), post.send("sms")) == ([], [])
    assert post.end() == ("closed", "done")
    assert post.path() == [("im", "accepted", "")]


@pytest.mark.parametrize(("verdict", "more"), [(PERMANENT, {}), (Verdict.RATE_LIMITED, {"next_channel": True})])
def test_the_next_channel_after_a_failure(database: Database, verdict: Verdict, more: dict[str, object]) -> None:
    """A bad address or a day's limit hands over to the next channel at once; the last one lost is a human's."""
    post = post_office(database)
    post.tell()
    assert post.send("im", verdict, **more) == ["p1"]
    assert post.send("sms", verdict, **more) == ["p1"]
    assert [state for _, state, _ in post.path()] == ["dead", "dead"]
    assert post.end() == ("needs_human", "failed")
    assert post.called() == ["p1"]


def test_what_may_pass_is_waited_for(database: Database) -> None:
    """A provider that is down is tried again on the same channel; the next one is not troubled."""
    post = post_office(database)
    post.tell()
    for _ in range(3):
        assert post.send("im", Verdict.TRANSIENT) == ["p1"]
        assert post.send("sms") == []
        post.later(15 * MINUTE)
    assert post.send("im") == ["p1"]
    assert len(post.message().attempts) == 4


def test_the_next_step_when_no_answer_comes_in_time(database: Database) -> None:
    """An answer is waited for as long as the step says, then the next channel, in the end a human."""
    post = post_office(database, ASK)
    post.tell()
    post.send("im")
    post.later(HOUR - MINUTE)
    assert post.send("sms") == []
    post.later(MINUTE)
    assert post.send("sms") == ["p1"]
    post.later(HOUR)
    post.round()
    assert post.end() == ("needs_human", "unanswered")
    assert [state for _, state, _ in post.path()] == ["accepted", "accepted"]


def test_who_answered_hears_no_more(database: Database) -> None:
    """Any answer ends the chain, also of a message that waits already, and whoever answered elsewhere is settled."""
    post = post_office(database, ASK)
    answers = {"confirms": Answer.CONFIRMED, "declines": Answer.DECLINED, "reads": Answer.READ}
    post.tell("silent", "settled", *answers)
    post.send("im")
    post.later(HOUR)
    post.round()
    assert [post.answer(who, answer) for who, answer in answers.items()] == [1, 1, 1]
    post.settled.add("settled")
    assert post.send("sms") == ["settled", "silent"]
    post.later(HOUR)
    post.round()
    assert {post.end(one)[0] for one in (*answers, "settled")} == {"closed"}
    assert post.end("silent")[0] == "needs_human"


def test_an_answer_is_looked_for_when_a_message_is_taken(database: Database) -> None:
    """Between the writing and the sending of a message its person answers, another's duty is gone: neither leaves."""
    post = post_office(database, ASK)
    post.tell("p1", "p2", "p3")
    post.round()
    post.answer("p1")
    post.untrue.add("p2")
    assert post.send("im") == ["p3"]
    assert post.end("p2") == ("superseded", "no_longer_true")
    assert post.path("p1") == [("im", "cancelled", "answered")]


ESCALATING = replace(ASK, steps=(Step("im", HOUR),), escalate=("liaison", "coordinator"))


@pytest.mark.parametrize(("liaison", "told"), [("boss", ["boss", COORDINATOR]), (None, [COORDINATOR])])
def test_escalation_goes_up_the_line(database: Database, liaison: str | None, told: list[str]) -> None:
    """Nobody answers: the unit's liaison hears of it if there is one, then the coordinator; then a human calls."""
    post = post_office(database, ESCALATING, kinds={NoticeKind.UNCONFIRMED: Policy(steps=(Step("sms"),))})
    if liaison:
        post.book.liaisons["p1"] = liaison
    post.tell()
    post.send("im")
    heard = []
    for _ in range(4):
        post.later(HOUR)
        heard += post.send("sms")
    assert heard == told
    assert post.end() == ("needs_human", "unanswered")


def test_an_answer_ends_the_escalation(database: Database) -> None:
    """Whoever answers after the liaison was told is not taken further up."""
    post = post_office(database, ESCALATING, kinds={NoticeKind.UNCONFIRMED: Policy(steps=(Step("sms"),))})
    post.book.liaisons["p1"] = "boss"
    post.tell()
    post.send("im")
    post.later(HOUR)
    assert post.send("sms") == ["boss"]
    post.answer()
    post.later(2 * HOUR)
    assert post.send("sms") == []
    assert post.end() == ("closed", "answered")


def test_whoever_cannot_be_reached_is_listed(database: Database) -> None:
    """Without an address the message is listed and the next channel takes over; without any a human calls."""
    post = post_office(database)
    post.book.without |= {(ContactWay.WECOM, "p1"), (ContactWay.WECOM, "p2"), (ContactWay.MOBILE, "p2")}
    post.tell("p1", "p2")
    assert post.send("sms") == ["p1"]
    assert post.path("p1") == [("im", "needs_human", "no_contact"), ("sms", "accepted", "")]
    assert post.end("p2") == ("needs_human", "no_contact")
    assert post.called() == ["p2"]


def test_the_phone_list_is_a_step(database: Database) -> None:
    """Where the chain says phone, a human calls; what still waited is taken back."""
    post = post_office(database, replace(ASK, steps=(Step("im", HOUR), Step(PHONE_LIST))))
    post.tell()
    post.stop("im")
    post.round()
    post.later(HOUR)
    post.round()
    assert post.end() == ("needs_human", "phone")
    assert post.path() == [("im", "superseded", "next_step")]
    assert post.called() == ["p1"]


def test_a_human_takes_over_what_still_waits(database: Database) -> None:
    """When nobody answered and the last channel did not get on, its message is taken back before a human calls."""
    post = post_office(database, replace(ASK, steps=(Step("im", HOUR),)))
    post.tell()
    post.stop("im")
    post.round()
    post.later(HOUR)
    post.round()
    assert post.end() == ("needs_human", "unanswered")
    assert post.path() == [("im", "cancelled", "unanswered")]


def test_an_unapproved_template_waits_for_its_approval(database: Database) -> None:
    """A text its gateway has not approved is held on that gateway only, and leaves with its code once it is."""
    post = post_office(database, Policy(steps=(Step("sms"),)), templates={CHANGE: Template(approved=False)})
    post.tell()
    assert post.send("sms") == []
    assert post.path() == [("sms", "held", "template")]
    post.outlook = replace(post.outlook, templates={CHANGE: Template("SMS_1")})
    post.later(HOUR)
    post.round()
    (taken,) = post.claim("sms").messages
    assert taken.payload["template"] == "SMS_1"


def test_a_template_never_approved_goes_stale(database: Database) -> None:
    """What is held until it is past ends as too old, its notice as well."""
    post = post_office(database, Policy(steps=(Step("sms"),)), templates={CHANGE: Template(approved=False)})
    post.tell()
    post.round()
    post.later(DAY)
    post.round()
    assert post.end() == ("stale", "expired")
    assert post.path() == [("sms", "stale", "expired")]


@pytest.mark.parametrize("policy", [TELL, ASK, replace(ASK, steps=(Step("im", 3 * DAY),))])
def test_nothing_that_never_left_counts_as_done(database: Database, policy: Policy) -> None:
    """A channel is stopped until the notice is past: it ends as too old or with a human, never as done."""
    post = post_office(database, policy)
    post.tell()
    post.stop("im")
    post.stop("sms")
    for _ in range(4):
        post.round()
        post.later(DAY / 2)
    assert post.end()[0] in {"stale", "needs_human"}
    assert not [state for _, state, _ in post.path() if state in {"pending", "held"}]


def test_the_night_is_quiet(database: Database) -> None:
    """What comes up at night leaves in the morning; what is urgent leaves at once, the reason kept."""
    urgent = replace(TELL, urgency=Urgency.URGENT)
    post = post_office(database, kinds={NoticeKind.STANDBY_CALLED: urgent})
    post.later(14 * HOUR)
    post.tell("p1")
    post.tell("p2", kind=NoticeKind.STANDBY_CALLED)
    assert post.send("im") == ["p2"]
    assert (post.path("p1"), post.life("p1").messages[0].reason) == ([("im", "held", "quiet")], "quiet")
    post.later(9 * HOUR)
    assert post.send("im") == ["p1"]


def test_urgent_news_passes_a_stopped_channel_over(database: Database) -> None:
    """A stopped channel keeps the ordinary; what is urgent takes the next one, or waits where there is none."""
    urgent = replace(TELL, urgency=Urgency.URGENT)
    post = post_office(database, kinds={NoticeKind.STANDBY_CALLED: urgent})
    post.stop("im")
    post.tell("p1")
    post.tell("p2", kind=NoticeKind.STANDBY_CALLED)
    assert post.send("sms") == ["p2"]
    assert post.path("p1") == [("im", "pending", "")]
    post.stop("sms")
    post.tell("p3", kind=NoticeKind.STANDBY_CALLED)
    post.round()
    assert post.path("p3") == [("im", "pending", "")]


DIGEST = replace(TELL, digest=True)


def test_one_digest_per_person_and_half_day(database: Database) -> None:
    """What may wait is told in one message per person; what comes later that half-day waits for the next."""
    post = post_office(database, kinds={NoticeKind.CLOSURE: DIGEST})
    for version in (1, 2):
        change = replace(intent(post.now, "p1", version), kind=NoticeKind.CLOSURE)
        post.enqueue(change, replace(change, recipient="p2"))
    assert post.send("im") == ["p1", "p2"]
    post.enqueue(replace(intent(post.now, "p1", 3), kind=NoticeKind.CLOSURE))
    assert post.send("im") == []
    states = sorted((one.kind.value, one.state.value) for one in post.lives("p1"))
    assert states == [("closure", "merged"), ("closure", "merged"), ("closure", "pending"), ("digest", "closed")]
    post.later(4 * HOUR)
    assert post.send("im") == ["p1"]


def test_yesterdays_notice_is_never_sent(database: Database) -> None:
    """What is past when its turn comes ends as too old: unplanned, waiting for a channel, or in a digest."""
    post = post_office(database, kinds={NoticeKind.CLOSURE: DIGEST, NoticeKind.STANDBY_CALLED: TELL})
    post.tell("p1", lives=HOUR)
    post.round()
    post.tell("p2", lives=HOUR)
    post.enqueue(replace(intent(post.now + 2 * HOUR, "p3"), kind=NoticeKind.CLOSURE, expires_at=post.now + 3 * HOUR))
    post.later(4 * HOUR)
    assert post.send("im") == []
    assert {post.end(one) for one in ("p1", "p2", "p3")} == {("stale", "expired")}


def test_a_notice_lives_as_long_as_its_kind(database: Database) -> None:
    """The office's own limit on a kind ends a chain although the notice itself would be true for longer."""
    post = post_office(database, replace(ASK, lifetime=HOUR))
    post.tell(lives=3 * DAY)
    post.send("im")
    post.later(HOUR)
    assert post.send("sms") == []
    assert post.end() == ("closed", "done")
    assert len(post.path()) == 1


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    """The office's own texts, the roster change's one broken."""
    folder = tmp_path / "texts"
    shutil.copytree(TEXTS, folder)
    (folder / f"{CHANGE}.j2").write_text("{{ nobody }}", "utf-8")
    return folder


def mend(texts: Path) -> None:
    """Put the right text back."""
    shutil.copy(TEXTS / f"{CHANGE}.j2", texts / f"{CHANGE}.j2")


def test_a_broken_text_waits_with_one_alert(database: Database, texts: Path) -> None:
    """Notices whose text cannot be filled wait, the office is told once, others leave, and once mended they leave."""
    post = post_office(database, texts=texts)
    post.tell("p1", "p2")
    closure = intent(post.now, "p3")
    values = {"name": "甲", "date": "12月8日", "time": "9:00", "market": "大仓", "place": "门前", "notice": "通知"}
    post.enqueue(replace(closure, kind=NoticeKind.CLOSURE, text="sms/closure", values=values))
    assert post.send("im") == ["p3"]
    assert post.end("p1") == ("pending", "text")
    assert len(post.alerts()) == 1
    assert post.send("file") == [COORDINATOR]
    mend(texts)
    post.later(10 * MINUTE)
    assert post.send("im") == ["p1", "p2"]


def test_a_text_broken_under_way_stops_no_chain(database: Database, texts: Path) -> None:
    """A text that breaks between two steps holds the second up until it is mended, no longer."""
    broken = (texts / f"{CHANGE}.j2").read_text("utf-8")
    mend(texts)
    post = post_office(database, ASK, texts=texts)
    post.tell()
    post.send("im")
    (texts / f"{CHANGE}.j2").write_text(broken, "utf-8")
    post.later(HOUR)
    assert post.send("sms") == []
    assert len(post.alerts()) == 1
    mend(texts)
    post.later(10 * MINUTE)
    assert post.send("sms") == ["p1"]


def test_a_broken_text_stops_no_digest(database: Database, texts: Path) -> None:
    """A text that cannot be filled keeps its own notice back, not everybody's digest."""
    post = post_office(database, texts=texts, kinds={NoticeKind.CLOSURE: DIGEST})
    post.enqueue(
        replace(intent(post.now, "p1"), kind=NoticeKind.CLOSURE),
        replace(
            intent(post.now, "p1", 2),
            kind=NoticeKind.CLOSURE,
            text="sms/unconfirmed",
            values={"name": "甲", "what": "值班"},
        ),
    )
    post.round()
    assert sorted(one.state.value for one in post.lives()) == ["merged", "open", "pending"]
    assert len(post.alerts()) == 1


def test_a_message_overtaken_by_the_next_step_stays_home(database: Database) -> None:
    """A message under way while its step's time ran out is not sent again beside the next step's."""
    post = post_office(database, ASK)
    post.tell()
    post.round()
    taken = post.claim("im").messages
    post.later(HOUR)
    assert post.send("sms") == ["p1"]
    post.say(taken, Verdict.TRANSIENT)
    post.later(15 * MINUTE)
    assert post.send("im") == []
    assert post.path() == [("im", "superseded", "next_step"), ("sms", "accepted", "")]


def test_quiet_hours_hold_what_waited_for_its_channel(database: Database) -> None:
    """A channel that comes back at night does not wake anybody: what waited leaves in the morning."""
    post = post_office(database)
    post.lanes["im"] = replace(post.lanes["im"], hours=post.outlook.hours)
    post.tell("p1", lives=3 * DAY)
    post.tell("p2", lives=20 * HOUR)
    post.stop("im")
    post.round()
    post.later(14 * HOUR)
    post.start("im")
    assert post.send("im") == ["p2"]
    assert post.path("p1") == [("im", "held", "quiet")]
    post.later(9 * HOUR)
    assert post.send("im") == ["p1"]
    assert post.now - START < DAY
