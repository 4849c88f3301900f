"""How units came over a year: each invitation counted once, silence apart, as a table and as a file."""

import io
from datetime import date

from openpyxl import load_workbook

from djflow.assembly import meetings as acts
from djflow.assembly import meetings_attendance as attendance
from djflow.assembly import meetings_watch
from djflow.core.spans import DateSpan
from djflow.meetings.invitations.model import Reply, Wish
from djflow.meetings.model import MeetingKind, Who
from tests.assembly.test_meetings import BY, AtMoment, Hall, fixed, hall

__all__ = ["hall"]


def come(hall: Hall, at: AtMoment) -> None:
    """One unit in time, one by a substitute who was agreed to, one silent and not there."""
    fixed(hall)
    then = at("2026-12-04T09:00")
    acts.send_notice(then, hall.meeting.id, Who.OFFICE, by=BY)
    acts.reply(then, hall.seat("HR").id, Wish(Reply.ATTEND), by=BY)
    leave = acts.reply(then, hall.seat("LAW").id, Wish(Reply.LEAVE, "外出学习"), by=BY)
    acts.grant(then, leave.id, granted=True, by=BY)
    meetings_watch.remind(at("2026-12-09T08:00"), by="watch")
    acts.sign_in(at("2026-12-10T09:10"), hall.seat("HR").id, by=BY)
    meetings_watch.cycle(at("2026-12-10T18:00"), by="watch")


def test_each_invitation_is_counted_once(hall: Hall, at: AtMoment) -> None:
    """Late, on leave, absent and silent; the sums are those of the lines, another year or kind has none."""
    come(hall, at)
    found = attendance.statistics(hall.house, attendance.year_span(2026))
    assert [(one.unit, one.numbers) for one in found.lines] == [
        ("人社局", (1, 0, 1, 0, 0, 0, 0)),
        ("司法局", (1, 0, 0, 0, 1, 0, 0)),
        ("大仓镇", (1, 0, 0, 0, 0, 1, 1)),
    ]
    assert found.total == (3, 0, 1, 0, 1, 1, 1)
    assert all(sum(one.numbers[1:6]) == one.numbers[0] for one in found.lines)
    assert found.lines[0].rate == "100.0%（1/1）"
    assert attendance.statistics(hall.house, attendance.year_span(2027)).lines == ()
    assert attendance.statistics(hall.house, attendance.year_span(2026), MeetingKind.JOINT).total == (0,) * 7


def test_the_file_holds_what_the_table_shows_and_no_names(hall: Hall, at: AtMoment) -> None:
    """Heads, three units, the sums; no person stands in it."""
    come(hall, at)
    made = attendance.statistics_file(hall.house, DateSpan(date(2026, 12, 1), date(2026, 12, 31)), by=BY)
    sheet = load_workbook(io.BytesIO(made)).worksheets[0]
    cells = [[str(cell.value or "") for cell in row] for row in sheet.iter_rows()]
    flat = "\n".join("|".join(row) for row in cells)
    assert "单位|会议|应到|到会|迟到|替会|请假|缺席|未回复|到会率" in flat
    assert "大仓镇|工作推进会|1|" in flat
    assert "甲" not in flat
