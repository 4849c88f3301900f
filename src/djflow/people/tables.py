"""Tables of people and how their rows turn into values.

Sets of words stand as one opaque text each: they are read and written whole.
"""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import Boolean, Date, Dialect, Float, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from djflow.core.ids import AbsenceId, PersonId, UnitId
from djflow.core.spans import DateSpan, Month
from djflow.core.subject import Subject
from djflow.db.base import Base, Code, Instant, Sealed
from djflow.db.vault import Vault
from djflow.people.model import (
    Absence,
    AbsenceEntry,
    AbsenceKind,
    ContactKind,
    Gender,
    PersonCard,
    PersonEntry,
    PersonStatus,
    RankLevel,
    Relation,
    Unit,
    UnitEntry,
    UnitKind,
)

Values = dict[str, object]


class Words(TypeDecorator[frozenset[str]]):
    """A set of words, stored sorted, one a line."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: frozenset[str] | None, dialect: Dialect) -> str:
        """Return the words sorted, one a line."""
        _ = dialect
        return "\n".join(sorted(value or ()))

    def process_result_value(self, value: str | None, dialect: Dialect) -> frozenset[str]:
        """Return the stored words."""
        _ = dialect
        return frozenset(value.split("\n")) if value else frozenset()


class Weekdays(TypeDecorator[frozenset[int]]):
    """A set of weekdays, Monday 0, stored as digits such as `06`."""

    impl = String(7)
    cache_ok = True

    def process_bind_param(self, value: frozenset[int] | None, dialect: Dialect) -> str:
        """Return the days as sorted digits."""
        _ = dialect
        return "".join(str(day) for day in sorted(value or ()))

    def process_result_value(self, value: str | None, dialect: Dialect) -> frozenset[int]:
        """Return the stored days."""
        _ = dialect
        return frozenset(int(digit) for digit in value or "")


class CivilMonth(TypeDecorator[Month]):
    """A calendar month, stored as `1985-03`."""

    impl = String(7)
    cache_ok = True

    def process_bind_param(self, value: Month | None, dialect: Dialect) -> str | None:
        """Return the month as printed."""
        _ = dialect
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Month | None:
        """Return the stored month."""
        _ = dialect
        return None if value is None else Month.parse(value)


class UnitRow(Base):
    """A unit; `official_order` is the protocol order in which units are always listed."""

    __tablename__ = "unit"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    code: Mapped[str] = mapped_column(String(30), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    short_name: Mapped[str] = mapped_column(String(60))
    kind: Mapped[UnitKind] = mapped_column(Code(UnitKind))
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("unit.id"), index=True)
    official_order: Mapped[int] = mapped_column(Integer)
    org_code: Mapped[str] = mapped_column(String(18))
    seat_x_km: Mapped[float | None] = mapped_column(Float)
    seat_y_km: Mapped[float | None] = mapped_column(Float)
    public_phone: Mapped[str] = mapped_column(String(40))
    active: Mapped[bool] = mapped_column(Boolean)


class BranchRow(Base):
    """A Party branch and its secretary."""

    __tablename__ = "branch"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    code: Mapped[str] = mapped_column(String(30), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"), index=True)
    # No foreign key: branch and person would point at each other, and SQLite cannot add one afterwards.
    secretary_id: Mapped[str | None] = mapped_column(String(32))


class PersonRow(Base):
    """A person; the `…_hash` columns find a sealed number without opening it."""

    __tablename__ = "person"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    code: Mapped[str] = mapped_column(String(30), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    gender: Mapped[Gender] = mapped_column(Code(Gender))
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"), index=True)
    branch_id: Mapped[str | None] = mapped_column(ForeignKey("branch.id"), index=True)
    rank_level: Mapped[RankLevel] = mapped_column(Code(RankLevel))
    is_leader: Mapped[bool] = mapped_column(Boolean)
    birth_year_month: Mapped[Month | None] = mapped_column(CivilMonth)
    post_title: Mapped[str] = mapped_column(String(100))
    skills: Mapped[frozenset[str]] = mapped_column(Words)
    party_member_since: Mapped[date | None] = mapped_column(Date)
    native_place: Mapped[str] = mapped_column(String(60))
    home_town: Mapped[str] = mapped_column(String(60))
    max_duties: Mapped[int | None] = mapped_column(Integer)
    avoid_weekdays: Mapped[frozenset[int]] = mapped_column(Weekdays)
    avoid_towns: Mapped[frozenset[str]] = mapped_column(Words)
    status: Mapped[PersonStatus] = mapped_column(Code(PersonStatus))
    mobile: Mapped[bytes | None] = mapped_column(Sealed("person.mobile"))
    mobile_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    id_number: Mapped[bytes | None] = mapped_column(Sealed("person.id_number"))
    id_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    bank_account: Mapped[bytes | None] = mapped_column(Sealed("person.bank_account"))
    bank_name: Mapped[bytes | None] = mapped_column(Sealed("person.bank_name"))
    created_at: Mapped[datetime] = mapped_column(Instant)
    updated_at: Mapped[datetime] = mapped_column(Instant)


class PostHeldRow(Base):
    """A post a person holds or held; `first_on` NULL: since before the house knew, `last_on` NULL: still."""

    __tablename__ = "post_held"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"))
    title: Mapped[str] = mapped_column(String(100))
    rank_level: Mapped[RankLevel] = mapped_column(Code(RankLevel))
    first_on: Mapped[date | None] = mapped_column(Date)
    last_on: Mapped[date | None] = mapped_column(Date)


class ContactRow(Base):
    """A further way to reach a person."""

    __tablename__ = "contact"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[ContactKind] = mapped_column(Code(ContactKind))
    address: Mapped[bytes] = mapped_column(Sealed("contact.address"))
    address_hash: Mapped[str] = mapped_column(String(64))
    preferred: Mapped[bool] = mapped_column(Boolean)
    verified_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (UniqueConstraint("person_id", "kind", "address_hash", name="uq_contact_address"),)


class AbsenceRow(Base):
    """Days somebody is away, both ends included; `origin` is the subject that caused it."""

    __tablename__ = "absence"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    first_on: Mapped[date] = mapped_column(Date)
    last_on: Mapped[date] = mapped_column(Date, index=True)
    kind: Mapped[AbsenceKind] = mapped_column(Code(AbsenceKind))
    origin: Mapped[str] = mapped_column(String(140), index=True)
    cancelled_at: Mapped[datetime | None] = mapped_column(Instant)


class KinshipRow(Base):
    """Two related persons; `person_id` is the smaller id."""

    __tablename__ = "kinship"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    relative_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    relation: Mapped[Relation] = mapped_column(Code(Relation))


def unit_of(row: UnitRow, parent_code: str) -> Unit:
    """Return a row as a unit."""
    return Unit(
        UnitId(row.id),
        UnitEntry(
            code=row.code,
            name=row.name,
            kind=row.kind,
            official_order=row.official_order,
            short_name=row.short_name,
            parent_code=parent_code,
            org_code=row.org_code,
            seat=_seat(row),
            public_phone=row.public_phone,
            active=row.active,
        ),
    )


def unit_values(entry: UnitEntry) -> Values:
    """Return the columns of a unit without id and parent."""
    x, y = entry.seat or (None, None)
    return {
        "code": entry.code,
        "name": entry.name,
        "short_name": entry.short_name,
        "kind": entry.kind,
        "official_order": entry.official_order,
        "org_code": entry.org_code,
        "seat_x_km": x,
        "seat_y_km": y,
        "public_phone": entry.public_phone,
        "active": entry.active,
    }


def person_entry_of(row: PersonRow, unit_code: str, branch_code: str, vault: Vault) -> PersonEntry:
    """Return a row as an entry with every sealed value opened."""

    def opened(sealed: bytes | None, column: str) -> str:
        return "" if sealed is None else vault.open(sealed, context=f"person.{column}:{row.id}")

    return PersonEntry(
        code=row.code,
        name=row.name,
        gender=row.gender,
        unit_code=unit_code,
        rank=row.rank_level,
        is_leader=row.is_leader,
        birth=row.birth_year_month,
        branch_code=branch_code,
        post_title=row.post_title,
        skills=row.skills,
        mobile=opened(row.mobile, "mobile"),
        id_number=opened(row.id_number, "id_number"),
        bank_account=opened(row.bank_account, "bank_account"),
        bank_name=opened(row.bank_name, "bank_name"),
        party_member_since=row.party_member_since,
        native_place=row.native_place,
        home_town=row.home_town,
        max_duties=row.max_duties,
        avoid_weekdays=row.avoid_weekdays,
        avoid_towns=row.avoid_towns,
        status=row.status,
    )


def person_values(key: PersonId, entry: PersonEntry, vault: Vault) -> Values:
    """Return the columns of a person without unit, branch and instants; phone, identity and bank number sealed."""

    def sealed(text: str, column: str) -> bytes | None:
        return vault.seal(text, context=f"person.{column}:{key}") if text else None

    return {
        "id": key,
        "code": entry.code,
        "name": entry.name,
        "gender": entry.gender,
        "rank_level": entry.rank,
        "is_leader": entry.is_leader,
        "birth_year_month": entry.birth,
        "post_title": entry.post_title,
        "skills": entry.skills,
        "party_member_since": entry.party_member_since,
        "native_place": entry.native_place,
        "home_town": entry.home_town,
        "max_duties": entry.max_duties,
        "avoid_weekdays": entry.avoid_weekdays,
        "avoid_towns": entry.avoid_towns,
        "status": entry.status,
        "mobile": sealed(entry.mobile, "mobile"),
        "mobile_hash": vault.lookup(entry.mobile, kind="mobile") if entry.mobile else None,
        "id_number": sealed(entry.id_number, "id_number"),
        "id_hash": vault.lookup(entry.id_number, kind="id_number") if entry.id_number else None,
        "bank_account": sealed(entry.bank_account, "bank_account"),
        "bank_name": sealed(entry.bank_name, "bank_name"),
    }


def card_of(person: PersonRow, unit: UnitRow) -> PersonCard:
    """Return a person's card; nothing is opened."""
    return PersonCard(
        id=PersonId(person.id),
        code=person.code,
        name=person.name,
        unit_id=UnitId(unit.id),
        unit_code=unit.code,
        unit_name=unit.name,
        unit_order=unit.official_order,
        unit_kind=unit.kind,
        seat=_seat(unit),
        post_title=person.post_title,
        rank=person.rank_level,
        is_leader=person.is_leader,
        skills=person.skills,
        max_duties=person.max_duties,
        avoid_weekdays=person.avoid_weekdays,
        avoid_towns=person.avoid_towns,
        status=person.status,
    )


def absence_of(row: AbsenceRow) -> Absence:
    """Return a row as an absence."""
    span = DateSpan(row.first_on, row.last_on)
    entry = AbsenceEntry(PersonId(row.person_id), span, row.kind, Subject.parse(row.origin))
    return Absence(AbsenceId(row.id), entry)


def absence_values(key: AbsenceId, entry: AbsenceEntry) -> Values:
    """Return the columns of an absence in force."""
    return {
        "id": key,
        "person_id": entry.person_id,
        "first_on": entry.span.first,
        "last_on": entry.span.last,
        "kind": entry.kind,
        "origin": str(entry.origin),
    }


def post_values(
    row_id: str, key: PersonId, entry: PersonEntry, unit_ids: Mapping[str, UnitId], first: date | None
) -> Values:
    """Return the columns of a post held from `first`."""
    return {
        "id": row_id,
        "person_id": key,
        "unit_id": unit_ids[entry.unit_code],
        "title": entry.post_title,
        "rank_level": entry.rank,
        "first_on": first,
    }


def _seat(unit: UnitRow) -> tuple[float, float] | None:
    if unit.seat_x_km is None or unit.seat_y_km is None:
        return None
    return unit.seat_x_km, unit.seat_y_km
