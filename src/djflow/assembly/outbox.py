"""The outbox of one house: what the office configured for notices, and the rounds that move them on.

A round writes messages for what is due, looks again at chains whose step has had its time, and lets go what was
held. The sender (`djflow.assembly.sender`) does the rest; both may run in several processes.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from djflow.assembly import phone
from djflow.assembly.house import House
from djflow.core.clock import civil_date
from djflow.core.ids import PersonId
from djflow.core.subject import Subject
from djflow.notify import planning, service
from djflow.notify.channels.base import Channel
from djflow.notify.delivery import service as delivery
from djflow.notify.delivery.model import Candidate, Lane
from djflow.notify.model import COORDINATOR, Hours, Notice, NoticeKind
from djflow.notify.planning import ContactWay, Outlook, Template
from djflow.notify.rules import Care
from djflow.people import service as people
from djflow.people.contacts import service as contacts
from djflow.people.model import ContactKind
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

_CONTACTS = {
    ContactWay.WECOM: ContactKind.WECOM,
    ContactWay.DINGTALK: ContactKind.DINGTALK,
    ContactWay.EMAIL: ContactKind.EMAIL,
}
_OF_A_DUTY = frozenset({NoticeKind.DUTY_REMINDER, NoticeKind.STANDBY_REMINDER})
_ANSWERED_ON_THE_PHONE = _OF_A_DUTY | {NoticeKind.DUTY_ASSIGNED, NoticeKind.DUTY_OFFER, NoticeKind.STANDBY_CALLED}
_APPROVED_ON_THE_PHONE = frozenset({NoticeKind.APPROVAL_WAITING, NoticeKind.APPROVAL_REMINDER})
_SHORTEST_LEASE = timedelta(seconds=60)
_OFFICE_NAME = "值班表管理员"


@dataclass(frozen=True, slots=True)
class _HouseDirectory:
    """The people of a house as recipients; the office's own address is that of its coordinator."""

    house: House

    def addresses(self, session: Session, way: ContactWay, ids: Collection[str]) -> Mapping[str, str]:
        office = self._coordinator(session) if COORDINATOR in ids else None
        wanted = {one for one in ids if one != COORDINATOR} | ({office} if office else set())
        if way is ContactWay.MOBILE:
            found = people.mobiles_for_delivery(session, [PersonId(one) for one in wanted])
        else:
            found = contacts.addresses_for_delivery(session, wanted, _CONTACTS[way])
        by_recipient = {str(person): address for person, address in found.items()}
        if office and office in by_recipient:
            by_recipient[COORDINATOR] = by_recipient[office]
        return by_recipient

    def _coordinator(self, session: Session) -> str | None:
        code = self.house.settings.notices.coordinator.person
        return people.person_ids(session, [code]).get(code) if code else None

    def names(self, session: Session, ids: Collection[str]) -> Mapping[str, str]:
        cards = people.people_by_ids(session, [PersonId(one) for one in ids if one != COORDINATOR])
        return {**{str(person): card.name for person, card in cards.items()}, COORDINATOR: _OFFICE_NAME}

    def liaison(self, session: Session, recipient: str) -> str | None:
        card = people.people_by_ids(session, [PersonId(recipient)]).get(PersonId(recipient))
        code = self.house.settings.notices.liaisons.get(card.unit_code, "") if card else ""
        found = people.person_ids(session, [code]).get(code) if code else None
        return found if found != recipient else None


def outlook_of(house: House) -> Outlook:
    """Return what the office configured for notices."""
    settings = house.settings
    configured = settings.notices
    return Outlook(
        policies=configured.policies(settings.channels.order),
        hours=Hours(
            settings.sending.quiet_from,
            settings.sending.quiet_to,
            timedelta(minutes=configured.hours.spread_minutes),
        ),
        ways={
            entry.key: _WAYS.get(entry.url.partition("://")[0], ContactWay.NONE) for entry in settings.channels.entries
        },
        texts=house.texts,
        templates={
            one.name: Template(one.template, one.templates, one.approved, one.limits) for one in configured.texts
        },
        directory=_HouseDirectory(house),
        is_digest_time=configured.is_digest_time,
        is_settled=is_settled,
        link=link,
    )


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
        lease=max(_SHORTEST_LEASE, timedelta(seconds=4 * timeout) + _SHORTEST_LEASE / 2),
    )


def link(session: Session, notice: Notice, now: datetime) -> str:
    """Return what a message keeps of the recipient's phone page: the duty it is about, else the first page."""
    if notice.kind in _APPROVED_ON_THE_PHONE:
        return phone.approval_reference(session, notice.subject, PersonId(notice.recipient), now=now)
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
            made = planning.digest(session, outlook, now=now)
    with house.transaction() as session:
        delivery.release(session, now=now)
        planned = planning.plan(session, outlook, now=now)
    with house.transaction() as session:
        advanced = planning.advance(session, outlook, now=now)
    return Round(planned, advanced, made)


def make_digests(house: House) -> int:
    """Merge what may wait into one notice per recipient and half-day and return how many there are new."""
    with house.transaction() as session:
        return planning.digest(session, outlook_of(house), now=house.now())


def alert_stopped(house: House, channel: str, *, stuck: bool = False) -> None:
    """Tell the office once a day that a channel is stopped, or that its messages do not get on."""
    what = (
        f"渠道“{channel}”堵住了：有消息半小时没有发出去。请看发送程序是否在运行、平台是否正常。"
        if stuck
        else f"渠道“{channel}”停用了：密钥、签名或地址名单不对，或有人停用。请核对 config/channels.toml，改好后恢复。"
    )
    with house.transaction() as session:
        now = house.now()
        subject, slot = Subject("notify.channel", channel), f"{'stuck' if stuck else 'stopped'}:{civil_date(now)}"
        service.enqueue(session, [planning.alert(subject, slot, what, now=now)], now=now)
