"""Identifiers: opaque, unique, ordered by creation, safe in URLs and flow parameters."""

import secrets
from datetime import datetime
from typing import NewType

PersonId = NewType("PersonId", str)
UnitId = NewType("UnitId", str)
BranchId = NewType("BranchId", str)
AbsenceId = NewType("AbsenceId", str)
RosterId = NewType("RosterId", str)
SessionId = NewType("SessionId", str)
AssignmentId = NewType("AssignmentId", str)
ClosureId = NewType("ClosureId", str)
IntentId = NewType("IntentId", str)


def new_id(now: datetime) -> str:
    """Return a fresh 32-character hexadecimal id whose first 12 characters order by creation (as in UUID version 7).

    Source: RFC 9562 section 5.7.
    """
    millis = int(now.timestamp() * 1000) & (1 << 48) - 1
    tail = int.from_bytes(secrets.token_bytes(10))
    value = millis << 80 | tail
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return f"{value:032x}"
