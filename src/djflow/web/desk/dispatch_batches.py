"""Pages of batches at the desk: the list, one batch with its steps, the check, the proposal, the publicity."""

from djflow.accounts.model import Act
from djflow.assembly import dispatch_batches_checks as checks
from djflow.assembly import dispatch_batches_desk as desk
from djflow.assembly import dispatch_batches_files as files
from djflow.core.errors import InputError
from djflow.dispatch.batches.checks.model import RULE_WORDS
from djflow.dispatch.batches.model import BATCH_ACT_WORDS, CANDIDATE_WORDS
from djflow.dispatch.batches.publicity.model import OBJECTION_WORDS, PERIOD_WORDS
from djflow.dispatch.batches.transitions import CANDIDATE_ENDED, IN_PLAY
from djflow.dispatch.eligibility.model import VERDICT_WORDS
from djflow.dispatch.policy.model import KIND_WORDS
from djflow.web.desk.frame import Answer, File, Page, Route, Visit

SECTION = "batches"


def listing(visit: Visit) -> Answer:
    """Show the batches that concern whoever looks."""
    lines = desk.listing(visit.house, visit.account)
    values = {"lines": lines, "kinds": KIND_WORDS, "creates": visit.may(Act.BATCH_WORK), "said": _said(visit)}
    return Page("desk_batches.html.j2", SECTION, values)


_SAID = {
    "done": "已办理，这一批随即按规定往下走。",
    "kept": "已保存。",
    "nominated": "推荐已收到，干部本人会收到通知。",
    "left": "已办理，空出的岗位已按方案递补或说明。",
    "heard": "异议已登记，期内收到的已停下这一人选的公示。",
    "settled": "结论已记下。",
    "created": "批次已开立，各镇街会在待办里看到需求填报。",
}


def _said(visit: Visit) -> str:
    return _SAID.get(visit.query.get("said", ""), "")


def sheet(visit: Visit) -> Answer:
    """Show one batch."""
    found = desk.sheet(visit.house, visit.account, visit.path["batch"])
    values = {
        "sheet": found,
        "kind": KIND_WORDS[found.batch.kind],
        "act_words": BATCH_ACT_WORDS,
        "looks": visit.may(Act.BATCH_LOOK),
        "works": visit.may(Act.BATCH_WORK),
        "nominates": visit.may(Act.BATCH_NOMINATE),
        "asks": visit.may(Act.BATCH_DEMAND),
        "in_play": IN_PLAY,
        "ended": CANDIDATE_ENDED,
        "said": _said(visit),
    }
    return Page("desk_batch.html.j2", SECTION, values)


def check(visit: Visit) -> Answer:
    """Show everybody nominated against every rule."""
    found = checks.check_sheet(visit.house, visit.account, visit.path["batch"])
    values = {"sheet": found, "verdicts": VERDICT_WORDS, "rule_words": RULE_WORDS, "said": _said(visit)}
    return Page("desk_batch_check.html.j2", SECTION, {**values, "works": visit.may(Act.BATCH_WORK)})


def proposal(visit: Visit) -> Answer:
    """Show the newest proposal with its reasons, and answer why about one pair."""
    found = checks.proposal_sheet(visit.house, visit.account, visit.path["batch"])
    person, post, words = visit.query.get("person", ""), visit.query.get("post", ""), ""
    if person and post:
        try:
            words = checks.why_pair(visit.house, visit.account, visit.path["batch"], person, post)
        except InputError as error:  # somebody who cannot be chosen at all: the solver says so
            words = error.message
    values = {"sheet": found, "why": words, "asked": (person, post), "said": _said(visit)}
    return Page("desk_batch_proposal.html.j2", SECTION, {**values, "works": visit.may(Act.BATCH_WORK)})


def publicity(visit: Visit) -> Answer:
    """Show the names on the board with clocks and objections."""
    found = checks.publicity_sheet(visit.house, visit.account, visit.path["batch"])
    values = {
        "sheet": found,
        "period_words": PERIOD_WORDS,
        "objection_words": OBJECTION_WORDS,
        "candidate_words": CANDIDATE_WORDS,
        "settles": visit.may(Act.BATCH_OBJECT),
        "said": _said(visit),
    }
    return Page("desk_batch_publicity.html.j2", SECTION, values)


def objection(visit: Visit) -> Answer:
    """Open an objection for whoever settles it."""
    batch, key = visit.path["batch"], visit.form.one("objection")
    opened = checks.look(visit.house, visit.account, batch, key)
    return Page("desk_batch_objection.html.j2", SECTION, {"batch": batch, "objection": key, "opened": opened})


def template(visit: Visit) -> Answer:
    """Hand out an empty table to fill in."""
    name, content = files.template(visit.house, visit.path["table"])
    return File(name, content)


ROUTES = (
    Route("/desk/dispatch", Act.BATCH_READ, listing),
    Route("/desk/dispatch/tables/{table}", Act.BATCH_READ, template),
    Route("/desk/dispatch/batch/{batch}", Act.BATCH_READ, sheet),
    Route("/desk/dispatch/batch/{batch}/check", Act.BATCH_LOOK, check),
    Route("/desk/dispatch/batch/{batch}/proposal", Act.BATCH_LOOK, proposal),
    Route("/desk/dispatch/batch/{batch}/publicity", Act.BATCH_LOOK, publicity),
    Route("/desk/dispatch/batch/{batch}/objection", Act.BATCH_OBJECT, objection, "POST"),
)
