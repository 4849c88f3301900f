"""What others ask of approvals: open a case, decide, complete a step, hand in papers, return, withdraw, hand over.

Every function works in the caller's transaction, locks its case before anything else is written, records the change,
tells whom it concerns through notify and the boxes, and returns an `Outcome`; it never calls back. Call it before
`audit.record` of your own: the record's head is locked last by everybody, so nobody waits in a circle.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from djflow.approvals.model import AddSigner, Answer, CaseId, Line, NewCase, Office, Outcome, TaskId, Transfer, Verdict


def open_case(session: Session, new: NewCase, *, office: Office, by: str, now: datetime) -> Outcome:
    """Open a case under the chain of its kind that is valid today; the same content again is the same case.

    Raises: ConflictError when another case about the subject is open; RuleError when no chain is valid.
    """
    raise NotImplementedError


def decide(session: Session, task_id: TaskId, answer: Answer, *, office: Office, by: str, now: datetime) -> Outcome:
    """Take an approver's decision; role, conflicts, content and state are looked at again.

    Raises: ConflictError saying who decided and when, or that the content has changed; RuleError for somebody who may
    not decide it; NotFoundError.
    """
    raise NotImplementedError


def decide_many(
    session: Session, answers: Sequence[tuple[TaskId, Answer]], *, office: Office, by: str, now: datetime
) -> tuple[Line, ...]:
    """Decide the lines of a list, each by itself; a line that cannot be decided says why and stops no other."""
    raise NotImplementedError


def complete_step(  # noqa: PLR0913 - the case, the step, how it ended, and the office
    session: Session,
    case_id: CaseId,
    step: str,
    *,
    office: Office,
    by: str,
    now: datetime,
    verdict: Verdict = Verdict.APPROVE,
) -> Outcome:
    """Report a step of publicity, payment or follow-up as done; REJECT ends the case (an upheld objection).

    Done before is nothing happened. Raises: ConflictError when the case stands elsewhere; NotFoundError.
    """
    raise NotImplementedError


def supplement(
    session: Session, case_id: CaseId, content_hash: str, *, office: Office, by: str, now: datetime
) -> Outcome:
    """Hand in the papers asked for: the clock runs again where it stopped, about the content as it is now."""
    raise NotImplementedError


def replace_content(  # noqa: PLR0913 - the case, its new content and amount, and the office
    session: Session,
    case_id: CaseId,
    content_hash: str,
    *,
    amount_fen: int,
    office: Office,
    by: str,
    now: datetime,
) -> Outcome:
    """Put a returned or running case before its approvers again, from the first step, in a new round."""
    raise NotImplementedError


def withdraw(session: Session, case_id: CaseId, *, office: Office, by: str, now: datetime) -> Outcome:
    """Take a case back for its applicant, while nothing has been paid."""
    raise NotImplementedError


def pause(session: Session, case_id: CaseId, *, office: Office, by: str, now: datetime) -> Outcome:
    """Stop the clock (an objection is being looked into); nobody can decide meanwhile."""
    raise NotImplementedError


def resume(session: Session, case_id: CaseId, *, office: Office, by: str, now: datetime) -> Outcome:
    """Let the clock run again where it stopped."""
    raise NotImplementedError


def transfer(session: Session, move: Transfer, *, office: Office, by: str, now: datetime) -> Outcome:
    """Hand a task over (转办) to somebody who may decide the step; the deadline stays."""
    raise NotImplementedError


def add_signer(session: Session, move: AddSigner, *, office: Office, by: str, now: datetime) -> Outcome:
    """Ask somebody else to sign before or after oneself (加签)."""
    raise NotImplementedError


def remind(session: Session, case_id: CaseId, *, office: Office, by: str, now: datetime) -> Outcome:
    """Urge whoever has the case (催办); counted, once a day, at most as often as the chain says."""
    raise NotImplementedError


def reassign(session: Session, case_id: CaseId, *, office: Office, by: str, now: datetime) -> Outcome:
    """Look again who may decide the present step: for a blocked case, or when a role has changed hands."""
    raise NotImplementedError
