"""The outbox of one house: what the office configured for notices, and the rounds that move them on.

A round writes messages for what is due, looks again at chains whose step has had its time, and lets go what was
held. The sender (`djflow.assembly.sender`) does the rest; both may run in several processes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from sqlalchemy.orm import Session

from djflow.assembly import boxes, phone
from djflow.assembly.directory import HouseDirectory
from djflow.assembly.house import House
from djflow.core.clock import civil_date
from djflow.core.ids import PersonId
from djflow.core.subject import Subject
from djflow.notify import planning, service
from djflow.notify.channels.base import Channel
from djflow.notify.delivery import service as delivery
from djflow.notify.delivery.model import Candidate, Lane
from djflow.notify.digests import digest
from djflow.notify.model import Hours, Notice, NoticeKind
from djflow.notify.outlook import ContactWay, Outlook, Template
from djflow.notify.rules import Care
from djflow.roster import service as rosters
from djflow.roster.answers import service as answers
from djflow.roster.answers.model import DutyState

_WAYS: Mapping[str, ContactWay] = {
    "file": ContactWay.RECIPIENT,
    "memory": ContactWay.RECIPIENT,
    "wecomapp": ContactWay.WECOM,
    "aliyunsms": ContactWay.MOBILE,
    "tencentsms": ContactWay.MOBILE,
    "cloudmas": ContactWay.MOBILE,
    "mailto": ContactWay.EMAIL,
    "mailtos": ContactWay.EMAIL,
}
"""The address a channel needs, by the scheme of its URL; every other scheme is a group or a topic."""

_OF_A_DUTY = frozenset({NoticeKind.DUTY_REMINDER, NoticeKind.STANDBY_REMINDER, NoticeKind.STANDBY_CALLED})
_ANSWERED_ON_THE_PHONE = _OF_A_DUTY | {NoticeKind.DUTY_ASSIGNED, NoticeKind.DUTY_OFFER}
_APPROVED_ON_THE_PHONE = frozenset({NoticeKind.APPROVAL_WAITING, NoticeKind.APPROVAL_REMINDER})
_PAGES: Mapping[NoticeKind, str] = MappingProxyType(
    {
        NoticeKind.FUND_PROGRESS: "/fund/{}",
        NoticeKind.POSTING_CADRE: "/posting/{}",
        NoticeKind.MEETING: "/meeting",
        NoticeKind.DOCUMENT_UNIT: "/document",
        NoticeKind.CIRCULAR_UNIT: "/circular",
    }
)
"""The phone pages that messages lead to; the place is the id of what the message is about."""
_SHORTEST_LEASE = timedelta(seconds=60)
BY = "sender"


def outlook_of(house: House) -> Outlook:
    """Return what the office configured for notices."""
    settings = house.settings
    configured = settings.notices
    return Outlook(
        policies=configured.policies(settings.channels.order),
        hours=hours_of(house),
        ways={entry.key: _way(entry.url) for entry in settings.channels.entries},
        texts=house.texts,
        templates={
            one.name: Template(one.template, one.templates, one.approved, one.limits) for one in configured.texts
        },
        directory=HouseDirectory(house),
        is_digest_time=configured.is_digest_time,
        is_settled=is_settled,
        link=link,
        manners=HouseDirectory(house),
    )


def hours_of(house: House) -> Hours:
    """Return when nobody is disturbed."""
    sending, spread = house.settings.sending, house.settings.notices.hours.spread_minutes
    return Hours(sending.quiet_from, sending.quiet_to, timedelta(minutes=spread))


def way_of(house: House, channel: str) -> ContactWay:
    """Return the address a channel needs; none for a channel that is not configured any more."""
    urls = (entry.url for entry in house.settings.channels.entries if entry.key == channel)
    return next((_way(url) for url in urls), ContactWay.NONE)


def _way(url: str) -> ContactWay:
    return _WAYS.get(url.partition("://")[0], ContactWay.NONE)


def lane_of(house: House, channel: Channel) -> Lane:
    """Return a channel as the claim sees it."""
    traits = channel.traits
    timeout = max((e.timeout_seconds for e in house.settings.channels.entries if e.key == channel.key), default=0)
    return Lane(
        key=channel.key,
        limits=traits.limits,
        care=Care(traits.can_query, traits.filters_doubles, traits.settle),
        addressed=traits.addressed,
        daily_parts=house.settings.notices.budget.get(channel.key, 0),
        hours=hours_of(house),
        lease=max(_SHORTEST_LEASE, timedelta(seconds=4 * timeout) + _SHORTEST_LEASE / 2),
    )


def link(session: Session, notice: Notice, now: datetime) -> str:
    """Return what a message keeps of the recipient's phone page: the duty it is about, else the first page."""
    if notice.kind in _APPROVED_ON_THE_PHONE:
        return phone.approval_reference(session, notice.subject, PersonId(notice.recipient), now=now)
    if notice.kind is NoticeKind.APPROVAL_RECEIPT:
        return phone.receipt_reference(session, notice.subject, PersonId(notice.recipient), now=now)
    if path := _PAGES.get(notice.kind):
        return phone.link_reference(session, PersonId(notice.recipient), now=now, path=path.format(notice.subject.id))
    if notice.kind not in _ANSWERED_ON_THE_PHONE:
        return ""
    event = notice.subject.id if notice.kind in _OF_A_DUTY else ""
    return phone.link_reference(session, PersonId(notice.recipient), now=now, event=event)


def is_settled(session: Session, notice: Notice) -> bool:
    """Return whether a notice needs no answer any more: its duty is confirmed, whenever and however that was said."""
    if notice.kind not in _OF_A_DUTY:
        return False
    state = answers.state_of(session, notice.subject.id, PersonId(notice.recipient), holds=True)
    return state is DutyState.CONFIRMED


def still_true(session: Session, found: Sequence[Candidate]) -> frozenset[str]:
    """Return the messages that remind somebody of a duty he no longer has."""
    holders: dict[str, frozenset[PersonId]] = {}
    gone: set[str] = set()
    for one in found:
        if one.kind not in _OF_A_DUTY:
            continue
        event = Subject.parse(one.subject).id
        if event not in holders:
            holders[event] = rosters.holders(session, event)
        if one.recipient not in holders[event]:
            gone.add(one.id)
    return frozenset(gone)


@dataclass(frozen=True, slots=True)
class Round:
    """What a round did: notices planned, chains looked at again, digests made."""

    planned: int = 0
    advanced: int = 0
    digests: int = 0

    @property
    def did_anything(self) -> bool:
        """Whether there may be more to do at once."""
        return bool(self.planned or self.advanced or self.digests)


def move_on(house: House, outlook: Outlook, *, digests: bool = True) -> Round:
    """Write what is due, let go what was held, look again at chains; one short transaction each."""
    now = house.now()
    made = 0
    if digests:
        with house.transaction() as session:
            made = digest(session, outlook, now=now)
    with house.transaction() as session:
        delivery.release(session, now=now)
        planned = planning.plan(session, outlook, now=now)
        if planned:
            boxes.keep_calls(session, by=BY, now=now)
    with house.transaction() as session:
        advanced = planning.advance(session, outlook, now=now)
        if advanced:
            boxes.keep_calls(session, by=BY, now=now)
    return Round(planned, advanced, made)


def make_digests(house: House) -> int:
    """Merge what may wait into one notice per recipient and half-day and return how many there are new."""
    with house.transaction() as session:
        return digest(session, outlook_of(house), now=house.now())


def alert_stopped(house: House, channel: str, *, stuck: bool = False) -> None:
    """Tell the office once a day that a channel is stopped, or that its messages do not get on."""
    with house.transaction() as session:
        channel_stopped(session, channel, stuck=stuck, now=house.now())


def channel_stopped(session: Session, channel: str, *, stuck: bool = False, now: datetime) -> None:
    """Write the day's alert about a channel in the caller's transaction and keep an item open until it works again."""
    what = (
        f"渠道“{channel}”堵住了：有消息半小时没有发出去。请看发送程序是否在运行、平台是否正常。"
        if stuck
        else f"渠道“{channel}”停用了：密钥、签名或地址名单不对，或有人停用。请核对 config/channels.toml，改好后恢复。"
    )
    subject, slot = Subject("notify.channel", channel), f"{'stuck' if stuck else 'stopped'}:{civil_date(now)}"
    service.enqueue(session, [planning.alert(subject, slot, what, now=now)], now=now)
    words = "堵住了：有消息半小时没有发出去" if stuck else "停用了：请核对密钥、签名和地址，改好后恢复"
    boxes.channel_down(session, channel, words, now=now)
