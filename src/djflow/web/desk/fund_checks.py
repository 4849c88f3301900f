"""Departments' answers at the desk: the empty table to send out, and the filled one taken in whole or not at all."""

from djflow.accounts.model import Act
from djflow.assembly import fund_tables
from djflow.core.errors import InputError
from djflow.people.model import ImportReport
from djflow.web.desk.frame import Answer, File, Page, Route, Visit


def form_page(visit: Visit) -> Answer:
    """Show the form for a department's table."""
    return _form(visit)


def template(visit: Visit) -> Answer:
    """Hand out the empty table."""
    return File("部门核对结果.xlsx", fund_tables.template(visit.house))


def take_in(visit: Visit) -> Answer:
    """Take a department's table in, or only judge it; every bad row is listed."""
    form = visit.form
    try:
        report = fund_tables.take_in(
            visit.house,
            form.file("table"),
            form.one("department"),
            by=visit.by,
            dry_run=form.one("way") != "import",
        )
    except InputError as error:
        return _form(visit, message=error.message, status=400)
    status = 400 if report.rejected else 200
    return _form(visit, report=report, status=status)


def _form(visit: Visit, *, message: str = "", report: ImportReport | None = None, status: int = 200) -> Page:
    values = {
        "departments": visit.house.settings.fund.policy.departments,
        "department": visit.form.one("department"),
        "way": visit.form.one("way") or "try",
        "message": message,
        "report": report,
    }
    return Page("desk_fund_checks.html.j2", "fund", values, status)


ROUTES = (
    Route("/desk/fund/crosscheck", Act.FUND_OFFICE, form_page),
    Route("/desk/fund/crosscheck", Act.FUND_OFFICE, take_in, "POST", files=True),
    Route("/desk/fund/crosscheck/table", Act.FUND_OFFICE, template),
)
