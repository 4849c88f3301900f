"""Forgets notices, with everything that belongs to them, once they are over and old enough."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from djflow.core.clock import civil_date
from djflow.notify.retention import store


def clear(session: Session, before: datetime, *, limit: int) -> Mapping[str, int]:
    """Forget at most `limit` notices, loose reports and handled replies that ended before an instant; count by kind.

    A notice that still waits, is under way or needs a human keeps all its messages, however old it is.
    """
    ids = store.ended_notices(session, before, limit=limit)
    counts = {
        "notices": len(ids),
        **store.forget(session, ids),
        "replies": store.forget_replies(session, before, limit=limit),
        "loose_receipts": store.forget_loose_receipts(session, before, limit=limit),
        "budget_days": store.forget_budget(session, civil_date(before)),
    }
    return {kind: count for kind, count in counts.items() if count}
