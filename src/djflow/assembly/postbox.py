"""What comes back to the house: providers' reports, people's replies, and what the replies set in motion."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta

from djflow.accounts.model import Role
from djflow.assembly import answers
from djflow.assembly.directory import Nobody, note_dead
from djflow.assembly.house import House
from djflow.assembly.outbox import way_of
from djflow.assembly.sending import channels_of
from djflow.core import log
from djflow.core.errors import DjflowError
from djflow.core.ids import PersonId
from djflow.core.subject import Subject
from djflow.inbox import service as inbox
from djflow.inbox.model import Address, ItemKind, NewItem
from djflow.notify import service
from djflow.notify.channels.base import Awaited, Channel, Pushed, ReceiptState
from djflow.notify.channels.codes import DEAD_CODES
from djflow.notify.feedback import service as feedback
from djflow.notify.feedback.model import Report, Taken, Understood, Words
from djflow.notify.model import Answer, NoticeKind

_BY = "reply"
_PULL_BACK = timedelta(days=3)
"""Reports older than 72 hours do not come any more. Source: carriers' SMS practice."""
_DUTY = frozenset({NoticeKind.DUTY_REMINDER, NoticeKind.STANDBY_REMINDER, NoticeKind.STANDBY_CALLED})
_log = log.logger("notify")


def take_in(house: House, channel: str, pushed: Pushed) -> Taken:
    """Take in what a provider pushed or handed out; repeat-safe, whatever the order."""
    now = house.now()
    reports = [
        Report(one.provider_id, one.state.value, one.at, one.message_id, one.address, one.code)
        for one in pushed.receipts
    ]
    said = [Words(one.address, one.words, one.at, one.message_id) for one in pushed.replies]
    with house.transaction() as session:
        moved = feedback.take_reports(session, channel, reports, now=now)
        replies = feedback.take_replies(session, channel, said, now=now)
        lost = [one for one in reports if one.state == ReceiptState.UNDELIVERED and one.code in DEAD_CODES]
        whose = [(one, feedback.addressee(session, channel, one)) for one in lost]
    nobody = [Nobody(found.recipient, found.address, one.code) for one, found in whose if found is not None]
    if nobody:
        note_dead(house, way_of(house, channel), nobody)
    clear = [one for one in replies if one.answer is not None and one.notice_id is not None]
    for one in clear:
        _act_on(house, one)
    for one in replies:
        if one not in clear:
            _ask_a_human(house, one)
    return Taken(moved, len(clear), len(replies) - len(clear))


def _act_on(house: House, one: Understood) -> None:
    """Do what a reply says; what cannot be done by itself goes to the inbox."""
    subject = Subject.parse(one.subject)
    answer = one.answer or Answer.READ
    if one.kind in _DUTY:
        try:
            if answer is Answer.CONFIRMED:
                answers.confirm(house, PersonId(one.recipient), subject.id, by=_BY)
            else:
                answers.decline(house, PersonId(one.recipient), subject.id, "短信回复请假", by=_BY)
        except DjflowError as error:
            _log.warning("reply %s could not be carried out: %s", one.reply_id, error.code)
            _ask_a_human(house, one)
            return
    with house.transaction() as session:
        service.acknowledge(session, subject, one.recipient, answer, via=_BY, now=house.now())


def _ask_a_human(house: House, one: Understood) -> None:
    item = NewItem(
        ItemKind.UNCLEAR_REPLY,
        Subject("notify.reply", one.reply_id),
        Address(role=Role.OFFICE_CLERK),
        "有一条回复看不明白，请阅读并处理",
        link="/desk/replies",
    )
    with house.transaction() as session:
        inbox.post_item(session, item, now=house.now())


def pull(house: House, *, channels: Mapping[str, Channel] | None = None) -> Mapping[str, Taken]:
    """Fetch reports and replies from every channel that hands them out or tells when asked; return what each brought.

    A channel whose answer is not understood is logged and left for the next time; the others go on.
    """
    opened = channels if channels is not None else channels_of(house)
    found = asyncio.run(_pulled(house, opened))
    taken = {key: take_in(house, key, pushed) for key, pushed in found.items()}
    with house.transaction() as session:
        feedback.match_early(session, now=house.now())
    return taken


async def _pulled(house: House, channels: Mapping[str, Channel]) -> Mapping[str, Pushed]:
    found: dict[str, Pushed] = {}
    for key, channel in channels.items():
        await channel.start()
        try:
            found[key] = await channel.pull(house.now() - _PULL_BACK, _awaited(house, channel))
        except DjflowError as error:
            _log.error("reports of channel %s could not be fetched: %s", key, error.code)
        finally:
            await channel.close()
    return found


def _awaited(house: House, channel: Channel) -> tuple[Awaited, ...]:
    """Return the messages a channel is to be asked for; none where it hands out reports by itself."""
    if not channel.traits.tells_when_asked:
        return ()
    now = house.now()
    with house.transaction() as session:
        waiting = feedback.unreported(session, channel.key, since=now - _PULL_BACK, now=now)
    return tuple(
        Awaited(one.message_id, one.provider_id, one.claimed_at, one.accepted_at, one.address) for one in waiting
    )
