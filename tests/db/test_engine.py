"""Engines: what every database connection of a house has in common."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from djflow.db.session import Database


def test_a_failed_statement_never_shows_its_values(database: Database) -> None:
    """An error of the database may end up in a log, so the values at hand are not part of it."""
    with database.engine.connect() as connection, pytest.raises(DBAPIError) as caught:
        connection.execute(text("SELECT nosuch FROM person WHERE name = :name"), {"name": "赵某某"})
    assert "赵某某" not in str(caught.value)
