"""One case at the desk: its whole life without anything personal, and, as a recorded look, what stands sealed in it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from djflow.accounts.model import ROLE_WORDS, Account, Act
from djflow.approvals.chains import service as chains
from djflow.approvals.labels import VERDICT_LABELS
from djflow.approvals.model import Task
from djflow.assembly import fund_acts, fund_scope, fund_watch
from djflow.assembly.fund_acts import RULES, DeskAct
from djflow.assembly.fund_watch import Timeline
from djflow.assembly.house import House
from djflow.assembly.relief import cabinet_of, terms_of
from djflow.audit import service as audit
from djflow.core.errors import NotFoundError
from djflow.core.ids import PersonId
from djflow.fund import casework
from djflow.fund import service as fund
from djflow.fund.behalf import service as behalf
from djflow.fund.behalf.model import BEHALF_WORDS, Done
from djflow.fund.cases import service as cases
from djflow.fund.cases.model import ACT_WORDS, CaseState, FundCase, Terms
from djflow.fund.casework import CaseFile
from djflow.fund.checks import service as checks
from djflow.fund.checks.model import FLAG_WORDS, Visit
from djflow.fund.materials import service as materials
from djflow.fund.materials.model import Material
from djflow.fund.payment import orders
from djflow.fund.payment.model import PaymentOrder
from djflow.fund.publicity import service as publicity
from djflow.fund.publicity.model import ObjectionState, Opened, PeriodState
from djflow.people import service as people
from djflow.people.dossiers import service as dossiers
from djflow.people.rules import mask_name

_UNSETTLED = frozenset({ObjectionState.OPEN, ObjectionState.LATE})


@dataclass(frozen=True, slots=True)
class Signed:
    """One task of an approval: by office, never by name."""

    round: int
    step: str
    office: str
    verdict: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A case with all that a reader may see of it; `names` are those of visitors and clerks, never the applicant's."""

    file: CaseFile
    applicant: str
    branch: str
    unit: str
    timeline: Timeline
    unchecked: tuple[str, ...]
    visits: tuple[Visit, ...]
    signed: tuple[Signed, ...]
    payments: tuple[PaymentOrder, ...]
    behalf: tuple[Done, ...]
    acts: tuple[DeskAct, ...]
    names: Mapping[PersonId, str]

    @property
    def case(self) -> FundCase:
        """The case itself."""
        return self.file.case


@dataclass(frozen=True, slots=True)
class Inside:
    """What stands sealed in a case, opened for one look."""

    number: str
    applicant: str = field(repr=False)
    reason: str = field(repr=False)
    family: str = field(repr=False)
    income: str = field(repr=False)
    account: str = field(repr=False)
    notes: tuple[tuple[str, str], ...] = field(repr=False)
    reasons: tuple[tuple[datetime, str, str], ...] = field(repr=False)


def sheet(house: House, account: Account, word: str) -> Sheet:
    """Return a case as an account sees it.

    Raises: NotFoundError for a case of others as for one that does not exist.
    """
    terms = terms_of(house)
    with house.reading() as session:
        case = fund_scope.case_for(session, account, word)
    timeline = fund_watch.timeline(house, case.number)
    with house.reading() as session:
        file = casework.case_file(session, case.id, terms)
        case = file.case
        visits = checks.visits_of(session, case.id)
        done = behalf.of_case(session, case.id)
        hands = {*(one.visitor for one in visits), *(one.person for one in done), *(one.second for one in done)}
        cards = people.people_by_ids(session, sorted({case.applicant, *hands}))
        card = cards[case.applicant]
        branches = dossiers.branches(session, [case.branch] if case.branch else [])
        return Sheet(
            file=file,
            applicant=mask_name(card.name),
            branch=branches[case.branch][1] if case.branch else "",
            unit=card.unit_name,
            timeline=timeline,
            unchecked=_unchecked(session, case, terms),
            visits=visits,
            signed=tuple(_signed(session, case)),
            payments=orders.history(session, case.subject),
            behalf=done,
            acts=_offered(session, account, file),
            names={key: one.name for key, one in cards.items() if key in hands},
        )


def _offered(session: Session, account: Account, file: CaseFile) -> tuple[DeskAct, ...]:
    case = file.case
    known = fund_acts.offered(account.roles, case) if account.person else ()
    useful = (one for one in known if _MATTER.get(one, _always)(file))
    return tuple(one for one in useful if fund_scope.scope_of(session, account, RULES[one].act).covers(case))


def _always(_file: CaseFile) -> bool:
    return True


_MATTER: Mapping[DeskAct, Callable[[CaseFile], bool]] = {
    DeskAct.FLAG: lambda file: any(one.is_open and one.case == file.case.id for one in file.flags),
    DeskAct.OBJECT: lambda file: any(one.state is not PeriodState.CANCELLED for one in file.periods),
    DeskAct.SETTLE: lambda file: any(one.state in _UNSETTLED for one in file.objections),
}
"""What there must be for an act to be of use: a question, a list, an objection."""


def _unchecked(session: Session, case: FundCase, terms: Terms) -> tuple[str, ...]:
    late = case.papers_due_on is not None and checks.may_be_checked(case)
    return casework.unchecked(session, case, terms) if late or case.state is CaseState.CHECKING else ()


def _signed(session: Session, case: FundCase) -> Iterator[Signed]:
    for approval in reversed(fund.approval_steps(session, case.id)):
        chain = chains.running_chain(session, approval.new.kind, approval.version, approval.digest)
        for task in approval.tasks:
            yield _line(task, chain.step(task.step).name)


def _line(task: Task, step: str) -> Signed:
    said = task.decision
    office = ROLE_WORDS[task.role] if task.role else "经办部门"
    if said is not None:
        return Signed(task.round, step, office, VERDICT_LABELS[said.verdict], said.at)
    return Signed(task.round, step, office, "不用再办" if task.ended_at else "等待办理", task.ended_at)


def look(house: House, account: Account, word: str) -> Inside:
    """Open what is sealed in a case; that this account looked is recorded.

    Raises: NotFoundError.
    """
    now, by = house.now(), account.actor
    with house.transaction() as session:
        audit.hold(session)
        case = fund_scope.case_for(session, account, word, Act.FUND_LOOK)
        private = cases.private_details(session, case.id, by=by, now=now)
        notes = checks.look(session, case.id, by=by, now=now)
        moves = cases.reasons(session, case.id, by=by, now=now)
        acted = {one.id: BEHALF_WORDS[one.act] for one in behalf.of_case(session, case.id)}
        whys = behalf.look(session, case.id, by=by, now=now) if acted else {}
        persons = people.people_by_ids(session, sorted({case.applicant, *(one for one, _ in notes.visits)}))
    found = [(f"入户核实（{persons[one].name}）", words) for one, words in notes.visits]
    found += [(f"部门核对（{department}）", words) for department, words in notes.departments]
    found += [(f"疑点说明（{FLAG_WORDS[kind]}）", words) for kind, words in notes.reasons]
    found += [(f"{acted[key]}的原因", words) for key, words in whys.items()]
    return Inside(
        number=case.number,
        applicant=persons[case.applicant].name,
        reason=private.reason,
        family=private.family,
        income=private.income,
        account=_tail(private.payee_account),
        notes=tuple(found),
        reasons=tuple((at, ACT_WORDS[act], words) for act, at, words in moves),
    )


def _tail(account: str) -> str:
    return f"尾号 {account[-4:]}" if account else "用登记的本人账号"


def look_material(house: House, account: Account, word: str, material_id: str) -> tuple[Material, bytes]:
    """Return a material of a case with its content; that this account looked is recorded.

    Raises: NotFoundError for a material of another case as for none; what `materials.look` raises.
    """
    with house.transaction() as session:
        audit.hold(session)
        case = fund_scope.case_for(session, account, word, Act.FUND_LOOK)
        known = materials.material(session, material_id)
        if known is None or known.case != case.id:
            raise NotFoundError("没有这份材料，或它属于另一件申请：请刷新后再试。", code="material.unknown")
        return materials.look(session, material_id, cabinet_of(house), by=account.actor, now=house.now())


def look_objection(house: House, account: Account, word: str, objection_id: str) -> Opened:
    """Open an objection for whoever settles it; that this account looked is recorded.

    Raises: NotFoundError for an objection to another case as for none.
    """
    with house.transaction() as session:
        audit.hold(session)
        case = fund_scope.case_for(session, account, word, Act.FUND_SETTLE)
        if publicity.case_of_objection(session, objection_id) != case.id:
            raise NotFoundError("没有这件异议，或它属于另一件申请：请刷新后再试。", code="objection.unknown")
        return publicity.look(session, objection_id, by=account.actor, now=house.now())


def may_look(account: Account) -> bool:
    """Return whether an account may open what is sealed in cases."""
    return bool(fund_scope.roles_for(account, Act.FUND_LOOK))
