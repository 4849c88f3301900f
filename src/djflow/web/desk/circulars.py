"""Circulars at the desk: the list, one with its answers, figures and draft; what the office and units do with it."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from djflow.accounts.model import Act as Right
from djflow.assembly import circulars_desk as desk
from djflow.assembly import circulars_mine as mine
from djflow.assembly.circulars_scope import circular_for, scope_of
from djflow.circulars.model import (
    ACT_WORDS,
    ANSWER_WORDS,
    CAUSE_WORDS,
    MAX_PARAGRAPH,
    MAX_REASON,
    STATE_WORDS,
    VERDICT_WORDS,
    Act,
    Answered,
    Circular,
    Verdict,
)
from djflow.circulars.paragraphs import rise_words
from djflow.core.errors import ConflictError, InputError, NotFoundError, RuleError
from djflow.web.desk.frame import Answer, File, Go, Page, Route, Visit

ROOT = "/desk/circulars"
TO_MEND = (InputError, RuleError, ConflictError)
_SAID = MappingProxyType(
    {
        "done": "已办理。",
        "asked": "已送单位核对，各单位会收到通知。",
        "handed": "已转公文办理并送审签，编号、印发在公文里办。",
        "decided": "更正已处理，单位可以看到结果。",
        "paragraph": "这一段已保存。",
        "confirmed": "已确认，谢谢。",
        "corrected": "更正已报组织部，处理后可在这里看到结果。",
    }
)
_AFTER: Mapping[Act, str] = MappingProxyType({Act.ASK: "?said=asked", Act.HAND: "?said=handed"})


def common(visit: Visit) -> Mapping[str, object]:
    """Return what every page about circulars shows."""
    return {
        "root": ROOT,
        "states": STATE_WORDS,
        "answer_words": ANSWER_WORDS,
        "verdicts": VERDICT_WORDS,
        "acts": ACT_WORDS,
        "most": (MAX_REASON, MAX_PARAGRAPH),
        "said": _SAID.get(visit.query.get("said", ""), ""),
    }


def _whole(visit: Visit) -> bool:
    with visit.house.reading() as session:
        return scope_of(session, visit.account).whole


def list_page(visit: Visit) -> Answer:
    """Show the circulars under way or over; a unit sees those it was asked about."""
    past, whole = visit.query.get("past", "") == "1", _whole(visit)
    values = {
        "whole": whole,
        "past": past,
        "lines": desk.lines(visit.house, past=past) if whole else (),
        "own": () if whole else mine.of_account(visit.house, visit.account, past=past),
        **common(visit),
    }
    return Page("desk_circulars.html.j2", "circulars", values)


def circular_page(visit: Visit) -> Answer:
    """Show one circular."""
    return _page(visit)


def _page(visit: Visit, message: str = "") -> Page:
    if not _whole(visit):
        return _unit_page(visit, message)
    sheet = desk.sheet(visit.house, visit.account, visit.path["circular"])
    values = {
        "sheet": sheet,
        "circular": sheet.circular,
        "life": desk.LIFE,
        "counts": desk.answers(sheet),
        "asked": Answered.ASKED,
        "typed": visit.form.raw("reason"),
        "message": message,
        **common(visit),
    }
    return Page("desk_circular.html.j2", "circulars", values, 400 if message else 200)


def _unit_page(visit: Visit, message: str = "") -> Page:
    unit = mine.unit_of_account(visit.house, visit.account, visit.path["circular"])
    sheet = mine.sheet(visit.house, visit.path["circular"], unit)
    values = {
        "sheet": sheet,
        "mine": sheet.mine,
        "circular": sheet.mine.circular,
        "answers": visit.may(Right.CIRCULAR_UNIT),
        "typed": {name: visit.form.raw(name) for name in ("section", "code", "part", "whole", "reason")},
        "message": message,
        **common(visit),
    }
    return Page("desk_circular_unit.html.j2", "circulars", values, 400 if message else 200)


def _seen(visit: Visit) -> Circular:
    """Return the circular that is asked for, to whoever sees circulars whole."""
    with visit.house.reading() as session:
        found = circular_for(session, visit.account, visit.path["circular"])
        if not scope_of(session, visit.account).whole:
            raise NotFoundError("没有这个页面：请从列表里重新打开。", code="circular.unknown")
        return found


def figures_page(visit: Visit) -> Answer:
    """Show the figures of the whole and of the units, what was not done, and the ranking."""
    found = _seen(visit)
    values = {
        "sheet": desk.sheet(visit.house, visit.account, found.id),
        "circular": found,
        "figures": desk.figures(visit.house, found.id),
        "causes": CAUSE_WORDS,
        "rise": rise_words,
        **common(visit),
    }
    return Page("desk_circular_figures.html.j2", "circulars", values)


def draft_page(visit: Visit) -> Answer:
    """Show the draft, paragraph by paragraph."""
    return _draft(visit)


def _draft(visit: Visit, message: str = "") -> Page:
    found = _seen(visit)
    values = {
        "sheet": desk.sheet(visit.house, visit.account, found.id),
        "circular": found,
        "draft": desk.draft(visit.house, found.id),
        "typed": {visit.form.one("place"): visit.form.raw("text")} if message else {},
        "message": message,
        **common(visit),
    }
    return Page("desk_circular_draft.html.j2", "circulars", values, 400 if message else 200)


def preview(visit: Visit) -> Answer:
    """Show how the circular will look as an official document."""
    found = _seen(visit)
    try:
        made = desk.preview(visit.house, found.id, word=visit.query.get("as", "") == "docx")
    except TO_MEND as error:
        return _draft(visit, error.message)
    return File(made.name, made.content, inline=made.name.endswith(".pdf"))


def _did(
    right: Right, made: Callable[[Visit, Circular], str], shown: Callable[[Visit, str], Page] = _page
) -> Callable[[Visit], Answer]:
    """Return the handler that does something with a circular: it leads where `made` says, or shows what is wrong."""

    def handler(visit: Visit) -> Answer:
        with visit.house.reading() as session:
            found = circular_for(session, visit.account, visit.path["circular"], right)
        try:
            after = made(visit, found)
        except TO_MEND as error:
            return shown(visit, error.message)
        return Go(f"{ROOT}/{found.id}{after}")

    return handler


def _act(visit: Visit) -> Act:
    found = next((one for one in Act if one.value == visit.form.one("act")), None)
    if found is None:
        raise InputError("没有这个办法：请从页面上的按钮办理。", code="circular.act")
    return found


def _do(visit: Visit, found: Circular) -> str:
    wanted = _act(visit)
    desk.act(visit.house, found.id, wanted, by=visit.by)
    return _AFTER.get(wanted, "?said=done")


def _stop(visit: Visit, found: Circular) -> str:
    desk.stop(visit.house, found.id, _act(visit), visit.form.raw("reason"), by=visit.by)
    return "?said=done"


def _decide(visit: Visit, found: Circular) -> str:
    verdict = next((one for one in Verdict if one.value == visit.form.one("verdict")), None)
    if verdict is None:
        raise InputError("请选采纳或不采纳。", code="circular.verdict")
    answer = visit.form.raw("answer")
    desk.decide(visit.house, found.id, visit.form.one("correction"), verdict, answer, by=visit.by)
    return "?said=decided"


def _paragraph(visit: Visit, found: Circular) -> str:
    desk.edit(visit.house, found.id, visit.form.one("place"), visit.form.raw("text"), by=visit.by)
    return "/draft?said=paragraph"


def _confirm(visit: Visit, found: Circular) -> str:
    unit = mine.unit_of_account(visit.house, visit.account, found.id)
    mine.confirm(visit.house, found.id, unit, by=visit.by)
    return "?said=confirmed"


def _correct(visit: Visit, found: Circular) -> str:
    unit, form = mine.unit_of_account(visit.house, visit.account, found.id), visit.form
    place, numbers = (form.one("section"), form.one("code")), (form.one("part"), form.one("whole"))
    mine.correct(visit.house, found.id, mine.typed(unit, place, numbers, form.raw("reason")), by=visit.by)
    return "?said=corrected"


_ONE = f"{ROOT}/{{circular}}"
ROUTES = (
    Route(ROOT, Right.CIRCULAR_LOOK, list_page),
    Route(_ONE, Right.CIRCULAR_LOOK, circular_page),
    Route(f"{_ONE}/figures", Right.CIRCULAR_LOOK, figures_page),
    Route(f"{_ONE}/draft", Right.CIRCULAR_LOOK, draft_page),
    Route(f"{_ONE}/preview", Right.CIRCULAR_LOOK, preview),
    Route(f"{_ONE}/do", Right.CIRCULAR_RUN, _did(Right.CIRCULAR_RUN, _do), "POST"),
    Route(f"{_ONE}/stop", Right.CIRCULAR_RUN, _did(Right.CIRCULAR_RUN, _stop), "POST"),
    Route(f"{_ONE}/decide", Right.CIRCULAR_RUN, _did(Right.CIRCULAR_RUN, _decide), "POST"),
    Route(f"{_ONE}/paragraph", Right.CIRCULAR_RUN, _did(Right.CIRCULAR_RUN, _paragraph, _draft), "POST", files=True),
    Route(f"{_ONE}/confirm", Right.CIRCULAR_UNIT, _did(Right.CIRCULAR_UNIT, _confirm), "POST"),
    Route(f"{_ONE}/correct", Right.CIRCULAR_UNIT, _did(Right.CIRCULAR_UNIT, _correct), "POST"),
)
