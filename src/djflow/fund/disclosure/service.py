"""What is asked of published years: publish one, read one."""

from datetime import datetime

from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.audit.model import Details
from djflow.core.errors import NotFoundError
from djflow.core.subject import Subject
from djflow.fund.disclosure import store
from djflow.fund.disclosure.model import Disclosure, Figures


def publish(session: Session, figures: Figures, *, by: str, now: datetime) -> Disclosure:
    """Publish a year's figures; the same figures again are published once."""
    audit.hold(session)
    standing = store.latest(session, figures.year)
    if standing is not None and standing.figures == figures:
        return standing
    made = store.add(session, figures, now=now)
    subject = Subject("fund.disclosure", str(figures.year))
    details: Details = {"income_fen": figures.income_fen, "spent_fen": figures.spent_fen, "lines": len(figures.aid)}
    audit.record(session, subject, "disclosure.publish", by=by, now=now, details=details)
    return made


def published(session: Session, year: int) -> Disclosure:
    """Return a year as everybody may read it.

    Raises: NotFoundError when it was not published.
    """
    found = store.latest(session, year)
    if found is None:
        raise NotFoundError("这一年的温暖基金收支还没有公开。", code="disclosure.none")
    return found


def standing(session: Session, year: int) -> Disclosure | None:
    """Return a year as it was published last, nothing when it was not."""
    return store.latest(session, year)


def years(session: Session) -> tuple[int, ...]:
    """Return the published years, the latest first."""
    return store.years(session)
