"""When everything around a meeting is due, which dates a kind is held on, what a plan or a text may say."""

import re
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta

from djflow.calendar.workdays import WorkCalendar
from djflow.core.clock import civil_date, civil_datetime, days, instant_of
from djflow.core.errors import InputError
from djflow.core.spans import Month
from djflow.meetings.model import (
    MAX_PLACE,
    MAX_TEXT,
    MAX_TITLE,
    MAX_TOPIC,
    Clocks,
    Frequency,
    Limit,
    Meeting,
    NewMeeting,
    NewTopic,
    Times,
    Topic,
    TopicState,
)

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_LAST_MONTHS = {
    Frequency.MONTHLY: frozenset(range(1, 13)),
    Frequency.QUARTERLY: frozenset({3, 6, 9, 12}),
    Frequency.HALF_YEARLY: frozenset({6, 12}),
}
_DAY_OF_MONTH = 10
LONGEST = timedelta(hours=12)
FARTHEST_DAYS = 400


def times_of(new: NewMeeting, clocks: Clocks, calendar: WorkCalendar) -> Times:
    """Return when everything around a meeting is due."""
    day = civil_date(new.starts_at)
    return Times(
        topics_by=day - days(clocks.topics_days),
        approve_by=calendar.add_workdays(day, -clocks.approve_workdays).date,
        notice_by=calendar.add_workdays(day, -clocks.notice_workdays).date,
        reply_by=calendar.add_workdays(day, -clocks.reply_workdays).date,
        eve_at=instant_of(day - days(1), clocks.eve),
        shortly_at=new.starts_at - timedelta(minutes=clocks.shortly_minutes),
        signin_from=new.starts_at - timedelta(minutes=clocks.signin_minutes),
        minutes_draft_by=calendar.add_workdays(day, clocks.minutes_draft_workdays).date,
        minutes_signed_by=calendar.add_workdays(day, clocks.minutes_signed_workdays).date,
    )


def due_on(meeting: Meeting, limit: Limit, times: Times) -> date:
    """Return until which day a meeting may stay where it is."""
    return {
        Limit.TOPICS: times.approve_by,
        Limit.NOTICE: times.notice_by,
        Limit.START: civil_date(meeting.new.ends_at),
        Limit.MINUTES_DRAFT: times.minutes_draft_by,
        Limit.MINUTES_SIGNED: times.minutes_signed_by,
    }[limit]


def next_day(frequency: Frequency, today: date, calendar: WorkCalendar, *, ahead: int) -> date | None:
    """Return the day of the next meeting of a kind held by itself, at least `ahead` days away; None for no such kind.

    It is the first workday from the tenth on of the last month of its period. Source: domain handbook, 4.1.
    """
    months = _LAST_MONTHS.get(frequency)
    if months is None:
        return None
    month = Month.of(today)
    while True:
        if month.month in months:
            day = calendar.add_workdays(month.first.replace(day=_DAY_OF_MONTH), 0).date
            if day >= today + days(ahead):
                return day
        month = month.following


def require_plan(new: NewMeeting, *, now: datetime) -> NewMeeting:
    """Return a plan with its texts cleaned.

    Raises: InputError for a meeting in the past, too far away, without end, or with a name nobody can print.
    """
    title = _named(new.title, MAX_TITLE, "会议名称")
    place = _named(new.place, MAX_PLACE, "会议地点")
    chair = _named(new.chair, MAX_TITLE, "召集人")
    if new.starts_at <= now:
        began = civil_datetime(new.starts_at)
        raise InputError(f"{began:%Y年%m月%d日 %H:%M} 已经过去：请另定时间。", code="meeting.past")
    if new.starts_at > now + days(FARTHEST_DAYS):
        raise InputError(f"会议最多提前 {FARTHEST_DAYS} 天安排：请核对年份。", code="meeting.far")
    if not timedelta(0) < new.ends_at - new.starts_at <= LONGEST:
        raise InputError("结束时间要晚于开始时间，一次会议最长 12 小时：请改正时间。", code="meeting.span")
    return NewMeeting(new.key, new.kind, title, place, new.starts_at, new.ends_at, chair)


def _named(text: str, most: int, what: str) -> str:
    words = " ".join(_CONTROL.sub("", text).split())
    if not words:
        raise InputError(f"请写明{what}。", code="meeting.name")
    if len(words) > most:
        raise InputError(
            f"{what}有 {len(words)} 个字，最多 {most} 个：请改短，全文可写进通知正文。", code="meeting.long"
        )
    return words


def clean_text(text: str, what: str, *, needed: bool = False) -> str:
    """Return a free text without control characters.

    Raises: InputError when it is too long, or missing although needed.
    """
    words = _CONTROL.sub("", text.replace("\r\n", "\n")).strip()
    if len(words) > MAX_TEXT:
        raise InputError(f"{what}最多写 {MAX_TEXT} 个字，请写短一些。", code="meeting.text")
    if needed and not words:
        raise InputError(f"请写明{what}，再提交一次。", code="meeting.reason")
    return words


def require_topic(new: NewTopic) -> NewTopic:
    """Return a topic with its texts cleaned; raises InputError for a missing or over-long one."""
    return NewTopic(new.unit, _named(new.title, MAX_TOPIC, "议题名称"), clean_text(new.text, "议题说明"))


def listed(topics: Iterable[Topic]) -> tuple[Topic, ...]:
    """Return the list put before the chair, in its order."""
    found = [one for one in topics if one.state is TopicState.LISTED]
    return tuple(sorted(found, key=lambda one: (one.place, one.id)))


def list_text(meeting: Meeting, topics: Iterable[Topic]) -> str:
    """Return the list as the words an approval is about: another list is another text."""
    lines = [f"{one.place}.{one.new.title}" for one in listed(topics)]
    return "\n".join([meeting.new.title, *lines])


def overlap(first: tuple[datetime, datetime], second: tuple[datetime, datetime]) -> bool:
    """Return whether two spans of time share a moment; one may begin when the other ends."""
    return first[0] < second[1] and second[0] < first[1]


def rooms_taken(new: NewMeeting, others: Collection[Meeting]) -> tuple[Meeting, ...]:
    """Return the meetings that have the same room at the same time."""
    span = (new.starts_at, new.ends_at)
    return tuple(
        one for one in others if one.new.place == new.place and overlap(span, (one.new.starts_at, one.new.ends_at))
    )
