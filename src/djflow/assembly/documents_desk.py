"""What the desk shows of documents: the list, one document with its life, what somebody may do with it now."""

from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from djflow.accounts.model import Account
from djflow.accounts.model import Act as Right
from djflow.accounts.rules import may
from djflow.approvals import service as approvals
from djflow.assembly.documents_scope import document_for, scope_of
from djflow.assembly.documents_text import told
from djflow.assembly.house import House
from djflow.core.errors import RuleError
from djflow.core.ids import UnitId
from djflow.documents.register import service as register
from djflow.documents.register.model import (
    Act,
    Countersign,
    Document,
    DocumentState,
    Edition,
    KeptFile,
    Move,
    Receipt,
)
from djflow.documents.register.sharing import service as sharing
from djflow.documents.register.transitions import BEFORE_SIGNING, BY_STATE_AND_ACT, WRITABLE
from djflow.people import service as people

OFFICE_ACTS = (Act.NUMBER, Act.TYPESET, Act.ISSUE, Act.REVISE, Act.ARCHIVE, Act.DROP, Act.VOID)
LIFE = (
    *(DocumentState.DRAFT, DocumentState.PROOFREAD, DocumentState.COUNTERSIGN, DocumentState.REVIEW),
    *(DocumentState.SIGNED, DocumentState.NUMBERED, DocumentState.TYPESET, DocumentState.ISSUED),
    *(DocumentState.RECEIVED, DocumentState.ARCHIVED),
)
"""The usual way of a document, for showing how far it is."""


@dataclass(frozen=True, slots=True)
class Shared:
    """A document as a unit sees it in its list."""

    document: Document
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Lists:
    """What an account sees: all documents of the department, or those shared with the unit."""

    whole: bool
    documents: tuple[Document, ...] = ()
    shared: tuple[Shared, ...] = ()
    asked: tuple[Document, ...] = ()


@dataclass(frozen=True, slots=True)
class Can:
    """What somebody may do with a document now."""

    edits: bool
    submits: bool
    takes_back: bool
    office: tuple[Act, ...]
    acknowledges: bool
    countersigns: bool
    whole: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """One document with everything its page shows; `signers` are in the order of the editions."""

    document: Document
    lines: tuple[str, ...] = field(repr=False)
    moves: tuple[Move, ...]
    editions: tuple[Edition, ...]
    signers: tuple[str, ...]
    receipts: tuple[Receipt, ...]
    countersigns: tuple[Countersign, ...]
    files: tuple[KeptFile, ...]
    units: dict[UnitId, str]
    drafter: str
    case_id: str
    can: Can


def lists(house: House, account: Account, states: Collection[DocumentState] | None = None) -> Lists:
    """Return the documents an account sees, the newest first."""
    with house.reading() as session:
        scope = scope_of(session, account)
        if scope.whole:
            return Lists(True, register.documents(session, states))
        if scope.unit is None:
            return Lists(False)
        got = tuple(Shared(document, receipt) for document, receipt in sharing.of_units(session, [scope.unit]))
        return Lists(False, shared=got, asked=sharing.asked_of(session, [scope.unit]))


def sheet(house: House, account: Account, document_id: str) -> Sheet:
    """Return one document as an account may see it; raises NotFoundError for what is not shared with it."""
    with house.reading() as session:
        found = document_for(session, account, document_id)
        editions = register.editions(session, found.id)
        receipts, asked = sharing.receipts(session, found.id), sharing.countersigns(session, found.id)
        can = _can(session, account, found, receipts, asked)
        cards = people.people_by_ids(session, [found.drafter] if found.drafter else [])
        case = next(iter(approvals.cases_about(session, found.subject)), None)
        own = scope_of(session, account).unit
        return Sheet(
            document=found,
            lines=told(session, found.id),
            moves=register.moves(session, found.id) if can.whole else (),
            editions=editions,
            signers=tuple(register.signer_of(session, one) for one in editions),
            receipts=receipts if can.whole else tuple(one for one in receipts if one.unit == own),
            countersigns=asked if can.whole else tuple(one for one in asked if one.unit == own),
            files=tuple(one for one in sharing.files(session, found.id) if can.whole or _newest(found, one)),
            units={unit.id: unit.name for unit in people.units(session)},
            drafter=cards[found.drafter].name if found.drafter else "",
            case_id=case.id if case and can.whole else "",
            can=can,
        )


def _newest(found: Document, kept: KeptFile) -> bool:
    return sharing.is_out(found) and kept.edition == found.edition


def _can(
    session: Session,
    account: Account,
    found: Document,
    receipts: Collection[Receipt],
    asked: Collection[Countersign],
) -> Can:
    drafts, office = may(account.roles, Right.DOCUMENT_DRAFT), may(account.roles, Right.DOCUMENT_OFFICE)
    waits = any(one.acknowledged_at is None for one in receipts)
    unit = scope_of(session, account, Right.DOCUMENT_UNIT).unit if may(account.roles, Right.DOCUMENT_UNIT) else None
    return Can(
        edits=drafts and found.state in WRITABLE,
        submits=drafts and found.state in WRITABLE,
        takes_back=drafts and found.state in BEFORE_SIGNING,
        office=tuple(act for act in OFFICE_ACTS if office and _possible(found, act, waits=waits)),
        acknowledges=found.state is DocumentState.ISSUED
        and any(one.unit == unit and one.acknowledged_at is None for one in receipts),
        countersigns=found.state is DocumentState.COUNTERSIGN
        and any(one.unit == unit and one.answered_at is None for one in asked),
        whole=scope_of(session, account).whole,
    )


def _possible(found: Document, act: Act, *, waits: bool) -> bool:
    if (found.state, act) not in BY_STATE_AND_ACT or (waits and act is Act.ARCHIVE):
        return False
    return bool(found.number) == (act is Act.VOID) if act in {Act.DROP, Act.VOID} else True


def own_unit(session: Session, account: Account) -> UnitId:
    """Return the unit an account answers for about documents.

    Raises: RuleError when it answers for none.
    """
    unit = scope_of(session, account, Right.DOCUMENT_UNIT).unit
    if unit is None:
        raise RuleError("您的账号没有对应单位，不能签收或会签：请安全管理员设上单位。", code="document.no_unit")
    return unit
