"""Rows given to a statement: any number of them in a few parameters, so that its text is always the same.

A statement with a parameter for each value of each row has another text each time: the driver takes it apart and the
database plans it anew, which costs more than what it does. Lists are taken apart by the database instead, by
`unnest` on PostgreSQL and by `json_each` on SQLite; no table holds an array.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache

from sqlalchemy import String, Subquery, column, text
from sqlalchemy.orm import Session

Rows = Sequence[Sequence[str]]


@cache
def given(dialect: str, *names: str) -> Subquery:
    """Return rows of texts to select from, by the names of their columns; `values` are its parameters."""
    if dialect == "postgresql":
        lists = ", ".join(f"unnest(CAST(:given_{name} AS VARCHAR[])) AS {name}" for name in names)
        words = f"SELECT {lists}"
    else:
        parts = ", ".join(f"json_extract(value, '$[{place}]') AS {name}" for place, name in enumerate(names))
        words = f"SELECT {parts} FROM json_each(:given)"  # noqa: S608 - the names are the program's own
    return text(words).columns(*(column(name, String) for name in names)).subquery("given")


def values(dialect: str, names: Sequence[str], rows: Rows) -> Mapping[str, object]:
    """Return the parameters of a statement with `given` rows; each row has a text for each name."""
    if dialect == "postgresql":
        return {f"given_{name}": [row[place] for row in rows] for place, name in enumerate(names)}
    return {"given": json.dumps(rows)}


def dialect_of(session: Session) -> str:
    """Return the name of the database a session works on."""
    return session.get_bind().dialect.name
