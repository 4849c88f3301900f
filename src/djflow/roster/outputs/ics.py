"""Calendar files (RFC 5545) for one person and for one unit.

Every entry keeps its UID over all versions of the month and counts SEQUENCE up with the version, so that a phone
replaces what it already has. No telephone number and no reason ever goes into a calendar.
"""

import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import TypeAlias

from icalendar import Alarm, Calendar, Event, Timezone, TimezoneStandard

from djflow.core.clock import CIVIL_ZONE
from djflow.core.errors import NotFoundError
from djflow.core.ids import PersonId, UnitId
from djflow.roster.outputs.staffing import Staffing, duties_of, in_official_order, post_words, staffings, standby_of
from djflow.roster.outputs.wording import STATE_MARKS
from djflow.roster.views import DutyKind, DutyLine, RosterBook, RosterState

_Sessions: TypeAlias = Mapping[tuple[str, date], Staffing]

DAY_BEFORE_AT = time(16)
"""When the reminder of the day before rings."""

SHORTLY_BEFORE = timedelta(hours=2)
"""How long before the session the second reminder rings."""


def person_calendar(book: RosterBook, person: PersonId) -> bytes:
    """Return one person's duties and standby days; an empty calendar when the month holds none.

    Raises: NotFoundError when the book does not know the person.
    """
    known = next((load.person_name for load in book.loads if load.person == person), None)
    own = [line for line in book.lines if line.person == person]
    name = known or (own[0].person_name if own else None)
    if name is None:
        raise NotFoundError(f"{book.month.title}的值班表里没有这名干部，请核对人员。")
    return _person(book, name, own, _by_session(book))


def unit_calendar(book: RosterBook, unit: UnitId) -> bytes:
    """Return one unit's sessions with the names of its own people; one entry a session.

    Raises: NotFoundError when nobody of the unit is in the book.
    """
    own = [line for line in book.lines if line.unit == unit]
    if not own:
        raise NotFoundError(f"{book.month.title}的值班表里没有这个单位的人员，请核对单位。")
    return _unit(book, own, _by_session(book))


def calendars_zip(book: RosterBook) -> bytes:
    """Return every unit's and every person's calendar in one archive, a folder per unit; same book, same bytes.

    People without a duty or standby in the month have no file.
    """
    sessions = _by_session(book)
    people: dict[PersonId, list[DutyLine]] = defaultdict(list)
    for line in book.lines:
        people[line.person].append(line)
    files: dict[str, bytes] = {}
    for unit, lines in in_official_order(book).items():
        files[f"{_file(unit)}/{_file(unit)}.ics"] = _unit(book, lines, sessions)
    for own in people.values():
        who = own[0]
        name = f"{_file(who.unit_name)}/{_file(who.person_code)} {_file(who.person_name)}.ics"
        files[name] = _person(book, who.person_name, own, sessions)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name)  # dated 1980 on purpose: the same book gives the same archive
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr, entry.create_system = 0o644 << 16, 3
            archive.writestr(entry, content)
    return out.getvalue()


def _file(name: str) -> str:
    return re.sub(r'[\x00-\x1f/\\:*?"<>|]', "_", name).strip(". ") or "_"


def _by_session(book: RosterBook) -> _Sessions:
    return {(s.market, s.on): s for s in staffings(book)}


def _person(book: RosterBook, name: str, own: Sequence[DutyLine], sessions: _Sessions) -> bytes:
    calendar = _calendar(f"{book.month.title}赶场值班（{name}）")
    _add(calendar, book, own, sessions)
    return bytes(calendar.to_ical())


def own_calendar(books: Sequence[RosterBook], person: PersonId, name: str) -> bytes:
    """Return one person's duties and standby days of several months in one calendar, empty when there are none."""
    calendar = _calendar(f"赶场值班（{name}）")
    for book in books:
        _add(calendar, book, [line for line in book.lines if line.person == person], _by_session(book))
    return bytes(calendar.to_ical())


def _add(calendar: Calendar, book: RosterBook, own: Sequence[DutyLine], sessions: _Sessions) -> None:
    for line in own:
        staffing = sessions[line.market, line.on]
        kind = "备勤" if line.kind is DutyKind.STANDBY else "值班"
        detail = [f"岗位：{post_words(line)}", *_about(staffing)]
        if line.kind is DutyKind.STANDBY:
            detail.insert(0, "值班人员不能到岗时递补，请保持通讯畅通。")
        uid = f"{line.event}.{line.person}@djflow"
        calendar.add_component(_event(book, staffing, uid, f"赶场{kind}：{line.market_name}", detail))


def _unit(book: RosterBook, own: Sequence[DutyLine], sessions: _Sessions) -> bytes:
    calendar = _calendar(f"{book.month.title}赶场值班（{own[0].unit_name}）")
    at_session: dict[tuple[str, date], list[DutyLine]] = defaultdict(list)
    for line in own:
        at_session[line.market, line.on].append(line)
    for key, lines in at_session.items():
        uid = f"{lines[0].event}.{lines[0].unit}@djflow"
        detail = [f"{post_words(line)}：{line.person_name}" for line in lines]
        summary = f"赶场值班：{lines[0].market_name}（{_heads(lines)}）"
        calendar.add_component(_event(book, sessions[key], uid, summary, [*detail, *_about(sessions[key])]))
    return bytes(calendar.to_ical())


def _heads(lines: Sequence[DutyLine]) -> str:
    counts = (("值班", len(duties_of(lines))), ("备勤", len(standby_of(lines))))
    return "、".join(f"{word} {count} 人" for word, count in counts if count)


def _about(staffing: Staffing) -> list[str]:
    services = "、".join(staffing.services)
    units = "、".join(name for _, name in sorted({(line.unit_order, line.unit_name) for line in staffing.duties}))
    found = [("服务内容", services), ("带队领导", staffing.leader), ("参加单位", units), ("备注", staffing.note)]
    return [f"{word}：{text}" for word, text in found if text]


def _calendar(name: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//djflow//roster//ZH")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", CIVIL_ZONE.key)
    calendar.add_component(_civil_zone())
    return calendar


def _civil_zone() -> Timezone:
    zone, standard = Timezone(), TimezoneStandard()
    zone.add("tzid", CIVIL_ZONE.key)
    standard.add("tzname", "CST")
    standard.add("dtstart", datetime(1992, 1, 1))  # noqa: DTZ001 - RFC 5545 wants the local time here
    standard.add("tzoffsetfrom", timedelta(hours=8))
    standard.add("tzoffsetto", timedelta(hours=8))
    zone.add_component(standard)
    return zone


def _event(book: RosterBook, staffing: Staffing, uid: str, summary: str, detail: Sequence[str]) -> Event:
    mark = STATE_MARKS[book.state]
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", book.published_at or book.created_at)
    event.add("sequence", book.version)
    event.add("dtstart", datetime.combine(staffing.on, staffing.start, CIVIL_ZONE))
    event.add("dtend", datetime.combine(staffing.on, staffing.end, CIVIL_ZONE))
    event.add("summary", (f"【{mark}】" if mark else "") + ("停办　" if staffing.is_cancelled else "") + summary)
    event.add("location", staffing.place)
    event.add("description", "\n".join(detail))
    event.add("status", _status(book, staffing))
    event.add("transp", "OPAQUE")
    if not staffing.is_cancelled:
        for before, words in _reminders(staffing.start):
            event.add_component(_alarm(before, f"{words}{summary}"))
    return event


def _status(book: RosterBook, staffing: Staffing) -> str:
    if staffing.is_cancelled or book.state is RosterState.VOID:
        return "CANCELLED"
    return "TENTATIVE" if book.state is RosterState.REVIEW else "CONFIRMED"


def _reminders(start: time) -> tuple[tuple[timedelta, str], ...]:
    since_midnight = timedelta(hours=start.hour, minutes=start.minute)
    day_before = since_midnight + timedelta(days=1) - timedelta(hours=DAY_BEFORE_AT.hour)
    return (day_before, "明天："), (SHORTLY_BEFORE, "两小时后：")


def _alarm(before: timedelta, words: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", -before)
    alarm.add("description", words)
    return alarm
