"""Reads and writes the boxes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy.orm import Session

from djflow.accounts.model import Account
from djflow.core.ids import PersonId, UnitId, new_id
from djflow.core.subject import Subject
from djflow.inbox.model import Address, Box, Item, ItemId, ItemKind, ItemState, NewItem
from djflow.inbox.tables import DeskItemRow, DeskReadingRow


def item_of(row: DeskItemRow, read_at: datetime | None = None) -> Item:
    """Return a row as a value."""
    return Item(
        id=ItemId(row.id),
        kind=row.kind,
        subject=Subject.parse(row.subject),
        to=Address(
            row.to_role,
            UnitId(row.to_unit) if row.to_unit else None,
            PersonId(row.to_person) if row.to_person else None,
        ),
        title=row.title,
        link=row.link,
        due_at=row.due_at,
        task=row.task,
        state=row.state,
        created_at=row.created_at,
        settled_at=row.settled_at or read_at,
        settled_by=row.settled_by,
    )


def id_by_key(session: Session, key: str) -> ItemId | None:
    """Return the item with that key."""
    found = session.scalar(select(DeskItemRow.id).where(DeskItemRow.key == key))
    return ItemId(found) if found else None


@dataclass(frozen=True, slots=True)
class SameItems:
    """How many items about the same thing there have been, and the one that is open."""

    count: int
    open: ItemId | None


def same_items(session: Session, item: NewItem) -> SameItems:
    """Return what is known of a kind, subject and address."""
    session.flush()
    query = select(DeskItemRow.id, DeskItemRow.state).where(
        DeskItemRow.subject == str(item.subject),
        DeskItemRow.kind == item.kind,
        DeskItemRow.to_role.is_not_distinct_from(item.to.role),
        DeskItemRow.to_unit.is_not_distinct_from(item.to.unit),
        DeskItemRow.to_person.is_not_distinct_from(item.to.person),
    )
    found = session.execute(query.order_by(DeskItemRow.id)).all()
    return SameItems(len(found), next((ItemId(row.id) for row in found if row.state is ItemState.OPEN), None))


def open_subjects(session: Session, kinds: Collection[ItemKind]) -> frozenset[tuple[ItemKind, Subject]]:
    """Return kind and subject of the open items of `kinds`."""
    session.flush()
    query = select(DeskItemRow.kind, DeskItemRow.subject)
    query = query.where(DeskItemRow.state == ItemState.OPEN, DeskItemRow.kind.in_(sorted(kinds)))
    return frozenset((row.kind, Subject.parse(row.subject)) for row in session.execute(query))


def add(session: Session, key: str, item: NewItem, *, now: datetime) -> ItemId:
    """Write a new item."""
    row = DeskItemRow(
        id=new_id(now),
        key=key,
        kind=item.kind,
        subject=str(item.subject),
        to_role=item.to.role,
        to_unit=item.to.unit,
        to_person=item.to.person,
        title=item.title,
        link=item.link,
        task=item.task,
        state=ItemState.OPEN,
        due_at=item.due_at,
        created_at=now,
        settled_at=None,
        settled_by="",
    )
    session.add(row)
    session.flush()
    return ItemId(row.id)


def row_of(session: Session, item_id: ItemId, *, lock: bool = False) -> DeskItemRow | None:
    """Return an item's row, locked until the transaction ends when asked for."""
    query = select(DeskItemRow).where(DeskItemRow.id == item_id).execution_options(populate_existing=True)
    return session.scalar(query.with_for_update() if lock else query)


def settle(
    session: Session, kinds: Collection[ItemKind], subjects: Collection[Subject], *, by: str, now: datetime
) -> int:
    """Close the open items of these kinds and subjects and return how many there were."""
    session.flush()
    closed = session.execute(
        update(DeskItemRow)
        .where(
            DeskItemRow.subject.in_(sorted(str(subject) for subject in subjects)),
            DeskItemRow.kind.in_(sorted(kinds)),
            DeskItemRow.state == ItemState.OPEN,
        )
        .values(state=ItemState.DONE, settled_at=now, settled_by=by)
        .returning(DeskItemRow.id)
    )
    return len(closed.all())


def settle_one(session: Session, item_id: ItemId, *, by: str, now: datetime) -> None:
    """Close an item when it is open."""
    session.execute(
        update(DeskItemRow)
        .where(DeskItemRow.id == item_id, DeskItemRow.state == ItemState.OPEN)
        .values(state=ItemState.DONE, settled_at=now, settled_by=by)
    )


def mark_read(session: Session, item_id: ItemId, account: Account, *, now: datetime) -> None:
    """Note that an account has read an item; the first time counts."""
    if session.get(DeskReadingRow, (item_id, account.id)) is None:
        session.add(DeskReadingRow(item_id=item_id, account_id=account.id, at=now))


def _addressed(account: Account, unit: UnitId | None) -> ColumnElement[bool]:
    group = and_(
        or_(DeskItemRow.to_role.is_not(None), DeskItemRow.to_unit.is_not(None)),
        or_(DeskItemRow.to_role.is_(None), DeskItemRow.to_role.in_(sorted(account.roles))),
        or_(DeskItemRow.to_unit.is_(None), DeskItemRow.to_unit == unit),
    )
    if account.person is None:
        return group
    return or_(DeskItemRow.to_person == account.person, group)


def _in_box(box: Box) -> ColumnElement[bool]:
    read = DeskReadingRow.account_id.is_not(None)
    match box:
        case Box.TO_DO:
            return and_(DeskItemRow.task, DeskItemRow.state == ItemState.OPEN)
        case Box.DONE:
            return and_(DeskItemRow.task, DeskItemRow.state == ItemState.DONE)
        case Box.TO_READ:
            return and_(~DeskItemRow.task, ~read, DeskItemRow.state == ItemState.OPEN)
        case Box.READ:
            return and_(~DeskItemRow.task, or_(read, DeskItemRow.state == ItemState.DONE))


def page(session: Session, account: Account, unit: UnitId | None, box: Box, *, limit: int) -> tuple[Item, ...]:
    """Return what lies in a box of an account at `unit`: by due date and age, what is settled newest first."""
    mine = and_(DeskReadingRow.item_id == DeskItemRow.id, DeskReadingRow.account_id == account.id)
    query = (
        select(DeskItemRow, DeskReadingRow.at)
        .outerjoin(DeskReadingRow, mine)
        .where(_addressed(account, unit), _in_box(box))
        .limit(limit)
    )
    if box in {Box.TO_DO, Box.TO_READ}:
        query = query.order_by(DeskItemRow.due_at.is_(None), DeskItemRow.due_at, DeskItemRow.id)
    else:
        query = query.order_by(func.coalesce(DeskItemRow.settled_at, DeskReadingRow.at).desc(), DeskItemRow.id)
    return tuple(item_of(row, at) for row, at in session.execute(query))


def count(session: Session, account: Account, unit: UnitId | None, box: Box) -> int:
    """Return how many items lie in a box of an account at `unit`."""
    mine = and_(DeskReadingRow.item_id == DeskItemRow.id, DeskReadingRow.account_id == account.id)
    query = (
        select(func.count())
        .select_from(DeskItemRow)
        .outerjoin(DeskReadingRow, mine)
        .where(_addressed(account, unit), _in_box(box))
    )
    return session.scalar(query) or 0


def forget(session: Session, before: datetime, *, limit: int) -> int:
    """Delete items settled, or only to be read and posted, before an instant, with who has read them."""
    is_over = or_(
        and_(DeskItemRow.state == ItemState.DONE, DeskItemRow.settled_at < before),
        and_(~DeskItemRow.task, DeskItemRow.created_at < before),
    )
    old = tuple(session.scalars(select(DeskItemRow.id).where(is_over).order_by(DeskItemRow.id).limit(limit)))
    session.execute(delete(DeskReadingRow).where(DeskReadingRow.item_id.in_(old)))
    session.execute(delete(DeskItemRow).where(DeskItemRow.id.in_(old)))
    return len(old)
