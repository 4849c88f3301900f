"""Writes the documents of meetings: the office's text of each, filled with values, as official document or form.

The words stand in `config/texts/documents/meeting_*.j2`. A notice bears the reply form as its attachment; minutes bear
the rolls of who attended, was excused and sat in. Source: domain handbook, sections 4.1 and 4.5.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from types import MappingProxyType

from djflow.core.clock import civil_datetime
from djflow.documents.official.markup import Written, plain, read_text
from djflow.documents.official.model import Attachment, DocumentKind, OfficialDocument, Roll
from djflow.documents.official.rules import day_words
from djflow.meetings.minutes.rules import sentence
from djflow.meetings.model import KIND_WORDS
from djflow.meetings.papers.model import PAPER_WORDS, Called, Heading, MeetingPaper, Paper
from djflow.notify.texts import Texts
from djflow.people.model import UnitKind

FORMS: Mapping[Paper, DocumentKind] = MappingProxyType(
    {
        Paper.NOTICE: DocumentKind.NOTICE,
        Paper.REPLY_FORM: DocumentKind.SHEET,
        Paper.TOPIC_LIST: DocumentKind.SHEET,
        Paper.POSTPONED: DocumentKind.NOTICE,
        Paper.CANCELLED: DocumentKind.NOTICE,
        Paper.MINUTES: DocumentKind.MINUTES,
        Paper.SIGN_IN: DocumentKind.SHEET,
    }
)
MOST_NAMED = 8
"""Up to so many units are named one by one as main recipients; more are named by what they are."""
_WEEKDAYS = "一二三四五六日"
_NOON = 12
_TOWNS, _DEPARTMENTS = "各镇（街道）党（工）委", "区级有关部门"


def document(texts: Texts, paper: Paper, values: MeetingPaper, heading: Heading) -> OfficialDocument:
    """Return a document of a meeting, without number and days: the register gives those.

    Raises: ConfigError when the office's text is wrong, naming file and line.
    """
    given = _values(values, heading)
    written = _written(texts, paper, given)
    forms = _written(texts, Paper.REPLY_FORM, given).body if written.attachments else ()
    kind = FORMS[paper]
    issued = kind is not DocumentKind.SHEET
    return OfficialDocument(
        kind=kind,
        issuers=(heading.department,),
        title=written.title,
        body=written.body,
        recipients=written.recipients,
        attachments=tuple(
            Attachment(one, forms if one == PAPER_WORDS[Paper.REPLY_FORM] else ()) for one in written.attachments
        ),
        cc=written.cc,
        print_office=f"{heading.department}办公室" if issued else "",
        red_head=f"{values.meeting.new.title}纪要" if kind is DocumentKind.MINUTES else None,
        annotation=written.annotation,
        rolls=_rolls(values) if paper is Paper.MINUTES else (),
    )


def text_name(paper: Paper) -> str:
    """Return the name of a document's text."""
    return f"documents/meeting_{paper.value}"


def recipients(called: Sequence[Called]) -> str:
    """Return whom a notice is addressed to: unit by unit, or by what they are when they are many."""
    if len(called) <= MOST_NAMED:
        return "，".join(one.unit for one in called)
    towns = [one for one in called if one.kind.is_town]
    departments = [one for one in called if one.kind is UnitKind.DISTRICT_UNIT]
    others = [one.unit for one in called if not one.kind.is_town and one.kind is not UnitKind.DISTRICT_UNIT]
    heads = [_TOWNS] if towns else []
    heads += [_DEPARTMENTS] if departments else []
    return "，".join([*heads, *others])


def moment_words(at: datetime) -> str:
    """Return an instant as documents say it: 2026年12月10日（星期四）上午9:00."""
    local = civil_datetime(at)
    return f"{day_words(local.date())}（星期{_WEEKDAYS[local.weekday()]}）{hour_words(at)}"


def hour_words(at: datetime) -> str:
    """Return the time of an instant as documents say it: 上午9:00, 中午12:00, 下午3:05."""
    local = civil_datetime(at)
    if local.hour == _NOON:
        return f"中午{local.hour}:{local.minute:02d}"
    half = "上午" if local.hour < _NOON else "下午"
    return f"{half}{local.hour if local.hour < _NOON else local.hour - _NOON}:{local.minute:02d}"


def _written(texts: Texts, paper: Paper, given: Mapping[str, object]) -> Written:
    harmless = {name: plain(value) for name, value in given.items()}
    return read_text(texts.render(text_name(paper), **harmless))


def _values(values: MeetingPaper, heading: Heading) -> Mapping[str, object]:
    new = values.meeting.new
    attend = [one for one in values.called if not one.sits_in]
    return {
        "department": heading.department,
        "department_short": heading.department_short,
        "phone": heading.phone,
        "contact": heading.contact,
        "day": _day(heading.day),
        "title": new.title,
        "kind": KIND_WORDS[new.kind],
        "chair": new.chair,
        "place": new.place,
        "when": moment_words(new.starts_at),
        "until": hour_words(new.ends_at),
        "reply_by": _day(values.reply_by),
        "signin_minutes": values.signin_minutes,
        "recipients": recipients(values.called),
        "principals": "、".join(one.unit for one in attend if one.principal),
        "delegates": "、".join(one.unit for one in attend if not one.principal),
        "sit_in": "、".join(one.unit for one in values.called if one.sits_in),
        "topics": [asdict(one) for one in values.topics],
        "seats": [asdict(one) for one in values.seats],
        "opening": values.opening,
        "agreed": [sentence(one) for one in values.agreed],
    }


def _rolls(values: MeetingPaper) -> tuple[Roll, ...]:
    rolls = (("出席", values.rolls.present), ("请假", values.rolls.excused), ("列席", values.rolls.sat_in))
    return tuple(Roll(word, names) for word, names in rolls if names)


def _day(day: date) -> str:
    return day_words(day)
