"""A post office for outbox tests: who has which address, rounds at a moment, a provider that says what a test wants."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from importlib.resources import files
from pathlib import Path

from sqlalchemy.orm import Session

from djflow.core.subject import Subject
from djflow.db.session import Database
from djflow.notify import digests, planning, service
from djflow.notify.delivery import service as delivery
from djflow.notify.delivery.model import Candidate, Claim, Lane
from djflow.notify.lives import service as lives
from djflow.notify.lives.model import Life, MessageLife
from djflow.notify.model import (
    COORDINATOR,
    Answer,
    Claimed,
    Drained,
    Hours,
    Intent,
    Notice,
    NoticeKind,
    Policy,
    Result,
    Step,
    Urgency,
    Verdict,
)
from djflow.notify.outlook import ContactWay, Outlook, Template
from djflow.notify.texts import Texts
from tests.notify.messages import SUBJECT, intent

START = datetime(2026, 11, 18, 1, 7, tzinfo=UTC)
"""18 November 2026, 09:07 in Shanghai: nothing keeps a message back."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TEXTS = Path(str(files("djflow") / "starter" / "texts"))
OWNER = "sender-1"
TELL = Policy(steps=(Step("im"), Step("sms")))
ASK = Policy(steps=(Step("im", HOUR), Step("sms", HOUR)), acknowledge=True)
_ALERT = Policy(urgency=Urgency.URGENT, steps=(Step("file"),))
_WAYS = {"im": ContactWay.WECOM, "sms": ContactWay.MOBILE, "file": ContactWay.RECIPIENT, "bot": ContactWay.NONE}


@dataclass(slots=True)
class Book:
    """Everybody has every address but those in `without`; `liaisons` by recipient."""

    without: set[tuple[ContactWay, str]] = field(default_factory=set)
    liaisons: dict[str, str] = field(default_factory=dict)

    def addresses(self, session: Session, way: ContactWay, ids: Collection[str]) -> Mapping[str, str]:
        """Return made-up addresses."""
        assert session.is_active
        return {one: f"{way.value}-{one}" for one in ids if (way, one) not in self.without}

    def names(self, session: Session, ids: Collection[str]) -> Mapping[str, str]:
        """Return made-up names."""
        assert session.is_active
        return {one: f"同志{one}" for one in ids}

    def liaison(self, session: Session, recipient: str) -> str | None:
        """Return the liaison where there is one."""
        assert session.is_active
        return self.liaisons.get(recipient)


@dataclass(slots=True)
class Post:
    """One house's outbox at a moment that only a test moves."""

    database: Database
    outlook: Outlook
    book: Book
    now: datetime = START
    lanes: dict[str, Lane] = field(default_factory=lambda: {key: Lane(key) for key in _WAYS})
    untrue: set[str] = field(default_factory=set)
    settled: set[str] = field(default_factory=set)

    def later(self, span: timedelta) -> None:
        """Let time pass."""
        self.now += span

    def enqueue(self, *intents: Intent) -> None:
        """Write intents."""
        with self.database.transaction() as session:
            service.enqueue(session, intents, now=self.now)

    def tell(self, *recipients: str, lives: timedelta = DAY, kind: NoticeKind = NoticeKind.DUTY_ASSIGNED) -> None:
        """Tell these people of a change of the roster, true for `lives`."""
        self.enqueue(
            *(replace(intent(self.now, one), kind=kind, expires_at=self.now + lives) for one in recipients or ("p1",))
        )

    def round(self) -> None:
        """Move everything on until nothing moves, as the sender's rounds do."""
        for _ in range(20):
            with self.database.transaction() as session:
                made = digests.digest(session, self.outlook, now=self.now)
            with self.database.transaction() as session:
                delivery.release(session, now=self.now)
                planned = planning.plan(session, self.outlook, now=self.now)
            with self.database.transaction() as session:
                if not (planning.advance(session, self.outlook, now=self.now) + planned + made):
                    return
        raise AssertionError("the outbox never comes to rest")

    def claim(self, channel: str, limit: int = 100, *, owner: str = OWNER) -> Claim:
        """Take messages of a channel."""
        with self.database.transaction() as session:
            return delivery.claim(session, self.lanes[channel], limit, self._untrue, owner=owner, now=self.now)

    def _untrue(self, session: Session, found: Sequence[Candidate]) -> frozenset[str]:
        assert session.is_active
        return frozenset(one.id for one in found if one.recipient in self.untrue)

    def say(self, claimed: Iterable[Claimed], verdict: Verdict, *, owner: str = OWNER, **more: object) -> Drained:
        """Write down what the provider said of claimed messages."""
        pairs = [
            (one, replace(Result(one.id, one.attempts, verdict, provider_id=f"x-{one.id}"), **more))  # type: ignore[arg-type] # fields by name
            for one in claimed
        ]
        if not pairs:
            return Drained(0, 0, 0)
        with self.database.transaction() as session:
            return delivery.write_results(session, self.lanes[pairs[0][0].channel], pairs, owner=owner, now=self.now)

    def send(self, channel: str, verdict: Verdict = Verdict.ACCEPTED, **more: object) -> list[str]:
        """Move on, take what a channel may send, let the provider say `verdict`, move on; return who it went to."""
        self.round()
        taken = self.claim(channel).messages
        self.say(taken, verdict, **more)  # type: ignore[arg-type] # fields by name
        self.round()
        return sorted(one.recipient for one in taken)

    def answer(self, recipient: str = "p1", answer: Answer = Answer.CONFIRMED, subject: Subject = SUBJECT) -> int:
        """Let somebody answer."""
        with self.database.transaction() as session:
            return service.acknowledge(session, subject, recipient, answer, via="link", now=self.now)

    def stop(self, channel: str) -> None:
        """Stop a channel by hand."""
        with self.database.transaction() as session:
            delivery.pause_channel(session, channel, reason="maintenance", by="clerk", now=self.now)

    def start(self, channel: str) -> None:
        """Start a channel again by hand."""
        with self.database.transaction() as session:
            delivery.resume_channel(session, channel, by="clerk", now=self.now)

    def lives(self, recipient: str = "p1") -> list[Life]:
        """Return the lives of a recipient's notices, oldest first."""
        with self.database.reading() as session:
            rows = [row["id"] for row in service.listing(session) if row["recipient"] == recipient]
            return [lives.life(session, one) for one in reversed(rows)]

    def life(self, recipient: str = "p1") -> Life:
        """Return the life of a recipient's one notice."""
        (found,) = self.lives(recipient)
        return found

    def end(self, recipient: str = "p1") -> tuple[str, str]:
        """Return the state and the reason of a recipient's one notice."""
        found = self.life(recipient)
        return found.state.value, found.reason

    def path(self, recipient: str = "p1") -> list[tuple[str, str, str]]:
        """Return channel, state and reason of the messages of a recipient's one notice."""
        return [(one.channel, one.state.value, one.reason) for one in self.life(recipient).messages]

    def message(self, recipient: str = "p1") -> MessageLife:
        """Return the last message of a recipient's one notice."""
        return self.life(recipient).messages[-1]

    def called(self, subject: Subject = SUBJECT) -> list[str]:
        """Return whom a human has to call about a subject."""
        with self.database.reading() as session:
            return [one.recipient for one in lives.phone_list(session) if one.subject == str(subject)]

    def alerts(self) -> list[str]:
        """Return what the office was told."""
        return [one.values["title"] for one in self.lives(COORDINATOR) if one.kind is NoticeKind.OPERATOR_ALERT]


def post_office(
    database: Database,
    policy: Policy = TELL,
    *,
    texts: Path = TEXTS,
    templates: Mapping[str, Template] | None = None,
    kinds: Mapping[NoticeKind, Policy] | None = None,
    link: Callable[[Session, Notice, datetime], str] = lambda *_: "",
) -> Post:
    """Return a post office whose notices travel by `policy`."""
    book, settled = Book(), set[str]()
    policies = {**dict.fromkeys(NoticeKind, policy), NoticeKind.OPERATOR_ALERT: _ALERT, **(kinds or {})}
    outlook = Outlook(
        policies=policies,
        hours=Hours(time(21, 30), time(7, 30)),
        ways=_WAYS,
        texts=Texts(texts),
        templates=templates or {},
        directory=book,
        is_digest_time=lambda at: at >= START,
        is_settled=lambda _session, notice: notice.recipient in settled,
        link=link,
    )
    return Post(database, outlook, book, settled=settled)
