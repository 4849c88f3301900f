"""Reads and writes profiles, earlier postings and key posts."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from djflow.core.ids import PersonId, UnitId
from djflow.core.spans import DateSpan
from djflow.db.session import vault_of
from djflow.dispatch.eligibility.model import PastTerm
from djflow.dispatch.policy.words import KeyRole
from djflow.dispatch.profiles.model import KeyPostLine, Profile, TermLine
from djflow.dispatch.profiles.tables import KeyPostRow, PastTermRow, ProfileRow, profile_of, profile_values
from djflow.people.tables import PersonRow, UnitRow

_CHUNK = 500


def profiles(session: Session, ids: Collection[str] | None = None) -> Mapping[PersonId, Profile]:
    """Return the profiles of persons who have one, by code; of everybody when no ids are given."""
    vault = vault_of(session)
    query = (
        select(ProfileRow, PersonRow.code, UnitRow.code)
        .join(PersonRow, PersonRow.id == ProfileRow.person_id)
        .outerjoin(UnitRow, UnitRow.id == ProfileRow.native_town_id)
        .order_by(PersonRow.code)
        .execution_options(populate_existing=True)
    )
    parts = [query] if ids is None else [query.where(ProfileRow.person_id.in_(part)) for part in _chunks(ids)]
    return {
        PersonId(row.person_id): profile_of(row, code, town or "", vault)
        for part in parts
        for row, code, town in session.execute(part)
    }


def duties(session: Session, ids: Collection[str]) -> Mapping[PersonId, frozenset[str]]:
    """Return the statutory duties of persons of whom they are known."""
    query = select(ProfileRow.person_id, ProfileRow.duties).where(ProfileRow.duties.is_not(None))
    return {
        PersonId(key): found or frozenset()
        for part in _chunks(ids)
        for key, found in session.execute(query.where(ProfileRow.person_id.in_(part)))
    }


def put_profiles(session: Session, entries: Sequence[tuple[PersonId, Profile]], *, new: bool, now: datetime) -> None:
    """Add profiles, or change those that are there."""
    if not entries:
        return
    vault, towns = vault_of(session), unit_ids(session)
    values = [
        {**profile_values(key, one, towns.get(one.native_town), vault), "updated_at": now} for key, one in entries
    ]
    session.execute(insert(ProfileRow) if new else update(ProfileRow), values)


def unit_ids(session: Session) -> Mapping[str, UnitId]:
    """Return the ids of all units by code."""
    return {code: UnitId(key) for code, key in session.execute(select(UnitRow.code, UnitRow.id))}


def terms(session: Session, ids: Collection[str] | None = None) -> Mapping[PersonId, tuple[PastTerm, ...]]:
    """Return the earlier postings of persons who have some, oldest first; of everybody when no ids are given."""
    query = select(PastTermRow).order_by(PastTermRow.first_on, PastTermRow.kind)
    parts = [query] if ids is None else [query.where(PastTermRow.person_id.in_(part)) for part in _chunks(ids)]
    found = dict[PersonId, list[PastTerm]]()
    for part in parts:
        for row in session.scalars(part):
            term = PastTerm(row.kind, DateSpan(row.first_on, row.last_on), row.in_village)
            found.setdefault(PersonId(row.person_id), []).append(term)
    return {key: tuple(of) for key, of in found.items()}


def term_lines(session: Session) -> tuple[TermLine, ...]:
    """Return every earlier posting by person code and first day."""
    found = terms(session)
    query = select(PersonRow.id, PersonRow.code)
    codes = {
        PersonId(key): code
        for part in _chunks(found)
        for key, code in session.execute(query.where(PersonRow.id.in_(part)))
    }
    lines = (TermLine(codes[key], term) for key, of in found.items() for term in of)
    return tuple(sorted(lines, key=lambda one: (one.person_code, one.term.span)))


def add_terms(session: Session, entries: Sequence[tuple[str, PersonId, PastTerm]]) -> None:
    """Add earlier postings, given as row id, person and term."""
    if entries:
        values = [
            {"id": row_id, "person_id": key, "kind": term.kind, "first_on": term.span.first,
             "last_on": term.span.last, "in_village": term.in_village}
            for row_id, key, term in entries
        ]  # fmt: skip
        session.execute(insert(PastTermRow), values)


def change_terms(session: Session, entries: Sequence[tuple[PersonId, PastTerm]]) -> None:
    """Set last day and village of earlier postings that begin on the same day."""
    for key, term in entries:
        same = (
            PastTermRow.person_id == key,
            PastTermRow.kind == term.kind,
            PastTermRow.first_on == term.span.first,
        )
        session.execute(update(PastTermRow).where(*same).values(last_on=term.span.last, in_village=term.in_village))


def key_posts(session: Session, units: Collection[str]) -> Mapping[UnitId, frozenset[tuple[KeyRole, PersonId]]]:
    """Return who holds the key posts of units where some are known."""
    query = select(KeyPostRow.unit_id, KeyPostRow.role, KeyPostRow.person_id)
    found = dict[UnitId, set[tuple[KeyRole, PersonId]]]()
    for part in _chunks(units):
        for unit, role, person in session.execute(query.where(KeyPostRow.unit_id.in_(part))):
            found.setdefault(UnitId(unit), set()).add((role, PersonId(person)))
    return {unit: frozenset(held) for unit, held in found.items()}


def key_post_lines(session: Session) -> tuple[KeyPostLine, ...]:
    """Return who holds which key post, units in official order."""
    query = (
        select(UnitRow.code, KeyPostRow.role, PersonRow.code)
        .join(UnitRow, UnitRow.id == KeyPostRow.unit_id)
        .join(PersonRow, PersonRow.id == KeyPostRow.person_id)
        .order_by(UnitRow.official_order, UnitRow.code, KeyPostRow.role, PersonRow.code)
    )
    return tuple(KeyPostLine(unit, role, person) for unit, role, person in session.execute(query))


def replace_key_posts(session: Session, unit: UnitId, held: Collection[tuple[KeyRole, PersonId]]) -> None:
    """Make the key posts of a unit what is given."""
    session.execute(delete(KeyPostRow).where(KeyPostRow.unit_id == unit))
    if held:
        values = [{"unit_id": unit, "role": role, "person_id": person} for role, person in sorted(held)]
        session.execute(insert(KeyPostRow), values)


def _chunks(ids: Collection[str]) -> Iterator[Sequence[str]]:
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), _CHUNK):
        yield wanted[start : start + _CHUNK]
