"""Rows given to a statement."""

from sqlalchemy import select

from djflow.db import given
from djflow.db.session import Database

NAMES = ("id", "provider_id")
ROWS = [
    ("a", "msg-1"),
    ("b", ""),
    ("c", "quoted \" and \\ and ' and , and {braces}"),
    ("d", "汉字 😀\n\t"),
    ("e", "NULL"),
    ("e", "null"),
    *((f"{number:032x}", str(number)) for number in range(3000)),
]


def came_back(database: Database, rows: given.Rows) -> list[tuple[str, ...]]:
    """Give rows to a statement that does nothing but read them."""
    with database.reading() as session:
        dialect = given.dialect_of(session)
        found = session.execute(select(given.given(dialect, *NAMES)), given.values(dialect, NAMES, rows))
        return [tuple(row) for row in found]


def test_rows_arrive_as_they_were_given(database: Database) -> None:
    """In their order, doubles kept, whatever stands in them, more than a statement has parameters."""
    assert came_back(database, ROWS) == ROWS


def test_one_row_and_none(database: Database) -> None:
    """A single row is a row, and no rows are none."""
    assert came_back(database, ROWS[:1]) == ROWS[:1]
    assert came_back(database, []) == []
