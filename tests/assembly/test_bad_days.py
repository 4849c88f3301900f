"""Days on which something is wrong: a key, a URL, a template, a provider, a robot that was too fast."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from djflow.assembly import House, notices, sending
from djflow.assembly.sender import Sender
from djflow.core.ids import PersonId
from djflow.core.subject import Subject
from djflow.notify import service as notify
from djflow.notify.channels.base import Outcome, Outgoing, Traits, Verdict
from djflow.notify.channels.embedded import MemoryOutlet
from djflow.notify.model import Intent, NoticeKind
from djflow.people import service as people
from djflow.settings.channels_file import Channels
from djflow.settings.notices_file import NoticesFile

PATIENCE, LOOK = 60.0, 0.01
NUMBER = "16900000001"
CHANNELS = Channels.model_validate(
    {
        "channels": [
            {"key": "sms", "url": "aliyunsms://${DJFLOW_SMS_ID}:b@签名"},
            {"key": "group", "url": "dingrobot://T"},
        ]
    }
)
K = NoticeKind


class Provider(MemoryOutlet):
    """Answers everything alike until it is well again."""

    def __init__(self, key: str, *, addressed: bool = True) -> None:
        super().__init__(key)
        self.answer: Outcome | None = None
        self.tries = 0
        self._addressed = addressed

    @property
    def traits(self) -> Traits:
        """One at a time, so that the order shows."""
        return Traits(batch=1, concurrency=1, addressed=self._addressed, single_flight=not self._addressed)

    async def send(self, batch: Sequence[Outgoing]) -> tuple[Outcome, ...]:
        """Refuse, or take."""
        self.tries += len(batch)
        if self.answer is None:
            return await super().send(batch)
        return tuple(replace(self.answer, id=one.id) for one in batch)


def file_of(channel: str, **more: object) -> NoticesFile:
    """Everything goes by one channel, alerts to memory."""
    alerts = {"urgency": "urgent", "chain": [{"channel": "memory"}]}
    urgent = {"urgency": "urgent"}
    chain = {"chain": [{"channel": channel}]}
    kinds = {"operator_alert": alerts, "closure": urgent | chain}
    return NoticesFile.model_validate({"default": chain, "kinds": kinds, **more})


@pytest.fixture
def opened(at: Callable[[str], House], ids: dict[str, PersonId], house: House) -> Callable[..., House]:
    """The house with an SMS gateway and a group robot, at a moment."""
    with house.transaction() as session:
        entry = people.entries(session, ["A01"])["A01"]
        people.change_person(session, ids["A01"], replace(entry, mobile=NUMBER), by="test", now=house.now())

    def at_moment(moment: str, channel: str = "sms", **more: object) -> House:
        then = at(moment)
        return replace(then, settings=replace(then.settings, channels=CHANNELS, notices=file_of(channel, **more)))

    return at_moment


def tell(house: House, person: PersonId, slot: str, kind: NoticeKind = K.DUTY_OFFER, hours: int = 48) -> None:
    """Write a notice that is true for so many hours."""
    now = house.now()
    values = {"name": "甲A01", "added": slot, "removed": ""}
    until = now + timedelta(hours=hours)
    one = Intent(kind, Subject("roster.month", "2026-12"), 1, person, slot, "sms/roster_change", now, until, values)
    with house.transaction() as session:
        notify.enqueue(session, [one], now=now)


def drain(house: House, *channels: MemoryOutlet) -> None:
    """Send what may leave."""
    sending.drain(house, channels={one.key: one for one in channels}, once=False)


def alerts(memory: MemoryOutlet) -> list[str]:
    """What the office was told."""
    return [one.text for one in memory.sent.values()]


def states(house: House) -> dict[str, str]:
    """State by slot of everything but alerts."""
    return {row["slot"]: row["state"] for row in notices.listing(house) if row["kind"] != "operator_alert"}


def test_a_wrong_key_stops_the_channel_once(opened: Callable[..., House], ids: dict[str, PersonId]) -> None:
    """The first refusal stops the channel, the office is told once, everything waits and goes out after the mending."""
    house = opened("2026-11-18T09:07")
    sms, memory = Provider("sms"), MemoryOutlet("memory")
    sms.answer = Outcome("", Verdict.CONFIG, "SignatureDoesNotMatch")
    for number in range(3):
        tell(house, ids["A01"], f"s{number}")
    for moment in ("2026-11-18T09:07", "2026-11-18T09:17", "2026-11-18T10:17"):
        drain(opened(moment), sms, memory)
    tries = sms.tries
    assert tries == 1
    assert [text.count("渠道“sms”停用了") for text in alerts(memory)] == [1]
    assert set(states(house).values()) == {"open"}
    sms.answer = None
    later = opened("2026-11-18T11:07")
    notices.resume_channel(later, "sms", by="zhang")
    drain(later, sms, memory)
    assert len(sms.sent) == 3
    assert len(alerts(memory)) == 1


def test_a_running_sender_gets_over_a_refused_key(opened: Callable[..., House], ids: dict[str, PersonId]) -> None:
    """What waited behind a refused message goes back untried; once the channel is started again all of it leaves."""
    house, sms = opened("2026-11-18T09:07"), Provider("sms")
    sms.answer = Outcome("", Verdict.CONFIG, "SignatureDoesNotMatch")
    for number in range(3):
        tell(house, ids["A01"], f"s{number}")

    async def act() -> int:
        sender = Sender(house, {"sms": sms})
        await sender.open(alone=True)
        serving = asyncio.create_task(sender.serve())
        async with asyncio.timeout(PATIENCE):
            while [(one.paused, one.due) for one in notices.health(house) if one.channel == "sms"] != [(True, 3)]:  # noqa: ASYNC110 - only looks
                await asyncio.sleep(LOOK)
            tries, sms.answer = sms.tries, None
            notices.resume_channel(house, "sms", by="zhang")
            while len(sms.sent) < 3:  # noqa: ASYNC110 - only looks
                await asyncio.sleep(LOOK)
        sender.stop()
        await serving
        await sender.close()
        return tries

    assert asyncio.run(act()) == 1
    assert sms.tries == 4


def test_a_url_without_its_key_stops_one_channel_only(
    opened: Callable[..., House], ids: dict[str, PersonId], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A channel that cannot be opened is left out with one alert a day; its messages wait until it can."""
    monkeypatch.delenv("DJFLOW_SMS_ID", raising=False)
    house = opened("2026-11-18T09:07")
    tell(house, ids["A01"], "s")
    for _ in range(2):
        assert "sms" not in sending.channels_of(house)
    assert sending.drain(house).failed == 0
    told = [row for row in notices.listing(house) if row["kind"] == "operator_alert"]
    assert (len(told), states(house)) == (1, {"s": "open"})
    monkeypatch.setenv("DJFLOW_SMS_ID", "id")
    assert "sms" in sending.channels_of(house)
    sms = Provider("sms")
    drain(opened("2026-11-18T09:37"), sms, MemoryOutlet("memory"))
    assert len(sms.sent) == 1


def test_a_day_without_the_provider_loses_nothing(opened: Callable[..., House], ids: dict[str, PersonId]) -> None:
    """After a day without SMS what is still true goes out, the urgent first; what is past is not sent."""
    first = opened("2026-11-18T09:07")
    sms, memory = Provider("sms"), MemoryOutlet("memory")
    sms.answer = Outcome("", Verdict.TRANSIENT, "refused")
    tell(first, ids["A01"], "old", hours=5)
    tell(first, ids["A01"], "normal")
    for hour in range(9, 22, 3):
        drain(opened(f"2026-11-18T{hour:02}:17"), sms, memory)
    tell(opened("2026-11-19T08:17"), ids["A01"], "urgent", K.CLOSURE)
    sms.answer = None
    back = opened("2026-11-19T09:17")
    drain(back, sms, memory)
    assert ["urgent" in one.text for one in sms.sent.values()] == [True, False]
    assert ["normal" in one.text for one in sms.sent.values()] == [False, True]
    assert states(back)["old"] == "stale"


def test_a_robot_that_was_too_fast_rests_for_ten_minutes(
    opened: Callable[..., House], ids: dict[str, PersonId]
) -> None:
    """DingTalk blocks for ten minutes: nobody tries meanwhile, no try is counted, then everything goes out."""
    robot, memory = Provider("group", addressed=False), MemoryOutlet("memory")
    robot.answer = Outcome("", Verdict.RATE_LIMITED, "130101", retry_after=timedelta(minutes=10))
    house = opened("2026-11-18T09:07", "group")
    for number in range(3):
        tell(house, ids["A01"], f"s{number}")
    drain(house, robot, memory)
    drain(opened("2026-11-18T09:16", "group"), robot, memory)
    assert (robot.tries, len(robot.sent)) == (1, 0)
    assert [one.paused for one in notices.health(house) if one.channel == "group"] == [True]
    robot.answer = None
    drain(opened("2026-11-18T09:18", "group"), robot, memory)
    assert (robot.tries, len(robot.sent), alerts(memory)) == (4, 3, [])


def test_a_text_waits_for_its_template(opened: Callable[..., House], ids: dict[str, PersonId]) -> None:
    """Until the gateway has approved a text its messages are held; then they go with the code that came with it."""

    def text(code: str, *, approved: bool) -> dict[str, object]:
        return {"texts": [{"name": "sms/roster_change", "template": code, "approved": approved}]}

    sms, memory = Provider("sms"), MemoryOutlet("memory")
    house = opened("2026-11-18T09:07", **text("", approved=False))
    tell(house, ids["A01"], "short", hours=1)
    tell(house, ids["A01"], "long")
    drain(house, sms, memory)
    drain(opened("2026-11-18T22:07", **text("", approved=False)), sms, memory)
    assert (len(sms.sent), states(house)) == (0, {"short": "stale", "long": "open"})
    drain(opened("2026-11-18T23:07", **text("SMS_9", approved=True)), sms, memory)
    assert len(sms.sent) == 0
    drain(opened("2026-11-19T08:07", **text("SMS_9", approved=True)), sms, memory)
    assert [one.template for one in sms.sent.values()] == ["SMS_9"]
