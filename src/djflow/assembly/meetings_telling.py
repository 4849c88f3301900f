"""Tells whom a meeting concerns. Keys name the occasion, so that nobody is told twice, however often it is looked at.

A message names the meeting and what is to be done: no reason, no topic.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from djflow.core.clock import civil_date, civil_datetime, days
from djflow.core.ids import PersonId
from djflow.core.subject import Subject
from djflow.meetings.invitations.model import Seat
from djflow.meetings.invitations.rules import expected
from djflow.meetings.model import Meeting, Times
from djflow.notify import service as notify
from djflow.notify.model import Intent, NoticeKind
from djflow.people import service as people

_TITLE = 20
_STAYS_TRUE = days(14)
_SUBSTITUTE, _RELEASED = "substitute", "released"
_INVITES = frozenset({"topics", "topics-due", "notice"})
_SAYS_WHEN = _INVITES | {_SUBSTITUTE}
"""Occasions on which somebody hears of a meeting's date; a slot is occasion, round, and what else tells it apart."""


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


def heard(session: Session, meeting: Meeting, *, ever: bool = False) -> frozenset[PersonId]:
    """Return who was told of a meeting's present date, or of any of its dates, and not told since to stay away.

    The outbox itself says so: whoever was never told of a date is not told that it changed.
    """
    told: Counter[tuple[PersonId, str]] = Counter()
    for recipient, slot in notify.told_about(session, meeting.subject):
        occasion, _, rest = slot.partition(":")
        if occasion in _SAYS_WHEN | {_RELEASED} and (ever or rest.split(":")[0] == str(meeting.round)):
            told[PersonId(recipient), occasion] += 1
    found = set[PersonId]()
    for person in {one for one, _ in told}:
        invited = any(told[person, occasion] for occasion in _INVITES)
        if invited or told[person, _SUBSTITUTE] > told[person, _RELEASED]:
            found.add(person)
    return frozenset(found)


def tell_substitute(session: Session, meeting: Meeting, before: PersonId | None, seat: Seat, *, now: datetime) -> None:
    """Tell a substitute that is to come now, and one that was to come before and is not any more (`before`)."""
    coming = seat.substitute if expected(seat) == seat.substitute else None
    if coming == before:
        return
    asked = _count(session, meeting, _SUBSTITUTE)
    if before is not None:
        words = f"{day_of(meeting)}的会议不用您替会了"
        tell(session, meeting, [before], f"{_RELEASED}:{meeting.round}:{asked[before]}", words, now=now)
    if coming is not None:
        words = f"请您替会，{start_words(meeting)}"
        tell(session, meeting, [coming], f"{_SUBSTITUTE}:{meeting.round}:{asked[coming] + 1}", words, now=now)


def _count(session: Session, meeting: Meeting, occasion: str) -> Counter[PersonId]:
    told = notify.told_about(session, meeting.subject)
    begins = f"{occasion}:{meeting.round}:"
    return Counter(PersonId(recipient) for recipient, slot in told if slot.startswith(begins))


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
