"""What an approver sees and does on the phone: a link, a code by another way, the matter, one decision.

Looking changes nothing. Before the code is known the page says whom the link is for, the kind of matter, the step and
the day: whoever was forwarded the link learns nothing. The code opens the matter, with what was said before and its
papers, for as long as the code lives; everything is looked at again when something is done.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from djflow.approvals import service as approvals
from djflow.approvals.chains import service as chains
from djflow.approvals.chains.model import ChainStep, Power, QuorumKind
from djflow.approvals.choosing import Choices
from djflow.approvals.doorway import service as doorway
from djflow.approvals.doorway.model import Admission, Denial, Entry, Settled
from djflow.approvals.labels import POWER_LABELS, VERDICT_LABELS
from djflow.approvals.model import AddSigner, Case, Outcome, Task, Transfer, Verdict
from djflow.approvals.views import service as views
from djflow.approvals.views.model import SheetRound
from djflow.assembly import approval_acts, matters, relief
from djflow.assembly.approval_office import office_of
from djflow.assembly.house import House
from djflow.assembly.opinions import said
from djflow.audit import service as audit
from djflow.core.errors import InputError, NotFoundError, RuleError
from djflow.core.ids import PersonId
from djflow.core.money import yuan
from djflow.core.subject import Subject
from djflow.fund.cases import service as cases
from djflow.fund.cases.model import CATEGORY_WORDS
from djflow.fund.materials import service as materials
from djflow.fund.materials.model import MATERIAL_WORDS, Material
from djflow.fund.running.model import KIND
from djflow.people import service as people
from djflow.people.rules import mask_name

_POWERS = {
    Power.RETURN_TO_PREVIOUS: Verdict.RETURN_TO_PREVIOUS,
    Power.RETURN_TO_APPLICANT: Verdict.RETURN_TO_APPLICANT,
    Power.SUPPLEMENT: Verdict.SUPPLEMENT,
}
HANDING = (Power.TRANSFER, Power.ADD_BEFORE, Power.ADD_AFTER)
MAX_OPINION = 200
CODE_MINUTES = int(doorway.CODE_LIFE.total_seconds() // 60)


@dataclass(frozen=True, slots=True)
class Door:
    """What the page of a link shows before the code is known."""

    addressee: str
    kind: str
    step: str
    due_on: date | None


@dataclass(frozen=True, slots=True)
class Paper:
    """A material of the matter: what it is, its type, its size in KB."""

    id: str
    name: str
    media: str
    size_kb: int


@dataclass(frozen=True, slots=True)
class Matter:
    """An opened matter; `choices` are the verdicts the step allows with their words, `until` when it shuts again."""

    addressee: str
    kind: str
    title: str
    step: str
    amount: str
    applicant: str
    category: str
    due_on: date | None
    round: int
    rounds: tuple[SheetRound, ...] = field(repr=False)
    told: tuple[str, ...] = field(repr=False)
    papers: tuple[Paper, ...]
    choices: tuple[tuple[str, str], ...]
    handing: tuple[Power, ...]
    until: datetime


@dataclass(frozen=True, slots=True)
class _Place:
    case: Case
    task: Task
    step: ChainStep
    kind: str


def door(house: House, token: str) -> Door:
    """Return what anybody with a link may see, without changing anything.

    Raises: NotFoundError for a token never given out; GoneError once it is over; ConflictError when the matter was
    decided or has changed, saying by whom and when.
    """
    with house.reading() as session:
        admitted = doorway.admission(session, token, now=house.now())
        place = _place(session, admitted)
        return Door(_masked(session, admitted.person), place.kind, place.step.name, place.task.due_on)


def send_code(house: House, token: str) -> None:
    """Send the approver of a link a code by another way; raises what `doorway.send_code` raises."""
    with house.transaction() as session:
        doorway.send_code(session, token, now=house.now())


def enter(house: House, token: str, code: str) -> Entry:
    """Open the matter by its code; a wrong code is counted and returned. Raises: what `doorway.enter` raises."""
    with house.transaction() as session:
        return doorway.enter(session, token, code, office=office_of(house), now=house.now())


def matter(house: House, token: str, passed: str) -> Matter:
    """Return the matter of a link to a browser with its pass.

    Raises: RuleError without the pass, or for somebody who may not decide it any more; what `door` raises.
    """
    with house.reading() as session:
        admitted = _admitted(house, session, token, passed)
        place = _place(session, admitted)
        new = place.case.new
        of_fund = new.subject.kind == KIND
        powers = frozenset() if place.task.added else place.step.may
        return Matter(
            addressee=_masked(session, admitted.person),
            kind=place.kind,
            title=new.title,
            step=place.step.name,
            amount=f"{yuan(new.amount_fen)} 元" if new.amount_fen else "",
            applicant=_masked(session, new.applicant),
            category=CATEGORY_WORDS[cases.get(session, new.subject.id).category] if of_fund else "",
            due_on=place.task.due_on,
            round=place.case.round,
            rounds=_said(views.sheet(session, place.case.id).rounds),
            told=matters.told(session, new.subject),
            papers=tuple(_paper(one) for one in materials.materials_of(session, new.subject.id)) if of_fund else (),
            choices=_choices(place.step, powers),
            handing=tuple(power for power in HANDING if power in powers),
            until=doorway.ends_at(passed),
        )


def decide(house: House, token: str, passed: str, verdict: str, opinion: str) -> Outcome:
    """Take the decision given in an opened matter.

    Raises: InputError for what is no verdict, or an opinion missing where one is needed; what `relief.decide_by_link`
    raises.
    """
    what = said(verdict, opinion)
    if len(what.opinion) > MAX_OPINION:
        raise InputError(f"意见最多 {MAX_OPINION} 个字：请写短一些。", code="approval.opinion")
    return relief.decide_by_link(house, token, passed, what.verdict, what.opinion)


def look(house: House, token: str, passed: str, material_id: str) -> tuple[Material, bytes]:
    """Return a material of an opened matter; that this approver looked is recorded.

    Raises: NotFoundError for a material of something else; what `matter` and `materials.look` raise.
    """
    with house.transaction() as session:
        audit.hold(session)
        admitted = _admitted(house, session, token, passed)
        about = _place(session, admitted).case.new.subject
        found = materials.material(session, material_id)
        if found is None or about.kind != KIND or found.case != about.id:
            raise NotFoundError("没有这份材料：请返回刷新后再试。", code="material.unknown")
        cabinet, by = relief.cabinet_of(house), _by(admitted.person)
        return materials.look(session, material_id, cabinet, by=by, now=house.now())


def hands(house: House, token: str, passed: str, power: Power, words: str) -> Choices:
    """Return whom an opened matter may be handed to, or who may sign too.

    Raises: RuleError when the step does not let its approver; what `matter` raises.
    """
    with house.reading() as session:
        admitted = _admitted(house, session, token, passed)
    if power not in approval_acts.powers(house, admitted.task_id):
        raise RuleError(f"这一步不能{POWER_LABELS[power]}：请返回办理。", code="approval.no_power")
    return approval_acts.choices(house, admitted.task_id, power, words)


def hand_over(house: House, token: str, passed: str, power: Power, given: tuple[str, str]) -> Outcome:
    """Hand an opened matter over, or ask somebody to sign too; `given` names the person (id) and the reason.

    Raises: InputError without a person or a reason; what `approval_acts.transfer` and `add_signer` raise.
    """
    to, reason = PersonId(given[0]), given[1].strip()
    if not to:
        raise InputError("请选一位同志，再提交一次。", code="approval.nobody")
    with house.reading() as session:
        admitted = _admitted(house, session, token, passed)
    task, person, by = admitted.task_id, admitted.person, _by(admitted.person)
    if power is Power.TRANSFER:
        return approval_acts.transfer(house, Transfer(task, person, to, reason), by=by)
    move = AddSigner(task, person, to, after=power is Power.ADD_AFTER, reason=reason)
    return approval_acts.add_signer(house, move, by=by)


def settled(house: House, token: str) -> Settled | None:
    """Return what was decided in the name of a link's person, None when nothing was.

    Raises: NotFoundError for a token never given out.
    """
    with house.reading() as session:
        return doorway.settled(session, token)


def deny(house: House, token: str) -> Denial:
    """Take the report that a decision was not the approver's own (不是我).

    Raises: NotFoundError when nothing was decided with this link; what `approval_acts.deny` raises.
    """
    with house.reading() as session:
        done = doorway.settled(session, token)
        person = doorway.person_of(session, token)
    if done is None:
        raise NotFoundError("这个链接没有办过什么：不用报告。", code="denial.nothing")
    return approval_acts.deny(house, done.task_id, person, by=_by(person))


def _admitted(house: House, session: Session, token: str, passed: str) -> Admission:
    now = house.now()
    admitted = doorway.passed(session, token, passed, now=now)
    approvals.require_may(session, admitted.task_id, admitted.person, office=office_of(house), now=now)
    return admitted


def _place(session: Session, admitted: Admission) -> _Place:
    case = approvals.case_of_task(session, admitted.task_id)
    task = next(one for one in case.tasks if one.id == admitted.task_id)
    chain = chains.running_chain(session, case.new.kind, case.version, case.digest)
    return _Place(case, task, chain.step(task.step), chain.name or chain.kind)


def _choices(step: ChainStep, powers: frozenset[Power]) -> tuple[tuple[str, str], ...]:
    allowed = [Verdict.APPROVE, Verdict.REJECT]
    allowed += [Verdict.ABSTAIN] if step.quorum.kind is QuorumKind.RATIO else []
    allowed += [verdict for power, verdict in _POWERS.items() if power in powers]
    return tuple((verdict.value, VERDICT_LABELS[verdict]) for verdict in allowed)


def _said(rounds: Sequence[SheetRound]) -> tuple[SheetRound, ...]:
    kept = (replace(one, lines=tuple(line for line in one.lines if line.verdict or line.note)) for one in rounds)
    return tuple(one for one in kept if one.lines)


def _paper(one: Material) -> Paper:
    return Paper(one.id, MATERIAL_WORDS[one.kind], one.media.value, -(-one.size // 1024))


def _masked(session: Session, person: PersonId | None) -> str:
    card = people.people_by_ids(session, [person]).get(person) if person else None
    return mask_name(card.name) if card else ""


def _by(person: PersonId) -> str:
    return str(Subject("people.person", person))
