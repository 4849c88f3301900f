"""Opens the addresses messages go to; keeps what is known against them, and people's own quiet hours."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from djflow.core.ids import PersonId, new_id
from djflow.db.session import vault_of
from djflow.db.store import sealing_vault
from djflow.people.contacts.model import DeadContact, QuietHours, Reach, Way
from djflow.people.contacts.tables import ContactFaultRow, FirstWayRow, QuietHoursRow
from djflow.people.model import ContactEntry, ContactKind
from djflow.people.rules import mask_address, mask_mobile
from djflow.people.tables import ContactRow, PersonRow

_CHUNK = 500
_FAULT = "contact_fault.address"
_KINDS: Mapping[Way, ContactKind] = {
    Way.MOBILE: ContactKind.SECOND_MOBILE,
    Way.WECOM: ContactKind.WECOM,
    Way.DINGTALK: ContactKind.DINGTALK,
    Way.EMAIL: ContactKind.EMAIL,
}


def reach(session: Session, ids: Collection[str], way: Way) -> Mapping[PersonId, Reach]:
    """Return each person's best address on a way that is not known to be dead; whoever has none is missing."""
    dead = _dead_hashes(session, ids, way)
    vault = vault_of(session)
    found: dict[PersonId, Reach] = {}
    for person, one in _candidates(session, ids, way):
        if person not in found and (person, vault.lookup(one.address, kind=_FAULT)) not in dead:
            found[person] = one
    return found


def _candidates(session: Session, ids: Collection[str], way: Way) -> Iterator[tuple[PersonId, Reach]]:
    vault = vault_of(session)
    for part in _chunks(ids) if way is Way.MOBILE else ():
        mobiles = select(PersonRow.id, PersonRow.mobile).where(PersonRow.id.in_(part), PersonRow.mobile.is_not(None))
        for person, sealed in session.execute(mobiles):
            yield PersonId(person), Reach(vault.open(sealed or b"", context=f"person.mobile:{person}"), verified=True)
    for part in _chunks(ids):
        query = select(ContactRow).where(ContactRow.person_id.in_(part), ContactRow.kind == _KINDS[way])
        order = (ContactRow.verified_at.is_(None), ContactRow.preferred.desc(), ContactRow.id)
        for row in session.scalars(query.order_by(*order)):
            address = vault.open(row.address, context=f"contact.address:{row.id}")
            yield PersonId(row.person_id), Reach(address, row.verified_at is not None)


def _dead_hashes(session: Session, ids: Collection[str], way: Way) -> frozenset[tuple[str, str]]:
    query = select(ContactFaultRow.person_id, ContactFaultRow.address_hash).where(
        ContactFaultRow.way == way, ContactFaultRow.cleared_at.is_(None)
    )
    return frozenset(
        (person, found)
        for part in _chunks(ids)
        for person, found in session.execute(query.where(ContactFaultRow.person_id.in_(part)))
    )


def is_person(session: Session, person_id: PersonId) -> bool:
    """Return whether there is such a person."""
    return session.get(PersonRow, person_id) is not None


def report_dead(session: Session, person_id: PersonId, way: Way, address: str, *, code: str, now: datetime) -> bool:
    """Note that nobody was found at an address; False when that is known and not yet checked."""
    vault = sealing_vault(session)
    address_hash = vault.lookup(address, kind=_FAULT)
    same = (
        ContactFaultRow.person_id == person_id,
        ContactFaultRow.way == way,
        ContactFaultRow.address_hash == address_hash,
    )
    row = session.scalar(select(ContactFaultRow).where(*same).with_for_update())
    if row is not None and row.cleared_at is None:
        return False
    if row is not None:
        row.cleared_at, row.reported_at, row.code = None, now, code[:60]
    else:
        row_id = new_id(now)
        row = ContactFaultRow(
            id=row_id,
            person_id=person_id,
            way=way,
            address=vault.seal(address, context=f"{_FAULT}:{row_id}"),
            address_hash=address_hash,
            code=code[:60],
            reported_at=now,
        )
        session.add(row)
    session.flush()
    return True


def dead_contacts(session: Session) -> tuple[DeadContact, ...]:
    """Return dead addresses nobody has checked and that are still in the register, the oldest report first."""
    vault = vault_of(session)
    query = select(ContactFaultRow).where(ContactFaultRow.cleared_at.is_(None))
    rows = session.scalars(query.order_by(ContactFaultRow.reported_at, ContactFaultRow.id)).all()
    people = {row.person_id for row in rows}
    listed = {(way, person, one.address) for way in Way for person, one in _candidates(session, people, way)}
    found = []
    for row in rows:
        address = vault.open(row.address, context=f"{_FAULT}:{row.id}")
        if (row.way, row.person_id, address) not in listed:
            continue
        masked = mask_mobile(address) if row.way is Way.MOBILE else mask_address(address)
        found.append(DeadContact(PersonId(row.person_id), row.way, masked, row.code, row.reported_at))
    return tuple(found)


def clear_dead(session: Session, person_id: PersonId, now: datetime) -> tuple[datetime, ...]:
    """Note that a person's addresses were checked and return when they were reported."""
    where = (ContactFaultRow.person_id == person_id, ContactFaultRow.cleared_at.is_(None))
    rows = session.scalars(select(ContactFaultRow).where(*where).with_for_update()).all()
    for row in rows:
        row.cleared_at = now
    session.flush()
    return tuple(row.reported_at for row in rows)


def register(session: Session) -> tuple[tuple[ContactEntry, bool], ...]:
    """Return every registered contact in the clear and whether it is verified, by person and kind."""
    vault = vault_of(session)
    query = select(ContactRow).join(PersonRow, PersonRow.id == ContactRow.person_id)
    return tuple(
        (
            ContactEntry(
                PersonId(row.person_id), row.kind, vault.open(row.address, context=f"contact.address:{row.id}")
            ),
            row.verified_at is not None,
        )
        for row in session.scalars(query.order_by(PersonRow.code, ContactRow.kind, ContactRow.id))
    )


def find(session: Session, entry: ContactEntry) -> ContactRow | None:
    """Return the row of a contact that is registered already."""
    address_hash = vault_of(session).lookup(entry.address, kind=f"contact.{entry.kind}")
    same = (
        ContactRow.person_id == entry.person_id,
        ContactRow.kind == entry.kind,
        ContactRow.address_hash == address_hash,
    )
    return session.scalar(select(ContactRow).where(*same))


def verify_own(session: Session, person_id: PersonId, contact_id: str, now: datetime) -> bool:
    """Note that a contact reaches its person; False when it is not this person's."""
    row = session.get(ContactRow, contact_id)
    if row is None or row.person_id != person_id:
        return False
    row.verified_at = row.verified_at or now
    session.flush()
    return True


def quiet_hours(session: Session, ids: Collection[str]) -> Mapping[PersonId, QuietHours]:
    """Return people's own quiet hours."""
    return {
        PersonId(row.person_id): QuietHours(row.quiet_from, row.quiet_to)
        for part in _chunks(ids)
        for row in session.scalars(select(QuietHoursRow).where(QuietHoursRow.person_id.in_(part)))
    }


def put_quiet_hours(session: Session, person_id: PersonId, hours: QuietHours | None, now: datetime) -> None:
    """Keep or forget a person's own quiet hours."""
    row = session.get(QuietHoursRow, person_id)
    if hours is None:
        if row is not None:
            session.delete(row)
    elif row is None:
        session.add(
            QuietHoursRow(person_id=person_id, quiet_from=hours.quiet_from, quiet_to=hours.quiet_to, set_at=now)
        )
    else:
        change = {"quiet_from": hours.quiet_from, "quiet_to": hours.quiet_to, "set_at": now}
        session.execute(update(QuietHoursRow).where(QuietHoursRow.person_id == person_id).values(**change))
    session.flush()


def first_ways(session: Session, ids: Collection[str]) -> Mapping[PersonId, Way]:
    """Return the way by which people want to be told first; whoever chose none is missing."""
    return {
        PersonId(row.person_id): row.way
        for part in _chunks(ids)
        for row in session.scalars(select(FirstWayRow).where(FirstWayRow.person_id.in_(part)))
    }


def put_first_way(session: Session, person_id: PersonId, way: Way | None, now: datetime) -> None:
    """Keep or forget the way by which a person wants to be told first."""
    row = session.get(FirstWayRow, person_id)
    if way is None:
        if row is not None:
            session.delete(row)
    elif row is None:
        session.add(FirstWayRow(person_id=person_id, way=way, set_at=now))
    else:
        row.way, row.set_at = way, now
    session.flush()


def _chunks(ids: Collection[str]) -> Iterator[list[str]]:
    ordered = sorted(ids)
    for start in range(0, len(ordered), _CHUNK):
        yield ordered[start : start + _CHUNK]
