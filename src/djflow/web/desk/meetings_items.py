"""Minutes and action items at the desk: written into the draft, signed, watched by lights, verified, struck off."""

from collections.abc import Callable

from djflow.accounts.model import Act as Right
from djflow.assembly import meetings as acts
from djflow.assembly import meetings_items as desk
from djflow.assembly.meetings_scope import item_for
from djflow.core.errors import InputError
from djflow.core.ids import UnitId
from djflow.meetings.actions.model import ITEM_ACT_WORDS, ITEM_WORDS, Item, ItemAct, Light
from djflow.meetings.actions.transitions import NEEDS_TEXT
from djflow.meetings.model import Meeting
from djflow.web.desk.frame import Answer, Go, Page, Route, Visit
from djflow.web.desk.meetings import ROOT, TO_MEND, common, did
from djflow.web.desk.typed import needed_day

URGE = "urge"
_OFFICE = (ItemAct.VERIFY, ItemAct.SEND_BACK, ItemAct.STRIKE_OFF)
_OWNER = (ItemAct.ACCEPT, ItemAct.PROGRESS, ItemAct.REPORT)


def minutes_page(visit: Visit) -> Answer:
    """Show the minutes as they stand."""
    return _minutes(visit)


def _minutes(visit: Visit, message: str = "") -> Page:
    sheet = desk.minutes_sheet(visit.house, visit.account, visit.path["meeting"])
    form = visit.form
    typed = {name: form.one(name) for name in ("content", "lead", "due", "signer")}
    values = {
        "sheet": sheet,
        "meeting": sheet.meeting,
        "item_words": ITEM_WORDS,
        "typed": {**typed, "helpers": set(form.every("helper"))},
        "message": message,
        **common(visit),
    }
    return Page("desk_meeting_minutes.html.j2", "meetings", values, 400 if message else 200)


def _add(visit: Visit, found: Meeting) -> str:
    form = visit.form
    if not form.one("lead"):
        raise InputError("请选牵头单位。", code="meeting.item_units")
    units = (UnitId(form.one("lead")), tuple(UnitId(one) for one in form.every("helper")))
    due = needed_day(form.one("due"), "完成时限")
    desk.add(visit.house, found.id, form.raw("content"), units, due, by=visit.by)
    return "/minutes?said=item"


def _remove(visit: Visit, found: Meeting) -> str:
    with visit.house.reading() as session:
        item = item_for(session, visit.account, visit.form.one("item"), Right.MEETING_RUN)
    if item.meeting != found.id:
        raise InputError("这次会议没有这项议定事项：请刷新后再试。", code="meeting.item")
    desk.remove(visit.house, item.id, by=visit.by)
    return "/minutes?said=kept"


def _issue(visit: Visit, found: Meeting) -> str:
    acts.issue_minutes(visit.house, found.id, visit.form.one("signer"), by=visit.by)
    return "/minutes?said=told"


def items_page(visit: Visit) -> Answer:
    """Show all items, by light and unit."""
    done = visit.query.get("done", "") == "1"
    light = next((one for one in Light if one.value == visit.query.get("light", "")), None)
    unit = visit.query.get("unit", "")
    every = desk.every(visit.house, visit.account, done=done)
    shown = [one for one in every if (light is None or one.light is light) and unit in {"", one.item.new.lead}]
    values = {
        "lines": shown,
        "counts": {one: sum(line.light is one for line in every) for one in Light},
        "leads": sorted({(one.item.new.lead, one.lead) for one in every}, key=lambda one: one[1]),
        "light": light,
        "unit": unit,
        "done": done,
        "item_words": ITEM_WORDS,
        **common(visit),
    }
    return Page("desk_meeting_items.html.j2", "meetings", values)


def item_page(visit: Visit) -> Answer:
    """Show one item with its reports."""
    return _item(visit)


def _item(visit: Visit, message: str = "") -> Page:
    sheet = desk.sheet(visit.house, visit.account, visit.path["item"])
    values = {
        "sheet": sheet,
        "line": sheet.line,
        "item": sheet.line.item,
        "item_words": ITEM_WORDS,
        "acts": ITEM_ACT_WORDS,
        "needs_text": NEEDS_TEXT,
        "typed": visit.form.raw("text"),
        "message": message,
        **common(visit),
    }
    return Page("desk_meeting_item.html.j2", "meetings", values, 400 if message else 200)


def _item_did(right: Right, made: Callable[[Visit, Item], None]) -> Callable[[Visit], Answer]:
    def handler(visit: Visit) -> Answer:
        with visit.house.reading() as session:
            found = item_for(session, visit.account, visit.path["item"], right)
        try:
            made(visit, found)
        except TO_MEND as error:
            return _item(visit, error.message)
        return Go(f"{ROOT}/items/{found.id}?said=told")

    return handler


def _act(visit: Visit, found: Item) -> None:
    word = visit.form.one("act")
    if word == URGE:
        acts.urge(visit.house, found.id, visit.form.raw("text"), by=visit.by)
        return
    act = next((one for one in _OFFICE if one.value == word), None)
    if act is None:
        raise InputError("没有这个办法：请从页面上的按钮办理。", code="meeting.act")
    acts.act_on_item(visit.house, found.id, act, None, visit.form.raw("text"), by=visit.by)


def _report(visit: Visit, found: Item) -> None:
    act = next((one for one in _OWNER if one.value == visit.form.one("act")), None)
    if act is None:
        raise InputError("没有这个办法：请从页面上的按钮办理。", code="meeting.act")
    desk.report(visit.house, visit.account, found.id, act, visit.form.raw("text"))


_ONE = f"{ROOT}/{{meeting}}"
_ITEM = f"{ROOT}/items/{{item}}"
_RUN, _UNIT = Right.MEETING_RUN, Right.MEETING_UNIT
ROUTES = (
    Route(f"{ROOT}/items", Right.MEETING_LOOK, items_page),
    Route(_ITEM, Right.MEETING_LOOK, item_page),
    Route(f"{_ITEM}/act", _RUN, _item_did(_RUN, _act), "POST"),
    Route(f"{_ITEM}/report", _UNIT, _item_did(_UNIT, _report), "POST"),
    Route(f"{_ONE}/minutes", Right.MEETING_LOOK, minutes_page),
    Route(f"{_ONE}/item", _RUN, did(_RUN, _add, _minutes), "POST"),
    Route(f"{_ONE}/remove-item", _RUN, did(_RUN, _remove, _minutes), "POST"),
    Route(f"{_ONE}/issue", _RUN, did(_RUN, _issue, _minutes), "POST"),
)
