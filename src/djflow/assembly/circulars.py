"""Circulars of one house: figures gathered and units asked, the draft shown for review, the document sent to be signed.

Each act is one transaction. Nothing here approves a text: signing is the register's, on the approvers' own pages.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from djflow.assembly import documents_signing as signing
from djflow.assembly import ledger_digest
from djflow.assembly.documents_terms import document_terms
from djflow.assembly.filing import LINK_LIFE, link_key
from djflow.assembly.house import House
from djflow.circulars import confirming, handing, service
from djflow.circulars.model import ANSWER_WORDS, STATE_WORDS, Circular, CircularState, Terms, Who
from djflow.circulars.paragraphs import Draft, Part
from djflow.circulars.periods import Period, PeriodKind
from djflow.circulars.sources import gather
from djflow.circulars.text import Letterhead
from djflow.core.clock import civil_datetime
from djflow.core.links import FilePath, link
from djflow.core.spans import Month
from djflow.documents.official.model import OfficialDocument, Table
from djflow.documents.register import service as register
from djflow.documents.register.model import Document, DocumentState

KIND = "circular"
"""How signed links name the files of a circular."""
BUILD_WORKDAY = 3
"""The workday of a month on which the circular of the month before is built. Source: domain handbook, section 6."""
Rows = tuple[Mapping[str, str | int], ...]


@dataclass(frozen=True, slots=True)
class Stage:
    """A circular with its draft: what coordinators read before they answer."""

    circular: Circular
    draft: Draft
    confirmations: Rows

    @property
    def title(self) -> str:
        """How Prefect's pages name it."""
        return f"{self.circular.period.title}情况通报"


def terms_of(house: House) -> Terms:
    """Return the office's rules of circulars with the official calendar."""
    return house.settings.circulars.terms(house.settings.calendar)


def letterhead(house: House, circular_id: str) -> Letterhead:
    """Return who issues a circular, who prints it, and the head of the fund's books at the end of its period."""
    with house.reading() as session:
        last = service.circular(session, circular_id).period.span.last
    department = house.settings.district.department
    return Letterhead((department,), f"{department}办公室", ledger_digest.anchor_line(house, last))


def period_due(house: House) -> Period | None:
    """Return the month before from the third workday of a month on, None earlier."""
    before = Month.of(house.today()).preceding
    third = house.settings.calendar.add_workdays(before.last, BUILD_WORKDAY).date
    return Period(PeriodKind.MONTH, before.year, before.month) if house.today() >= third else None


def build(house: House, kind: str, period: Period, *, by: str) -> Circular:
    """Gather and freeze the figures of a period and ask the units named; the same kind and period is the same circular.

    Raises: what `circulars.service.open_circular` raises: RuleError for a period not over or without data.
    """
    terms, now = terms_of(house), house.now()
    policy = service.policy_of(terms, kind)
    with house.reading() as session:
        gathered = gather(session, period, policy, house.settings.calendar, now)
    with house.transaction() as session:
        new = service.NewCircular(kind, period, gathered)
        found = service.open_circular(session, new, terms=terms, by=by, now=now)
        if found.state is CircularState.COLLECTED:
            found = service.ask(session, found.id, Who.CLOCK, terms=terms, by=by, now=now)
        return found


def stage(house: House, circular_id: str) -> Stage:
    """Return a circular with its draft and what its units answered; raises NotFoundError."""
    with house.reading() as session:
        found = service.circular(session, circular_id)
        draft = handing.draft(session, circular_id, terms=terms_of(house))
        return Stage(found, draft, _confirmations(session, circular_id))


def _confirmations(session: Session, circular_id: str) -> Rows:
    return tuple(
        {
            "单位": one.name,
            "答复": ANSWER_WORDS[one.answered],
            "截止": one.due_on.isoformat(),
            "答复时间": f"{civil_datetime(one.at):%m月%d日 %H:%M}" if one.at else "",
        }
        for one in service.confirmations(session, circular_id)
    )


def markdown(found: Stage) -> str:
    """Return the draft as Markdown, the coordinator's notes first."""
    notes = [f"- {one}" for one in found.draft.notes]
    head = ["**起草说明（不印）**", *notes, ""] if notes else []
    return "\n\n".join(["\n".join(head), f"## {found.draft.title}", *map(_shown, found.draft.parts)]).strip()


def _shown(part: Part) -> str:
    if part.table:
        return f"{part.text}\n\n{_table(part.table)}"
    return f"### {part.text}" if part.level else part.text


def _table(table: Table) -> str:
    head, *rows = [[cell.text for cell in row] for row in table.rows]
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def links(house: House, circular_id: str) -> Mapping[str, str]:
    """Return label → signed address of the draft as it would be printed; they end after a month."""
    until, key = house.now() + LINK_LIFE, link_key(house)
    names = {"可编辑的初稿（.docx）": "初稿.docx", "排印样（PDF）": "初稿.pdf"}
    return {
        label: house.settings.web.address + link(FilePath(KIND, circular_id, name), until, key)
        for label, name in names.items()
    }


def render(house: House, circular_id: str, name: str) -> bytes | None:
    """Return a file behind a signed link, None when there is no such file or the machine cannot set a PDF."""
    from djflow.documents.official.rendering import render as typeset  # noqa: PLC0415 - heavy

    made = typeset(printed(house, circular_id), now=house.now())
    return {"初稿.docx": made.docx, "初稿.pdf": made.pdf}.get(name)


def printed(house: House, circular_id: str) -> OfficialDocument:
    """Return a circular as it would be printed, without number and day; raises NotFoundError."""
    head = letterhead(house, circular_id)
    with house.reading() as session:
        return handing.document(session, circular_id, head, terms=terms_of(house))


def hand_over(house: House, circular_id: str, *, by: str) -> Document:
    """Pass the review: the circular becomes a document of the register and is sent to be signed; twice is once.

    Raises: what `circulars.handing.hand` and `documents_signing.submit` raise.
    """
    terms, documents, head = terms_of(house), document_terms(house), letterhead(house, circular_id)
    with house.transaction() as session:
        made = handing.hand(session, circular_id, head, terms=terms, documents=documents, by=by, now=house.now())
    return signing.submit(house, made.id, by=by) if made.state is DocumentState.DRAFT else made


def send_back(house: House, circular_id: str, reason: str, *, by: str) -> Circular:
    """Return the draft to the office; raises what `circulars.service.send_back` raises."""
    with house.transaction() as session:
        return service.send_back(session, circular_id, reason, by=by, now=house.now())


def drop(house: House, circular_id: str, reason: str, *, by: str) -> Circular:
    """Give a circular up; raises what `circulars.service.drop` raises."""
    with house.transaction() as session:
        return service.drop(session, circular_id, reason, by=by, now=house.now())


@dataclass(frozen=True, slots=True)
class Watched:
    """What a look at the circulars found: those under way, what stands in the way, those that wait for review."""

    rows: Rows
    stuck: Rows
    reminded: int
    waiting: tuple[Circular, ...]


def watch(house: House, *, by: str) -> Watched:
    """Bring every circular on as far as time allows: remind, close, submit, follow its document; twice is once."""
    with house.reading() as session:
        running = service.running(session)
    reminded, stuck = 0, []
    for one in running:
        with house.transaction() as session:
            reminded += len(confirming.remind(session, one.id, now=house.now()))
            hindrance = _advance(session, house, one.id, by=by)
        if hindrance:
            stuck.append({"通报": one.period.title, "原因": hindrance})
        _send_on(house, one.id, by=by)
    with house.reading() as session:
        rows = tuple(_row(session, service.circular(session, one.id), house.today()) for one in running)
        left = service.circulars(session, {CircularState.REVIEW})
    return Watched(rows, tuple(stuck), reminded, left)


def _advance(session: Session, house: House, circular_id: str, *, by: str) -> str:
    """Close what may be closed, submit what is drafted, follow what was handed over; return what hinders."""
    now, found = house.now(), service.circular(session, circular_id)
    if found.state is CircularState.CONFIRMING:
        facts, _ = service.waiting(session, circular_id, today=house.today())
        if facts.waiting or facts.undecided:
            return f"有{facts.undecided}条更正等处理，处理后才能成稿。" if facts.undecided and not facts.waiting else ""
        found = service.close(session, circular_id, Who.CLOCK, by=by, now=now)
    if found.state is CircularState.DRAFTED:
        found = service.submit(session, circular_id, Who.CLOCK, by=by, now=now)
    handing.follow(session, circular_id, by=by, now=now)
    return ""


def _send_on(house: House, circular_id: str, *, by: str) -> None:
    """Send to be signed what a crash left drafted in the register."""
    with house.reading() as session:
        found = service.circular(session, circular_id)
        left = (
            found.state is CircularState.HANDED
            and register.document(session, found.document_id).state is DocumentState.DRAFT
        )
    if left:
        signing.submit(house, found.document_id, by=by)


def _row(session: Session, found: Circular, today: date) -> Mapping[str, str | int]:
    facts, _ = service.waiting(session, found.id, today=today)
    name = register.document(session, found.document_id).name if found.document_id else ""
    return {
        "通报": found.period.title,
        "状态": STATE_WORDS[found.state],
        "未答复（单位）": facts.waiting,
        "待处理更正": facts.undecided,
        "公文": name,
    }
