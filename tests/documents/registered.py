"""A small office with documents: two departments, a township, whoever answers for them, a text to issue."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from djflow.accounts import service as accounts
from djflow.accounts.model import NewAccount, Role
from djflow.calendar.workdays import WorkCalendar
from djflow.core.ids import PersonId, UnitId
from djflow.documents.numbering.model import Series
from djflow.documents.official.model import DocumentKind, OfficialDocument, Paragraph
from djflow.documents.register import service
from djflow.documents.register.model import Act, Document, NewDocument, Signature, Terms, Who
from djflow.people import service as people
from tests.roster.district import settle

BY = "account:clerk"
NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
NOTICES = (DocumentKind.NOTICE, DocumentKind.CIRCULAR)
FA = Series("fa", "某组发", "部发文", NOTICES, "document.issue")
TONG = Series("tong", "某组通", "通知", NOTICES, "document.routine")
TERMS = Terms((FA, TONG), 3, (3, 5), 3, WorkCalendar({}))
TEXT = OfficialDocument(
    kind=DocumentKind.NOTICE,
    issuers=("中共某区委组织部",),
    title="关于报送基层党建工作情况的通知",
    body=(Paragraph("现将有关事项通知如下。"), Paragraph("一、报送内容", 1), Paragraph("请于12月5日前报送。")),
    recipients=("各镇（乡）党委", "区级有关部门"),
    print_office="中共某区委组织部办公室",
)


@dataclass(frozen=True, slots=True)
class Office:
    """Units and people by code."""

    units: dict[str, UnitId]
    ids: dict[str, PersonId]

    def new(self, **changes: object) -> NewDocument:
        """Return a notice to the personnel bureau and the township, drafted by B02."""
        usual = NewDocument("fa", TEXT, self.ids["B02"], (self.units["HR"], self.units["T1"]))
        return replace(usual, **changes)  # type: ignore[arg-type] # the names of its own fields


def office(session: Session) -> Office:
    """Settle the district with a liaison of the bureau and a clerk of the township."""
    ids = settle(session, NOW)
    for login, role, code in (("hr-a04", Role.UNIT_LIAISON, "A04"), ("town-c02", Role.TOWN_CLERK, "C02")):
        accounts.create(session, NewAccount(login, frozenset({role}), code), "x" * 40, by=BY, now=NOW)
    return Office({unit.code: unit.id for unit in people.units(session)}, ids)


def signed(session: Session, new: NewDocument, signer: PersonId, principal: PersonId | None = None) -> Document:
    """Draft a document and bring it to its signature."""
    found = service.draft(session, new, terms=TERMS, by=BY, now=NOW)
    return signed_again(session, found, signer, principal)


def signed_again(session: Session, found: Document, signer: PersonId, principal: PersonId | None = None) -> Document:
    """Bring a draft to its signature."""
    service.submit(session, found.id, by=BY, now=NOW)
    service.move(session, found.id, Act.PASS, Who.APPROVAL, by=BY, now=NOW)
    service.move(session, found.id, Act.COUNTERSIGNED, Who.APPROVAL, by=BY, now=NOW)
    return service.sign(session, found.id, Signature(signer, NOW, principal), found.content_hash, by=BY, now=NOW)


def typeset(session: Session, found: Document, now: datetime = NOW) -> Document:
    """Number a signed document and keep files of it."""
    service.number(session, found.id, terms=TERMS, by=BY, now=now)
    printed = service.to_print(session, found.id, printed_on=now.date())
    return service.typeset(session, found.id, printed, {"文件.docx": b"docx"}, by=BY, now=now)


def issued(session: Session, new: NewDocument, signer: PersonId) -> Document:
    """Bring a document to its units."""
    found = typeset(session, signed(session, new, signer))
    return service.issue(session, found.id, terms=TERMS, by=BY, now=NOW)
