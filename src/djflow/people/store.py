"""Loads and stores people. Seals on the way in; opens only where the function's name or sentence says so."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session, aliased

from djflow.core.ids import AbsenceId, BranchId, PersonId, UnitId
from djflow.core.spans import DateSpan
from djflow.db.session import vault_of
from djflow.db.store import sealing_vault
from djflow.db.vault import Vault
from djflow.people.model import (
    Absence,
    AbsenceEntry,
    AbsenceKind,
    Branch,
    BranchEntry,
    Contact,
    ContactEntry,
    KinshipEntry,
    PersonCard,
    PersonEntry,
    PersonStatus,
    PostHeld,
    Unit,
    UnitEntry,
)
from djflow.people.rules import mask_contact
from djflow.people.tables import (
    AbsenceRow,
    BranchRow,
    ContactRow,
    KinshipRow,
    PersonRow,
    PostHeldRow,
    UnitRow,
    Values,
    absence_of,
    absence_values,
    card_of,
    person_entry_of,
    person_values,
    post_values,
    unit_of,
    unit_values,
)

T = TypeVar("T")
_CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Places:
    """Ids of units and branches by code."""

    units: Mapping[str, UnitId]
    branches: Mapping[str, BranchId]


def places(session: Session) -> Places:
    """Return the ids of all units and branches by code."""
    units = session.execute(select(UnitRow.code, UnitRow.id))
    branches = session.execute(select(BranchRow.code, BranchRow.id))
    return Places({code: UnitId(row) for code, row in units}, {code: BranchId(row) for code, row in branches})


def units(session: Session) -> tuple[Unit, ...]:
    """Return all units in official order."""
    parent = aliased(UnitRow)
    query = (
        select(UnitRow, parent.code)
        .outerjoin(parent, parent.id == UnitRow.parent_id)
        .order_by(UnitRow.official_order, UnitRow.code)
        .execution_options(populate_existing=True)
    )
    return tuple(unit_of(row, code or "") for row, code in session.execute(query))


def insert_units(session: Session, entries: Sequence[tuple[UnitId, UnitEntry]]) -> None:
    """Add units; their parents are set by `update_units`, since a parent may come later in the list."""
    if entries:
        session.execute(insert(UnitRow), [{"id": unit_id, **unit_values(entry)} for unit_id, entry in entries])


def update_units(session: Session, entries: Sequence[tuple[UnitId, UnitEntry]]) -> None:
    """Set every field of units, parents included."""
    ids = places(session).units
    values = [
        {"id": unit_id, **unit_values(entry), "parent_id": ids[entry.parent_code] if entry.parent_code else None}
        for unit_id, entry in entries
    ]
    if values:
        session.execute(update(UnitRow), values)


def branches(session: Session) -> tuple[Branch, ...]:
    """Return all branches in the official order of their units."""
    query = (
        select(BranchRow, UnitRow.code, PersonRow.code)
        .join(UnitRow, UnitRow.id == BranchRow.unit_id)
        .outerjoin(PersonRow, PersonRow.id == BranchRow.secretary_id)
        .order_by(UnitRow.official_order, BranchRow.code)
    )
    return tuple(
        Branch(BranchId(row.id), BranchEntry(row.code, row.name, unit, secretary or ""))
        for row, unit, secretary in session.execute(query)
    )


def put_branch(session: Session, branch_id: BranchId, entry: BranchEntry, secretary: PersonId | None) -> None:
    """Add or change a branch."""
    unit = places(session).units[entry.unit_code]
    session.merge(BranchRow(id=branch_id, code=entry.code, name=entry.name, unit_id=unit, secretary_id=secretary))
    session.flush()


def person_entries(
    session: Session, codes: Collection[str] | None = None
) -> Mapping[str, tuple[PersonId, PersonEntry]]:
    """Return persons by code with every sealed value opened, all of them when `codes` is None."""
    query = (
        select(PersonRow, UnitRow.code, BranchRow.code)
        .join(UnitRow, UnitRow.id == PersonRow.unit_id)
        .outerjoin(BranchRow, BranchRow.id == PersonRow.branch_id)
        .order_by(UnitRow.official_order, UnitRow.code, PersonRow.code)
        .execution_options(yield_per=_CHUNK, populate_existing=True)
    )
    parts = _chunks(sorted(codes)) if codes is not None else ()
    queries = [query] if codes is None else [query.where(PersonRow.code.in_(part)) for part in parts]
    vault = vault_of(session)
    return {
        row.code: (PersonId(row.id), person_entry_of(row, unit, branch or "", vault))
        for one in queries
        for row, unit, branch in session.execute(one)
    }


def insert_people(session: Session, entries: Sequence[tuple[PersonId, PersonEntry]], now: datetime) -> None:
    """Add persons and the posts they hold."""
    if not entries:
        return
    where, vault = places(session), sealing_vault(session)
    for part in _chunks(entries):
        values = [_person_values(key, entry, where, vault) for key, entry in part]
        session.execute(insert(PersonRow), [{**value, "created_at": now, "updated_at": now} for value in values])


def update_people(session: Session, entries: Sequence[tuple[PersonId, PersonEntry]], now: datetime) -> None:
    """Set every field of persons."""
    if not entries:
        return
    where, vault = places(session), sealing_vault(session)
    for keys in _chunks([key for key, _ in entries]):
        # Two persons may have had each other's number: the unique hashes make room before they are set again.
        session.execute(update(PersonRow).where(PersonRow.id.in_(keys)).values(id_hash=None))
    for part in _chunks(entries):
        values = [_person_values(key, entry, where, vault) for key, entry in part]
        session.execute(update(PersonRow), [{**value, "updated_at": now} for value in values])


def owners_of_id_numbers(session: Session, numbers: Collection[str]) -> Mapping[str, str]:
    """Return the code of the person who holds each of `numbers`, where somebody does."""
    vault = vault_of(session)
    hashes = {vault.lookup(number, kind="id_number"): number for number in numbers}
    query = select(PersonRow.id_hash, PersonRow.code)
    return {
        hashes[hashed]: code
        for part in _chunks(sorted(hashes))
        for hashed, code in session.execute(query.where(PersonRow.id_hash.in_(part)))
        if hashed is not None
    }


def cards(session: Session, ids: Collection[str] | None = None, *, gone: bool = False) -> tuple[PersonCard, ...]:
    """Return persons by unit order, rank and code; `gone` includes the retired and those who left."""
    query = select(PersonRow, UnitRow).join(UnitRow, UnitRow.id == PersonRow.unit_id)
    query = query.execution_options(populate_existing=True)
    if not gone:
        query = query.where(PersonRow.status.not_in([PersonStatus.RETIRED, PersonStatus.LEFT]))
    queries = [query] if ids is None else [query.where(PersonRow.id.in_(part)) for part in _chunks(sorted(ids))]
    found = (card_of(person, unit) for one in queries for person, unit in session.execute(one))
    return tuple(sorted(found, key=lambda card: (card.unit_order, card.unit_code, -card.grade, card.code)))


def person_id(session: Session, code: str) -> PersonId | None:
    """Return the id of the person with that code."""
    return person_ids(session, [code]).get(code)


def person_ids(session: Session, codes: Collection[str]) -> Mapping[str, PersonId]:
    """Return the ids of persons by code; unknown codes are missing."""
    query = select(PersonRow.code, PersonRow.id)
    return {
        code: PersonId(key)
        for part in _chunks(sorted(set(codes)))
        for code, key in session.execute(query.where(PersonRow.code.in_(part)))
    }


def person_code(session: Session, key: PersonId) -> str | None:
    """Return the code of the person with that id."""
    return session.scalar(select(PersonRow.code).where(PersonRow.id == key))


def mobiles(session: Session, ids: Collection[str]) -> Mapping[PersonId, str]:
    """Open and return the mobile numbers of persons who have one."""
    vault = vault_of(session)
    query = select(PersonRow.id, PersonRow.mobile)
    return {
        PersonId(key): vault.open(sealed, context=f"person.mobile:{key}")
        for part in _chunks(sorted(ids))
        for key, sealed in session.execute(query.where(PersonRow.id.in_(part)))
        if sealed is not None
    }


def open_posts(session: Session, ids: Collection[str]) -> Mapping[str, tuple[str, date | None]]:
    """Return row id and first day of the post each person holds now."""
    query = select(PostHeldRow.person_id, PostHeldRow.id, PostHeldRow.first_on).where(PostHeldRow.last_on.is_(None))
    return {
        key: (row_id, first)
        for part in _chunks(sorted(ids))
        for key, row_id, first in session.execute(query.where(PostHeldRow.person_id.in_(part)))
    }


def end_posts(session: Session, row_ids: Sequence[str], last: date) -> None:
    """Set the last day of posts."""
    if row_ids:
        session.execute(update(PostHeldRow), [{"id": row_id, "last_on": last} for row_id in row_ids])


def add_posts(session: Session, held: Sequence[tuple[str, PersonId, PersonEntry]], first: date | None) -> None:
    """Add posts, given as row id, person and the entry that names unit, title and rank."""
    if not held:
        return
    ids = places(session).units
    session.execute(insert(PostHeldRow), [post_values(row_id, key, entry, ids, first) for row_id, key, entry in held])


def correct_posts(session: Session, held: Sequence[tuple[str, PersonId, PersonEntry]], first: date | None) -> None:
    """Set unit, title and rank of posts that began on `first`."""
    if held:
        ids = places(session).units
        values = [post_values(row_id, key, entry, ids, first) for row_id, key, entry in held]
        session.execute(update(PostHeldRow), values)


def posts_of(session: Session, key: PersonId) -> tuple[PostHeld, ...]:
    """Return the posts of a person, oldest first."""
    query = select(PostHeldRow).where(PostHeldRow.person_id == key).execution_options(populate_existing=True)
    held = (
        PostHeld(key, UnitId(row.unit_id), row.title, row.rank_level, row.first_on, row.last_on)
        for row in session.scalars(query)
    )
    return tuple(sorted(held, key=lambda post: (post.first or date.min, post.last or date.max)))


def absences(session: Session, span: DateSpan) -> tuple[Absence, ...]:
    """Return the absences in force that share a day with `span`, by first day."""
    query = (
        select(AbsenceRow)
        .where(AbsenceRow.first_on <= span.last, AbsenceRow.last_on >= span.first, AbsenceRow.cancelled_at.is_(None))
        .order_by(AbsenceRow.first_on, AbsenceRow.person_id, AbsenceRow.id)
    )
    return tuple(absence_of(row) for row in session.scalars(query))


def find_absence(session: Session, entry: AbsenceEntry) -> AbsenceId | None:
    """Return the id of the very same absence in force; the origin does not count."""
    query = select(AbsenceRow.id).where(
        AbsenceRow.person_id == entry.person_id,
        AbsenceRow.first_on == entry.span.first,
        AbsenceRow.last_on == entry.span.last,
        AbsenceRow.kind == entry.kind,
        AbsenceRow.cancelled_at.is_(None),
    )
    found = session.scalar(query)
    return None if found is None else AbsenceId(found)


def absence_keys(session: Session) -> frozenset[tuple[PersonId, DateSpan, AbsenceKind]]:
    """Return person, days and kind of every absence in force."""
    query = select(AbsenceRow.person_id, AbsenceRow.first_on, AbsenceRow.last_on, AbsenceRow.kind)
    rows = session.execute(query.where(AbsenceRow.cancelled_at.is_(None)))
    return frozenset((PersonId(key), DateSpan(first, last), kind) for key, first, last, kind in rows)


def add_absences(session: Session, entries: Sequence[tuple[AbsenceId, AbsenceEntry]]) -> None:
    """Add absences."""
    if entries:
        session.execute(insert(AbsenceRow), [absence_values(key, entry) for key, entry in entries])


def cancel_absence(session: Session, key: AbsenceId, now: datetime) -> bool | None:
    """Cancel an absence; False when it was cancelled before, None when there is none."""
    row = session.get(AbsenceRow, key, with_for_update=True)
    if row is None:
        return None
    if row.cancelled_at is not None:
        return False
    row.cancelled_at = now
    session.flush()
    return True


def put_kinship(session: Session, entry: KinshipEntry) -> bool:
    """Add or change a pair of relatives; False when it was already so."""
    pair = sorted((entry.person_id, entry.relative_id))
    row = session.get(KinshipRow, tuple(pair))
    if row is not None and row.relation is entry.relation:
        return False
    session.merge(KinshipRow(person_id=pair[0], relative_id=pair[1], relation=entry.relation))
    session.flush()
    return True


def kin_of(session: Session, key: PersonId) -> tuple[KinshipEntry, ...]:
    """Return the relatives of a person, the person always first in each pair."""
    query = select(KinshipRow).where((KinshipRow.person_id == key) | (KinshipRow.relative_id == key))
    pairs = (
        (row.relative_id if row.person_id == key else row.person_id, row.relation) for row in session.scalars(query)
    )
    return tuple(KinshipEntry(key, PersonId(other), relation) for other, relation in sorted(pairs))


def add_contact(session: Session, row_id: str, entry: ContactEntry) -> str:
    """Add a contact, or make the same one preferred or not, and return its row id."""
    vault = sealing_vault(session)
    address_hash = vault.lookup(entry.address, kind=f"contact.{entry.kind}")
    known = session.scalar(
        select(ContactRow).where(
            ContactRow.person_id == entry.person_id,
            ContactRow.kind == entry.kind,
            ContactRow.address_hash == address_hash,
        )
    )
    if entry.preferred:
        session.execute(update(ContactRow).where(ContactRow.person_id == entry.person_id).values(preferred=False))
    if known is not None:
        known.preferred = entry.preferred
    else:
        session.add(
            ContactRow(
                id=row_id,
                person_id=entry.person_id,
                kind=entry.kind,
                address=vault.seal(entry.address, context=f"contact.address:{row_id}"),
                address_hash=address_hash,
                preferred=entry.preferred,
            )
        )
    session.flush()
    return known.id if known is not None else row_id


def verify_contact(session: Session, row_id: str, now: datetime) -> bool:
    """Note that a contact was found to work; False when there is none."""
    row = session.get(ContactRow, row_id)
    if row is not None:
        row.verified_at = now
        session.flush()
    return row is not None


def contacts_of(session: Session, key: PersonId) -> tuple[Contact, ...]:
    """Return a person's contacts, the preferred one first, their addresses masked."""
    vault = vault_of(session)
    query = select(ContactRow).where(ContactRow.person_id == key).order_by(ContactRow.preferred.desc(), ContactRow.id)
    found = []
    for row in session.scalars(query):
        address = vault.open(row.address, context=f"contact.address:{row.id}")
        masked = mask_contact(row.kind, address)
        found.append(Contact(row.id, key, row.kind, masked, row.preferred, row.verified_at is not None))
    return tuple(found)


def _person_values(key: PersonId, entry: PersonEntry, where: Places, vault: Vault) -> Values:
    branch = where.branches[entry.branch_code] if entry.branch_code else None
    return {**person_values(key, entry, vault), "unit_id": where.units[entry.unit_code], "branch_id": branch}


def _chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]
