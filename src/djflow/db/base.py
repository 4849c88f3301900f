"""Declarative base, naming convention and column types shared by every table.

The SQL stays on a subset that SQLite and PostgreSQL share and that openGauss and Kingbase are expected to take:
no arrays, ranges or extensions; JSON as opaque text; lower-case names of at most 30 characters.
"""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

from sqlalchemy import DateTime, Dialect, LargeBinary, MetaData, String
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

E = TypeVar("E", bound=StrEnum)

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base of every mapped class; mapped classes are named `…Row` and live in `tables.py` only."""

    metadata = MetaData(naming_convention=NAMING)


class Instant(TypeDecorator[datetime]):
    """An aware instant, stored as UTC and read back as UTC on every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the instant in UTC.

        Raises: ValueError for a naive instant.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            msg = "an instant without a time zone"
            raise ValueError(msg)
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the stored instant as aware UTC."""
        _ = dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Code(TypeDecorator[E], Generic[E]):
    """A `StrEnum` stored as its value; members may be added but never renamed."""

    impl = String(30)
    cache_ok = True

    def __init__(self, enum: type[E]) -> None:
        """Store members of `enum`."""
        super().__init__()
        self.enum = enum

    def process_bind_param(self, value: E | None, dialect: Dialect) -> str | None:
        """Return the stored word of a member."""
        _ = dialect
        return None if value is None else self.enum(value).value

    def process_result_value(self, value: Any | None, dialect: Dialect) -> E | None:  # SQLAlchemy hands over Any
        """Return the member of a stored word."""
        _ = dialect
        return None if value is None else self.enum(value)


class Sealed(TypeDecorator[bytes]):
    """A value encrypted by `djflow.db.vault.Vault`; only bytes ever reach the database.

    It is bound to `<context>:<primary key>`, for instance `person.mobile:018f…`. Key rotation finds every column of
    this type through the metadata, so a table joins by declaring one.
    """

    impl = LargeBinary
    cache_ok = True

    def __init__(self, context: str) -> None:
        """Bind values to `context`, a name such as `person.mobile` that no other column uses."""
        super().__init__()
        self.context = context
