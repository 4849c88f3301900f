"""What waits for a human lies in a box: one item per thing, gone by itself when the thing is settled."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from djflow.accounts.model import Role
from djflow.assembly import House, answers, calling, notices, outbox, postbox, sending, swapping
from djflow.assembly import roster as desk
from djflow.audit import service as audit
from djflow.core.clock import FixedClock
from djflow.core.errors import NotFoundError
from djflow.core.ids import PersonId
from djflow.core.subject import Subject
from djflow.db.session import Database
from djflow.inbox import service as inbox
from djflow.inbox.model import Address, Item, ItemKind, ItemState, NewItem
from djflow.notify import service as notify
from djflow.notify.channels.base import Outcome, Outgoing, Pushed, Reply, Verdict
from djflow.notify.channels.embedded import MemoryOutlet
from djflow.notify.model import Answer
from djflow.people import service as people
from djflow.roster.answers.model import DutyState
from tests.assembly.test_answers import DECEMBER, FIRST, WINDOW, changed, free_person, holder, standby
from tests.inbox.boxes import items_of

CLERKS = Address(role=Role.OFFICE_CLERK)
CALLS = (ItemKind.PHONE_LIST, ItemKind.DEAD_LETTER)


class Refusing(MemoryOutlet):
    """A channel that answers everything alike."""

    def __init__(self, verdict: Verdict) -> None:
        """Answer with `verdict`."""
        super().__init__("file")
        self.verdict = verdict

    async def send(self, batch: Sequence[Outgoing]) -> tuple[Outcome, ...]:
        """Refuse."""
        if self.verdict is Verdict.ACCEPTED:
            return await super().send(batch)
        return tuple(Outcome(one.id, self.verdict, code="no") for one in batch)


@pytest.fixture
def morning(house: House, ids: dict[str, PersonId]) -> House:
    """The house with December published, at seven minutes past nine."""
    assert ids
    desk.publish(house, desk.draft(house, DECEMBER, by="test").roster_id, by="test")
    return later(house, timedelta(minutes=7))


def later(house: House, by: timedelta) -> House:
    """Return the house some time later."""
    return replace(house, clock=FixedClock(house.now() + by))


def items(house: House, *kinds: ItemKind, state: ItemState = ItemState.OPEN) -> tuple[Item, ...]:
    """Return the items of some kinds in a state."""
    with house.reading() as session:
        return tuple(one for one in items_of(session) if one.kind in kinds and one.state is state)


def test_every_dead_letter_lies_in_the_clerks_box_once(morning: House) -> None:
    """When all channels refused a notice, its item waits with the clerks; sent again it is settled, dead again anew."""
    channel = Refusing(Verdict.PERMANENT)
    sending.drain(morning, channels={"file": channel}, once=False)
    lost = notices.dead_letters(morning)
    waiting = items(morning, *CALLS)
    assert {one.subject.id for one in waiting} == {one.notice_id for one in lost}
    assert {(one.kind, one.to) for one in waiting} == {(ItemKind.DEAD_LETTER, CLERKS)}
    assert all("甲" in one.title and one.link == f"/desk/messages/{one.subject.id}" for one in waiting)
    sending.sweep(morning)
    assert items(morning, *CALLS) == waiting
    letter = lost[0]
    notices.replay(morning, letter.message_id, by="account:1")
    (done,) = items(morning, *CALLS, state=ItemState.DONE)
    assert (done.subject.id, done.settled_by) == (letter.notice_id, "account:1")
    sending.drain(morning, channels={"file": channel}, once=False)
    assert len(items(morning, *CALLS)) == len(waiting)
    assert len(items(morning, *CALLS, state=ItemState.DONE)) == 1


def test_a_call_or_an_answer_settles_the_item(morning: House) -> None:
    """Calling somebody, or his confirming after all, takes the item out at once; again changes nothing."""
    sending.drain(morning, channels={"file": Refusing(Verdict.PERMANENT)}, once=False)
    (first, second, *rest) = items(morning, *CALLS)
    for _ in range(2):
        notices.settle_call(morning, first.subject.id, by="account:1")
    assert first.subject.id not in {one.notice_id for one in notices.dead_letters(morning)}
    life = notices.life(morning, second.subject.id)
    with morning.transaction() as session:
        notify.acknowledge(
            session, Subject.parse(life.subject), life.recipient, Answer.CONFIRMED, via="me", now=morning.now()
        )
    assert {one.subject for one in items(morning, *CALLS)} == {one.subject for one in rest}
    with morning.reading() as session:
        assert [one.action for one in audit.history(session, first.subject)] == ["notice.called"]


def test_a_call_nobody_made_leaves_after_a_week(morning: House) -> None:
    """What is past stays on the list for a week, so that it is seen, and then goes with its item."""
    sending.drain(morning, channels={"file": Refusing(Verdict.PERMANENT)}, once=False)
    ends = max(call.expires_at for call in notices.phone_list(morning))
    past = later(morning, ends - morning.now() + timedelta(days=6))
    sending.sweep(past)
    assert items(past, *CALLS)
    gone = later(past, timedelta(days=2))
    sending.sweep(gone)
    assert items(gone, *CALLS) == ()
    assert notices.phone_list(gone) == ()


def test_a_stopped_channel_is_the_administrators_item(morning: House) -> None:
    """A refused key stops the channel and asks the system administrator once; resumed it is settled, stopped anew."""
    channel = Refusing(Verdict.CONFIG)
    for _ in range(2):
        sending.drain(morning, channels={"file": channel}, once=False)
        notices.check_channels(morning)
        (item,) = items(morning, ItemKind.CHANNEL_DOWN)
        assert (item.subject.id, item.to, item.link) == ("file", Address(role=Role.SYSTEM_ADMIN), "/desk/channels")
        notices.resume_channel(morning, "file", by="account:2")
        assert items(morning, ItemKind.CHANNEL_DOWN) == ()
    assert [one.settled_by for one in items(morning, ItemKind.CHANNEL_DOWN, state=ItemState.DONE)] == ["account:2"] * 2


def test_a_stuck_channel_is_settled_when_it_moves_again(morning: House) -> None:
    """Messages that wait for more than half an hour raise one item; once they have left, the check settles it."""
    outbox.move_on(morning, outbox.outlook_of(morning))
    late = later(morning, timedelta(minutes=40))
    for _ in range(2):
        notices.check_channels(late)
    (item,) = items(late, ItemKind.CHANNEL_DOWN)
    assert "堵住了" in item.title
    sending.drain(late, channels={"file": Refusing(Verdict.ACCEPTED)}, once=False)
    notices.check_channels(late)
    assert items(late, ItemKind.CHANNEL_DOWN) == ()


def test_an_undone_stop_leaves_no_item(morning: House) -> None:
    """Alert, item and what caused them are written together or not at all."""

    def broken_stop() -> None:
        with morning.transaction() as session:
            outbox.channel_stopped(session, "file", now=morning.now())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        broken_stop()
    assert items(morning, ItemKind.CHANNEL_DOWN) == ()
    notices.pause_channel(morning, "file", reason="检修", by="account:1")
    assert len(items(morning, ItemKind.CHANNEL_DOWN)) == 1


def test_a_full_number_is_shown_for_a_call_and_recorded(morning: House) -> None:
    """Each showing is recorded: who, whose, for which notice, never the number; without a call nothing is shown."""
    sending.drain(morning, channels={"file": Refusing(Verdict.PERMANENT)}, once=False)
    call = notices.phone_list(morning)[0]
    with pytest.raises(NotFoundError, match="没有登记手机号"):
        calling.show_number(morning, call.notice_id, by="account:1")
    with morning.transaction() as session:
        code = people.people_by_ids(session, [PersonId(call.recipient)])[PersonId(call.recipient)].code
        entry = replace(people.entries(session, [code])[code], mobile="13800000010")
        people.change_person(session, PersonId(call.recipient), entry, by="test", now=morning.now())
    for _ in range(2):
        shown = calling.show_number(morning, call.notice_id, by="account:1")
    assert shown.mobile == "13800000010"
    assert shown.mobile not in repr(shown)
    with morning.reading() as session:
        lines = audit.history(session, Subject("people.person", call.recipient))
    seen = [(one.actor, one.details) for one in lines if one.action == "number.show"]
    assert seen == [("account:1", f'{{"notice": "{call.notice_id}"}}')] * 2
    assert shown.mobile not in repr(lines)
    notices.settle_call(morning, call.notice_id, by="account:1")
    with pytest.raises(NotFoundError, match="不在电话名单里"):
        calling.show_number(morning, call.notice_id, by="account:1")


def test_the_office_decides_past_the_limit_and_the_item_settles(morning: House, ids: dict[str, PersonId]) -> None:
    """A decline past the limit lies with the clerks without its reason, until somebody else has the duty."""
    strict = changed(morning, substitutions_free=0)
    person = holder(morning, FIRST)
    assert answers.decline(strict, person, FIRST, "家里老人住院", by="me") is DutyState.WAITING
    (item,) = items(morning, ItemKind.DUTY_DECLINED)
    assert (item.to, "住院" in item.title, item.link) == (CLERKS, False, "/desk/answers/2026-12")
    answers.confirm(strict, person, FIRST, by="me")
    assert items(morning, ItemKind.DUTY_DECLINED) == ()
    answers.decline(strict, person, FIRST, "家里老人住院", by="me")
    assert len(items(morning, ItemKind.DUTY_DECLINED)) == 1
    code = next(code for code, who in ids.items() if who == person)
    desk.swap(morning, DECEMBER, swapping.Swap(FIRST, WINDOW, code, free_person(morning, ids)), by="account:1")
    assert items(morning, ItemKind.DUTY_DECLINED) == ()


def test_a_decline_tells_the_one_who_steps_in(morning: House) -> None:
    """Whoever stands by hears at once that the duty is now the own one; nobody hears why."""
    channel = Refusing(Verdict.ACCEPTED)
    sending.drain(morning, channels={"file": channel}, once=False)
    reserve = standby(morning, FIRST)
    before = set(channel.sent)
    answers.decline(morning, holder(morning, FIRST), FIRST, "家里老人住院", by="me")
    assert holder(morning, FIRST) == reserve
    sending.drain(morning, channels={"file": channel}, once=False)
    fresh = [message for key, message in channel.sent.items() if key not in before]
    assert [one.address for one in fresh].count(reserve) == 1
    assert "12月1日" in next(one.text for one in fresh if one.address == reserve)
    assert "住院" not in " ".join(one.text for one in channel.sent.values())
    with morning.reading() as session:
        lines = audit.latest(session, count=500)
    assert "住院" not in repr(lines) + repr(items(morning, *ItemKind)) + repr(notices.dead_letters(morning))


def test_a_decline_takes_its_swap_out_of_the_box(morning: House, ids: dict[str, PersonId]) -> None:
    """A swap that waits for approval leaves the box when the asker declines the duty instead."""
    office = changed(morning, swap_needs_approval=True)
    person, code = holder(morning, FIRST), free_person(morning, ids)
    offer = answers.propose_substitute(office, person, FIRST, code, by="me")
    answers.respond(office, ids[code], offer.id, accept=True, by="me")
    assert len(items(morning, ItemKind.SWAP_REQUEST)) == 1
    answers.decline(office, person, FIRST, "出差", by="me")
    assert items(morning, ItemKind.SWAP_REQUEST) == ()


def test_an_unclear_reply_is_handled_once(morning: House) -> None:
    """A reply nobody understands waits with the clerks; handled it leaves list and box, with one line in the record."""
    channel = Refusing(Verdict.ACCEPTED)
    sending.drain(morning, channels={"file": channel}, once=False)
    person = holder(morning, FIRST)
    pushed = Pushed(replies=(Reply(person, "我晚点到行不行", morning.now()),))
    postbox.take_in(morning, "file", pushed)
    (reply,) = calling.unclear_replies(morning)
    (item,) = items(morning, ItemKind.UNCLEAR_REPLY)
    assert (reply.recipient, item.subject.id, "晚点" in item.title) == (person, reply.id, False)
    for _ in range(2):
        calling.handle_reply(morning, reply.id, by="account:1")
    assert (calling.unclear_replies(morning), items(morning, ItemKind.UNCLEAR_REPLY)) == ((), ())
    with morning.reading() as session:
        assert [one.action for one in audit.history(session, item.subject)] == ["reply.handle"]


def test_a_trouble_raised_again_keeps_its_history(database: Database, morning: House) -> None:
    """While an item is open the same trouble is the same item; settled and raised again it is a new one."""
    item = NewItem(ItemKind.INFO, Subject("a.b", "1"), CLERKS, "试")
    with database.transaction() as session:
        first = inbox.raise_item(session, item, now=morning.now())
        assert inbox.raise_item(session, item, now=morning.now()) == first
        assert inbox.settle(session, ItemKind.INFO, item.subject, by="x", now=morning.now()) == 1
        assert inbox.raise_item(session, item, now=morning.now()) != first
        assert inbox.settle_all(session, [ItemKind.INFO], [], by="x", now=morning.now()) == 0
