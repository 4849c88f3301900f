"""The way of an action item as data: state, act, who, what follows."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from djflow.core.clock import civil_datetime
from djflow.core.errors import ConflictError, RuleError
from djflow.meetings.actions.model import ITEM_ACT_WORDS, ITEM_WORDS, Item, ItemAct, ItemState, ItemWho

A, S, W = ItemAct, ItemState, ItemWho


@dataclass(frozen=True, slots=True)
class ItemTransition:
    """From `state`, `act` by `who` leads to `then`."""

    state: ItemState
    act: ItemAct
    who: ItemWho
    then: ItemState


ITEM_TRANSITIONS: tuple[ItemTransition, ...] = (
    ItemTransition(S.ASSIGNED, A.ACCEPT, W.OWNER, S.ACCEPTED),
    ItemTransition(S.ACCEPTED, A.PROGRESS, W.OWNER, S.IN_PROGRESS),
    ItemTransition(S.ACCEPTED, A.REPORT, W.OWNER, S.REPORTED),
    ItemTransition(S.IN_PROGRESS, A.PROGRESS, W.OWNER, S.IN_PROGRESS),
    ItemTransition(S.IN_PROGRESS, A.REPORT, W.OWNER, S.REPORTED),
    ItemTransition(S.REPORTED, A.VERIFY, W.OFFICE, S.VERIFIED),
    ItemTransition(S.REPORTED, A.SEND_BACK, W.OFFICE, S.IN_PROGRESS),
    ItemTransition(S.VERIFIED, A.STRIKE_OFF, W.OFFICE, S.STRUCK_OFF),
)
BY_ITEM_STATE_AND_ACT: Mapping[tuple[ItemState, ItemAct], ItemTransition] = MappingProxyType(
    {(row.state, row.act): row for row in ITEM_TRANSITIONS}
)
NEEDS_TEXT = frozenset({A.PROGRESS, A.REPORT, A.SEND_BACK})


def item_transition(item: Item, act: ItemAct, who: ItemWho) -> ItemTransition:
    """Return the row for an act on an item.

    Raises: ConflictError saying where it is; RuleError for who may not.
    """
    row = BY_ITEM_STATE_AND_ACT.get((item.state, act))
    if row is None:
        since = civil_datetime(item.since)
        raise ConflictError(
            f"这项议定事项已在 {since:%Y年%m月%d日 %H:%M} 变为“{ITEM_WORDS[item.state]}”，"
            f"不能{ITEM_ACT_WORDS[act]}：请刷新后查看。",
            code="meeting.item_state",
        )
    if row.who is not who:
        raise RuleError(f"您的身份不能{ITEM_ACT_WORDS[act]}。", code="meeting.item_who")
    return row
