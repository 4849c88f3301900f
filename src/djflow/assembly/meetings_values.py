"""What stands in the documents of a meeting, gathered from the house; and its sheets, set ready to be printed."""

from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from djflow.assembly import meetings as acts
from djflow.assembly.house import House
from djflow.audit import service as audit
from djflow.core.errors import InputError
from djflow.core.ids import PersonId
from djflow.meetings import rules
from djflow.meetings import service as meetings
from djflow.meetings.invitations import rules as seating
from djflow.meetings.invitations import service as invitations
from djflow.meetings.invitations.model import Reply, Seat
from djflow.meetings.minutes import service as minuting
from djflow.meetings.model import Level, Meeting
from djflow.meetings.papers import writing
from djflow.meetings.papers.model import (
    PAPER_WORDS,
    Called,
    Heading,
    MeetingPaper,
    Paper,
    Rolls,
    SeatLine,
    TopicLine,
)
from djflow.people import service as people
from djflow.people.model import PersonCard

SHEETS = frozenset({Paper.TOPIC_LIST, Paper.SIGN_IN, Paper.REPLY_FORM})


@dataclass(frozen=True, slots=True)
class SheetFile:
    """A sheet as .docx and, where the machine has fonts, as PDF; `problem` says what to install otherwise."""

    name: str
    docx: bytes = field(repr=False)
    pdf: bytes | None = field(repr=False)
    problem: str = ""


def heading_of(house: House, session: Session, contact: PersonId | None) -> Heading:
    """Return who issues the documents of today, and whom to ask: a person, else the department."""
    own = house.settings.district
    card = people.people_by_ids(session, [contact]).get(contact) if contact else None
    return Heading(
        own.department,
        own.department_short,
        own.supervision_phone,
        card.name if card else own.department_short,
        house.today(),
    )


def paper_of(house: House, session: Session, meeting: Meeting) -> MeetingPaper:
    """Return everything the documents of a meeting may say, units in the official order."""
    units = {unit.id: unit for unit in people.units(session)}
    found = invitations.seats(session, meeting.id)
    seats = sorted(found, key=lambda one: (units[one.new.unit].entry.official_order, units[one.new.unit].code))
    attending = seating.attending(seats)
    topics = rules.listed(meetings.topics(session, meeting.id))
    said = minuting.minutes(session, meeting.id)
    coming = {one.id: seating.expected(one) or one.new.person for one in seats}
    cards = people.people_by_ids(session, [one for one in coming.values() if one])
    names = {key: unit.name for key, unit in units.items()}
    return MeetingPaper(
        meeting=meeting,
        reply_by=acts.times_of(house, meeting).reply_by,
        signin_minutes=acts.terms_of(house).clocks.signin_minutes,
        called=tuple(
            Called(
                names[one.new.unit],
                units[one.new.unit].entry.kind,
                one.new.level is Level.PRINCIPAL,
                one not in attending,
            )
            for one in seats
        ),
        topics=tuple(TopicLine(one.new.title, names[one.new.unit], one.new.text) for one in topics),
        seats=tuple(_seat_line(one, names[one.new.unit], cards.get(coming[one.id] or PersonId(""))) for one in seats),
        agreed=said.agreed,
        opening=said.opening,
        rolls=Rolls(said.present, said.excused, said.sat_in),
    )


def _seat_line(seat: Seat, unit: str, card: PersonCard | None) -> SeatLine:
    coming = seating.expected(seat)
    note = "请假" if coming is None and seat.reply is Reply.LEAVE else ""
    if coming is not None and coming != seat.new.person:
        note = "替会"
    return SeatLine(unit, card.name if card else "", card.post_title if card else "", note)


def sheet(house: House, meeting_id: str, paper: Paper, *, by: str) -> SheetFile:
    """Return a sheet of a meeting to be printed: topics, signing in, replies; who took it out is recorded.

    Raises: InputError for a document of the register; NotFoundError; ConfigError for a wrong text.
    """
    from djflow.documents.official.rendering import render  # noqa: PLC0415 - heavy

    if paper not in SHEETS:
        raise InputError(f"{PAPER_WORDS[paper]}要走公文办理：请先拟稿。", code="meeting.sheet")
    with house.reading() as session:
        meeting = meetings.meeting(session, meeting_id)
        values, heading = paper_of(house, session, meeting), heading_of(house, session, None)
    made = render(writing.document(house.texts, paper, values, heading), now=house.now())
    with house.transaction() as session:
        audit.record(session, meeting.subject, "meeting.print", by=by, now=house.now(), details={"paper": paper.value})
    return SheetFile(f"{PAPER_WORDS[paper]}-{meeting.id[-8:]}", made.docx, made.pdf, made.problem)
