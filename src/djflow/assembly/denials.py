"""Reports of 不是我 at the office's desk: what was decided in whose name, and what the office finds."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from djflow.accounts.model import Account
from djflow.approvals import service as approvals
from djflow.approvals.chains import service as chains
from djflow.approvals.doorway import denying
from djflow.approvals.doorway.model import Denial
from djflow.approvals.labels import VERDICT_LABELS
from djflow.approvals.model import CaseId, DenialId
from djflow.assembly import approval_acts
from djflow.assembly.house import House
from djflow.core.errors import RuleError
from djflow.people import service as people


@dataclass(frozen=True, slots=True)
class Reported:
    """One report: the matter and its step, who says it was not them, what was decided and when, when they said so."""

    id: DenialId
    case_id: CaseId
    title: str
    step: str
    who: str = field(repr=False)
    verdict: str
    decided_at: datetime
    at: datetime


def waiting(house: House) -> tuple[Reported, ...]:
    """Return the reports that the office has still to look into, oldest first."""
    with house.reading() as session:
        return tuple(_reported(session, one) for one in denying.open_denials(session))


def _reported(session: Session, one: Denial) -> Reported:
    case = approvals.case(session, one.case_id)
    task = next(task for task in case.tasks if task.id == one.task_id)
    step = chains.running_chain(session, case.new.kind, case.version, case.digest).step(task.step)
    card = people.people_by_ids(session, [one.person])[one.person]
    said = task.decision
    return Reported(
        id=one.id,
        case_id=one.case_id,
        title=case.new.title,
        step=step.name,
        who=f"{card.name}（{card.unit_name}）",
        verdict=VERDICT_LABELS[said.verdict] if said else "",
        decided_at=said.at if said else one.at,
        at=one.at,
    )


def settle(house: House, account: Account, denial_id: DenialId, note: str, *, stands: bool) -> Denial:
    """Note what the office found; whoever reported it does not look into it.

    Raises: RuleError for one's own report; what `approval_acts.settle_denial` raises.
    """
    with house.reading() as session:
        reporter = denying.denial(session, denial_id).person
    if account.person == reporter:
        raise RuleError("这是您本人的报告：请由组织科另一位同志核实。", code="denial.own")
    return approval_acts.settle_denial(house, denial_id, note, stands=stands, by=account.actor)
