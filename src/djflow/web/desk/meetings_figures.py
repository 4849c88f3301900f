"""How units came to meetings over a year, at the desk and as an Excel file: units only, no persons."""

from djflow.accounts.model import Act as Right
from djflow.assembly import meetings_attendance as attendance
from djflow.assembly import meetings_desk as desk
from djflow.meetings.model import KIND_WORDS, MeetingKind
from djflow.web.desk.frame import Answer, File, Page, Route, Visit
from djflow.web.desk.meetings import ROOT, common


def figures_page(visit: Visit) -> Answer:
    """Show the figures of a year, of one kind of meeting or of all."""
    year, kind = _asked(visit, visit.query.get("year", ""), visit.query.get("kind", ""))
    values = {
        "found": attendance.statistics(visit.house, attendance.year_span(year), kind),
        "heads": attendance.HEADS,
        "note": attendance.NOTE,
        "year": year,
        "years": desk.years(visit.house),
        "kind": kind,
        **common(visit),
    }
    return Page("desk_meeting_figures.html.j2", "meetings", values)


def take(visit: Visit) -> Answer:
    """Hand out the figures as an Excel file; that they were taken is recorded."""
    year, kind = _asked(visit, visit.form.one("year"), visit.form.one("kind"))
    content = attendance.statistics_file(visit.house, attendance.year_span(year), kind, by=visit.by)
    return File(f"{year}年{KIND_WORDS[kind] if kind else '会议'}到会情况.xlsx", content)


def _asked(visit: Visit, year: str, kind: str) -> tuple[int, MeetingKind | None]:
    known = desk.years(visit.house)
    chosen = next((one for one in known if str(one) == year), visit.house.today().year)
    return chosen, next((one for one in MeetingKind if one.value == kind), None)


ROUTES = (
    Route(f"{ROOT}/figures", Right.MEETING_FIGURES, figures_page),
    Route(f"{ROOT}/figures", Right.MEETING_FIGURES, take, "POST"),
)
