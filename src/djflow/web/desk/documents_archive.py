"""The archive list of a year at the desk and as an Excel file; for the department, not for units."""

from djflow.accounts.model import Act as Right
from djflow.assembly import documents_archive as archive
from djflow.assembly.documents_scope import scope_of
from djflow.core.errors import NotFoundError
from djflow.documents.numbering import service as numbering
from djflow.web.desk.documents import ROOT, common
from djflow.web.desk.frame import Answer, File, Page, Route, Visit


def archive_page(visit: Visit) -> Answer:
    """Show what was archived of a year."""
    years = _years(visit)
    found = archive.archive_list(visit.house, _year(visit.query.get("year", ""), years))
    values = {
        "found": found,
        "sentence": archive.words(found),
        "years": years,
        "drafts": visit.may(Right.DOCUMENT_DRAFT),
        **common(visit),
    }
    return Page("desk_document_archive.html.j2", "documents", values)


def take(visit: Visit) -> Answer:
    """Hand out the list as an Excel file; that it was taken is recorded."""
    year = _year(visit.form.one("year"), _years(visit))
    return File(f"{year}年公文归档目录.xlsx", archive.archive_file(visit.house, year, by=visit.by))


def _years(visit: Visit) -> tuple[int, ...]:
    """Return the years there may be something of; a unit has no such list."""
    with visit.house.reading() as session:
        if not scope_of(session, visit.account).whole:
            raise NotFoundError("没有这一页：归档目录由组织部管理。", code="document.archive")
        return tuple(sorted({visit.house.today().year, *numbering.years(session)}, reverse=True))


def _year(word: str, known: tuple[int, ...]) -> int:
    return next((one for one in known if str(one) == word), known[0])


ROUTES = (
    Route(f"{ROOT}/archive", Right.DOCUMENT_READ, archive_page),
    Route(f"{ROOT}/archive", Right.DOCUMENT_READ, take, "POST"),
)
