"""Rosters at the desk: what waits, a version whole, publish and void – the same acts as Prefect's form."""

from djflow.accounts.model import Act
from djflow.assembly import desk
from djflow.assembly import roster as acts
from djflow.core.errors import InputError
from djflow.core.ids import RosterId
from djflow.roster.outputs.wording import gap_words, unfilled_words
from djflow.roster.views import DutyKind, DutyLine, RosterBook, RosterState
from djflow.web.desk.frame import SAID, Answer, Go, Page, Route, Visit

CAUSE_WORDS = {"": "首次发布", "absence": "有人请假", "closure": "停场", "swap": "换人", "decline": "不能到岗"}


def list_page(visit: Visit) -> Answer:
    """Show drafts that wait and versions in force."""
    found = acts.listing(visit.house)
    values = {
        "drafts": [one for one in found if one.state is RosterState.REVIEW],
        "in_force": [(one, acts.state_words(one)) for one in found if one.state is not RosterState.REVIEW][::-1],
        "said": SAID.get(visit.query.get("said", ""), ""),
    }
    return Page("desk_rosters.html.j2", "roster", values)


def roster_page(visit: Visit) -> Answer:
    """Show one version whole."""
    roster_id = RosterId(visit.path["roster"])
    sheet = desk.roster_sheet(visit.house, roster_id, with_files=visit.may(Act.ROSTER_FILES))
    book = sheet.book
    waits = book.state is RosterState.REVIEW
    values = {
        "sheet": sheet,
        "book": book,
        "sessions": _by_session(book),
        "causes": CAUSE_WORDS,
        "gap": gap_words(book.quality),
        "unfilled": unfilled_words(book.quality),
        "waits": waits,
        "decides": waits and visit.may(Act.ROSTER_DECIDE),
        "said": SAID.get(visit.query.get("said", ""), ""),
    }
    return Page("desk_roster.html.j2", "roster", values)


def _by_session(book: RosterBook) -> list[tuple[DutyLine, list[DutyLine], list[DutyLine]]]:
    """Return a line of each session with its people on duty and on standby, in the book's order."""
    events: dict[str, list[DutyLine]] = {}
    for line in book.lines:
        events.setdefault(line.event, []).append(line)
    return [
        (lines[0], [x for x in lines if x.kind is DutyKind.DUTY], [x for x in lines if x.kind is DutyKind.STANDBY])
        for lines in events.values()
    ]


def publish(visit: Visit) -> Answer:
    """Put a draft in force."""
    if visit.form.one("sure") != "yes":
        raise InputError("请先勾选“我已核对”，再点发布。", code="desk.not_sure")
    done = acts.publish(visit.house, RosterId(visit.path["roster"]), by=visit.by, reason=visit.form.one("reason")[:500])
    said = "already" if done.already else "published"
    return Go(f"/desk/roster/{done.roster_id}?said={said}")


def void(visit: Visit) -> Answer:
    """Throw a draft away."""
    acts.void(visit.house, RosterId(visit.path["roster"]), by=visit.by, reason=visit.form.one("reason")[:500])
    return Go("/desk/roster?said=void")


ROUTES = (
    Route("/desk/roster", Act.ROSTER_READ, list_page),
    Route("/desk/roster/{roster}", Act.ROSTER_READ, roster_page),
    Route("/desk/roster/{roster}/publish", Act.ROSTER_DECIDE, publish, "POST"),
    Route("/desk/roster/{roster}/void", Act.ROSTER_DECIDE, void, "POST"),
)
