"""Tells whom a meeting concerns. Keys name the occasion, so that nobody is told twice, however often it is looked at.

A message names the meeting and what is to be done: no reason, no topic.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from djflow.core.clock import civil_date, civil_datetime, days
from djflow.core.ids import PersonId
from djflow.core.subject import Subject
from djflow.meetings.model import Meeting, Times
from djflow.notify import service as notify
from djflow.notify.model import Intent, NoticeKind
from djflow.people import service as people

_TITLE = 20
_STAYS_TRUE = days(14)


def when(at: datetime) -> str:
    """Return an instant as messages say it."""
    return f"{civil_datetime(at):%m月%d日%H:%M}"


def tell(
    session: Session, meeting: Meeting, persons: Iterable[PersonId], slot: str, words: str, *, now: datetime
) -> int:
    """Tell some people about a meeting once per slot, until it is over; return how many were newly told."""
    return tell_about(session, meeting.subject, meeting, persons, (slot, words), now)


def tell_about(
    session: Session,
    about: Subject,
    meeting: Meeting,
    persons: Iterable[PersonId],
    said: tuple[str, str],
    now: datetime,
) -> int:
    """Tell some people about a subject of a meeting, in the words of `said` once for its slot."""
    slot, words = said
    cards = people.people_by_ids(session, sorted(set(persons)))
    expires = max(meeting.new.ends_at, now + _STAYS_TRUE)
    intents = [
        Intent(
            NoticeKind.MEETING,
            about,
            0,  # once for each slot, whatever changes in the meeting meanwhile
            person,
            slot,
            "sms/meeting",
            now,
            expires,
            {"name": card.name, "title": meeting.new.title[:_TITLE], "state": words},
        )
        for person, card in sorted(cards.items())
        if not card.has_gone
    ]
    return notify.enqueue(session, intents, now=now)


def call_words(times: Times) -> str:
    """Return how liaisons are asked for topics."""
    return f"请于{times.topics_by:%m月%d日}前报送议题"


def notice_words(meeting: Meeting, times: Times) -> str:
    """Return how people are invited."""
    new = meeting.new
    return f"定于{when(new.starts_at)}在{new.place}召开，请于{times.reply_by:%m月%d日}前回复是否参会"


def start_words(meeting: Meeting) -> str:
    """Return how people are reminded."""
    return f"{when(meeting.new.starts_at)}在{meeting.new.place}召开，请提前签到"


def day_of(meeting: Meeting) -> str:
    """Return the day of a meeting as messages say it."""
    return f"{civil_date(meeting.new.starts_at):%m月%d日}"
