"""Reads and writes facts about the house."""

from sqlalchemy.orm import Session

from djflow.db.tables import HouseFactRow


def fact(session: Session, name: str) -> str | None:
    """Return the value of a fact, None when it was never stated."""
    row = session.get(HouseFactRow, name)
    return row.value if row else None


def state_fact(session: Session, name: str, value: str) -> None:
    """Set a fact."""
    session.merge(HouseFactRow(name=name, value=value))
