"""How units came to meetings over a year, for the desk and as an Excel file: units only, no persons."""

from dataclasses import dataclass
from datetime import date

from djflow.assembly.house import House
from djflow.audit import service as audit
from djflow.audit.model import Details
from djflow.core.spans import DateSpan
from djflow.core.subject import Subject
from djflow.fund.payment.sheets import Page, workbook
from djflow.meetings.attendance import rules, service
from djflow.meetings.attendance.model import Tally
from djflow.meetings.model import KIND_WORDS, MeetingKind
from djflow.people import service as people

HEADS = ("应到", "到会", "迟到", "替会", "请假", "缺席", "未回复")
_COLUMNS = (("单位", 26.0), ("会议", 14.0), *((head, 9.0) for head in HEADS), ("到会率", 10.0))
NOTE = "应到＝到会＋迟到＋替会＋请假＋缺席；缺席指没有请假也没有到会；未回复指逾期没有回复的次数，与是否到会分开计。"


@dataclass(frozen=True, slots=True)
class Line:
    """A unit's attendance of a kind of meeting, ready to be shown."""

    unit: str
    kind: str
    tally: Tally

    @property
    def numbers(self) -> tuple[int, ...]:
        """The counts in the order of `HEADS`."""
        return rules.total([self.tally])

    @property
    def rate(self) -> str:
        """How often somebody came, in percent with its whole, so that small numbers are seen as such."""
        return f"{100 * self.tally.came / self.tally.invited:.1f}%（{self.tally.came}/{self.tally.invited}）"


@dataclass(frozen=True, slots=True)
class Statistics:
    """The attendance of a span: lines in the official order of units, then kinds, and the sums."""

    span: DateSpan
    lines: tuple[Line, ...]
    total: tuple[int, ...]


def year_span(year: int) -> DateSpan:
    """Return the days of a year."""
    return DateSpan(date(year, 1, 1), date(year, 12, 31))


def statistics(house: House, span: DateSpan, kind: MeetingKind | None = None) -> Statistics:
    """Return how units came to the meetings held in a span, of one kind or of all."""
    with house.reading() as session:
        units = {unit.id: unit for unit in people.units(session)}
        found = [one for one in service.tallies(session, span) if kind is None or one.kind is kind]
    order = list(MeetingKind)
    found.sort(key=lambda one: (units[one.unit].entry.official_order, units[one.unit].code, order.index(one.kind)))
    lines = tuple(Line(units[one.unit].short_name, KIND_WORDS[one.kind], one) for one in found)
    return Statistics(span, lines, rules.total(found))


def statistics_file(house: House, span: DateSpan, kind: MeetingKind | None = None, *, by: str) -> bytes:
    """Return the statistics as an Excel file; who took it out is recorded."""
    found = statistics(house, span, kind)
    rows: list[tuple[str | int, ...]] = [(one.unit, one.kind, *one.numbers, one.rate) for one in found.lines]
    rows.append(("合计", "", *found.total, ""))
    with house.transaction() as session:
        subject = Subject("meeting.attendance", str(span.first.year))
        details: Details = {"first": str(span.first), "last": str(span.last), "rows": len(rows)}
        audit.record(session, subject, "meeting.attendance_export", by=by, now=house.now(), details=details)
    words = "会议" if kind is None else KIND_WORDS[kind]
    title = f"{words}到会情况（{span.first}至{span.last}）"
    return workbook([Page("到会情况", title, NOTE, _COLUMNS, rows)])
