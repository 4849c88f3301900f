"""Reads and writes published years."""

import json
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from djflow.core.ids import new_id
from djflow.fund.disclosure.model import AidLine, Disclosure, Figures
from djflow.fund.disclosure.tables import FundDisclosureRow


def add(session: Session, figures: Figures, *, now: datetime) -> Disclosure:
    """Add a year as it is published."""
    value = {
        "through": figures.through.isoformat(),
        "incomes": dict(figures.incomes),
        "aid": [[line.label, line.people, line.amount_fen] for line in figures.aid],
        "people": figures.people,
        "left_fen": figures.left_fen,
    }
    text = json.dumps(value, ensure_ascii=False)
    session.add(FundDisclosureRow(id=new_id(now), year=figures.year, figures=text, published_at=now))
    session.flush()
    return Disclosure(figures, now)


def latest(session: Session, year: int) -> Disclosure | None:
    """Return a year as it was published last."""
    query = select(FundDisclosureRow).where(FundDisclosureRow.year == year)
    row = session.scalar(query.order_by(FundDisclosureRow.published_at.desc(), FundDisclosureRow.id.desc()).limit(1))
    return _disclosure(row) if row else None


def years(session: Session) -> tuple[int, ...]:
    """Return the years that were published, the latest first."""
    query = select(FundDisclosureRow.year).distinct().order_by(FundDisclosureRow.year.desc())
    return tuple(session.scalars(query))


def _disclosure(row: FundDisclosureRow) -> Disclosure:
    value = json.loads(row.figures)
    figures = Figures(
        year=row.year,
        through=date.fromisoformat(value["through"]),
        incomes=value["incomes"],
        aid=tuple(AidLine(label, people, fen) for label, people, fen in value["aid"]),
        people=value["people"],
        left_fen=value["left_fen"],
    )
    return Disclosure(figures, row.published_at)
