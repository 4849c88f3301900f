"""Whose documents an account sees: the department all, a unit those it countersigns and those issued to it.

What is not in one's scope does not exist for one. Drafts are the department's own.
"""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from djflow.accounts import service as accounts
from djflow.accounts.model import Account, Act, Role
from djflow.accounts.rules import PERMISSIONS
from djflow.core.errors import NotFoundError
from djflow.core.ids import UnitId
from djflow.documents.register import service as register
from djflow.documents.register.model import Document
from djflow.documents.register.sharing import service as sharing

WHOLE = frozenset({Role.OFFICE_CLERK, Role.CADRE_CLERK, Role.DEPT_DEPUTY, Role.DEPT_MINISTER, Role.AUDITOR_READONLY})
"""Roles of the department, which see every document."""
NOT_YOURS = "没有这份公文，或它没有发给您的单位：请从列表里重新打开。"


@dataclass(frozen=True, slots=True)
class Scope:
    """All documents, or those shared with `unit`."""

    whole: bool = False
    unit: UnitId | None = None


def scope_of(session: Session, account: Account, act: Act = Act.DOCUMENT_READ) -> Scope:
    """Return the documents about which an account may do an act, by those of its roles that allow it."""
    roles = account.roles & PERMISSIONS[act]
    unit = accounts.unit_of(session, account) if roles - WHOLE else None
    return Scope(bool(roles & WHOLE), unit)


def document_for(session: Session, account: Account, document_id: str, act: Act = Act.DOCUMENT_READ) -> Document:
    """Return a document about which an account may do an act.

    Raises: NotFoundError for one of others as for one that does not exist.
    """
    try:
        found = register.document(session, document_id)
    except NotFoundError as error:
        raise NotFoundError(NOT_YOURS, code="document.unknown") from error
    scope = scope_of(session, account, act)
    if not scope.whole and not shared_with(session, found, scope.unit):
        raise NotFoundError(NOT_YOURS, code="document.unknown")
    return found


def shared_with(session: Session, found: Document, unit: UnitId | None) -> bool:
    """Return whether a unit has a document: it was issued to it, or it was asked to countersign."""
    if unit is None:
        return False
    gets = sharing.is_out(found) and any(one.unit == unit for one in sharing.receipts(session, found.id))
    return gets or any(one.unit == unit and one.asked_at for one in sharing.countersigns(session, found.id))
