"""Reminders as cards: answered with one press, taken back when somebody else has the duty."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from djflow.assembly import House, postbox, sending
from djflow.assembly import roster as desk
from djflow.core.ids import PersonId
from djflow.notify import service as notify
from djflow.notify.channels.base import Outcome, Outgoing, Pushed, Reply, Traits, Verdict
from djflow.notify.channels.embedded import MemoryOutlet
from djflow.notify.lives import service as lives
from djflow.notify.model import NoticeKind
from djflow.roster import service as rosters
from djflow.roster.answers import service as answers
from djflow.roster.answers.model import DutyState
from tests.assembly.test_roster import DECEMBER, FIRST, content_of, holder_of, send_away

KIND = NoticeKind.DUTY_REMINDER


class Cards(MemoryOutlet):
    """Shows buttons and takes messages back."""

    def __init__(self, verdict: Verdict = Verdict.ACCEPTED) -> None:
        super().__init__("file")
        self.verdict, self.within = verdict, timedelta(hours=24)
        self.recalled: list[str] = []

    @property
    def traits(self) -> Traits:
        """As WeCom's application."""
        return replace(super().traits, buttons=True, can_recall=self.within)

    async def recall(self, provider_id: str) -> Outcome:
        """Take back."""
        self.recalled.append(provider_id)
        return Outcome(provider_id, self.verdict, "c")


@pytest.fixture
def eve(house: House, ids: dict[str, PersonId], at: Callable[[str], House]) -> House:
    """The eve of the first December session, the roster's own notices sent, reminders due."""
    assert ids
    desk.publish(house, desk.draft(house, DECEMBER, by="test").roster_id, by="test")
    sending.drain(at("2026-11-18T09:07"), channels={"file": MemoryOutlet("file")}, once=False)
    eve = at("2026-11-30T16:05")
    desk.remind(eve, eve.now())
    return eve


def holder(house: House) -> PersonId:
    """Who has the window on the first session."""
    with house.reading() as session:
        standing = rosters.version_in_force(session, DECEMBER)
    assert standing is not None
    return holder_of(content_of(house, standing.roster_id), FIRST, "综合受理")


def sent(house: House, channel: Cards) -> list[Outgoing]:
    """Send what may leave and return it."""
    sending.drain(house, channels={"file": channel}, once=False)
    return list(channel.sent.values())


def reminder_of(house: House, person: PersonId) -> str:
    """The notice that reminds a person."""
    with house.reading() as session:
        return next(row["id"] for row in notify.listing(session, kinds=(KIND,)) if row["recipient"] == person)


def test_a_reminder_is_a_card_with_answers(eve: House) -> None:
    """A reminder has three buttons: a word that comes back, the page that asks for the reason, the duty itself."""
    person = holder(eve)
    (card,) = [one for one in sent(eve, Cards()) if one.address == person]
    assert [one.label for one in card.buttons] == ["收到", "不能到岗", "查看详情"]
    link = card.buttons[2].url
    assert (card.buttons[0].value, card.buttons[1].url) == ("收到", f"{link}/decline")
    assert link.endswith(f"/duty/{FIRST}")
    assert link not in card.text


def test_one_press_confirms_the_duty(eve: House) -> None:
    """The word of the button confirms the duty of the person whose card it was, once."""
    person = holder(eve)
    (card,) = [one for one in sent(eve, Cards()) if one.address == person]
    press = Pushed(replies=(Reply("u1", card.buttons[0].value, eve.now(), message_id=card.id),))
    assert [postbox.take_in(eve, "file", press).answers for _ in range(2)] == [1, 0]
    with eve.reading() as session:
        assert answers.state_of(session, FIRST, person, holds=True) is DutyState.CONFIRMED


@pytest.mark.parametrize(
    ("verdict", "reason", "asked"),
    [
        (Verdict.ACCEPTED, "recalled", 1),
        (Verdict.PERMANENT, "not_recalled", 1),
        (Verdict.TRANSIENT, "", 2),
    ],
)
def test_a_reminder_somebody_else_took_over_is_taken_back(
    eve: House, at: Callable[[str], House], verdict: Verdict, reason: str, asked: int
) -> None:
    """Replaced after the reminder arrived: it is taken back once, in the record; unreachable, it is tried again."""
    gone = holder(eve)
    cards = Cards(verdict)
    (card,) = [one for one in sent(eve, cards) if one.address == gone]
    assert cards.recalled == []
    send_away(eve, gone, date(2026, 12, 1), date(2026, 12, 1))
    desk.repair_month(eve, DECEMBER, by="watch")
    notice = reminder_of(eve, gone)
    later = at("2026-11-30T16:15")
    for _ in range(2):
        sending.drain(later, channels={"file": cards}, once=True)
    assert cards.recalled == [card.id] * asked
    with eve.reading() as session:
        life = lives.life(session, notice)
    assert (life.state, life.reason) == ("superseded", "no_longer_true")
    message = life.messages[0]
    assert message.reason == reason
    codes = [one.code for one in message.attempts]
    assert codes == (["", "recall c"] if reason else [""])


def test_what_arrived_too_long_ago_stays(eve: House, at: Callable[[str], House]) -> None:
    """Where a message can be taken back for five minutes only, ten minutes later nobody tries."""
    gone = holder(eve)
    cards = Cards()
    sent(eve, cards)
    send_away(eve, gone, date(2026, 12, 1), date(2026, 12, 1))
    desk.repair_month(eve, DECEMBER, by="watch")
    cards.within = timedelta(minutes=5)
    sending.drain(at("2026-11-30T16:15"), channels={"file": cards}, once=True)
    assert cards.recalled == []
