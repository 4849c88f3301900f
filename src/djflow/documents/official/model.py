"""An official document as it is written, before anything says where it stands on paper.

Source: GB/T 9704-2012 as read in the domain handbook, sections 4.2 to 4.5.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType


class DocumentKind(StrEnum):
    """What is issued; minutes and letters have forms of their own, a sheet is a printed form without head and seal."""

    NOTICE = "notice"
    CIRCULAR = "circular"
    MINUTES = "minutes"
    LETTER = "letter"
    SHEET = "sheet"


KIND_LABELS: Mapping[DocumentKind, str] = MappingProxyType(
    {
        DocumentKind.NOTICE: "通知",
        DocumentKind.CIRCULAR: "通报",
        DocumentKind.MINUTES: "纪要",
        DocumentKind.LETTER: "函",
        DocumentKind.SHEET: "表格",
    }
)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of the text; levels 1 to 4 are counted 一、（一）1.（1）, level 0 is plain.

    A text that already begins with the number of its level keeps it, any other is given the next one.
    """

    text: str
    level: int = 0


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell over `span` columns; `label` sets it bold and centred, `lines` is the room to leave in lines."""

    text: str
    span: int = 1
    label: bool = False
    lines: int = 1


@dataclass(frozen=True, slots=True)
class Table:
    """A table of cells whose spans fill each row; the first `heads` rows are repeated on every page.

    `widths` are the shares of the columns, one for each.
    """

    rows: tuple[tuple[Cell, ...], ...]
    widths: tuple[int, ...]
    heads: int = 0
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture across the text area, in attachments only; `png` is the file in base64."""

    png: str
    caption: str = ""


Block = Paragraph | Table | Picture


@dataclass(frozen=True, slots=True)
class Attachment:
    """An attachment; without a body it is only named in the note, because it is added by hand."""

    title: str
    body: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Roll:
    """Who was at a meeting, is excused, sat in: a word such as 出席 and the names."""

    word: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OfficialDocument:
    """A whole document; several issuers issue it together, the first leads.

    `title` is broken by meaning unless it holds line breaks of its own. `red_head` replaces the mark; an empty one
    leaves the room for paper whose head is printed already. `signers` make it a document to a higher office.
    `sealed` leaves the seal's room. `internal` forbids publication, `public` prints that it is published.
    """

    kind: DocumentKind
    issuers: tuple[str, ...]
    title: str
    body: tuple[Block, ...]
    number: str = ""
    recipients: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    signed_on: date | None = None
    cc: tuple[str, ...] = ()
    print_office: str = ""
    printed_on: date | None = None
    urgency: str = ""
    copy_number: str = ""
    signers: tuple[str, ...] = ()
    red_head: str | None = None
    annotation: str = ""
    rolls: tuple[Roll, ...] = ()
    sealed: bool = True
    internal: bool = False
    public: bool = False
