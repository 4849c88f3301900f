"""How a person wants to be told, as the phone page shows and changes it; what the desk has to check."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time

from djflow.assembly.directory import dead_subject
from djflow.assembly.house import House
from djflow.core.errors import InputError
from djflow.core.ids import PersonId
from djflow.inbox import service as inbox
from djflow.inbox.model import ItemKind
from djflow.people import service as people
from djflow.people.contacts import service as contacts
from djflow.people.contacts.model import WAY_LABELS, QuietHours, Way
from djflow.people.model import ContactKind

_KINDS: Mapping[ContactKind, str] = {
    ContactKind.WECOM: "企业微信",
    ContactKind.DINGTALK: "钉钉",
    ContactKind.EMAIL: "邮箱",
    ContactKind.SECOND_MOBILE: "第二个手机",
}
"""Contacts that messages may take; an office telephone takes none."""


@dataclass(frozen=True, slots=True)
class MyContact:
    """One of a person's contacts, masked."""

    id: str
    what: str
    masked: str
    verified: bool


@dataclass(frozen=True, slots=True)
class MyReach:
    """What a person sees of how messages find him."""

    mobile: str
    contacts: tuple[MyContact, ...]
    quiet: QuietHours | None
    first: str
    ways: tuple[tuple[str, str], ...]
    """The way tried first, empty for the office's order; the ways that lead to the person, with their words."""


def mine(house: House, person: PersonId) -> MyReach:
    """Return a person's own addresses, masked, and quiet hours."""
    with house.reading() as session:
        mobile = people.masked_numbers(session, person)[0]
        found = people.contacts_of(session, person)
        quiet = contacts.quiet_hours(session, [person]).get(person)
        first = contacts.first_ways(session, [person]).get(person)
        ways = tuple((way.value, WAY_LABELS[way]) for way in Way if contacts.reach(session, [person], way))
    own = tuple(MyContact(one.id, _KINDS[one.kind], one.masked, one.verified) for one in found if one.kind in _KINDS)
    return MyReach(mobile, own, quiet, first.value if first else "", ways)


def set_quiet(house: House, person: PersonId, first: str, last: str, *, by: str) -> None:
    """Keep a person's own quiet hours, written `HH:MM`; both empty forget them.

    Raises: InputError when they are no times or too long.
    """
    hours = QuietHours(_time(first), _time(last)) if first or last else None
    with house.transaction() as session:
        contacts.set_quiet_hours(session, person, hours, by=by, now=house.now())


def set_first(house: House, person: PersonId, way: str, *, by: str) -> None:
    """Keep the way by which a person wants to be told first; empty leaves the order to the office.

    Raises: InputError for what is no way, or none to this person.
    """
    if way and way not in list(Way):
        raise InputError("请选一种通知方式。", code="contact.first_way")
    with house.transaction() as session:
        contacts.set_first_way(session, person, Way(way) if way else None, by=by, now=house.now())


def verify(house: House, person: PersonId, contact_id: str, *, by: str) -> None:
    """Note that a contact is the person's own; twice is once.

    Raises: NotFoundError for one that is not.
    """
    with house.transaction() as session:
        contacts.verify_own(session, person, contact_id, by=by, now=house.now())


def _time(text: str) -> time:
    hour, colon, minute = text.partition(":")
    digits = f"{hour}{minute}"
    if colon and len(text) == 5 and digits.isascii() and digits.isdigit() and int(hour) < 24 and int(minute) < 60:
        return time(int(hour), int(minute))
    raise InputError("免打扰的开始和结束都要写，如 13:00 到 14:30。", code="contact.quiet")


def strangers(house: House) -> tuple[str, ...]:
    """Return, in words, whom notices.toml names as coordinator or liaison and who is not in the register."""
    notices = house.settings.notices
    named = {"值班表管理员": notices.coordinator.person} if notices.coordinator.person else {}
    named |= {f"单位 {unit} 的联络员": code for unit, code in notices.liaisons.items()}
    with house.reading() as session:
        known = people.person_ids(session, list(named.values()))
        units = {unit.entry.code for unit in people.units(session)}
    nobody = [f"{what}（工号 {code}）不在人员登记里" for what, code in named.items() if code not in known]
    nowhere = [f"没有代号为 {unit} 的单位" for unit in notices.liaisons if unit not in units]
    return (*nobody, *nowhere)


@dataclass(frozen=True, slots=True)
class ToCheck:
    """An address at which a provider found nobody, with its owner in words; nothing in the clear."""

    person: PersonId
    name: str
    what: str
    masked: str
    code: str
    reported_at: datetime


def to_check(house: House) -> tuple[ToCheck, ...]:
    """Return the addresses somebody has to check, the oldest report first."""
    with house.reading() as session:
        found = contacts.dead_contacts(session)
        cards = people.people_by_ids(session, [one.person_id for one in found])
    return tuple(
        ToCheck(
            one.person_id,
            f"{cards[one.person_id].name}（{cards[one.person_id].unit_name}）",
            WAY_LABELS[one.way],
            one.masked,
            one.code,
            one.reported_at,
        )
        for one in found
    )


def checked(house: House, person: str, *, by: str) -> int:
    """Use a person's addresses again after somebody checked them; twice is once."""
    with house.transaction() as session:
        now = house.now()
        reported = contacts.clear_dead(session, PersonId(person), by=by, now=now)
        for at in reported:
            inbox.settle(session, ItemKind.CONTACT_DEAD, dead_subject(PersonId(person), at), by=by, now=now)
        return len(reported)
