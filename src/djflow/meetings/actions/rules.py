"""The light of an item and what it may say: yellow at due−3 wd, red at due. Source: domain handbook, section 4.1."""

from collections.abc import Collection
from datetime import date

from djflow.calendar.workdays import WorkCalendar
from djflow.core.errors import InputError
from djflow.core.ids import UnitId
from djflow.meetings.actions.model import MAX_CONTENT, Item, ItemState, Light, NewItem
from djflow.meetings.rules import clean_text

MOST_HELPERS = 40
DONE = frozenset({ItemState.REPORTED, ItemState.VERIFIED, ItemState.STRUCK_OFF})
"""States in which the owner has nothing to do any more."""


def light(item: Item, today: date, calendar: WorkCalendar, *, warn_workdays: int) -> Light:
    """Return how an item stands: yellow from some workdays before its due date, red from that date on."""
    if item.state in DONE:
        return Light.GREEN
    if today >= item.new.due_on:
        return Light.RED
    warned_from = calendar.add_workdays(item.new.due_on, -warn_workdays).date
    return Light.YELLOW if today >= warned_from else Light.GREEN


def require_item(new: NewItem, active: Collection[UnitId], *, today: date) -> NewItem:
    """Return an item with its text cleaned.

    Raises: InputError for no text or too much, a due date in the past, or a unit that is closed or named twice.
    """
    content = clean_text(new.content, "议定事项", needed=True)
    if len(content) > MAX_CONTENT:
        raise InputError(f"议定事项最多写 {MAX_CONTENT} 个字，只写结论：请改短。", code="meeting.item_text")
    if new.due_on <= today:
        raise InputError("完成时限要在今天以后：请改正日期。", code="meeting.item_due")
    units = (new.lead, *new.helpers)
    if len(new.helpers) > MOST_HELPERS:
        raise InputError(f"配合单位最多 {MOST_HELPERS} 个：请改短。", code="meeting.item_units")
    if len(set(units)) != len(units):
        raise InputError("牵头单位和配合单位有重复：请改正。", code="meeting.item_units")
    if not set(units) <= set(active):
        raise InputError("有的单位已撤并停用：请交给承接的单位。", code="meeting.item_units")
    return NewItem(content, new.lead, new.helpers, new.due_on, new.owner)
