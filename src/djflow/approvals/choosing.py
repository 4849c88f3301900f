"""Whom a task may be handed to, and who may be asked to sign too: names, each with what stands against them.

转办 goes only to those who may decide the step. 加签 goes to anybody in post at an office that takes part in the
matter: where its approvers sit, and the township or unit it comes from. Whoever is in conflict is shown with the reason
and cannot be chosen; the act itself looks again.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from djflow.approvals import handing, rules, service
from djflow.approvals.chains.model import ChainStep, Power, StepKind
from djflow.approvals.model import Case, Office, TaskId, World
from djflow.core.errors import RuleError
from djflow.core.ids import PersonId, UnitId
from djflow.people import service as people
from djflow.people.model import PersonCard

MOST = 20
"""Names shown at once; more are found by writing a part of the name."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody to choose: name, office and post; `refused` says why not, empty when they may be chosen."""

    person: PersonId
    name: str
    office: str
    refused: str


@dataclass(frozen=True, slots=True)
class Choices:
    """Whom one may choose; `more` counts those that were left out."""

    found: tuple[Choice, ...]
    more: int = 0


def powers(session: Session, task_id: TaskId, *, office: Office, now: datetime) -> frozenset[Power]:
    """Return what the step of a task lets its approver do besides deciding; an added signer only decides.

    Raises: NotFoundError.
    """
    case, step, _ = _placed(session, task_id, office, now)
    task = next(one for one in case.tasks if one.id == task_id)
    return frozenset() if task.added or step.kind is not StepKind.APPROVE else step.may


def choices(session: Session, task_id: TaskId, power: Power, words: str, *, office: Office, now: datetime) -> Choices:
    """Return whom a task may be handed to (TRANSFER) or who may sign too, those whose name or code has `words`.

    Raises: NotFoundError.
    """
    case, step, world = _placed(session, task_id, office, now)
    task = next(one for one in case.tasks if one.id == task_id)
    allowed = _allowed(session, step, case, world, power)
    asked = "".join(words.split()).casefold()
    fitting = [card for card in allowed if card.id != task.person and asked in f"{card.name} {card.code.casefold()}"]
    shown = tuple(
        Choice(card.id, card.name, f"{card.unit_name}{card.post_title}", _refused(card.id, step, case, world))
        for card in fitting[:MOST]
    )
    return Choices(shown, len(fitting) - len(shown))


def require_office(session: Session, task_id: TaskId, to: PersonId, *, office: Office, now: datetime) -> None:
    """Refuse an added signer from an office that does not take part.

    Raises: RuleError; NotFoundError.
    """
    case, step, world = _placed(session, task_id, office, now)
    if to not in {card.id for card in _allowed(session, step, case, world, Power.ADD_BEFORE)}:
        raise RuleError("只能请参与办理这件事的单位的在岗同志加签：请另选一位。", code="approval.other_office")


def _placed(session: Session, task_id: TaskId, office: Office, now: datetime) -> tuple[Case, ChainStep, World]:
    case = service.case_of_task(session, task_id)
    world = service.world_of(session, case, office=office, now=now)
    task = next(one for one in case.tasks if one.id == task_id)
    return case, world.chain.step(task.step), world


def _allowed(session: Session, step: ChainStep, case: Case, world: World, power: Power) -> Collection[PersonCard]:
    if power is Power.TRANSFER:
        cards = people.people_by_ids(session, sorted(rules.eligible(step, world)))
        return sorted((card for card in cards.values() if not card.has_gone), key=_official)
    offices = _offices(session, case, world)
    return [card for card in people.cadres(session) if card.unit_id in offices]


def _offices(session: Session, case: Case, world: World) -> frozenset[UnitId]:
    staffing = world.staffing
    approvers = {one for found in staffing.holders.values() for one in found} | set(staffing.persons.values())
    units = {card.unit_id for card in people.people_by_ids(session, sorted(approvers)).values()}
    return frozenset(units | ({case.new.place.unit} if case.new.place.unit else set()))


def _refused(person: PersonId, step: ChainStep, case: Case, world: World) -> str:
    found = handing.objection(person, step, case, world)
    return found.message if found else ""


def _official(card: PersonCard) -> tuple[int, int, str]:
    return (card.unit_order, -card.grade, card.code)
