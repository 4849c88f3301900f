"""Reads and writes seats at meetings."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from djflow.core.ids import AbsenceId, PersonId, UnitId, new_id
from djflow.db.session import vault_of
from djflow.db.store import sealing_vault
from djflow.meetings.invitations.model import Grant, NewSeat, Reply, Seat, SeatId
from djflow.meetings.invitations.tables import MeetingSeatRow
from djflow.meetings.model import MeetingId

_REASON = "meeting_seat.reason"


def add(session: Session, meeting_id: str, seats: Iterable[NewSeat], *, now: datetime) -> None:
    """Write the seats of a meeting."""
    for new in seats:
        session.add(
            MeetingSeatRow(
                id=new_id(now),
                meeting_id=meeting_id,
                unit_id=new.unit,
                level=new.level,
                person_id=new.person,
                liaison_id=new.liaison,
                reply=Reply.PENDING,
                grant_state=Grant.NONE,
            )
        )
    session.flush()


def seats(session: Session, meeting_ids: Collection[str]) -> tuple[Seat, ...]:
    """Return the seats of meetings, by meeting and id."""
    query = select(MeetingSeatRow).where(MeetingSeatRow.meeting_id.in_(sorted(meeting_ids)))
    query = query.order_by(MeetingSeatRow.meeting_id, MeetingSeatRow.id).execution_options(populate_existing=True)
    return tuple(_seat(row) for row in session.scalars(query))


def seat(session: Session, seat_id: str) -> Seat | None:
    """Return a seat."""
    row = session.get(MeetingSeatRow, seat_id, populate_existing=True)
    return None if row is None else _seat(row)


def meetings_of(session: Session, person: PersonId) -> frozenset[MeetingId]:
    """Return the meetings at which somebody has or had to do with a seat."""
    row = MeetingSeatRow
    mine = or_(row.person_id == person, row.liaison_id == person, row.substitute_id == person)
    return frozenset(MeetingId(one) for one in session.scalars(select(row.meeting_id).where(mine)))


def remove(session: Session, seat_id: SeatId) -> None:
    """Take a seat away."""
    session.delete(session.get_one(MeetingSeatRow, seat_id, populate_existing=True))
    session.flush()


def put_person(session: Session, seat_id: SeatId, person: PersonId | None, liaison: PersonId | None) -> None:
    """Note who is invited for a seat and who answers for it."""
    row = session.get_one(MeetingSeatRow, seat_id, populate_existing=True)
    row.person_id, row.liaison_id = person, liaison
    session.flush()


def put_reply(session: Session, told: Seat, reason: str) -> None:
    """Note the answer of a seat with its reason, and how it stands."""
    row = session.get_one(MeetingSeatRow, told.id, populate_existing=True)
    row.reply, row.grant_state, row.substitute_id = told.reply, told.grant, told.substitute
    row.replied_at = told.replied_at
    row.reason = sealing_vault(session).seal(reason, context=f"{_REASON}:{row.id}") if reason else None
    session.flush()


def put_grant(session: Session, seat_id: SeatId, grant: Grant) -> None:
    """Note what the office says about an answer."""
    session.get_one(MeetingSeatRow, seat_id, populate_existing=True).grant_state = grant
    session.flush()


def put_signature(session: Session, seat_id: SeatId, person: PersonId, *, now: datetime) -> None:
    """Note who signed in for a seat."""
    row = session.get_one(MeetingSeatRow, seat_id, populate_existing=True)
    row.signed_id, row.signed_at = person, now
    session.flush()


def drop_signature(session: Session, seat_id: SeatId) -> None:
    """Forget who signed in: the meeting gets another date."""
    row = session.get_one(MeetingSeatRow, seat_id, populate_existing=True)
    row.signed_id = row.signed_at = None
    session.flush()


def put_silent(session: Session, seat_id: SeatId) -> None:
    """Note that nobody answered in time."""
    session.get_one(MeetingSeatRow, seat_id, populate_existing=True).reply = Reply.NO_REPLY
    session.flush()


def put_absence(session: Session, seat_id: SeatId, absence: AbsenceId | None) -> AbsenceId | None:
    """Note which absence tells of a seat, and return the one noted before."""
    row = session.get_one(MeetingSeatRow, seat_id, populate_existing=True)
    before = row.absence_id
    row.absence_id = absence
    session.flush()
    return AbsenceId(before) if before else None


def reason(session: Session, seat_id: SeatId) -> str:
    """Open and return the reason of an answer."""
    row = session.get_one(MeetingSeatRow, seat_id, populate_existing=True)
    return vault_of(session).open(row.reason, context=f"{_REASON}:{row.id}") if row.reason else ""


def _seat(row: MeetingSeatRow) -> Seat:
    return Seat(
        id=SeatId(row.id),
        meeting=MeetingId(row.meeting_id),
        new=NewSeat(
            UnitId(row.unit_id),
            row.level,
            PersonId(row.person_id) if row.person_id else None,
            PersonId(row.liaison_id) if row.liaison_id else None,
        ),
        reply=row.reply,
        grant=row.grant_state,
        substitute=PersonId(row.substitute_id) if row.substitute_id else None,
        replied_at=row.replied_at,
        signed=PersonId(row.signed_id) if row.signed_id else None,
        signed_at=row.signed_at,
    )
