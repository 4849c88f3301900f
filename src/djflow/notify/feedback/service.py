"""Takes in what providers report and people reply."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from djflow.notify import rules
from djflow.notify.feedback import store
from djflow.notify.feedback.model import Addressee, Report, Unclear, Understood, Unreported, Words

ASK_AGAIN = timedelta(minutes=30)
"""A message whose report is asked for is left alone for so long."""

_REPORTS_COME_FOR = timedelta(hours=72)
"""A report whose message is not known by then is about somebody else's. Source: carriers' SMS practice."""


def take_reports(session: Session, channel: str, reports: Iterable[Report], *, now: datetime) -> int:
    """Take in reports, however early, late, doubled or out of order, and return how many moved a message."""
    moved = 0
    for report in reports:
        receipt_id = store.keep_report(session, channel, report, now=now)
        moved += store.apply_report(session, receipt_id, report.message_id, now=now)
    return moved


def match_early(session: Session, *, now: datetime, limit: int = 500) -> int:
    """Apply reports that came before their message was written down and return how many moved one."""
    found = store.orphans(session, now - _REPORTS_COME_FOR, limit=limit)
    return sum(store.apply_report(session, one, "", now=now) for one in found)


def addressee(session: Session, channel: str, report: Report) -> Addressee | None:
    """Return to whom the message of a report that was taken in went; None when it is not known."""
    return store.addressee(session, channel, report)


def unreported(
    session: Session, channel: str, *, since: datetime, now: datetime, limit: int = 200
) -> tuple[Unreported, ...]:
    """Return messages accepted after `since` whose report is to be asked for now, and note that they are asked.

    Those never asked for come first, the oldest first; nobody asks again within half an hour.
    """
    found = store.unreported(session, channel, since=since, asked_before=now - ASK_AGAIN, limit=limit)
    store.note_asked(session, [one.message_id for one in found], now)
    return found


def take_replies(session: Session, channel: str, said: Iterable[Words], *, now: datetime) -> tuple[Understood, ...]:
    """Take in replies once each and return them with what they mean and which notice they answer."""
    found = (store.keep_reply(session, channel, one, rules.answer_in(one.words), now=now) for one in said)
    return tuple(one for one in found if one is not None)


def unclear_replies(session: Session, *, limit: int = 500) -> tuple[Unclear, ...]:
    """Return the replies a human has to read, oldest first."""
    return store.unclear(session, limit=limit)


def handle_reply(session: Session, reply_id: str, *, by: str, now: datetime) -> bool:
    """Record that somebody read a reply and did what it asks; False when that was done before."""
    return store.handle(session, reply_id, by=by, now=now)
