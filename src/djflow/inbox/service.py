"""What others ask of the boxes: post an item, settle it, do or read it, show a box."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from djflow.accounts import service as accounts
from djflow.accounts.model import Account
from djflow.core.errors import InputError, NotFoundError
from djflow.core.subject import Subject
from djflow.inbox import rules, store
from djflow.inbox.model import BY_ITSELF, Box, Item, ItemId, ItemKind, NewItem

PAGE = 100


def post_item(session: Session, item: NewItem, *, now: datetime) -> ItemId:
    """Put an item into the boxes of whoever it is for; kind, subject and address again are the same item.

    Raises: InputError for a title or link that cannot be shown.
    """
    if problem := rules.item_problem(item):
        raise InputError(problem, code="inbox.item")
    return store.id_by_key(session, _key(item)) or store.add(session, _key(item), item, now=now)


def raise_item(session: Session, item: NewItem, *, now: datetime) -> ItemId:
    """Put a trouble that may come back into the boxes: while one item about it is open, that one is it.

    Raises: InputError for a title or link that cannot be shown.
    """
    if problem := rules.item_problem(item):
        raise InputError(problem, code="inbox.item")
    same = store.same_items(session, item)
    if same.open is not None:
        return same.open
    return store.add(session, f"{_key(item)}|{same.count}" if same.count else _key(item), item, now=now)


def raised(session: Session, kinds: Collection[ItemKind]) -> frozenset[tuple[ItemKind, Subject]]:
    """Return what the open items of `kinds` are about."""
    return store.open_subjects(session, kinds)


def settle(session: Session, kind: ItemKind, subject: Subject, *, by: str, now: datetime) -> int:
    """Close every open item of a kind about a subject, wherever the matter was settled; return how many there were."""
    return store.settle(session, (kind,), [subject], by=by, now=now)


def settle_all(
    session: Session, kinds: Collection[ItemKind], subjects: Collection[Subject], *, by: str, now: datetime
) -> int:
    """Close every open item of `kinds` about these subjects; return how many there were."""
    return store.settle(session, kinds, subjects, by=by, now=now) if subjects else 0


def done(session: Session, item_id: ItemId, *, by: Account, now: datetime) -> None:
    """Mark a task as done; twice is once.

    Raises: NotFoundError for an item that is not in this account's boxes; InputError for one that is not done by hand.
    """
    item = _own(session, item_id, by)
    if item.kind in BY_ITSELF:
        raise InputError("这件事办好以后会自动办结：请点标题去办理。", code="inbox.by_itself")
    if not item.task:
        raise InputError("这是待阅事项，请点“已阅”。", code="inbox.not_a_task")
    store.settle_one(session, item_id, by=by.actor, now=now)


def read(session: Session, item_id: ItemId, *, by: Account, now: datetime) -> None:
    """Mark an item as read by this account; twice is once.

    Raises: NotFoundError for an item that is not in this account's boxes.
    """
    _own(session, item_id, by)
    store.mark_read(session, item_id, by, now=now)


def box(session: Session, account: Account, which: Box) -> tuple[Item, ...]:
    """Return what lies in a box of an account, at most a hundred items."""
    return store.page(session, account, accounts.unit_of(session, account), which, limit=PAGE)


def counts(session: Session, account: Account) -> dict[Box, int]:
    """Return how many items lie in each box of an account."""
    unit = accounts.unit_of(session, account)
    return {which: store.count(session, account, unit, which) for which in Box}


def clear(session: Session, before: datetime, *, limit: int) -> int:
    """Forget at most `limit` items settled before an instant; what is to be done stays, however old."""
    return store.forget(session, before, limit=limit)


def _own(session: Session, item_id: ItemId, account: Account) -> Item:
    row = store.row_of(session, item_id, lock=True)
    item = store.item_of(row) if row else None
    unit = accounts.unit_of(session, account)
    if item is None or not rules.is_for(item.to, account.roles, unit, account.person):
        raise NotFoundError("没有这个事项，或它不是交给您的：请刷新后再看。", code="inbox.unknown")
    return item


def _key(item: NewItem) -> str:
    return f"{item.kind}|{item.subject}|{item.to}"
