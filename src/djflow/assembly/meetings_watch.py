"""What time alone brings forward in meetings: regular ones are planned, notices go out, people are reminded, once each.

Each meeting is looked at in a transaction of its own; what stands in the way is listed, never skipped.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from djflow.assembly import meetings as acts
from djflow.assembly import meetings_papers as papers
from djflow.assembly import meetings_telling as telling
from djflow.assembly.house import House
from djflow.core.clock import civil_date, days
from djflow.core.errors import DjflowError
from djflow.core.spans import Month
from djflow.meetings import rules
from djflow.meetings import service as meetings
from djflow.meetings.actions import rules as items_rules
from djflow.meetings.actions import service as actions
from djflow.meetings.actions.model import ITEM_WORDS, LIGHT_WORDS, Item, Light
from djflow.meetings.invitations import rules as seating
from djflow.meetings.invitations import service as invitations
from djflow.meetings.invitations.model import Reply, Seat
from djflow.meetings.model import MEETING_WORDS, OVER, Meeting, MeetingState, NewMeeting, Terms, Who
from djflow.meetings.transitions import LIMIT_OF
from djflow.people import service as people

Rows = tuple[Mapping[str, str | int], ...]
_AHEAD_DAYS = 5
"""A regular meeting is planned while its liaisons have these days beyond the date by which topics are due."""
_HORIZON_DAYS = 45
_REPORT_FROM = 25
"""From which day of a month owners are asked for the month's report."""


@dataclass(frozen=True, slots=True)
class Cycle:
    """The meetings under way, and in words what somebody must look after; `drafted` counts notices drafted."""

    noticed: int
    drafted: int
    rows: Rows
    stuck: Rows


@dataclass(frozen=True, slots=True)
class Reminded:
    """How many people were newly reminded, and which units did not answer in time."""

    told: int
    silent: int


@dataclass(frozen=True, slots=True)
class Watched:
    """The open items with their lights, and how many people were newly told."""

    told: int
    yellow: int
    red: int
    rows: Rows


def cycle(house: House, *, by: str) -> Cycle:
    """Plan the regular meetings that are near, draft and send notices that are due, note which meetings were held."""
    papers.catch_up(house, by=by)
    noticed, drafted, stuck = 0, 0, list[Mapping[str, str | int]]()
    for new in _regular(house):
        try:
            acts.plan(house, new, by=by)
        except DjflowError as error:
            stuck.append(_stuck(new, error))
    for meeting in _all(house):
        for act in (papers.draft_due, _forward):
            try:
                done = act(house, meeting, by=by)
            except DjflowError as error:
                stuck.append(_stuck(meeting.new, error))
                continue
            noticed, drafted = noticed + (done and act is _forward), drafted + (done and act is papers.draft_due)
    rows = tuple(_row(house, meeting) for meeting in _all(house))
    return Cycle(noticed, drafted, rows, tuple(stuck))


def _stuck(new: NewMeeting, error: DjflowError) -> Mapping[str, str | int]:
    return {"会议": new.title, "时间": telling.when(new.starts_at), "问题": error.message}


def _regular(house: House) -> Iterator[NewMeeting]:
    terms, today = acts.terms_of(house), house.today()
    for kind, policy in terms.kinds.items():
        ahead = terms.clocks.topics_days + _AHEAD_DAYS
        day = rules.next_day(policy.frequency, today, terms.calendar, ahead=ahead)
        if day is not None and day <= today + days(_HORIZON_DAYS):
            yield acts.usual(house, kind, day, f"{kind}:{Month.of(day)}")


def _all(house: House) -> tuple[Meeting, ...]:
    with house.reading() as session:
        return meetings.meetings(session, set(MeetingState) - OVER)


def _forward(house: House, meeting: Meeting, *, by: str) -> bool:
    """Bring a meeting forward as far as time has decided; return whether its notice went out."""
    today, now = house.today(), house.now()
    if meeting.state is MeetingState.TOPICS_FIXED and today >= acts.times_of(house, meeting).notice_by:
        acts.send_notice(house, meeting.id, Who.CLOCK, by=by)
        return True
    if meeting.state is MeetingState.NOTICED and now >= meeting.new.ends_at:
        with house.transaction() as session:
            invitations.hold(session, meeting.id, Who.CLOCK, by=by, now=now)
    return False


def due_on(house: House, meeting: Meeting) -> date | None:
    """Return until when a meeting may stay where it is, None for no limit."""
    limit = LIMIT_OF.get(meeting.state)
    return rules.due_on(meeting, limit, acts.times_of(house, meeting)) if limit else None


def _row(house: House, meeting: Meeting) -> Mapping[str, str | int]:
    due = due_on(house, meeting)
    late = due is not None and house.today() > due
    return {
        "会议": meeting.new.title,
        "时间": telling.when(meeting.new.starts_at),
        "地点": meeting.new.place,
        "状态": MEETING_WORDS[meeting.state],
        "期限": str(due or ""),
        "超期": "是" if late else "",
        "缺公文": papers.missing(house, meeting),
    }


def remind(house: House, *, by: str) -> Reminded:
    """Remind liaisons of topics, invitees of replies and of the start, and note who did not answer; each once."""
    told = silent = 0
    for meeting in _all(house):
        with house.transaction() as session:
            present = meetings.opened(session, meeting.id)
            seats = invitations.seats(session, meeting.id)
            if present.state is MeetingState.TOPIC_CALL:
                told += _remind_topics(house, session, present, seats)
            elif present.state is MeetingState.NOTICED and house.now() < present.new.starts_at:
                newly, late = _remind_coming(house, session, present, by=by)
                told, silent = told + newly, silent + late
    return Reminded(told, silent)


def _remind_topics(house: House, session: Session, meeting: Meeting, seats: tuple[Seat, ...]) -> int:
    times, today = acts.times_of(house, meeting), house.today()
    if not times.topics_by - days(2) <= today <= times.topics_by:
        return 0
    handed = {one.new.unit for one in meetings.topics(session, meeting.id)}
    missing = seating.called(one for one in seats if one.new.unit not in handed)
    words = f"{telling.call_words(times)}，没有议题请忽略"
    return telling.tell(session, meeting, missing, f"topics-due:{meeting.round}", words, now=house.now())


def _remind_coming(house: House, session: Session, meeting: Meeting, *, by: str) -> tuple[int, int]:
    times, now, told, silent = acts.times_of(house, meeting), house.now(), 0, 0
    seats = invitations.seats(session, meeting.id)
    waiting = [one for one in seats if one.reply is Reply.PENDING]
    asked = {one for seat in waiting for one in (seat.new.person, seat.new.liaison) if one}
    if civil_date(now) == times.reply_by:
        words = "今天截止回复，请尽快回复是否参会"
        told += telling.tell(session, meeting, asked, f"reply:{meeting.round}", words, now=now)
    if civil_date(now) > times.reply_by and waiting:
        silent = len(invitations.mark_silent(session, meeting.id, by=by, now=now))
        words = "已过回复时间，请马上回复是否参会"
        told += telling.tell(session, meeting, asked, f"silent:{meeting.round}", words, now=now)
    coming = {one for one in map(seating.expected, seats) if one}
    words = telling.start_words(meeting)
    if now >= times.shortly_at:
        told += telling.tell(session, meeting, coming, f"shortly:{meeting.round}", words, now=now)
    elif now >= times.eve_at:
        told += telling.tell(session, meeting, coming, f"eve:{meeting.round}", words, now=now)
    return told, silent


def watch_items(house: House) -> Watched:
    """Tell owners of items that turn yellow or red, and ask for the month's report; each once."""
    terms, told = acts.terms_of(house), 0
    with house.transaction() as session:
        names = {unit.id: unit.short_name for unit in people.units(session)}
        found = actions.open_items(session)
        reported = actions.reported_in(session, Month.of(house.today()))
        lights = {one.id: light_of(house, one, terms) for one in found}
        for one in found:
            told += _tell_item(house, session, one, lights[one.id], asked=one.id not in reported)
    rows: Rows = tuple(
        {
            "事项": one.new.content[:60],
            "牵头单位": names[one.new.lead],
            "期限": str(one.new.due_on),
            "状态": ITEM_WORDS[one.state],
            "灯": LIGHT_WORDS[lights[one.id]],
            "督办": one.urged,
        }
        for one in sorted(found, key=lambda one: (one.new.due_on, one.id))
    )
    shown = list(lights.values())
    return Watched(told, shown.count(Light.YELLOW), shown.count(Light.RED), rows)


def light_of(house: House, item: Item, terms: Terms) -> Light:
    """Return how an item stands today."""
    return items_rules.light(item, house.today(), terms.calendar, warn_workdays=terms.clocks.warn_workdays)


def _tell_item(house: House, session: Session, item: Item, light: Light, *, asked: bool) -> int:
    if item.new.owner is None or item.state in items_rules.DONE:
        return 0
    meeting, today, now = meetings.meeting(session, item.meeting), house.today(), house.now()
    said = []
    if light is not Light.GREEN:
        late = "已超期" if light is Light.RED else "临近期限"
        said.append((f"{light}:{item.new.due_on}", f"第{item.number}项议定事项{late}，请抓紧办理并报进展"))
    if asked and today.day >= _REPORT_FROM:
        said.append((f"month:{Month.of(today)}", f"请报第{item.number}项议定事项本月进展"))
    return sum(telling.tell_about(session, item.subject, meeting, [item.new.owner], one, now) for one in said)
