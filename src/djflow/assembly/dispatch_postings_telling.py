"""Tells whom a posting concerns: the cadre by message, host and home unit by message, boxes of host and department.

A message names host, post and what is to be done: no reason, no grade. Keys name the occasion, so that nobody is told
twice, however often a day is looked at.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from djflow.accounts import service as accounts
from djflow.accounts.model import Role
from djflow.assembly.dispatch_postings_scope import line_of
from djflow.core.clock import instant_of
from djflow.core.ids import PersonId, UnitId
from djflow.core.subject import Subject
from djflow.dispatch.postings.model import Posting
from djflow.inbox import service as inbox
from djflow.inbox.model import Address, ItemKind, NewItem
from djflow.notify import service as notify
from djflow.notify.model import Intent, NoticeKind
from djflow.people import service as people

_STAYS_TRUE = timedelta(days=14)
PARTS = ("", "talk", "late", "confirm", "recall", "grade", "end", "over")
"""Tasks of a posting that are over when it is; an empty word is the posting itself."""
HOST_ROLES = (Role.HOST_SUPERVISOR, Role.TOWN_CLERK)


def tell_cadre(session: Session, posting: Posting, slot: str, words: str, *, now: datetime) -> int:
    """Tell the cadre once per slot; return how many were newly told."""
    return _enqueue(session, NoticeKind.POSTING_CADRE, posting, [posting.new.person], (slot, words), now)


def tell_host(session: Session, posting: Posting, slot: str, words: str, *, now: datetime) -> int:
    """Tell whoever answers for the host once per slot; return how many were newly told."""
    units = {unit.id for unit in line_of(session, posting.new.host)}
    told = _holding(session, HOST_ROLES, units)
    return _enqueue(session, NoticeKind.POSTING_UNIT, posting, told, (slot, words), now)


def tell_home(session: Session, posting: Posting, slot: str, words: str, *, now: datetime) -> int:
    """Tell the liaisons of the unit the cadre comes from once per slot; return how many were newly told."""
    told = _holding(session, (Role.UNIT_LIAISON,), {posting.new.home})
    return _enqueue(session, NoticeKind.POSTING_UNIT, posting, told, (slot, words), now)


def _holding(session: Session, roles: tuple[Role, ...], units: set[UnitId]) -> list[PersonId]:
    known = accounts.holders(session, roles)
    cards = people.people_by_ids(session, [one.person for one in known if one.person])
    found = set[PersonId]()
    for one in known:
        card = cards.get(one.person) if one.person else None
        if card is not None and not card.has_gone and (one.unit or card.unit_id) in units:
            found.add(card.id)
    return sorted(found)


def _enqueue(
    session: Session,
    kind: NoticeKind,
    posting: Posting,
    told: Iterable[PersonId],
    said: tuple[str, str],
    now: datetime,
) -> int:
    slot, words = said
    cards = people.people_by_ids(session, sorted({*told, posting.new.person}))
    host = next((unit.short_name for unit in people.units(session) if unit.id == posting.new.host), "")
    values = {"host": host, "title": posting.new.title[:12], "state": words}
    if kind is NoticeKind.POSTING_UNIT:
        values["cadre"] = cards[posting.new.person].name
    intents = [
        Intent(
            kind,
            posting.subject,
            0,  # once for each slot, whatever changes in the posting meanwhile
            person,
            slot,
            f"sms/{kind}",
            now,
            now + _STAYS_TRUE,
            {"name": cards[person].name, **values},
        )
        for person in told
        if person in cards and not cards[person].has_gone
    ]
    return notify.enqueue(session, intents, now=now)


def ask_host(
    session: Session, posting: Posting, about: Subject, title: str, *, due: date | None = None, now: datetime
) -> None:
    """Put a task about a posting into the boxes of whoever answers for the host."""
    line = line_of(session, posting.new.host)
    addresses = [Address(role=Role.HOST_SUPERVISOR, unit=unit.id) for unit in line]
    addresses += [Address(role=Role.TOWN_CLERK, unit=unit.id) for unit in line if unit.entry.kind.is_town]
    for to in addresses:
        inbox.raise_item(session, _item(posting, about, title, to, due), now=now)


def ask_office(
    session: Session, posting: Posting, about: Subject, title: str, *, due: date | None = None, now: datetime
) -> None:
    """Put a task about a posting into the boxes of the department's cadre section."""
    inbox.raise_item(session, _item(posting, about, title, Address(role=Role.CADRE_CLERK), due), now=now)


def _item(posting: Posting, about: Subject, title: str, to: Address, due: date | None) -> NewItem:
    due_at = instant_of(due) if due else None
    return NewItem(ItemKind.POSTING, about, to, title, f"/desk/postings/{posting.id}", due_at)


def settle(session: Session, about: Iterable[Subject], *, by: str, now: datetime) -> None:
    """Close the tasks about some subjects, whoever did them."""
    inbox.settle_all(session, [ItemKind.POSTING], list(about), by=by, now=now)


def month_subject(posting_id: str, month: str) -> Subject:
    """Return what the task of confirming a month is about."""
    return Subject("dispatch.month", f"{posting_id}.{month}")


def part_subject(posting: Posting, part: str) -> Subject:
    """Return what a task is about that is one of several of a posting: its recall, its vacancy, its end."""
    return Subject("dispatch.posting", f"{posting.id}.{part}") if part else posting.subject


def done(session: Session, posting: Posting, parts: Iterable[str], *, by: str, now: datetime) -> None:
    """Close some tasks of a posting, whoever did them."""
    settle(session, [part_subject(posting, part) for part in parts], by=by, now=now)
