"""How people are reached: unverified accounts last, dead numbers marked and passed over, own quiet hours kept."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import time, timedelta

import pytest

from djflow.accounts.model import Account, AccountId, Role
from djflow.assembly import House, postbox, reach, sending
from djflow.core.ids import PersonId
from djflow.core.subject import Subject
from djflow.inbox import service as inbox
from djflow.inbox.model import Box, ItemKind
from djflow.notify import service as notify
from djflow.notify.channels.base import Outcome, Outgoing, Pushed, Receipt, ReceiptState, Traits, Verdict
from djflow.notify.channels.embedded import MemoryOutlet
from djflow.notify.lives import service as lives
from djflow.notify.model import Intent, NoticeKind
from djflow.people import service as people
from djflow.people.contacts import service as contacts
from djflow.people.contacts.model import QuietHours
from djflow.people.model import ContactEntry, ContactKind
from djflow.settings.channels_file import Channels
from djflow.settings.notices_file import NoticesFile

MOBILE = "16900000001"
CHANNELS = Channels.model_validate(
    {
        "channels": [
            {"key": "wecom", "url": "wecomapp://corp/1?secret=s"},
            {"key": "sms", "url": "aliyunsms://a:b@签名"},
        ]
    }
)
CHAIN = [{"channel": "wecom", "wait_minutes": 60}, {"channel": "sms", "wait_minutes": 60}]
NOTICES = NoticesFile.model_validate({"default": {"chain": CHAIN}})


class Gateway(MemoryOutlet):
    """Takes messages for addresses; at some of them it finds nobody."""

    def __init__(self, key: str, dead: Mapping[str, str] | None = None) -> None:
        super().__init__(key)
        self.dead = dict(dead or {})

    @property
    def traits(self) -> Traits:
        """One message an address."""
        return Traits(batch=10)

    async def send(self, batch: Sequence[Outgoing]) -> tuple[Outcome, ...]:
        """Refuse the dead, take the rest."""
        taken = {one.id: one for one in await super().send([one for one in batch if one.address not in self.dead])}
        return tuple(
            taken.get(one.id) or Outcome(one.id, Verdict.PERMANENT, self.dead[one.address])
            for one in batch
            if one.id in taken or one.address in self.dead
        )


@pytest.fixture
def person(house: House, ids: dict[str, PersonId]) -> PersonId:
    """Somebody with a mobile number and a WeCom account nobody has verified."""
    now = house.now()
    with house.transaction() as session:
        entry = people.entries(session, ["A01"])["A01"]
        people.change_person(session, ids["A01"], replace(entry, mobile=MOBILE), by="test", now=now)
        account = ContactEntry(ids["A01"], ContactKind.WECOM, "u1")
        people.add_contact(session, account, by="test", now=now)
    return ids["A01"]


@pytest.fixture
def opened(at: Callable[[str], House], person: PersonId) -> Callable[[str], House]:
    """The house with WeCom before SMS, at a moment."""
    assert person

    def at_moment(moment: str) -> House:
        house = at(moment)
        return replace(house, settings=replace(house.settings, channels=CHANNELS, notices=NOTICES))

    return at_moment


def tell(house: House, person: PersonId, kind: NoticeKind = NoticeKind.DUTY_OFFER) -> str:
    """Write a notice to a person and return its id."""
    now = house.now()
    values = {"name": "甲A01", "added": "12月1日", "removed": ""}
    until = now + timedelta(days=2)
    one = Intent(kind, Subject("roster.month", "2026-12"), 1, person, "x", "sms/roster_change", now, until, values)
    with house.transaction() as session:
        notify.enqueue(session, [one], now=now)
        return notify.listing(session)[0]["id"]


def sent(house: House, *gateways: Gateway) -> list[list[str]]:
    """Send what may leave, and return each gateway's addresses."""
    sending.drain(house, channels={one.key: one for one in gateways}, once=False)
    return [[message.address for message in one.sent.values()] for one in gateways]


def verify(house: House, person: PersonId) -> None:
    """Verify the person's account on the phone."""
    (account,) = reach.mine(house, person).contacts
    reach.verify(house, person, account.id, by="me")


def test_an_unverified_account_waits_behind_the_number(opened: Callable[[str], House], person: PersonId) -> None:
    """With a mobile number in the chain an unverified account is passed over; verified on the phone, it comes first."""
    house = opened("2026-11-18T09:07")
    tell(house, person)
    assert sent(house, Gateway("wecom"), Gateway("sms")) == [[], [MOBILE]]
    verify(house, person)
    tell(house, person, NoticeKind.DUTY_ASSIGNED)
    assert sent(house, Gateway("wecom"), Gateway("sms")) == [["u1"], []]


def test_where_nothing_else_reaches_the_account_serves_without_the_link(
    opened: Callable[[str], House], person: PersonId
) -> None:
    """Somebody without a number is told at the unverified account, but the personal link is kept back."""
    house = opened("2026-11-18T09:07")
    with house.transaction() as session:
        entry = people.entries(session, ["A01"])["A01"]
        people.change_person(session, person, replace(entry, mobile=""), by="test", now=house.now())
    tell(house, person)
    wecom = Gateway("wecom")
    assert sent(house, wecom, Gateway("sms")) == [["u1"], []]
    assert [one.text.count("/me/") for one in wecom.sent.values()] == [0]
    verify(house, person)
    tell(house, person, NoticeKind.DUTY_ASSIGNED)
    trusted = Gateway("wecom")
    sent(house, trusted, Gateway("sms"))
    assert [one.text.count("/me/") for one in trusted.sent.values()] == [1]


def test_a_dead_account_is_marked_and_the_next_channel_tells(opened: Callable[[str], House], person: PersonId) -> None:
    """WeCom says nobody has that account: SMS goes out at once and next time; the desk is asked to check."""
    house = opened("2026-11-18T09:07")
    verify(house, person)
    tell(house, person)
    gateways = Gateway("wecom", {"u1": "invaliduser"}), Gateway("sms")
    assert sent(house, *gateways) == [[], [MOBILE]]
    (one,) = reach.to_check(house)
    assert (one.person, one.what, one.masked, one.code) == (person, "企业微信", "u1***", "invaliduser")
    assert open_items(house) == ["有同志的联系方式不通，请核对后改正"]
    tell(house, person, NoticeKind.DUTY_ASSIGNED)
    again = Gateway("wecom"), Gateway("sms")
    assert sent(house, *again) == [[], [MOBILE]]
    assert reach.checked(house, person, by="zhang") == 1
    assert (reach.checked(house, person, by="zhang"), reach.to_check(house), open_items(house)) == (0, (), [])


def open_items(house: House) -> list[str]:
    """The titles of the desk's open items about dead contacts."""
    role = frozenset({Role.OFFICE_CLERK})
    clerk = Account(
        id=AccountId("c"),
        login="zhang",
        person=None,
        unit=None,
        roles=role,
        must_change=False,
        password_at=house.now(),
        locked_until=None,
        failures=0,
        disabled=False,
    )
    with house.reading() as session:
        return [one.title for one in inbox.box(session, clerk, Box.TO_DO) if one.kind is ItemKind.CONTACT_DEAD]


def test_a_wrong_text_is_nobodys_number(opened: Callable[[str], House], person: PersonId) -> None:
    """A refusal that is not about the address marks nobody."""
    house = opened("2026-11-18T09:07")
    tell(house, person)
    sent(house, Gateway("wecom"), Gateway("sms", {MOBILE: "isv.SMS_TEMPLATE_ILLEGAL"}))
    assert reach.to_check(house) == ()


@pytest.mark.parametrize("code", ["MOBILE_NOT_ON_SERVICE", "MK:0001"])
def test_a_report_that_the_number_is_dead_marks_it(opened: Callable[[str], House], person: PersonId, code: str) -> None:
    """Hours after it was taken the gateway, or the carrier behind it, says that there is no such number."""
    house = opened("2026-11-18T09:07")
    notice = tell(house, person)
    sms = Gateway("sms")
    sent(house, Gateway("wecom"), sms)
    (message,) = sms.sent
    state = ReceiptState.UNDELIVERED
    report = Receipt("b1", state, house.now(), message, MOBILE, code)
    for _ in range(2):
        postbox.take_in(house, "sms", Pushed((report,)))
    assert [one.what for one in reach.to_check(house)] == ["手机"]
    with house.reading() as session:
        assert lives.life(session, notice).messages[0].state == "undelivered"


def test_own_quiet_hours_hold_what_can_wait(opened: Callable[[str], House], person: PersonId) -> None:
    """During the nap a request waits until two, the assignment of a duty does not."""
    noon = opened("2026-11-18T13:10")
    with noon.transaction() as session:
        nap = QuietHours(time(12, 30), time(14))
        contacts.set_quiet_hours(session, person, nap, by="me", now=noon.now())
    tell(noon, person)
    tell(noon, person, NoticeKind.DUTY_ASSIGNED)
    assert sent(noon, Gateway("wecom"), Gateway("sms")) == [[], [MOBILE]]
    assert sent(opened("2026-11-18T13:58"), Gateway("wecom"), Gateway("sms")) == [[], []]
    assert sent(opened("2026-11-18T14:05"), Gateway("wecom"), Gateway("sms")) == [[], [MOBILE]]


def test_whoever_wants_texts_first_gets_one_first(opened: Callable[[str], House], person: PersonId) -> None:
    """With a verified account the text still comes first for whoever chose it; 企业微信 follows without an answer."""
    house = opened("2026-11-18T09:07")
    verify(house, person)
    reach.set_first(house, person, "mobile", by="me")
    tell(house, person)
    assert sent(house, Gateway("wecom"), Gateway("sms")) == [[], [MOBILE]]
    reach.set_first(house, person, "", by="me")
    tell(house, person, NoticeKind.DUTY_ASSIGNED)
    assert sent(house, Gateway("wecom"), Gateway("sms")) == [["u1"], []]
