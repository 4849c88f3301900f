"""Forms of official documents at the desk: a draft in words, the ledger of numbers with those used on paper."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from djflow.accounts.model import Act as Right
from djflow.assembly import documents_acts as acts
from djflow.assembly.documents_scope import document_for
from djflow.assembly.documents_terms import document_terms
from djflow.core.errors import ConflictError, InputError, NotFoundError, RuleError
from djflow.core.ids import UnitId
from djflow.documents.numbering import service as numbering
from djflow.documents.numbering.model import PAPER, USE_WORDS
from djflow.documents.official.model import KIND_LABELS, DocumentKind, OfficialDocument
from djflow.documents.official.rules import URGENCIES
from djflow.documents.register import service as register
from djflow.documents.register.model import KIND, Document, NewDocument
from djflow.documents.register.wording import words_of, written
from djflow.people import service as people
from djflow.people.model import Unit, UnitKind
from djflow.web.desk.documents import ROOT, common
from djflow.web.desk.frame import Answer, Go, Page, Route, Visit

KINDS = tuple(kind for kind in DocumentKind if kind is not DocumentKind.SHEET)
_TO_MEND = (InputError, RuleError, ConflictError, NotFoundError)
_EMPTY = """标题：关于……的通知
主送：各镇（乡）党委，区级有关部门

现将有关事项通知如下。
一、

"""
_UPWARD = ("待签发",)
GROUPS: Mapping[str, tuple[str, frozenset[UnitKind]]] = MappingProxyType(
    {
        "towns": ("全部镇（街道）", frozenset({UnitKind.TOWNSHIP, UnitKind.SUBDISTRICT})),
        "departments": ("全部区级部门", frozenset({UnitKind.DISTRICT_UNIT})),
    }
)
"""Units that a tick adds together."""
_BLANK: Mapping[str, object] = {
    **dict.fromkeys(("kind", "series", "urgency"), ""),
    **dict.fromkeys(("internal", "public", "upward"), False),
    **dict.fromkeys(("recipients", "countersigns"), frozenset[str]()),
}


def new_page(visit: Visit) -> Answer:
    """Show an empty draft."""
    return _form(visit, None, {"words": _EMPTY})


def edit_page(visit: Visit) -> Answer:
    """Show a draft for changing."""
    with visit.house.reading() as session:
        found = document_for(session, visit.account, visit.path["document"], Right.DOCUMENT_DRAFT)
        text = register.text(session, found.id)
        gets, asked = register.units_of(session, found.id)
    values = {
        "words": words_of(text),
        "kind": text.kind.value,
        "series": found.series,
        "urgency": text.urgency,
        "internal": text.internal,
        "public": text.public,
        "upward": bool(text.signers),
        "recipients": set(gets),
        "countersigns": set(asked),
    }
    return _form(visit, found, values)


def save(visit: Visit) -> Answer:
    """Keep a new draft, or a changed one; a classified text is kept nowhere, the form neither."""
    word = visit.path.get("document", "")
    found = None
    if word:
        with visit.house.reading() as session:
            found = document_for(session, visit.account, word, Right.DOCUMENT_DRAFT)
    try:
        new = _read(visit, found)
        if found is None:
            kept = acts.draft(visit.house, new, by=visit.by)
        else:
            kept = acts.amend(visit.house, found.id, new, by=visit.by)
    except _TO_MEND as error:
        typed = {**_typed(visit), "words": ""} if error.code == "document.classified" else _typed(visit)
        return _form(visit, found, typed, error.message)
    return Go(f"{ROOT}/{kept.id}?said=draft")


def _typed(visit: Visit) -> Mapping[str, object]:
    form = visit.form
    return {
        "words": form.raw("words"),
        "kind": form.one("kind"),
        "series": form.one("series"),
        "urgency": form.one("urgency"),
        "internal": bool(form.one("internal")),
        "public": bool(form.one("public")),
        "upward": bool(form.one("upward")),
        "recipients": _recipients(visit),
        "countersigns": set(form.every("countersign")),
    }


def _read(visit: Visit, found: Document | None) -> NewDocument:
    form, district = visit.form, visit.house.settings.district
    if form.one("kind") not in set(KINDS):
        raise InputError("请选文种。", code="document.kind")
    base = OfficialDocument(DocumentKind(form.one("kind")), (district.department,), "", ())
    if found is not None:
        with visit.house.reading() as session:
            base = register.text(session, found.id)
    base = replace(
        base,
        kind=DocumentKind(form.one("kind")),
        urgency=form.one("urgency"),
        internal=bool(form.one("internal")),
        public=bool(form.one("public")),
        signers=_UPWARD if form.one("upward") else (),
        print_office=base.print_office or f"{district.department}办公室",
    )
    return NewDocument(
        form.one("series"),
        written(base, form.raw("words")),
        found.drafter if found is not None else visit.account.person,
        tuple(sorted(_recipients(visit))),
        tuple(UnitId(one) for one in form.every("countersign")),
        found.origin if found is not None else None,
    )


def _recipients(visit: Visit) -> set[UnitId]:
    """Return the units ticked one by one and those of the groups ticked."""
    kinds = {kind for word in visit.form.every("group") if word in GROUPS for kind in GROUPS[word][1]}
    return {UnitId(one) for one in visit.form.every("recipient")} | {
        unit.id for unit in _units(visit) if unit.entry.kind in kinds
    }


def _units(visit: Visit) -> tuple[Unit, ...]:
    with visit.house.reading() as session:
        return tuple(unit for unit in people.units(session) if unit.entry.active)


def _form(visit: Visit, found: Document | None, typed: Mapping[str, object], message: str = "") -> Page:
    values = {
        "document": found,
        "families": document_terms(visit.house).series,
        "labels": [(kind.value, KIND_LABELS[kind]) for kind in KINDS],
        "urgencies": [one for one in URGENCIES if one],
        "units": [(unit.id, unit.name) for unit in _units(visit)],
        "groups": {word: name for word, (name, _) in GROUPS.items()},
        "typed": {**_BLANK, **typed},
        "message": message,
        **common(visit),
    }
    return Page("desk_document_form.html.j2", "documents", values, 400 if message else 200)


def ledger_page(visit: Visit) -> Answer:
    """Show every number of a series and year."""
    return _ledger(visit)


def _ledger(visit: Visit, message: str = "") -> Page:
    families = document_terms(visit.house).series
    word = visit.query.get("series", "") or visit.form.one("series")
    chosen = next((one for one in families if one.code == word), families[0])
    with visit.house.reading() as session:
        years = sorted({visit.house.today().year, *numbering.years(session)}, reverse=True)
        year = next((one for one in years if str(one) == visit.query.get("year", "")), visit.house.today().year)
        values = {
            "numbers": numbering.ledger(session, chosen.code, year),
            "upcoming": numbering.upcoming(session, chosen, year),
            "families": families,
            "chosen": chosen,
            "years": years,
            "year": year,
            "uses": USE_WORDS,
            "document_kind": KIND,
            "paper_kind": PAPER,
            "office": visit.may(Right.DOCUMENT_OFFICE),
            "typed": visit.form.one("through"),
            "message": message,
            **common(visit),
        }
    return Page("desk_document_numbers.html.j2", "documents", values, 400 if message else 200)


def adopt(visit: Visit) -> Answer:
    """Enter the numbers used on paper."""
    series, through = visit.form.one("series"), visit.form.one("through")
    try:
        if not (through.isascii() and through.isdigit() and len(through) <= 6):
            raise InputError("请填最后一个号的数字，如 46。", code="number.seq")
        acts.adopt(visit.house, series, visit.house.today().year, int(through), by=visit.by)
    except _TO_MEND as error:
        return _ledger(visit, error.message)
    return Go(f"{ROOT}/numbers?series={series}&said=done")


ROUTES = (
    Route(f"{ROOT}/new", Right.DOCUMENT_DRAFT, new_page),
    Route(f"{ROOT}/new", Right.DOCUMENT_DRAFT, save, "POST", files=True),
    Route(f"{ROOT}/numbers", Right.DOCUMENT_DRAFT, ledger_page),
    Route(f"{ROOT}/numbers", Right.DOCUMENT_OFFICE, adopt, "POST"),
    Route(f"{ROOT}/{{document}}/edit", Right.DOCUMENT_DRAFT, edit_page),
    Route(f"{ROOT}/{{document}}/edit", Right.DOCUMENT_DRAFT, save, "POST", files=True),
)
