"""Reads and writes facts about the house, and re-seals what was encrypted with an old key."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Protocol

from sqlalchemy import Column, LargeBinary, Table, bindparam, inspect, select, update
from sqlalchemy.orm import Session

from djflow.core.errors import KeyFileError
from djflow.db.base import Base, Sealed
from djflow.db.session import vault_of
from djflow.db.tables import HouseFactRow
from djflow.db.vault import Vault, key_of

ACTIVE_KEY = "active_key"
_PAGE = 2000


class Standing(Protocol):
    """What stands in a state: whoever moves it on names the version they saw."""

    @property
    def id(self) -> str: ...  # noqa: D102 - a protocol names what it needs
    @property
    def state(self) -> str: ...  # noqa: D102 - a protocol names what it needs
    @property
    def version(self) -> int: ...  # noqa: D102 - a protocol names what it needs


class StepRow(Protocol):
    """The row of a step, with its sealed reason."""

    id: str
    reason: bytes | None


def fact(session: Session, name: str) -> str | None:
    """Return the value of a fact, None when it was never stated."""
    row = session.get(HouseFactRow, name)
    return row.value if row else None


def state_fact(session: Session, name: str, value: str) -> None:
    """Set a fact."""
    session.merge(HouseFactRow(name=name, value=value))


def sealing_vault(session: Session) -> Vault:
    """Return the vault of a session for encrypting; a key rotation waits until the transaction ends.

    Raises: KeyFileError when the key was rotated since this process read the key file.
    """
    vault = vault_of(session)
    query = select(HouseFactRow.value).where(HouseFactRow.name == ACTIVE_KEY).with_for_update(read=True)
    active = session.scalar(query)
    if active is not None and active not in vault.keys:
        raise KeyFileError("密钥已经更换，而本程序还在用旧密钥，没有保存：请重新启动 djflow 后再试一次。")
    return vault


def move_on(session: Session, row: type[Base], found: Standing, values: Mapping[str, object]) -> bool:
    """Write `values` and the next version into a row if it still is as it was found; False when somebody was faster."""
    columns = row.__table__.c
    still = (columns.id == found.id, columns.state == found.state, columns.version == found.version)
    statement = update(row).where(*still).values({**values, "version": found.version + 1}).returning(columns.id)
    return session.scalar(statement.execution_options(synchronize_session=False)) is not None


def keep_step(session: Session, row: StepRow, reason: str, context: str) -> None:
    """Write a step, its reason sealed for its own row; an empty reason is none."""
    if reason:
        row.reason = sealing_vault(session).seal(reason, context=f"{context}:{row.id}")
    session.add(row)
    session.flush()


def lock_active_key(session: Session) -> None:
    """Wait for every transaction that is encrypting, and keep new ones waiting until this one ends."""
    session.scalar(select(HouseFactRow.value).where(HouseFactRow.name == ACTIVE_KEY).with_for_update())


def sealed_columns() -> tuple[tuple[Column[bytes], str], ...]:
    """Return every sealed column of the house with its context, by table and name."""
    return tuple(
        (column, column.type.context)
        for table in Base.metadata.sorted_tables
        for column in sorted(table.columns, key=lambda column: column.name)
        if isinstance(column.type, Sealed)
    )


def unknown_binaries(session: Session) -> tuple[str, ...]:
    """Return tables of the database that hold bytes and that this program has not loaded: what they seal is unknown."""
    inspector = inspect(session.connection())
    return tuple(
        table
        for table in sorted(inspector.get_table_names())
        if table not in Base.metadata.tables
        and any(isinstance(column["type"], LargeBinary) for column in inspector.get_columns(table))
    )


def key_use(session: Session) -> Mapping[str, int]:
    """Return how many values each key id has sealed."""
    pages = (page for column, _ in sealed_columns() for page in _pages(session, column))
    return Counter(key_of(sealed) for page in pages for _, sealed in page)


def reseal(session: Session) -> int:
    """Encrypt every value that is not sealed with the active key again with it and return how many there were.

    Raises: KeyFileError when a value does not open.
    """
    return sum(_reseal_column(session, column, context) for column, context in sealed_columns())


def _reseal_column(session: Session, column: Column[bytes], context: str) -> int:
    vault = vault_of(session)
    table, key = _table_and_key(column)
    statement = update(table).where(key == bindparam("row")).values({column: bindparam("value")})
    count = 0
    for page in _pages(session, column):
        changes = [
            {"row": row, "value": _again(vault, sealed, f"{context}:{row}")}
            for row, sealed in page
            if not vault.is_current(sealed)
        ]
        if changes:
            session.connection().execute(statement, changes)
        count += len(changes)
    return count


def _again(vault: Vault, sealed: bytes, context: str) -> bytes:
    return vault.seal(vault.open(sealed, context=context), context=context)


def _pages(session: Session, column: Column[bytes]) -> Iterator[list[tuple[str, bytes]]]:
    table, key = _table_and_key(column)
    query = select(key, column).select_from(table).where(column.is_not(None)).order_by(key).limit(_PAGE)
    last = ""
    while page := [(str(row), bytes(sealed)) for row, sealed in session.execute(query.where(key > last))]:
        yield page
        last = page[-1][0]


def _table_and_key(column: Column[bytes]) -> tuple[Table, Column[str]]:
    (key,) = column.table.primary_key.columns
    return column.table, key
