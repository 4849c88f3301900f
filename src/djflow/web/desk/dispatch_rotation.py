"""Rotation at the desk: terms that end, proposed successors with the whole chain, why each one, accept or decline."""

from djflow.accounts.model import Act
from djflow.assembly import dispatch_rotation, dispatch_rotation_view
from djflow.core.errors import InputError
from djflow.dispatch.rotation.model import DECLINE_WORDS, DeclineReason
from djflow.web.desk.dispatch_board import ROOT, dispatch_page
from djflow.web.desk.frame import Answer, Go, Route, Visit

_HERE = f"{ROOT}/rotation"


def proposals(visit: Visit) -> Answer:
    """Show what is due and the proposals, open ones first."""
    found = dispatch_rotation_view.overview(visit.house)
    return dispatch_page(
        visit,
        "desk_dispatch_rotation.html.j2",
        {"found": found, "works": visit.may(Act.ROTATION_WORK), "tab": "rotation"},
    )


def proposal(visit: Visit) -> Answer:
    """Show one proposal: its chain and every candidate with the points and the reasons."""
    found = dispatch_rotation_view.sheet(visit.house, visit.path["number"])
    works = visit.may(Act.ROTATION_WORK)
    values = {"found": found, "works": works, "reasons": DECLINE_WORDS, "tab": "rotation"}
    return dispatch_page(visit, "desk_dispatch_proposal.html.j2", values)


def run(visit: Visit) -> Answer:
    """Look for successors now."""
    dispatch_rotation.run(visit.house, visit.house.today(), by=visit.by)
    return Go(f"{_HERE}?said=run")


def accept(visit: Visit) -> Answer:
    """Send a proposal to its approvers."""
    done = dispatch_rotation.accept(visit.house, visit.path["number"], by=visit.by)
    return Go(f"{_HERE}/{done.number}?said=accepted")


def decline(visit: Visit) -> Answer:
    """Put a proposal away with its reason."""
    word = visit.form.one("reason")
    if word not in set(DeclineReason):
        raise InputError("请选不采纳的原因。", code="rotation.reason")
    done = dispatch_rotation.decline(visit.house, visit.path["number"], DeclineReason(word), by=visit.by)
    return Go(f"{_HERE}/{done.number}?said=declined")


ROUTES = (
    Route(_HERE, Act.ROTATION_READ, proposals),
    Route(_HERE, Act.ROTATION_WORK, run, "POST"),
    Route(f"{_HERE}/{{number}}", Act.ROTATION_READ, proposal),
    Route(f"{_HERE}/{{number}}/accept", Act.ROTATION_WORK, accept, "POST"),
    Route(f"{_HERE}/{{number}}/decline", Act.ROTATION_WORK, decline, "POST"),
)
