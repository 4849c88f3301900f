"""Signing in at the door: a code that hangs there, and the personal link that says who holds the phone.

The code is of one meeting and date, and works from some minutes before the start until the end. Alone it signs nobody
in: whoever signs holds the own personal link as well, on this phone from before, or sent to it now. So nobody signs for
somebody else, and nobody from elsewhere.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass

from djflow.assembly import meetings as acts
from djflow.assembly import meetings_telling as telling
from djflow.assembly import phone
from djflow.assembly.house import House
from djflow.core.errors import ConflictError, GoneError, NotFoundError, RuleError
from djflow.core.ids import PersonId
from djflow.meetings import service as meetings
from djflow.meetings.invitations import rules as seating
from djflow.meetings.invitations import service as invitations
from djflow.meetings.invitations.model import Seat
from djflow.meetings.model import LIVE, Meeting
from djflow.people import service as people

BY = "door"
PATH = "/signin"
_DIGITS = 6
_EVERY_MINUTES = 10


@dataclass(frozen=True, slots=True)
class Door:
    """A meeting as its door shows it: the units that come, by name; no persons."""

    meeting: Meeting
    number: str
    units: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Comer:
    """Somebody who stands at the door and is to come, with the own seat."""

    seat: Seat
    unit: str
    name: str


def secret(house: House, meeting: Meeting) -> str:
    """Return the secret of a meeting's door; another date has another one."""
    return base64.urlsafe_b64encode(_mac(house, meeting, "secret")[:16]).rstrip(b"=").decode()


def number(house: House, meeting: Meeting) -> str:
    """Return the six digits below the code, for whoever opens the personal link elsewhere than the camera did."""
    return f"{int.from_bytes(_mac(house, meeting, 'number')[:8]) % 10**_DIGITS:0{_DIGITS}d}"


def _mac(house: House, meeting: Meeting, what: str) -> bytes:
    text = f"{what}|{meeting.id}|{meeting.round}|{meeting.new.starts_at.isoformat()}"
    return hmac.digest(house.vault.derived("meeting-door"), text.encode(), hashlib.sha256)


def door_link(house: House, meeting: Meeting) -> str:
    """Return the address that the code at the door stands for."""
    return f"{house.settings.web.address}{PATH}/{meeting.id}/{secret(house, meeting)}"


def door(house: House, meeting_id: str, given: str) -> Door:
    """Return a meeting to whoever scanned its code.

    Raises: NotFoundError for a code that was never shown; ConflictError, GoneError outside the time for signing in.
    """
    with house.reading() as session:
        meeting = meetings.meeting(session, meeting_id)
        seats = invitations.seats(session, meeting_id)
        names = {unit.id: unit.name for unit in people.units(session)}
    if not hmac.compare_digest(given.encode(), secret(house, meeting).encode()):
        raise NotFoundError("这个签到码不对，或会议已改期：请扫会场门口现在的码。", code="meeting.door")
    if house.now() > meeting.new.ends_at:
        raise GoneError("会议已经结束，这个签到码不能再用。", code="meeting.door_over")
    seating.require_signing(meeting, acts.times_of(house, meeting), house.now())
    units = tuple((seat.id, names[seat.new.unit]) for seat in seats if seating.expected(seat) is not None)
    return Door(meeting, number(house, meeting), units)


def comer(house: House, meeting_id: str, token: str) -> Comer | None:
    """Return who holds a personal link, when they are to come; None for anybody else and for a link that is over."""
    try:
        person = phone.invited(house, token).person
    except (NotFoundError, GoneError):
        return None
    return _comer(house, meeting_id, person)


def _comer(house: House, meeting_id: str, person: PersonId) -> Comer | None:
    with house.reading() as session:
        found = [one for one in invitations.seats(session, meeting_id) if seating.expected(one) == person]
        if not found:
            return None
        names = {unit.id: unit.name for unit in people.units(session)}
        card = people.people_by_ids(session, [person])[person]
    return Comer(found[0], names[found[0].new.unit], card.name)


def signs(house: House, meeting: Meeting, seat: Seat, person: PersonId) -> bool:
    """Return whether somebody may sign in for a seat now, by the number at the door."""
    if seat.signed is not None or seating.expected(seat) != person:
        return False
    try:
        seating.require_signing(meeting, acts.times_of(house, meeting), house.now())
    except ConflictError:
        return False
    return True


def sign_at_door(house: House, meeting_id: str, given: str, token: str) -> Comer:
    """Sign in whoever holds this personal link; twice is once.

    Raises: what `door` raises; RuleError for a link of somebody who is not to come.
    """
    door(house, meeting_id, given)
    found = comer(house, meeting_id, token)
    if found is None:
        raise RuleError(
            "这部手机上的个人链接不是这次会议的参会人：请用自己的链接，或请会务登记。", code="meeting.not_comer"
        )
    acts.sign_in(house, found.seat.id, by=BY)
    return found


def sign_by_number(house: House, meeting_id: str, given: str, person: PersonId) -> Seat:
    """Sign in somebody who typed the number at the door; twice is once.

    Raises: RuleError for a wrong number, or for somebody who is not to come; what `meetings.sign_in` raises.
    """
    with house.reading() as session:
        meeting = meetings.meeting(session, meeting_id)
    found = _comer(house, meeting_id, person)
    if found is None:
        raise RuleError("您不是这次会议现在的参会人：请会务登记。", code="meeting.not_comer")
    if not hmac.compare_digest(given.strip().encode(), number(house, meeting).encode()):
        raise NotFoundError("签到码不对：请看会场门口二维码下面的六位数字。", code="meeting.number")
    return acts.sign_in(house, found.seat.id, by=BY)


def send_link(house: House, meeting_id: str, given: str, seat_id: str) -> None:
    """Send whoever is to come for a seat the own link, at most once in ten minutes.

    Raises: what `door` raises; NotFoundError for a seat of elsewhere or nobody comes for.
    """
    shown = door(house, meeting_id, given)
    now = house.now()
    with house.transaction() as session:
        seats = {one.id: one for one in invitations.seats(session, meeting_id)}
        seat = next((one for key, one in seats.items() if key == seat_id), None)
        coming = seating.expected(seat) if seat else None
        if coming is None:
            raise NotFoundError("没有这个参会单位，或它已请假：请重新选。", code="meeting.seat")
        slot = f"signin:{shown.meeting.round}:{int(now.timestamp()) // (60 * _EVERY_MINUTES)}"
        words = f"正在签到，请打开链接，输入签到码{shown.number}"
        telling.tell(session, shown.meeting, [coming], slot, words, now=now)


def is_shown(meeting: Meeting) -> bool:
    """Return whether a meeting still has a door to sign in at."""
    return meeting.state in LIVE
