"""What the desk shows of meetings: the list, one meeting with its clocks, topics and steps, what may be done now."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.orm import Session

from djflow.accounts.model import Account
from djflow.accounts.model import Act as Right
from djflow.accounts.rules import may
from djflow.approvals import service as approvals
from djflow.approvals.model import Case
from djflow.assembly import meetings as acts
from djflow.assembly import meetings_conflicts as conflicts
from djflow.assembly import meetings_heard as heard
from djflow.assembly import meetings_inbox as waiting
from djflow.assembly import meetings_watch as watching
from djflow.assembly.house import House
from djflow.assembly.meetings_scope import meeting_for, scope_of
from djflow.assembly.meetings_topics import UNDER_WAY
from djflow.core.clock import civil_date
from djflow.core.ids import PersonId, UnitId
from djflow.meetings import rules
from djflow.meetings import service as meetings
from djflow.meetings.actions.model import Light
from djflow.meetings.invitations import service as invitations
from djflow.meetings.minutes import service as minutes
from djflow.meetings.model import (
    LIVE,
    OVER,
    Act,
    Meeting,
    MeetingKind,
    MeetingState,
    Move,
    Topic,
    TopicId,
    TopicState,
    Who,
)
from djflow.meetings.transitions import BY_STATE_AND_ACT, LIMIT_OF
from djflow.people import service as people

OFFICE_ACTS = (Act.NOTIFY, Act.HOLD, Act.DRAFT_MINUTES)
"""What the office does by a button alone."""
LIFE = (
    *(MeetingState.TOPIC_CALL, MeetingState.TOPICS_FIXED, MeetingState.NOTICED, MeetingState.HELD),
    *(MeetingState.MINUTES_DRAFT, MeetingState.MINUTES_ISSUED, MeetingState.TRACKING, MeetingState.CLOSED),
)
"""The usual way of a meeting, for showing how far it is."""


@dataclass(frozen=True, slots=True)
class Line:
    """A meeting in the list, with the day until which it may stay where it is, and how that stands."""

    meeting: Meeting
    due: date | None
    light: Light


@dataclass(frozen=True, slots=True)
class Clock:
    """Something that is due around a meeting, on a day or at an instant."""

    words: str
    on: date
    at: datetime | None
    past: bool
    now: bool


@dataclass(frozen=True, slots=True)
class TopicLine:
    """A topic with the unit that handed it in, and the topic it goes on in with its place."""

    topic: Topic
    unit: str
    into: str
    into_place: int


@dataclass(frozen=True, slots=True)
class Can:
    """What somebody may do with a meeting now."""

    runs: bool
    acts: tuple[Act, ...]
    arranges: bool
    asks: bool
    hands_in: bool
    seats: bool
    stops: tuple[Act, ...]
    moves: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """One meeting with everything its first page shows; a unit sees its own topics, and the list once it is fixed."""

    meeting: Meeting
    line: Line
    clocks: tuple[Clock, ...]
    topics: tuple[TopicLine, ...]
    case: Case | None
    moves: tuple[Move, ...]
    reasons: tuple[tuple[Act, datetime, str], ...] = field(repr=False)
    warnings: tuple[str, ...]
    units: Mapping[UnitId, str]
    can: Can
    whole: bool


def lines(
    house: House, account: Account, *, past: bool, kind: MeetingKind | None, year: int | None
) -> tuple[Line, ...]:
    """Return the meetings an account sees, under way or past; the past ones newest first."""
    states = (set(MeetingState) - OVER) if not past else OVER
    with house.reading() as session:
        scope = scope_of(session, account)
        found = [one for one in meetings.meetings(session, states) if kind is None or one.new.kind is kind]
        if not scope.whole:
            seats = invitations.seats_by_meeting(session, [one.id for one in found])
            found = [one for one in found if any(seat.new.unit == scope.unit for seat in seats[one.id])]
    chosen = [one for one in found if year is None or civil_date(one.new.starts_at).year == year]
    return tuple(line_of(house, one) for one in (reversed(chosen) if past else chosen))


def years(house: House) -> tuple[int, ...]:
    """Return the years in which meetings were or are to be held, the latest first."""
    with house.reading() as session:
        found = {civil_date(one.new.starts_at).year for one in meetings.meetings(session)}
    return tuple(sorted(found | {house.today().year}, reverse=True))


def line_of(house: House, meeting: Meeting) -> Line:
    """Return a meeting with its present limit."""
    terms, due, today = acts.terms_of(house), watching.due_on(house, meeting), house.today()
    if due is None or meeting.state in OVER:
        return Line(meeting, None, Light.GREEN)
    if today > due:
        return Line(meeting, due, Light.RED)
    warned = terms.calendar.add_workdays(due, -terms.clocks.warn_workdays).date
    return Line(meeting, due, Light.YELLOW if today >= warned else Light.GREEN)


def sheet(house: House, account: Account, meeting_id: str) -> Sheet:
    """Return one meeting as an account may see it; raises NotFoundError for what is not its own."""
    with house.reading() as session:
        found = meeting_for(session, account, meeting_id)
        scope = scope_of(session, account)
        units = {unit.id: unit.short_name for unit in people.units(session)}
        case = next(iter(approvals.cases_about(session, found.subject)), None) if scope.whole else None
        topics = meetings.topics(session, found.id)
        reasons = meetings.reasons(session, found.id) if may(account.roles, Right.MEETING_RUN) else ()
        warned = conflicts.of_meeting(session, found) if found.state in LIVE and scope.whole else ()
        shown = [
            one
            for one in topics
            if scope.whole or one.new.unit == scope.unit or (found.topics_fixed and one.state is TopicState.LISTED)
        ]
        steps = meetings.moves(session, found.id) if scope.whole else ()
        can = _can(session, account, found, topics, case)
    known = {one.id: one for one in topics}
    return Sheet(
        meeting=found,
        line=line_of(house, found),
        clocks=_clocks(house, found),
        topics=tuple(_topic_line(one, known, units) for one in shown),
        case=case,
        moves=steps,
        reasons=reasons,
        warnings=tuple(one.sentence for one in warned),
        units=units,
        can=can,
        whole=scope.whole,
    )


def _topic_line(topic: Topic, known: Mapping[TopicId, Topic], units: Mapping[UnitId, str]) -> TopicLine:
    into = known[topic.into] if topic.into else None
    return TopicLine(topic, units[topic.new.unit], into.new.title if into else "", into.place if into else 0)


def _clocks(house: House, meeting: Meeting) -> tuple[Clock, ...]:
    times, now = acts.times_of(house, meeting), house.now()
    limit = LIMIT_OF.get(meeting.state)
    current = rules.due_on(meeting, limit, times) if limit else None
    told: tuple[tuple[str, date, datetime | None], ...] = (
        ("报齐议题", times.topics_by, None),
        ("批定议题", times.approve_by, None),
        ("发会议通知", times.notice_by, None),
        ("截止回复", times.reply_by, None),
        ("前一天提醒", civil_date(times.eve_at), times.eve_at),
        ("会前提醒", civil_date(times.shortly_at), times.shortly_at),
        ("开始签到", civil_date(times.signin_from), times.signin_from),
        ("开会", civil_date(meeting.new.starts_at), meeting.new.starts_at),
        ("纪要初稿", times.minutes_draft_by, None),
        ("签发纪要", times.minutes_signed_by, None),
    )
    return tuple(
        Clock(words, on, at, now > at if at else house.today() > on, at is None and on == current)
        for words, on, at in told
    )


def _can(session: Session, account: Account, meeting: Meeting, topics: tuple[Topic, ...], case: Case | None) -> Can:
    runs = may(account.roles, Right.MEETING_RUN)
    unit = scope_of(session, account, Right.MEETING_UNIT).unit if may(account.roles, Right.MEETING_UNIT) else None
    calling = meeting.state is MeetingState.TOPIC_CALL
    asked = case is not None and case.state in UNDER_WAY
    return Can(
        runs=runs,
        acts=tuple(act for act in OFFICE_ACTS if runs and (meeting.state, act) in BY_STATE_AND_ACT),
        arranges=runs and calling and bool(topics) and not asked,
        asks=runs and calling and bool(rules.listed(topics)) and not asked,
        hands_in=calling and not asked and (runs or unit is not None),
        seats=runs and meeting.state in {MeetingState.TOPIC_CALL, MeetingState.TOPICS_FIXED},
        stops=tuple(act for act in (Act.POSTPONE, Act.CANCEL) if runs and (meeting.state, act) in BY_STATE_AND_ACT),
        moves=runs and meeting.state is MeetingState.POSTPONED,
    )


def hold(house: House, meeting_id: str, *, by: str) -> Meeting:
    """Note that a meeting was held; raises what `invitations.service.hold` raises."""
    with house.transaction() as session:
        after = invitations.hold(session, meeting_id, Who.OFFICE, by=by, now=house.now())
        waiting.keep(session, meeting_id, by=by, now=house.now())
        return after


def draft_minutes(house: House, meeting_id: str, *, by: str) -> Meeting:
    """Begin the minutes; raises what `minutes.service.draft` raises."""
    with house.transaction() as session:
        return minutes.draft(session, meeting_id, by=by, now=house.now())


def topics(house: House, meeting_id: str) -> tuple[Topic, ...]:
    """Return the topics of a meeting."""
    with house.reading() as session:
        return meetings.topics(session, meeting_id)


def hears(house: House, account: Account, meeting_id: str, act: Act) -> tuple[str, ...]:
    """Return by unit and name exactly who would be told if a meeting were put off or cancelled now."""
    with house.reading() as session:
        found = meeting_for(session, account, meeting_id, Right.MEETING_RUN)
        asked = heard.hears_of_cancelling if act is Act.CANCEL else heard.hears_of_postponing
        return _named(session, asked(session, found))


def _named(session: Session, persons: frozenset[PersonId]) -> tuple[str, ...]:
    cards = people.people_by_ids(session, sorted(persons)).values()
    ordered = sorted((one for one in cards if not one.has_gone), key=lambda one: (one.unit_order, one.code))
    return tuple(f"{one.unit_name}{one.name}" for one in ordered)
