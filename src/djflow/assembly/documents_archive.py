"""The archive list of a year's documents, for the desk, the command line and as an Excel file.

It lists what was archived; voided numbers stand there with what became of them; what is not archived yet is counted.
"""

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from djflow.assembly.house import House
from djflow.audit import service as audit
from djflow.audit.model import Details
from djflow.core.clock import civil_date
from djflow.core.subject import Subject
from djflow.documents.numbering import service as numbering
from djflow.documents.official.model import KIND_LABELS
from djflow.documents.register import service as register
from djflow.documents.register.model import STATE_WORDS, Document, DocumentState, KeptFile
from djflow.documents.register.sharing import service as sharing
from djflow.fund.payment.sheets import Page, Value, workbook

KIND = "document.archive"
_LISTED = frozenset({DocumentState.ARCHIVED, DocumentState.VOID})
_COLUMNS = (
    *(("序号", 6.0), ("发文字号", 20.0), ("标题", 40.0), ("文种", 7.0), ("标注", 7.0), ("签发人", 16.0)),
    *(("成文日期", 12.0), ("印发日期", 12.0), ("主送", 28.0), ("抄送", 20.0), ("签收", 10.0)),
    *(("状态", 9.0), ("归档日期", 12.0), ("文件", 30.0), ("SHA-256", 68.0)),
)


@dataclass(frozen=True, slots=True)
class Line:
    """A document on the list; `received` of `sent` units have acknowledged it, `files` are those of its last text."""

    document: Document
    seq: int
    signer: str = field(repr=False)
    recipients: tuple[str, ...]
    cc: tuple[str, ...]
    sent: int
    received: int
    files: tuple[KeptFile, ...]

    @property
    def issued_on(self) -> date | None:
        """The day it went out."""
        return civil_date(self.document.issued_at) if self.document.issued_at else None

    @property
    def archived_on(self) -> date | None:
        """The day it was put away; none for a voided one."""
        return civil_date(self.document.since) if self.document.state is DocumentState.ARCHIVED else None


@dataclass(frozen=True, slots=True)
class Archive:
    """The list of a year; `waiting` are documents that went out and are not archived yet."""

    year: int
    lines: tuple[Line, ...]
    waiting: int

    @property
    def archived(self) -> int:
        """How many documents were put away."""
        return sum(one.document.state is DocumentState.ARCHIVED for one in self.lines)


def archive_list(house: House, year: int) -> Archive:
    """Return the archive list of a year, by series and number."""
    with house.reading() as session:
        found = register.numbered(session, year)
        lines = [_line(session, one) for one in found if one.state in _LISTED]
    lines.sort(key=lambda one: (one.document.series, one.seq))
    waiting = sum(one.state in {DocumentState.ISSUED, DocumentState.RECEIVED} for one in found)
    return Archive(year, tuple(lines), waiting)


def _line(session: Session, found: Document) -> Line:
    text = register.text(session, found.id)
    number = numbering.number(session, found.number_id)
    receipts = sharing.receipts(session, found.id)
    return Line(
        document=found,
        seq=number.seq,
        signer=register.signer_of(session, register.editions(session, found.id)[-1]),
        recipients=text.recipients,
        cc=text.cc,
        sent=len(receipts),
        received=sum(one.acknowledged_at is not None for one in receipts),
        files=tuple(one for one in sharing.files(session, found.id) if one.edition == found.edition),
    )


def archive_file(house: House, year: int, *, by: str) -> bytes:
    """Return the archive list as an Excel file; who took it out is recorded."""
    found = archive_list(house, year)
    with house.transaction() as session:
        details: Details = {"year": year, "rows": len(found.lines)}
        audit.record(
            session, Subject(KIND, str(year)), "document.archive_export", by=by, now=house.now(), details=details
        )
    rows = [_row(at, one) for at, one in enumerate(found.lines, 1)]
    title = f"{house.settings.district.department}{year}年公文归档目录"
    return workbook([Page("归档目录", title, words(found), _COLUMNS, rows)])


def words(found: Archive) -> str:
    """Return how much of a year's documents is archived, in a sentence."""
    void = len(found.lines) - found.archived
    waiting = f"另有{found.waiting}份已印发，还没有归档。" if found.waiting else ""
    return f"{found.year}年归档{found.archived}份，作废{void}份。{waiting}"


def _row(at: int, one: Line) -> tuple[Value, ...]:
    found = one.document
    return (
        *(at, found.number, found.title, KIND_LABELS[found.kind], "内部" if found.internal else "", one.signer),
        *(_day(found.signed_on), _day(one.issued_on), "，".join(one.recipients), "，".join(one.cc)),
        *(f"{one.received}/{one.sent}", STATE_WORDS[found.state], _day(one.archived_on)),
        *("\n".join(kept.name for kept in one.files), "\n".join(kept.digest for kept in one.files)),
    )


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
