"""Around the sender: sweeps, digests, what comes back, channels watched, lists without personal data."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pytest

from djflow.assembly import House, notices, outbox, postbox, sending
from djflow.core.errors import InputError, NotFoundError
from djflow.core.ids import PersonId
from djflow.core.subject import Subject
from djflow.notify import service as notify
from djflow.notify.channels.base import Awaited, Outcome, Outgoing, Pushed, Receipt, ReceiptState, Reply, Verdict
from djflow.notify.channels.embedded import MemoryOutlet
from djflow.notify.feedback import service as feedback
from djflow.notify.feedback.model import Taken
from djflow.notify.model import Intent, NoticeKind

DAY = timedelta(days=1)
VALUES = {"name": "张三", "date": "12月8日", "time": "9:00", "market": "大仓", "place": "门前", "notice": "防汛通知"}


@pytest.fixture
def morning(at: Callable[[str], House], ids: dict[str, PersonId]) -> House:
    """The house at seven minutes past nine, ten people in it."""
    assert ids
    return at("2026-11-18T09:07")


def told(house: House, who: PersonId, kind: NoticeKind = NoticeKind.CLOSURE, number: int = 1) -> str:
    """Tell somebody of a closure and return the notice's id."""
    text, values = "sms/closure", VALUES
    if kind is NoticeKind.UNCONFIRMED:
        text, values = "sms/unconfirmed", {"name": "张三", "what": "大仓值班提醒"}
    subject, now = Subject("roster.event", f"e{number}"), house.now()
    with house.transaction() as session:
        notify.enqueue(session, [Intent(kind, subject, 1, who, "s", text, now, now + 3 * DAY, values)], now=now)
        return notify.listing(session)[0]["id"]


def test_a_sweep_does_everything_when_no_sender_runs(morning: House, ids: dict[str, PersonId]) -> None:
    """The sweep plans and sends what waits, once; a sender on SQLite is left to its work."""
    first, second = list(ids.values())[:2]
    told(morning, first)
    assert sending.sweep(morning).sent == 1
    assert sending.sweep(morning) == sending.Swept(0, 0, 0)
    told(morning, second, number=2)
    with sending.only_sender(morning) as alone:
        assert sending.sweep(morning).sent == (0 if alone else 1)


def test_a_digest_is_written_once(ids: dict[str, PersonId], at: Callable[[str], House]) -> None:
    """Two reports for one person become one message; the program started again writes none."""
    early, noon = at("2026-11-18T09:01"), at("2026-11-18T09:12")
    who = next(iter(ids.values()))
    for number in (1, 2):
        told(early, who, NoticeKind.UNCONFIRMED, number)
    assert [outbox.make_digests(house) for house in (early, noon, noon)] == [0, 1, 0]
    channel = MemoryOutlet("file")
    sending.drain(noon, channels={"file": channel}, once=False)
    (message,) = channel.sent.values()
    assert message.text.count("值班提醒") == 2


def test_a_channel_that_stopped_is_told_once_a_day(morning: House, at: Callable[[str], House]) -> None:
    """Whoever stops a channel is reminded of it daily, not every five minutes; a running one is nobody's news."""

    def alerts() -> int:
        return len(notices.listing(morning, kind="operator_alert"))

    assert [one.channel for one in notices.check_channels(morning) if one.needs_attention] == []
    notices.pause_channel(morning, "memory", reason="maintenance", by="clerk")
    for _ in range(2):
        assert [one.channel for one in notices.check_channels(morning) if one.needs_attention] == ["memory"]
    assert alerts() == 1
    notices.check_channels(at("2026-11-19T09:07"))
    assert alerts() == 2
    notices.resume_channel(morning, "memory", by="clerk")
    assert not notices.health(morning)[1].paused
    with pytest.raises(NotFoundError, match="没有渠道"):
        notices.pause_channel(morning, "fax", reason="", by="clerk")


def test_a_channel_that_is_stuck_is_told(morning: House, ids: dict[str, PersonId], at: Callable[[str], House]) -> None:
    """A message nobody has sent for half an hour means that the sender is dead or the provider down."""
    told(morning, next(iter(ids.values())))
    outbox.move_on(morning, outbox.outlook_of(morning))
    late = at("2026-11-18T09:38")
    assert [one.is_stuck for one in notices.check_channels(late)] == [True, False]
    (alert,) = notices.listing(late, kind="operator_alert")
    assert alert["slot"].startswith("stuck")


class Chatty(MemoryOutlet):
    """A channel that hands out reports and replies when it is asked."""

    def __init__(self, pushed: Pushed) -> None:
        """Hand out `pushed`."""
        super().__init__("file")
        self.kept = pushed

    async def pull(self, since: datetime, awaited: Sequence[Awaited] = ()) -> Pushed:
        """Return what is kept."""
        assert since.tzinfo
        assert not awaited
        return self.kept


def test_what_comes_back_is_taken_in_once(morning: House, ids: dict[str, PersonId]) -> None:
    """Reports move messages, clear replies answer, unclear ones wait for a clerk; fetched again nothing is new."""
    who = next(iter(ids.values()))
    notice = told(morning, who)
    sending.sweep(morning)
    message = notices.life(morning, notice).messages[0].id
    now = morning.now()
    back = Pushed(
        (Receipt("", ReceiptState.DELIVERED, now, message_id=message),),
        (Reply(who, "收到", now, message_id=message), Reply(who, "在哪里集合？", now)),
    )
    for expected in (Taken(1, 1, 1), Taken(0, 0, 0)):
        assert postbox.pull(morning, channels={"file": Chatty(back)}) == {"file": expected}
    life = notices.life(morning, notice)
    assert [one.state.value for one in life.messages] == ["delivered"]
    assert [one.answer.value for one in life.answers] == ["confirmed"]
    with morning.reading() as session:
        assert [one.words for one in feedback.unclear_replies(session)] == ["在哪里集合？"]


class Refusing(MemoryOutlet):
    """A channel that refuses everything for good."""

    async def send(self, batch: Sequence[Outgoing]) -> tuple[Outcome, ...]:
        """Refuse."""
        return tuple(Outcome(one.id, Verdict.PERMANENT, code="BAD") for one in batch)


def test_reports_for_prefect_hold_no_personal_data(morning: House, ids: dict[str, PersonId]) -> None:
    """Prefect keeps what it shows: the lists of lost messages and calls name codes, never people."""
    told(morning, next(iter(ids.values())))
    sending.drain(morning, channels={"file": Refusing("file")}, once=False)
    lost, calls = notices.lost_rows(morning), notices.call_rows(morning)
    assert [(row["渠道"], row["代码"]) for row in lost] == [("file", "BAD")]
    assert [row["原因"] for row in calls] == ["各渠道都没有送到"]
    figures = notices.figure_rows(morning, morning.now() - DAY, morning.now() + DAY)
    assert {"项目": "失败", "数": "1"} in figures
    assert not [row for row in (*lost, *calls, *figures) if "张三" in str(row)]


def test_lists_refuse_unknown_words(morning: House) -> None:
    """A state or kind that does not exist is named with those that do."""
    with pytest.raises(InputError, match="没有“gone”这种状态"):
        notices.listing(morning, state="gone")
    with pytest.raises(InputError, match="没有“fax”这种通知"):
        notices.listing(morning, kind="fax")
