"""Who sees an item, and which links an item may carry."""

import re
from collections.abc import Collection

from djflow.accounts.model import Role
from djflow.core.ids import PersonId, UnitId
from djflow.inbox.model import MAX_TITLE, Address, Box, NewItem

_LINK = re.compile(r"/(desk|me|board)(/[A-Za-z0-9][A-Za-z0-9@._~-]*)*")

SHOWN_AS_TASK = {Box.TO_DO: True, Box.DONE: True, Box.TO_READ: False, Box.READ: False}
"""Whether a box holds things to do or things to read."""


def is_for(address: Address, roles: Collection[Role], unit: UnitId | None, person: PersonId | None) -> bool:
    """Return whether somebody with these roles at this unit is meant by an address."""
    if address.person is not None and address.person == person:
        return True
    if address.role is None and address.unit is None:
        return False
    return (address.role is None or address.role in roles) and (address.unit is None or address.unit == unit)


def item_problem(item: NewItem) -> str:
    """Return why an item cannot be kept, empty when it can."""
    if not 0 < len(item.title) <= MAX_TITLE:
        return f"待办事项的标题须有1—{MAX_TITLE}个字。"
    if item.link and not _LINK.fullmatch(item.link):
        return "待办事项的链接只能指向本系统的页面。"
    return ""
