"""Tells units that figures wait for them, and that the day to answer has come.

Messages name the period, never a figure. Keys name the edition, so that nobody is told twice of the same figures.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from djflow.accounts import answering
from djflow.circulars.model import KIND, Circular
from djflow.core.clock import instant_of
from djflow.core.ids import UnitId
from djflow.core.subject import Subject
from djflow.inbox import service as inbox
from djflow.inbox.model import Address, ItemKind, NewItem
from djflow.notify import service as notify
from djflow.notify.model import Answer, Intent, NoticeKind
from djflow.people import service as people

_STAYS_TRUE = timedelta(days=14)


def part_of(found: Circular, unit: UnitId) -> Subject:
    """Return what a unit's task is about."""
    return Subject(KIND, f"{found.id}.{unit}")


def asked(session: Session, found: Circular, units: Iterable[UnitId], due_on: date, *, now: datetime) -> None:
    """Ask units to look at their figures."""
    for unit in units:
        for role in answering.ROLES:
            item = NewItem(
                ItemKind.CIRCULAR,
                part_of(found, unit),
                Address(role=role, unit=unit),
                f"{found.period.title}通报数据请核对",
                f"/desk/circulars/{found.id}",
                instant_of(due_on + timedelta(days=1)),
            )
            inbox.raise_item(session, item, now=now)
        words = f"请于{due_on:%m月%d日}前核对贵单位的数据，逾期视为无异议"
        _notify(session, found, unit, f"ask:{unit}:{found.edition}", words, now)


def reminder(session: Session, found: Circular, unit: UnitId, *, now: datetime) -> None:
    """Remind a unit on the last day."""
    _notify(session, found, unit, f"remind:{unit}:{found.edition}", "贵单位的数据今天截止核对，还没有答复", now)


def answered(session: Session, found: Circular, units: Iterable[UnitId], *, by: str, now: datetime) -> None:
    """Close the tasks of units that have answered or need not any more."""
    for unit in units:
        inbox.settle(session, ItemKind.CIRCULAR, part_of(found, unit), by=by, now=now)
        for person in answering.persons_of(session, unit):
            notify.acknowledge(session, found.subject, person, Answer.CONFIRMED, via="circular", now=now)


def _notify(session: Session, found: Circular, unit: UnitId, slot: str, words: str, now: datetime) -> None:
    told = answering.persons_of(session, unit)
    names = {key: card.name for key, card in people.people_by_ids(session, told).items()}
    intents = [
        Intent(
            NoticeKind.CIRCULAR_UNIT,
            found.subject,
            0,  # once for each slot, whatever becomes of the circular meanwhile
            person,
            slot,
            f"sms/{NoticeKind.CIRCULAR_UNIT}",
            now,
            now + _STAYS_TRUE,
            {"name": names[person], "period": found.period.title, "state": words},
        )
        for person in told
    ]
    notify.enqueue(session, intents, now=now)
