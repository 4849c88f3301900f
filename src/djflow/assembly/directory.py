"""What a house knows of its people as recipients: addresses, names, liaisons, own wishes, addresses that are dead."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from djflow.accounts.model import Role
from djflow.assembly.house import House
from djflow.core.ids import PersonId
from djflow.core.subject import Subject
from djflow.inbox import service as inbox
from djflow.inbox.model import Address, ItemKind, NewItem
from djflow.notify.model import COORDINATOR, Hours
from djflow.notify.outlook import ContactWay
from djflow.people import service as people
from djflow.people.contacts import service as contacts
from djflow.people.contacts.model import Reach, Way

_BY = "sender"
_OFFICE_NAME = "值班表管理员"
_WAYS: Mapping[str, Way] = {way.value: way for way in Way}
PAGE = "/desk/contacts"


@dataclass(frozen=True, slots=True)
class HouseDirectory:
    """The people of a house as recipients; the office's own address is that of its coordinator."""

    house: House

    def addresses(self, session: Session, way: ContactWay, ids: Collection[str]) -> Mapping[str, str]:
        """Return the best address of each recipient; one at which nobody was found counts as none."""
        return {recipient: one.address for recipient, one in self._reach(session, way, ids).items()}

    def names(self, session: Session, ids: Collection[str]) -> Mapping[str, str]:
        """Return names by recipient."""
        cards = people.people_by_ids(session, [PersonId(one) for one in ids if one != COORDINATOR])
        return {**{str(person): card.name for person, card in cards.items()}, COORDINATOR: _OFFICE_NAME}

    def liaison(self, session: Session, recipient: str) -> str | None:
        """Return the liaison person of the recipient's unit."""
        card = people.people_by_ids(session, [PersonId(recipient)]).get(PersonId(recipient))
        code = self.house.settings.notices.liaisons.get(card.unit_code, "") if card else ""
        found = people.person_ids(session, [code]).get(code) if code else None
        return found if found != recipient else None

    def quiet_hours(self, session: Session, ids: Collection[str]) -> Mapping[str, Hours]:
        """Return own quiet hours by recipient; the office has none but those of the house."""
        wanted = [one for one in ids if one != COORDINATOR]
        found = contacts.quiet_hours(session, wanted)
        return {str(person): Hours(one.quiet_from, one.quiet_to) for person, one in found.items()}

    def doubtful(self, session: Session, way: str, ids: Collection[str]) -> frozenset[str]:
        """Return the recipients whose address on a way nobody has verified."""
        found = self._reach(session, ContactWay(way), ids)
        return frozenset(recipient for recipient, one in found.items() if not one.verified)

    def first_ways(self, session: Session, ids: Collection[str]) -> Mapping[str, str]:
        """Return the way by which recipients want to be told first; the office takes its own order."""
        found = contacts.first_ways(session, [one for one in ids if one != COORDINATOR])
        return {str(person): way.value for person, way in found.items()}

    def person(self, session: Session, recipient: str) -> PersonId | None:
        """Return the person behind a recipient; None when the office named no coordinator."""
        if recipient != COORDINATOR:
            return PersonId(recipient)
        code = self.house.settings.notices.coordinator.person
        return people.person_ids(session, [code]).get(code) if code else None

    def _reach(self, session: Session, way: ContactWay, ids: Collection[str]) -> Mapping[str, Reach]:
        persons = {one: self.person(session, one) for one in ids}
        wanted = {person for person in persons.values() if person is not None}
        found = contacts.reach(session, wanted, _WAYS[way.value])
        return {
            recipient: found[person] for recipient, person in persons.items() if person is not None and person in found
        }


@dataclass(frozen=True, slots=True)
class Nobody:
    """A message that reached nobody: whose, at which address, and the provider's code."""

    recipient: str
    address: str = field(repr=False)
    code: str


def note_dead(house: House, way: ContactWay, found: Iterable[Nobody]) -> int:
    """Mark addresses at which a provider found nobody, put each on the desk once, and return how many are new."""
    kind = _WAYS.get(way.value)
    directory = HouseDirectory(house)
    news = 0
    with house.transaction() as session:
        now = house.now()
        for one in found if kind is not None else ():
            person = directory.person(session, one.recipient)
            if kind is None or person is None:
                continue
            if contacts.report_dead(session, person, kind, one.address, code=one.code, by=_BY, now=now):
                news += 1
                inbox.post_item(session, _item(dead_subject(person, now)), now=now)
    return news


def dead_subject(person: PersonId, reported_at: datetime) -> Subject:
    """Return what the desk's item about a dead address is about: the same address may die again later."""
    return Subject("people.contact_fault", f"{person}@{reported_at.astimezone(UTC):%Y%m%d%H%M}")


def _item(subject: Subject) -> NewItem:
    return NewItem(
        ItemKind.CONTACT_DEAD,
        subject,
        Address(role=Role.OFFICE_CLERK),
        "有同志的联系方式不通，请核对后改正",
        link=PAGE,
    )
