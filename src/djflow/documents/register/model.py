"""Values of the register: documents, their texts and steps, who countersigns and who acknowledges.

Source: domain handbook, sections 4.2 and 9.3.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NewType

from djflow.calendar.workdays import WorkCalendar
from djflow.core.ids import PersonId, UnitId
from djflow.core.subject import Subject
from djflow.documents.numbering.model import Series
from djflow.documents.official.model import DocumentKind, OfficialDocument

DocumentId = NewType("DocumentId", str)
KIND = "document.document"
"""Kind of the subject that a document is for the record, the boxes, notices and approvals."""


class DocumentState(StrEnum):
    """Where a document is; the last three are ends."""

    DRAFT = "draft"
    PROOFREAD = "proofread"
    COUNTERSIGN = "countersign"
    REVIEW = "review"
    RETURNED = "returned"
    SIGNED = "signed"
    NUMBERED = "numbered"
    TYPESET = "typeset"
    ISSUED = "issued"
    RECEIVED = "received"
    ARCHIVED = "archived"
    DROPPED = "dropped"
    VOID = "void"


STATE_WORDS: Mapping[DocumentState, str] = MappingProxyType(
    {
        DocumentState.DRAFT: "拟稿",
        DocumentState.PROOFREAD: "核稿",
        DocumentState.COUNTERSIGN: "会签",
        DocumentState.REVIEW: "审核签发",
        DocumentState.RETURNED: "退回修改",
        DocumentState.SIGNED: "已签发",
        DocumentState.NUMBERED: "已编号",
        DocumentState.TYPESET: "已排印",
        DocumentState.ISSUED: "已印发",
        DocumentState.RECEIVED: "已签收",
        DocumentState.ARCHIVED: "已归档",
        DocumentState.DROPPED: "不再办理",
        DocumentState.VOID: "已作废",
    }
)


class Act(StrEnum):
    """What is done with a document."""

    SUBMIT = "submit"
    PASS = "pass"  # noqa: S105 - the name of an act
    COUNTERSIGNED = "countersigned"
    SIGN = "sign"
    RETURN = "return"
    REVISE = "revise"
    NUMBER = "number"
    TYPESET = "typeset"
    ISSUE = "issue"
    RECEIVE = "receive"
    ARCHIVE = "archive"
    DROP = "drop"
    VOID = "void"


ACT_WORDS: Mapping[Act, str] = MappingProxyType(
    {
        Act.SUBMIT: "送审",
        Act.PASS: "核稿通过",
        Act.COUNTERSIGNED: "会签完毕",
        Act.SIGN: "签发",
        Act.RETURN: "退回修改",
        Act.REVISE: "修改后重新送审",
        Act.NUMBER: "编号",
        Act.TYPESET: "排印",
        Act.ISSUE: "印发",
        Act.RECEIVE: "签收完毕",
        Act.ARCHIVE: "归档",
        Act.DROP: "停止办理",
        Act.VOID: "作废",
    }
)


class Who(StrEnum):
    """Whose place an act is: the drafter, the department's office, the approval, a unit asked, the program."""

    DRAFTER = "drafter"
    OFFICE = "office"
    APPROVAL = "approval"
    UNIT = "unit"


@dataclass(frozen=True, slots=True)
class Terms:
    """What the office configured: series, workdays to acknowledge, to be reminded and to countersign, the calendar."""

    series: tuple[Series, ...]
    receipt_workdays: int
    remind_workdays: tuple[int, ...]
    countersign_workdays: int
    calendar: WorkCalendar


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A document to be drafted: its series by code, its text, who drafts it, the units asked and told.

    `recipients` acknowledge it when it is issued, `countersigns` agree before it is signed; `origin` is what it came
    from, a circular for instance, and the same origin twice is the same document.
    """

    series: str
    text: OfficialDocument = field(repr=False)
    drafter: PersonId | None = None
    recipients: tuple[UnitId, ...] = ()
    countersigns: tuple[UnitId, ...] = ()
    origin: Subject | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it stands; `file_number` names it before it has its own number, `round` counts submissions.

    `edition` is the text's version: a text that was signed is never changed, a later change is a new edition.
    """

    id: DocumentId
    file_number: str
    series: str
    kind: DocumentKind
    title: str
    state: DocumentState
    since: datetime
    version: int
    edition: int
    round: int
    content_hash: str
    internal: bool
    made_at: datetime
    drafter: PersonId | None = None
    number_id: str = ""
    number: str = ""
    signed_on: date | None = None
    issued_at: datetime | None = None
    origin: Subject | None = None

    @property
    def subject(self) -> Subject:
        """How the record, boxes and approvals name it."""
        return Subject(KIND, self.id)

    @property
    def name(self) -> str:
        """How messages name it: its number, before that the number of its file; never the title."""
        return self.number or f"公文{self.file_number}"


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed a text, when; `principal` when somebody signed for a leader on leave."""

    person: PersonId
    at: datetime
    principal: PersonId | None = None


@dataclass(frozen=True, slots=True)
class Edition:
    """A version of the text; frozen once signed."""

    number: int
    content_hash: str
    written_at: datetime
    by: str
    frozen_at: datetime | None = None
    signature: Signature | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """A step of a document's life."""

    act: Act
    before: DocumentState
    after: DocumentState
    who: Who
    at: datetime
    by: str
    reason: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Countersign:
    """A unit asked to countersign; `agreed` is None until it answers."""

    unit: UnitId
    asked_at: datetime | None = None
    due_on: date | None = None
    answered_at: datetime | None = None
    agreed: bool | None = None
    opinion: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Receipt:
    """A unit that gets a document; `reminded` counts the steps it was reminded at."""

    document: DocumentId
    unit: UnitId
    due_on: date | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: str = ""
    reminded: int = 0


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file of a document as it was typeset."""

    id: str
    edition: int
    name: str
    size: int
    digest: str
    at: datetime
