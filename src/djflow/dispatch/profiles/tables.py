"""Tables of the profiles and how their rows turn into values.

Discipline, health and care are sealed, each bound to its column and person.
"""

import json
from collections.abc import Callable
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import Boolean, Date, Dialect, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from djflow.core.spans import Month
from djflow.db.base import Base, Code, Instant, Sealed
from djflow.db.vault import Vault
from djflow.dispatch.eligibility.model import Bar, Care
from djflow.dispatch.policy.model import BatchKind
from djflow.dispatch.policy.words import Borrowing, Education, Grade, KeyRole, Profession
from djflow.dispatch.profiles.model import Health, Party, Profile
from djflow.people.tables import CivilMonth

T = TypeVar("T")
Values = dict[str, object]


class KnownWords(TypeDecorator[frozenset[str]]):
    """A set of words, stored sorted, one a line; unknown is NULL, known to be none is empty."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: frozenset[str] | None, dialect: Dialect) -> str | None:
        """Return the words sorted, one a line."""
        _ = dialect
        return None if value is None else "\n".join(sorted(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> frozenset[str] | None:
        """Return the stored words."""
        _ = dialect
        return None if value is None else frozenset(value.split("\n")) - {""}


class ProfileRow(Base):
    """What the office knows about a person beyond the table of people."""

    __tablename__ = "dispatch_profile"

    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True)
    education: Mapped[Education | None] = mapped_column(Code(Education))
    party: Mapped[Party | None] = mapped_column(Code(Party))
    in_service_since: Mapped[Month | None] = mapped_column(CivilMonth)
    recruited: Mapped[Month | None] = mapped_column(CivilMonth)
    classes: Mapped[frozenset[str] | None] = mapped_column(KnownWords)
    on_probation: Mapped[bool | None] = mapped_column(Boolean)
    probation_until: Mapped[date | None] = mapped_column(Date)
    profession: Mapped[Profession | None] = mapped_column(Code(Profession))
    section: Mapped[str] = mapped_column(String(60))
    duties: Mapped[frozenset[str] | None] = mapped_column(KnownWords)
    reviews: Mapped[str] = mapped_column(Text)
    on_task: Mapped[bool | None] = mapped_column(Boolean)
    task_until: Mapped[date | None] = mapped_column(Date)
    native_town_id: Mapped[str | None] = mapped_column(ForeignKey("unit.id"))
    native_known: Mapped[bool] = mapped_column(Boolean)
    kin_checked: Mapped[bool] = mapped_column(Boolean)
    history_checked: Mapped[bool] = mapped_column(Boolean)
    discipline: Mapped[bytes | None] = mapped_column(Sealed("dispatch_profile.discipline"))
    health: Mapped[bytes | None] = mapped_column(Sealed("dispatch_profile.health"))
    care: Mapped[bytes | None] = mapped_column(Sealed("dispatch_profile.care"))
    updated_at: Mapped[datetime] = mapped_column(Instant)


class PastTermRow(Base):
    """A posting somebody had before this house kept them, both days included."""

    __tablename__ = "dispatch_past_term"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[BatchKind] = mapped_column(Code(BatchKind))
    first_on: Mapped[date] = mapped_column(Date)
    last_on: Mapped[date] = mapped_column(Date)
    in_village: Mapped[bool] = mapped_column(Boolean)

    __table_args__ = (UniqueConstraint("person_id", "kind", "first_on", name="uq_dispatch_past_term"),)


class KeyPostRow(Base):
    """Who holds a key post of a unit."""

    __tablename__ = "dispatch_key_post"

    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    role: Mapped[KeyRole] = mapped_column(Code(KeyRole), primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)


def profile_values(key: str, profile: Profile, native_town: str | None, vault: Vault) -> Values:
    """Return the columns of a profile; discipline, health and care sealed."""

    def sealed(value: object, column: str) -> bytes | None:
        text = json.dumps(value, default=str)
        return None if value is None else vault.seal(text, context=f"dispatch_profile.{column}:{key}")

    health, care = profile.health, profile.care
    return {
        "person_id": key,
        "education": profile.education,
        "party": profile.party,
        "in_service_since": profile.in_service_since,
        "recruited": profile.recruited,
        "classes": None if profile.classes is None else frozenset(one.value for one in profile.classes),
        "on_probation": profile.probation and profile.probation.stands,
        "probation_until": profile.probation and profile.probation.until,
        "profession": profile.profession,
        "section": profile.section,
        "duties": profile.duties,
        "reviews": "\n".join(f"{year}={grade.value}" for year, grade in sorted(profile.reviews)),
        "on_task": profile.unfinished_task and profile.unfinished_task.stands,
        "task_until": profile.unfinished_task and profile.unfinished_task.until,
        "native_town_id": native_town,
        "native_known": profile.native_known,
        "kin_checked": profile.kin_checked,
        "history_checked": profile.history_checked,
        "discipline": sealed(
            profile.discipline and [profile.discipline.stands, profile.discipline.until], "discipline"
        ),
        "health": sealed(health and [health.fit, health.examined_on], "health"),
        "care": sealed(care and [care.bar.stands, care.bar.until, care.proven], "care"),
    }


def profile_of(row: ProfileRow, code: str, native_town: str, vault: Vault) -> Profile:
    """Return a row as a profile with every sealed value opened."""

    def opened(sealed: bytes | None, column: str, read: Callable[[list[object]], T]) -> T | None:
        if sealed is None:
            return None
        content: list[object] = json.loads(vault.open(sealed, context=f"dispatch_profile.{column}:{row.person_id}"))
        return read(content)

    return Profile(
        person_code=code,
        education=row.education,
        party=row.party,
        in_service_since=row.in_service_since,
        recruited=row.recruited,
        classes=None if row.classes is None else frozenset(Borrowing(one) for one in row.classes),
        probation=_bar(row.on_probation, row.probation_until),
        profession=row.profession,
        section=row.section,
        duties=row.duties,
        reviews=_reviews(row.reviews),
        unfinished_task=_bar(row.on_task, row.task_until),
        native_town=native_town,
        native_known=row.native_known,
        kin_checked=row.kin_checked,
        history_checked=row.history_checked,
        discipline=opened(row.discipline, "discipline", lambda said: Bar(said[0] is True, _day(said[1]))),
        health=opened(row.health, "health", lambda said: Health(said[0] is True, _day(said[1]))),
        care=opened(row.care, "care", lambda said: Care(Bar(said[0] is True, _day(said[1])), said[2] is True)),
    )


def _bar(stands: bool | None, until: date | None) -> Bar | None:  # noqa: FBT001 # a column's value
    return None if stands is None else Bar(stands, until)


def _day(said: object) -> date | None:
    return date.fromisoformat(said) if isinstance(said, str) else None


def _reviews(text: str) -> tuple[tuple[int, Grade], ...]:
    pairs = (line.split("=", 1) for line in text.splitlines())
    return tuple(sorted(((int(year), Grade(grade)) for year, grade in pairs), reverse=True))
