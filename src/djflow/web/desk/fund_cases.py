"""The fund's cases at the desk: the board of what is open, one case whole, and recorded looks at what is sealed."""

import re
import unicodedata

from djflow.accounts.model import Act
from djflow.assembly import fund_board, fund_sheet
from djflow.assembly.fund_acts import RULES
from djflow.assembly.fund_board import Filters
from djflow.core.errors import InputError
from djflow.core.money import yuan
from djflow.fund.behalf.model import BEHALF_WORDS
from djflow.fund.cases.model import CATEGORY_WORDS, STATE_WORDS
from djflow.fund.cases.transitions import OPEN
from djflow.fund.checks.model import FINDING_WORDS, FLAG_WORDS
from djflow.fund.materials.model import MATERIAL_WORDS
from djflow.fund.payment.rules import ORDER_WORDS
from djflow.web.desk import fund_forms as forms
from djflow.web.desk.frame import SAID, Answer, File, Go, Page, Route, Visit

_NUMBER = re.compile(r"WF[0-9]{4}-[0-9]{4,9}")


def board_page(visit: Visit) -> Answer:
    """Show the open cases, the longest waiting first; a number leads to its case, ended ones too."""
    asked = visit.query
    number = "".join(unicodedata.normalize("NFKC", asked.get("number", "")).split()).upper()
    if number:
        if not _NUMBER.fullmatch(number):
            raise InputError("编号写法不对，应如 WF2026-0017：请核对后再找。", code="fund.number")
        return Go(f"/desk/fund/{number}")
    filters = Filters(
        state=asked.get("state", ""),
        town=asked.get("town", ""),
        late=asked.get("late") == "1",
        flagged=asked.get("flagged") == "1",
        papers=asked.get("papers") == "1",
        after=asked.get("after", ""),
    )
    values = {
        "board": fund_board.board(visit.house, visit.account, filters),
        "filters": filters,
        "states": {state: STATE_WORDS[state] for state in OPEN},
        "crosschecks": visit.may(Act.FUND_OFFICE),
        "applies": visit.may(Act.FUND_APPLY),
        "money": visit.may(Act.MONEY_READ),
        "said": SAID.get(asked.get("said", ""), ""),
    }
    return Page("desk_fund.html.j2", "fund", values)


def case_page(visit: Visit) -> Answer:
    """Show one case whole, nothing sealed opened."""
    sheet = fund_sheet.sheet(visit.house, visit.account, visit.path["case"])
    values = {
        "sheet": sheet,
        "case": sheet.case,
        "states": STATE_WORDS,
        "categories": CATEGORY_WORDS,
        "materials": MATERIAL_WORDS,
        "flags": FLAG_WORDS,
        "findings": FINDING_WORDS,
        "orders": ORDER_WORDS,
        "levels": forms.LEVEL_WORDS,
        "periods": forms.PERIOD_WORDS,
        "objections": forms.OBJECTION_WORDS,
        "behalf": BEHALF_WORDS,
        "yuan": yuan,
        "acts": [(act.value, RULES[act].words) for act in sheet.acts],
        "looks": fund_sheet.may_look(visit.account),
        "settles": visit.may(Act.FUND_SETTLE),
        "today": visit.house.today(),
        "said": SAID.get(visit.query.get("said", ""), ""),
    }
    return Page("desk_fund_case.html.j2", "fund", values)


def look(visit: Visit) -> Answer:
    """Open what is sealed in a case, once and recorded; a list or a reloaded page never shows it."""
    inside = fund_sheet.look(visit.house, visit.account, visit.path["case"])
    return Page("desk_fund_look.html.j2", "fund", {"inside": inside})


def look_material(visit: Visit) -> Answer:
    """Hand out a material to be seen, once and recorded."""
    material, content = fund_sheet.look_material(visit.house, visit.account, visit.path["case"], visit.path["material"])
    media = material.media.value
    name = f"{MATERIAL_WORDS[material.kind]}.{media}"
    return File(name, content, inline=True)


def look_objection(visit: Visit) -> Answer:
    """Open an objection for whoever settles it, once and recorded."""
    opened = fund_sheet.look_objection(visit.house, visit.account, visit.path["case"], visit.path["objection"])
    return Page("desk_fund_objection.html.j2", "fund", {"opened": opened, "word": visit.path["case"]})


ROUTES = (
    Route("/desk/fund", Act.FUND_READ, board_page),
    Route("/desk/fund/{case}", Act.FUND_READ, case_page),
    Route("/desk/fund/{case}/look", Act.FUND_LOOK, look, "POST"),
    Route("/desk/fund/{case}/material/{material}", Act.FUND_LOOK, look_material, "POST"),
    Route("/desk/fund/{case}/objection/{objection}", Act.FUND_SETTLE, look_objection, "POST"),
)
"""Last among the fund's addresses: `{case}` would catch those of applications and money."""
