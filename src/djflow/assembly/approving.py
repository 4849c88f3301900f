"""What an approver sees and does on the phone: the matter behind a link, a code by another way, one decision.

Looking changes nothing. What is shown before the code is known stays short: whom the link is for, the matter, the
step, and what was decided before; opinions and papers are read at the desk.
"""

from dataclasses import dataclass
from datetime import date, datetime

from djflow.approvals import service as approvals
from djflow.approvals.chains import service as chains
from djflow.approvals.chains.model import Power, QuorumKind
from djflow.approvals.doorway import service as doorway
from djflow.approvals.doorway.model import Attempt
from djflow.approvals.labels import VERDICT_LABELS
from djflow.approvals.model import Answer, Verdict
from djflow.approvals.views import service as views
from djflow.assembly import relief
from djflow.assembly.house import House
from djflow.core.errors import InputError
from djflow.core.money import yuan
from djflow.fund.publicity.rules import masked_name
from djflow.people import service as people

_POWERS = {
    Power.RETURN_TO_PREVIOUS: Verdict.RETURN_TO_PREVIOUS,
    Power.RETURN_TO_APPLICANT: Verdict.RETURN_TO_APPLICANT,
    Power.SUPPLEMENT: Verdict.SUPPLEMENT,
}
MAX_OPINION = 200


@dataclass(frozen=True, slots=True)
class Before:
    """A decision taken before: the step, the office, what was decided and when."""

    step: str
    office: str
    verdict: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Matter:
    """What the page of a link shows; `choices` are the verdicts the step allows with their words, approval first."""

    addressee: str
    title: str
    step: str
    amount: str
    due_on: date | None
    before: tuple[Before, ...]
    choices: tuple[tuple[str, str], ...]


def matter(house: House, token: str) -> Matter:
    """Return what a link is about, without changing anything.

    Raises: NotFoundError for a token never given out; GoneError once it is over; ConflictError when the matter was
    decided or has changed, saying by whom and when.
    """
    with house.reading() as session:
        admitted = doorway.admission(session, token, now=house.now())
        case = approvals.case_of_task(session, admitted.task_id)
        task = next(one for one in case.tasks if one.id == admitted.task_id)
        chain = chains.running_chain(session, case.new.kind, case.version, case.digest)
        step = chain.step(task.step)
        rounds = views.sheet(session, case.id).rounds
        card = people.people_by_ids(session, [admitted.person]).get(admitted.person)
    allowed = [Verdict.APPROVE, Verdict.REJECT]
    allowed += [Verdict.ABSTAIN] if step.quorum.kind is QuorumKind.RATIO else []
    allowed += [verdict for power, verdict in _POWERS.items() if power in step.may]
    lines = (line for one in rounds for line in one.lines if line.verdict)
    return Matter(
        addressee=masked_name(card.name) if card else "",
        title=case.new.title,
        step=step.name,
        amount=f"{yuan(case.new.amount_fen)} 元" if case.new.amount_fen else "",
        due_on=task.due_on,
        before=tuple(Before(line.step, line.office, line.verdict, line.at) for line in lines),
        choices=tuple((verdict.value, VERDICT_LABELS[verdict]) for verdict in allowed),
    )


def send_code(house: House, token: str) -> None:
    """Send the approver of a link a code by another way; raises what `doorway.send_code` raises."""
    with house.transaction() as session:
        doorway.send_code(session, token, now=house.now())


def decide(house: House, token: str, code: str, verdict: str, opinion: str) -> Attempt:
    """Take the decision given with link and code; a wrong code is counted and returned.

    Raises: InputError for what is no verdict, or an opinion missing where one is needed; what `matter` raises.
    """
    found = matter(house, token)
    if verdict not in dict(found.choices):
        raise InputError("请选一种意见，再提交一次。", code="approval.verdict")
    said = opinion.strip()
    if len(said) > MAX_OPINION:
        raise InputError(f"意见最多 {MAX_OPINION} 个字：请写短一些。", code="approval.opinion")
    if not said and verdict != Verdict.APPROVE:
        raise InputError("不同意、退回或要求补正须写明理由：请写上再提交。", code="approval.opinion")
    with house.reading() as session:
        admitted = doorway.admission(session, token, now=house.now())
    answer = Answer(admitted.person, Verdict(verdict), admitted.content_hash, said)
    return relief.decide_by_link(house, token, code, answer)
