"""A house with two departments and a town whose people meet."""

from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from djflow.calendar.workdays import WorkCalendar
from djflow.core.clock import civil_date, instant_of
from djflow.core.ids import PersonId, UnitId
from djflow.core.spans import DateSpan
from djflow.meetings import service
from djflow.meetings.invitations import rules as seating
from djflow.meetings.invitations import service as invitations
from djflow.meetings.invitations.model import Seat
from djflow.meetings.model import Clocks, KindPolicy, Meeting, MeetingKind, NewMeeting, NewTopic, Terms, Who
from djflow.meetings.service import Arrangement
from djflow.people import service as people
from djflow.people.model import UnitKind
from tests.roster.district import settle

BY = "test"
JOINT = KindPolicy(
    kind=MeetingKind.JOINT,
    name="联席会议",
    chair="部长",
    place="三楼会议室",
    at=time(9),
    minutes=120,
    groups=(UnitKind.DISTRICT_UNIT, UnitKind.TOWNSHIP),
)
TERMS = Terms(Clocks(), {MeetingKind.JOINT: JOINT}, {}, WorkCalendar())
STARTS = instant_of(date(2026, 12, 10), time(9))
LIAISONS = {"HR": "A04", "LAW": "B03", "T1": "C02"}


def new(
    key: str = "q4", starts_at: datetime = STARTS, place: str = "三楼会议室", title: str = "第四季度联席会议"
) -> NewMeeting:
    """Return a plan of two hours."""
    return NewMeeting(key, MeetingKind.JOINT, title, place, starts_at, starts_at + timedelta(hours=2), "部长")


class Office:
    """The people and units of the district by code, and one meeting with its seats."""

    def __init__(self, session: Session, now: datetime) -> None:
        """Plan the meeting with a seat for every unit."""
        self.session, self.now = session, now
        self.ids: dict[str, PersonId] = settle(session, now)
        units = people.units(session)
        self.units: dict[str, UnitId] = {one.code: one.id for one in units}
        self.meeting: Meeting = service.plan(session, new(), by=BY, now=now)
        liaisons = {self.units[unit]: self.ids[code] for unit, code in LIAISONS.items()}
        wanted = seating.seats_of(JOINT, seating.members(JOINT, units), people.cadres(session), liaisons)
        invitations.seat_units(session, self.meeting.id, wanted, by=BY, now=now)

    def seat(self, unit: str) -> Seat:
        """Return a unit's seat as it stands."""
        found = invitations.seats(self.session, self.meeting.id)
        return next(one for one in found if one.new.unit == self.units[unit])

    def fix(self) -> None:
        """Hand in one topic and approve the list."""
        topic = NewTopic(self.units["HR"], "赶场服务")
        handed = service.hand_in(self.session, self.meeting.id, topic, None, by=BY, now=self.now)
        service.arrange(self.session, self.meeting.id, Arrangement((handed.id,)), by=BY, now=self.now)
        service.fix_topics(self.session, self.meeting.id, by=BY, now=self.now)

    def notify(self) -> None:
        """Bring the meeting as far as its notice."""
        self.fix()
        invitations.send_notice(self.session, self.meeting.id, Who.OFFICE, by=BY, now=self.now)

    def away(self) -> set[str]:
        """Return the codes of those whom rosters leave out on the day of the meeting."""
        day = civil_date(STARTS)
        codes = {person: code for code, person in self.ids.items()}
        found = people.unavailable_days(self.session, DateSpan(day, day))
        return {codes[person] for person, taken in found.items() if day in taken}
