"""Documents of dispatch at the desk: which there are, whether they are owed, and each as .docx or PDF to take out."""

from djflow.accounts.model import Act
from djflow.assembly import dispatch_papers as papers
from djflow.web.desk.frame import Answer, File, Page, Route, Visit

ROOT = "/desk/dispatch/papers"


def posting_page(visit: Visit) -> Answer:
    """Show the documents of a posting, or the one that was asked for."""
    posting = visit.path["posting"]
    asked = visit.path.get("paper")
    wanted = papers.paper_of(asked) if asked else None
    found = papers.posting_papers(visit.house, visit.account, posting)
    shown = [one for one in found if wanted in {None, one.paper}]
    values = {"papers": shown, "root": f"{ROOT}/posting/{posting}", "one": wanted is not None}
    return Page("desk_papers.html.j2", "postings", values)


def posting_file(visit: Visit) -> Answer:
    """Hand out a document of a posting."""
    paper = papers.paper_of(visit.path["paper"])
    taken = papers.posting_paper(visit.house, visit.account, visit.path["posting"], paper, wanted_of(visit))
    return File(taken.name, taken.content)


def wanted_of(visit: Visit) -> papers.Wanted:
    """Return how the visitor wants a document."""
    return papers.Wanted(visit.form.one("form"), visit.form.one("number")[:40])


ROUTES = (
    Route(f"{ROOT}/posting/{{posting}}", Act.POSTING_OFFICE, posting_page),
    Route(f"{ROOT}/posting/{{posting}}/{{paper}}", Act.POSTING_OFFICE, posting_page),
    Route(f"{ROOT}/posting/{{posting}}/{{paper}}", Act.POSTING_OFFICE, posting_file, "POST"),
)
