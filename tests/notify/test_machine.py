"""The whole outbox against chance: whatever order things happen in, nobody is told twice, everything ends."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from sqlalchemy.orm import Session

from djflow.core.subject import Subject
from djflow.db.session import Database
from djflow.notify import service
from djflow.notify.delivery import service as delivery
from djflow.notify.delivery.model import Lane
from djflow.notify.model import Answer, Claimed, NoticeState, Result, Verdict
from djflow.notify.outlook import ContactWay
from djflow.notify.rules import Care
from tests.notify.messages import intent
from tests.notify.post import ASK, DAY, HOUR, OWNER, START, TELL, post_office

PEOPLE = ("p1", "p2")
ENDS = frozenset(NoticeState) - {NoticeState.PENDING, NoticeState.OPEN}
MINUTE = timedelta(minutes=1)
_examples = count(1)


class Outbox(RuleBasedStateMachine):
    """One subject of its own, two people, two channels whose provider can be asked."""

    database: Database
    acknowledge = False

    def __init__(self) -> None:
        """Begin some days after the example before; everything of that one has ended."""
        super().__init__()
        number = next(_examples)
        self.post = post_office(self.database, ASK if self.acknowledge else TELL)
        self.post.now = START + 9 * DAY * number
        self.subject = Subject("roster.month", f"m{number}-{int(self.acknowledge)}")
        for channel in ("im", "sms"):
            self.post.lanes[channel] = Lane(channel, care=Care(can_query=True))
        self.version = 0
        self.accepted: set[str] = set()
        self.silent: set[tuple[str, int]] = set()
        self.overtaken: set[str] = set()

    def _mine(self, session: Session) -> list[Mapping[str, str]]:
        return [row for row in service.listing(session) if row["subject"] == str(self.subject)]

    def _silence(self, who: str) -> None:
        self.silent |= {(who, version) for version in range(self.version + 1)}

    @rule(who=st.sampled_from(PEOPLE), lives=st.integers(1, 40))
    def tell(self, who: str, lives: int) -> None:
        """Tell somebody of a new version; the one before is withdrawn where it has not left."""
        self.version += 1
        with self.database.transaction() as session:
            service.withdraw(session, self.subject, who)
            told = intent(self.post.now, who, self.version, subject=self.subject)
            told = replace(told, expires_at=self.post.now + lives * HOUR)
            service.enqueue(session, [told], now=self.post.now)
            service.enqueue(session, [told], now=self.post.now)

    @rule(who=st.sampled_from(PEOPLE))
    def withdraw(self, who: str) -> None:
        """Take back what has not left."""
        with self.database.transaction() as session:
            waiting = service.heard_before(session, self.subject)
            service.withdraw(session, self.subject, who)
            if who in waiting:
                gone = [row for row in self._mine(session) if row["state"] == "superseded"]
                self.silent |= {(who, int(row["version"])) for row in gone if row["recipient"] == who}

    @rule(who=st.sampled_from(PEOPLE), answer=st.sampled_from(Answer))
    def answer(self, who: str, answer: Answer) -> None:
        """Somebody answers everything told so far."""
        self.post.answer(who, answer, self.subject)
        self._silence(who)

    @rule(who=st.sampled_from(PEOPLE), way=st.sampled_from([ContactWay.WECOM, ContactWay.MOBILE]))
    def lose_contact(self, who: str, way: ContactWay) -> None:
        """An address is taken away or given back."""
        self.post.book.without ^= {(way, who)}

    @rule(minutes=st.sampled_from([30, 300, 800]))
    def pass_time(self, minutes: int) -> None:
        """Time passes."""
        self.post.later(minutes * MINUTE)

    def _claim(self, channel: str) -> tuple[Claimed, ...]:
        """Take messages; nobody is told what is not to be told any more."""
        self.post.round()
        self.post.round()
        taken = self.post.claim(channel).messages
        for one in taken:
            assert (one.recipient, int(one.key.split("|")[2])) not in self.silent
            assert one.expires_at > self.post.now
            assert f"{one.notice_id}|{channel}" not in self.overtaken
            self.overtaken |= {f"{one.notice_id}|im"} if channel == "sms" else set()
        return taken

    def _took(self, one: Claimed) -> None:
        assert one.key not in self.accepted
        self.accepted.add(one.key)

    @rule(
        tells=st.sampled_from(PEOPLE),
        minutes=st.sampled_from([1, 1, 61]),
        meanwhile=st.sampled_from(["", "answer", "withdraw", "next step"]),
        verdict=st.sampled_from([one for one in Verdict if one is not Verdict.CONFIG]),
        truly=st.booleans(),
    )
    def send(self, tells: str, minutes: int, meanwhile: str, verdict: Verdict, *, truly: bool) -> None:
        """Messages are taken, something happens meanwhile, the provider answers, `truly` has the unsure ones."""
        self.tell(tells, 12)
        for channel in ("im", "sms"):
            self.post.later(minutes * MINUTE)
            for one in self._claim(channel):
                self._happens(meanwhile, one.recipient)
                if verdict is Verdict.ACCEPTED or (verdict is Verdict.UNKNOWN and truly):
                    self._took(one)
                self.post.say([one], verdict)

    def _happens(self, meanwhile: str, who: str) -> None:
        if meanwhile == "answer":
            self.answer(who, Answer.CONFIRMED)
        elif meanwhile == "withdraw":
            self.withdraw(who)
        elif meanwhile == "next step":
            self.post.later(HOUR)
            self.post.round()

    @rule(channel=st.sampled_from(["im", "sms"]), truly=st.booleans())
    def die(self, channel: str, *, truly: bool) -> None:
        """The sender is killed with messages in flight, and another one takes up what it left."""
        for one in self._claim(channel):
            if truly:
                self._took(one)
        self._take_up()

    def _take_up(self) -> None:
        with self.database.transaction() as session:
            lanes, now = self.post.lanes, self.post.now
            delivery.take_up_lost(session, lanes, owner=OWNER, now=now, dead_owners=True)

    @rule(channel=st.sampled_from(["im", "sms"]), knows=st.booleans())
    def ask(self, channel: str, *, knows: bool) -> None:
        """The provider is asked for what is unknown, and tells the truth or nothing."""
        with self.database.transaction() as session:
            lane, now = self.post.lanes[channel], self.post.now
            found = delivery.unknown_due(session, lane, owner=OWNER, now=now, limit=50)
            said = [
                (one, Verdict.ACCEPTED if one.key in self.accepted else Verdict.TRANSIENT)
                if knows
                else (one, Verdict.UNKNOWN)
                for one in found
            ]
            pairs = [(one, Result(one.id, one.attempts, verdict)) for one, verdict in said]
            delivery.write_answers(session, pairs, owner=OWNER, now=now)

    def teardown(self) -> None:
        """Days later everything has ended, and whatever needs a human is listed."""
        for hours in (30, 30, 2):
            self.post.later(hours * HOUR)
            self.post.round()
            for channel in ("im", "sms"):
                self.post.say(self.post.claim(channel).messages, Verdict.TRANSIENT)
                self.ask(channel, knows=False)
            self.post.round()
        with self.database.reading() as session:
            mine = self._mine(session)
        assert {row["state"] for row in mine} <= {state.value for state in ENDS}
        waiting = [row["recipient"] for row in mine if row["state"] == "needs_human"]
        assert sorted(self.post.called(self.subject)) == sorted(waiting)


@pytest.mark.parametrize("acknowledge", [False, True])
def test_whatever_happens(database: Database, *, acknowledge: bool) -> None:
    """No message is accepted twice, none leaves to whoever answered or about what is gone, and every notice ends."""

    class Here(Outbox):
        pass

    Here.database, Here.acknowledge = database, acknowledge
    quiet = settings(
        max_examples=8 if database.engine.dialect.name == "sqlite" else 2,
        stateful_step_count=20,
        deadline=None,
        phases=[Phase.generate],  # examples share a database: shrinking one would take longer than reading it
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Here, settings=quiet)
