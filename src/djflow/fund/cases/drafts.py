"""What forms and people's own pages need of cases: what a draft says, who has filed what."""

from collections.abc import Collection

from sqlalchemy.orm import Session

from djflow.core.ids import BranchId, PersonId
from djflow.fund.cases import store
from djflow.fund.cases.model import Claim, FundCase
from djflow.fund.cases.service import require, sound


def stated(session: Session, case_id: str) -> Claim:
    """Return what a case asks for, opened, so that a change may keep the rest; never to be shown.

    Raises: NotFoundError.
    """
    row = require(session, case_id)
    case, private = store.case_of(row), store.open_private(session, row)
    return Claim(
        applicant=case.applicant,
        category=case.category,
        requested_fen=case.requested_fen,
        filing=case.filing,
        emergency=case.emergency,
        reason=private.reason,
        family=private.family,
        income=private.income,
        income_fen=private.income_fen,
        payee_account=private.payee_account,
        payee_bank=private.payee_bank,
    )


def draft_like(session: Session, claim: Claim) -> FundCase | None:
    """Return the draft that says exactly what a claim says, so that a form sent twice is filed once.

    Raises: InputError and RuleError for what cannot be claimed.
    """
    cleaned, _, account = sound(session, claim)
    return store.draft_like(session, cleaned, account)


def of_person(session: Session, person: PersonId) -> tuple[FundCase, ...]:
    """Return a person's applications, oldest first."""
    return store.others_of(session, person)


def filed_by(session: Session, branches: Collection[BranchId], *, limit: int = 50) -> tuple[FundCase, ...]:
    """Return the newest cases that branches filed for their members."""
    return store.filed_by(session, branches, limit=limit) if branches else ()
