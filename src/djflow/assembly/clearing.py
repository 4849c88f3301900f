"""Forgets what the house need not keep any longer, by config/djflow.toml [retention]; the record of changes stays.

Each step is a short transaction over at most `BATCH` things, with a line of counts in the record, so that a crash in
the middle loses nothing and the next run goes on. What is still open is kept, however old it is.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from djflow.accounts import service as accounts
from djflow.assembly.house import House
from djflow.audit import service as audit
from djflow.core.subject import Subject
from djflow.inbox import service as inbox
from djflow.notify.retention import service as outbox
from djflow.roster.answers import service as answers

BATCH = 500

Step = Callable[[Session], Mapping[str, int]]
"""Forgets at most a batch and returns what it was, by kind; nothing when nothing is left."""


def clear(house: House, *, by: str, batch: int = BATCH) -> Mapping[str, int]:
    """Forget everything older than configured and return how much of each kind; again finds nothing."""
    total = Counter[str]()
    for step in _steps(house, batch):
        while counts := _step(house, step, by=by):
            total.update(counts)
    return dict(sorted(total.items()))


def _step(house: House, step: Step, *, by: str) -> Mapping[str, int]:
    with house.transaction() as session:
        counts = step(session)
        if counts:
            subject = Subject("house.retention", str(house.today()))
            audit.record(session, subject, "retention.clear", by=by, now=house.now(), details=dict(counts))
    return counts


def _steps(house: House, batch: int) -> tuple[Step, ...]:
    kept, now = house.settings.retention, house.now()

    def ago(days: int) -> datetime:
        return now - timedelta(days=days)

    def items(session: Session) -> Mapping[str, int]:
        done = inbox.clear(session, ago(kept.item_days), limit=batch)
        return {"items": done} if done else {}

    return (
        lambda session: outbox.clear(session, ago(kept.notice_days), limit=batch),
        lambda session: accounts.clear(
            session, log_before=ago(kept.login_days), logins_before=ago(kept.session_days), limit=batch
        ),
        lambda session: answers.clear(
            session, reasons_before=ago(kept.reason_days), links_before=ago(kept.link_days), limit=batch
        ),
        items,
    )
