"""Official documents at the desk: the list, one document with its life, what is done with it, its files."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from djflow.accounts.model import Act as Right
from djflow.assembly import documents_acts as acts
from djflow.assembly import documents_desk as desk
from djflow.assembly import documents_signing as signing
from djflow.assembly.documents_scope import document_for
from djflow.core.errors import ConflictError, InputError, RuleError
from djflow.documents.official.model import KIND_LABELS
from djflow.documents.register.model import ACT_WORDS, STATE_WORDS, Act, Document, DocumentState, Who
from djflow.documents.register.rules import BANNER
from djflow.documents.register.sharing import service as sharing
from djflow.documents.register.sharing.store import Said
from djflow.documents.register.transitions import BEFORE_SIGNING, NEEDS_REASON, WRITABLE
from djflow.web.desk.frame import Answer, File, Go, Page, Route, Visit

ROOT = "/desk/documents"
GROUPS: Mapping[str, tuple[str, frozenset[DocumentState] | None]] = MappingProxyType(
    {
        "": ("全部", None),
        "writing": ("拟稿和退回", WRITABLE),
        "approval": ("送审途中", BEFORE_SIGNING),
        "office": (
            "待编号印发",
            frozenset({DocumentState.SIGNED, DocumentState.NUMBERED, DocumentState.TYPESET}),
        ),
        "out": ("已印发", frozenset({DocumentState.ISSUED, DocumentState.RECEIVED})),
        "archive": ("归档目录", frozenset({DocumentState.ARCHIVED})),
        "ended": ("作废和停办", frozenset({DocumentState.VOID, DocumentState.DROPPED})),
    }
)
"""The parts of the list, by the word in the address."""
_SAID = MappingProxyType(
    {
        "draft": "草稿已保存。",
        "done": "已办理，有关同志会收到通知。",
        "no_pdf": "已排印 .docx；这台机器没有排 PDF 的字体，请管理员运行 djflow doctor 查看。",
    }
)
_TO_MEND = (InputError, RuleError, ConflictError)


def list_page(visit: Visit) -> Answer:
    """Show the department's documents, or those shared with the unit."""
    group = visit.query.get("group", "")
    group = group if group in GROUPS else ""
    values = {
        "found": desk.lists(visit.house, visit.account, GROUPS[group][1]),
        "group": group,
        "groups": {key: words for key, (words, _) in GROUPS.items()},
        "drafts": visit.may(Right.DOCUMENT_DRAFT),
        **common(visit),
    }
    return Page("desk_documents.html.j2", "documents", values)


def common(visit: Visit) -> Mapping[str, object]:
    """Return what every page about documents shows, the banner first."""
    return {
        "banner": BANNER,
        "states": STATE_WORDS,
        "kinds": KIND_LABELS,
        "root": ROOT,
        "today": visit.house.today(),
        "said": _SAID.get(visit.query.get("said", ""), ""),
    }


def document_page(visit: Visit) -> Answer:
    """Show one document."""
    return _page(visit)


def _page(visit: Visit, message: str = "") -> Page:
    sheet = desk.sheet(visit.house, visit.account, visit.path["document"])
    values = {
        "sheet": sheet,
        "document": sheet.document,
        "life": desk.LIFE,
        "acts": ACT_WORDS,
        "needs_reason": NEEDS_REASON,
        "typed": visit.form.raw("reason") or visit.form.raw("opinion"),
        "message": message,
        **common(visit),
    }
    return Page("desk_document.html.j2", "documents", values, 400 if message else 200)


def _did(right: Right, made: Callable[[Visit, Document], str]) -> Callable[[Visit], Answer]:
    """Return the handler that does something with a document, or shows its page with what is wrong."""

    def handler(visit: Visit) -> Answer:
        with visit.house.reading() as session:
            found = document_for(session, visit.account, visit.path["document"], right)
        try:
            said = made(visit, found)
        except _TO_MEND as error:
            return _page(visit, error.message)
        return Go(f"{ROOT}/{found.id}?said={said}")

    return handler


def _submit(visit: Visit, found: Document) -> str:
    signing.submit(visit.house, found.id, by=visit.by)
    return "done"


def _take_back(visit: Visit, found: Document) -> str:
    signing.take_back(visit.house, found.id, by=visit.by)
    return "done"


def _office(visit: Visit, found: Document) -> str:
    word = visit.form.one("act")
    act = next((one for one in desk.OFFICE_ACTS if one.value == word), None)
    reason, house, by = visit.form.one("reason"), visit.house, visit.by
    match act:
        case Act.NUMBER:
            acts.number(house, found.id, by=by)
        case Act.TYPESET:
            return "no_pdf" if acts.typeset(house, found.id, by=by).problem else "done"
        case Act.ISSUE:
            acts.issue(house, found.id, by=by)
        case Act.REVISE:
            acts.revise(house, found.id, reason, by=by)
        case Act.ARCHIVE:
            acts.archive(house, found.id, by=by)
        case Act.DROP:
            acts.drop(house, found.id, reason, Who.OFFICE, by=by)
        case Act.VOID:
            acts.void(house, found.id, reason, by=by)
        case _:
            raise InputError("没有这个办法：请从页面上的按钮办理。", code="document.act")
    return "done"


def _acknowledge(visit: Visit, found: Document) -> str:
    with visit.house.reading() as session:
        unit = desk.own_unit(session, visit.account)
    acts.acknowledge(visit.house, found.id, unit, by=visit.by)
    return "done"


def _countersign(visit: Visit, found: Document) -> str:
    with visit.house.reading() as session:
        unit = desk.own_unit(session, visit.account)
    said = visit.form.one("agreed")
    if said not in {"yes", "no"}:
        raise InputError("请选同意或不同意。", code="document.agreed")
    answered = Said(unit, said == "yes", visit.form.raw("opinion").strip())
    signing.countersign(visit.house, found.id, answered, by=visit.by)
    return "done"


def preview(visit: Visit) -> Answer:
    """Show how the present text will look."""
    with visit.house.reading() as session:
        found = document_for(session, visit.account, visit.path["document"])
    made = acts.preview(visit.house, found.id)
    return File(made.name, made.content, inline=made.name.endswith(".pdf"))


def take_file(visit: Visit) -> Answer:
    """Hand out a file; that it was taken is recorded."""
    sheet = desk.sheet(visit.house, visit.account, visit.path["document"])
    wanted = visit.path["file"]
    known = wanted if wanted in {one.id for one in sheet.files} else ""
    with visit.house.transaction() as session:
        kept, content = sharing.take_file(session, sheet.document.id, known, by=visit.by, now=visit.house.now())
    return File(kept.name, content)


_ONE = f"{ROOT}/{{document}}"
ROUTES = (
    Route(ROOT, Right.DOCUMENT_READ, list_page),
    Route(_ONE, Right.DOCUMENT_READ, document_page),
    Route(f"{_ONE}/preview", Right.DOCUMENT_READ, preview),
    Route(f"{_ONE}/file/{{file}}", Right.DOCUMENT_READ, take_file, "POST"),
    Route(f"{_ONE}/submit", Right.DOCUMENT_DRAFT, _did(Right.DOCUMENT_DRAFT, _submit), "POST"),
    Route(f"{_ONE}/take-back", Right.DOCUMENT_DRAFT, _did(Right.DOCUMENT_DRAFT, _take_back), "POST"),
    Route(f"{_ONE}/act", Right.DOCUMENT_OFFICE, _did(Right.DOCUMENT_OFFICE, _office), "POST"),
    Route(f"{_ONE}/acknowledge", Right.DOCUMENT_UNIT, _did(Right.DOCUMENT_UNIT, _acknowledge), "POST"),
    Route(f"{_ONE}/countersign", Right.DOCUMENT_UNIT, _did(Right.DOCUMENT_UNIT, _countersign), "POST"),
)
