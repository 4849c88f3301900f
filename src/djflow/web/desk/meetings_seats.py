"""Seats of a meeting at the desk: who comes, answers and what the office says to them, who was there."""

from djflow.accounts.model import Act as Right
from djflow.assembly import meetings as acts
from djflow.assembly import meetings_planning as planning
from djflow.assembly import meetings_seats as desk
from djflow.assembly.meetings_scope import seat_for
from djflow.core.errors import InputError, NotFoundError
from djflow.core.ids import PersonId, UnitId
from djflow.meetings.corrections.model import Correction
from djflow.meetings.invitations.model import (
    GRANT_WORDS,
    PRESENCE_WORDS,
    REPLY_WORDS,
    Presence,
    Reply,
    Seat,
    Wish,
)
from djflow.meetings.model import Meeting
from djflow.web.desk.frame import Answer, Page, Route, Visit
from djflow.web.desk.meetings import ROOT, common, did


def seats_page(visit: Visit) -> Answer:
    """Show who is to come."""
    return _page(visit)


def _page(visit: Visit, message: str = "", name: str = "desk_meeting_seats.html.j2") -> Page:
    seats = desk.seats(visit.house, visit.account, visit.path["meeting"])
    values = {
        "seats": seats,
        "meeting": seats.meeting,
        "replies": REPLY_WORDS,
        "grants": GRANT_WORDS,
        "presences": PRESENCE_WORDS,
        "message": message,
        **common(visit),
    }
    return Page(name, "meetings", values, 400 if message else 200)


def attendance_page(visit: Visit) -> Answer:
    """Show who was there."""
    return _attendance(visit)


def _attendance(visit: Visit, message: str = "") -> Page:
    return _page(visit, message, "desk_meeting_attendance.html.j2")


def _add_units(visit: Visit, found: Meeting) -> str:
    units = tuple(UnitId(one) for one in visit.form.every("unit"))
    if not units:
        raise InputError("请选要加的单位。", code="meeting.units")
    planning.add_units(visit.house, found.id, units, by=visit.by)
    return "/seats?said=kept"


def _seat(visit: Visit, right: Right, found: Meeting) -> Seat:
    with visit.house.reading() as session:
        seat = seat_for(session, visit.account, visit.path["seat"], right)
    if seat.meeting != found.id:
        raise NotFoundError("这次会议没有这个参会单位：请刷新后再试。", code="meeting.seat")
    return seat


def _invite(visit: Visit, found: Meeting) -> str:
    planning.invite(visit.house, _seat(visit, Right.MEETING_RUN, found).id, visit.form.one("person"), by=visit.by)
    return "/seats?said=kept"


def _drop(visit: Visit, found: Meeting) -> str:
    planning.drop(visit.house, _seat(visit, Right.MEETING_RUN, found).id, by=visit.by)
    return "/seats?said=kept"


def _grant(visit: Visit, found: Meeting) -> str:
    said = visit.form.one("granted")
    if said not in {"yes", "no"}:
        raise InputError("请选同意或不同意。", code="meeting.granted")
    seat = _seat(visit, Right.MEETING_RUN, found)
    acts.grant(visit.house, seat.id, granted=said == "yes", by=visit.by)
    return "/seats?said=told"


def _reply(visit: Visit, found: Meeting) -> str:
    seat = _seat(visit, Right.MEETING_UNIT, found)
    return _answered(visit, seat)


def _office_reply(visit: Visit, found: Meeting) -> str:
    return _answered(visit, _seat(visit, Right.MEETING_RUN, found))


def _answered(visit: Visit, seat: Seat) -> str:
    word = visit.form.one("reply")
    if word not in {one.value for one in Reply}:
        raise InputError("请选参会、替会或请假。", code="meeting.reply")
    substitute = PersonId(visit.form.one("substitute")) if visit.form.one("substitute") else None
    acts.reply(visit.house, seat.id, Wish(Reply(word), visit.form.raw("reason"), substitute), by=visit.by)
    return "/seats?said=kept"


def _correct(visit: Visit, found: Meeting) -> str:
    word = visit.form.one("presence")
    if word not in {one.value for one in Presence}:
        raise InputError("请选到会情况。", code="meeting.presence")
    person = PersonId(visit.form.one("person")) if visit.form.one("person") else None
    seat = _seat(visit, Right.MEETING_RUN, found)
    made = Correction(Presence(word), visit.form.raw("reason"), person)
    planning.correct(visit.house, seat.id, made, by=visit.by)
    return "/attendance?said=kept"


_ONE = f"{ROOT}/{{meeting}}"
_SEAT = f"{_ONE}/seat/{{seat}}"
_RUN, _UNIT = Right.MEETING_RUN, Right.MEETING_UNIT
ROUTES = (
    Route(f"{_ONE}/seats", Right.MEETING_LOOK, seats_page),
    Route(f"{_ONE}/attendance", Right.MEETING_LOOK, attendance_page),
    Route(f"{_ONE}/units", _RUN, did(_RUN, _add_units, _page), "POST"),
    Route(f"{_SEAT}/invite", _RUN, did(_RUN, _invite, _page), "POST"),
    Route(f"{_SEAT}/drop", _RUN, did(_RUN, _drop, _page), "POST"),
    Route(f"{_SEAT}/grant", _RUN, did(_RUN, _grant, _page), "POST"),
    Route(f"{_SEAT}/office-reply", _RUN, did(_RUN, _office_reply, _page), "POST"),
    Route(f"{_SEAT}/reply", _UNIT, did(_UNIT, _reply, _page), "POST"),
    Route(f"{_SEAT}/correct", _RUN, did(_RUN, _correct, _attendance), "POST"),
)
