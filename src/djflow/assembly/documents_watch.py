"""What time brings to documents: who has not acknowledged is reminded once per step. Tables hold unit names only."""

from collections.abc import Mapping
from dataclasses import dataclass

from djflow.assembly import documents_signing as signing
from djflow.assembly.documents_terms import document_terms
from djflow.assembly.house import House
from djflow.documents.register.sharing import service as sharing
from djflow.people import service as people

Row = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Watched:
    """What a look at the receipts found: units that have not acknowledged, how many are late and newly reminded."""

    rows: tuple[Row, ...]
    late: int
    reminded: int
    healed: int


def watch(house: House, *, by: str) -> Watched:
    """Remind every unit whose step is due, each in its own transaction; a day looked at twice reminds nobody twice."""
    terms, today = document_terms(house), house.today()
    healed = signing.catch_up(house, by=by)
    with house.reading() as session:
        waiting = sharing.waiting(session, terms=terms, now=house.now())
        names = {unit.id: unit.short_name for unit in people.units(session)}
    reminded = 0
    for document, receipt, due in waiting:
        if due > receipt.reminded:
            with house.transaction() as session:
                reminded += sharing.remind(session, document.id, receipt.unit, terms=terms, now=house.now())
    rows: tuple[Row, ...] = tuple(
        {
            "公文": document.name,
            "单位": names.get(receipt.unit, ""),
            "应签收": str(receipt.due_on or ""),
            "超期（天）": max(0, (today - receipt.due_on).days) if receipt.due_on else 0,
            "已催（次）": max(due, receipt.reminded),
        }
        for document, receipt, due in waiting
    )
    late = sum(receipt.due_on is not None and receipt.due_on < today for _, receipt, _ in waiting)
    return Watched(rows, late, reminded, healed)
