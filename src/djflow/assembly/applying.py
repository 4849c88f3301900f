"""What applicants and clerks do with applications: file, change, hand in papers, submit, take back, appeal.

Each act is one transaction that first asks whose application it is; each may be repeated.
"""

from collections.abc import Mapping

from djflow.assembly.applied import TAIL
from djflow.assembly.approvals import desk_of
from djflow.assembly.claim_form import Form, offered, read_claim
from djflow.assembly.house import House
from djflow.assembly.relief import cabinet_of, terms_of
from djflow.assembly.seats import Seat, entitled, filing_by
from djflow.audit import service as audit
from djflow.core.errors import ConflictError, InputError, NotFoundError, RuleError
from djflow.core.ids import PersonId
from djflow.core.money import yuan_of
from djflow.fund import service as fund
from djflow.fund.cases import drafts
from djflow.fund.cases import service as cases
from djflow.fund.cases.model import Act, CaseState, FundCase, Who
from djflow.fund.cases.transitions import CHANGEABLE
from djflow.fund.casework import Request
from djflow.fund.materials import service as materials
from djflow.fund.materials.model import OFFICE_KINDS, MaterialKind, Upload
from djflow.people.dossiers import service as dossiers
from djflow.people.dossiers.model import Dossier

FOR_ANOTHER = "代申请人撤回或申诉，要写明理由、附本人签字的书面材料：请在工作台“温暖基金”的这件申请里办。"
"""What a branch hears that wants to act for a member without the member's paper."""
MAX_DRAFTS = 3
"""Drafts of one person that may lie about: more are a mistake, or somebody plays with the form."""


def blank(house: House, seat: Seat, applicant: PersonId) -> tuple[str, Form]:
    """Return the applicant's name and an empty form.

    Raises: NotFoundError for somebody a seat may not apply for.
    """
    with house.reading() as session:
        filing_by(session, seat, applicant)
        found = dossiers.dossier(session, applicant)
    return found.name, _form(house, found, changing=False)


def changing(house: House, seat: Seat, case_id: str) -> tuple[str, Form]:
    """Return the applicant's name and the form of an application that is changed; only what is no secret stands in it.

    Raises: NotFoundError for somebody else's; ConflictError when it cannot be changed (any more).
    """
    with house.reading() as session:
        case = entitled(session, seat, case_id)[0]
        if case.state not in CHANGEABLE:
            raise ConflictError(f"申请 {case.number} 已在办理中，现在不能修改。", code="fund.state")
        found = dossiers.dossier(session, case.applicant)
    given = {
        "category": case.category.value,
        "emergency": "yes" if case.emergency else "",
        "amount": yuan_of(case.requested_fen),
    }
    return found.name, _form(house, found, changing=True, given=given)


def _form(house: House, known: Dossier, *, changing: bool, given: Mapping[str, str] | None = None) -> Form:
    tail = known.bank_account[-TAIL:]
    return Form(offered(terms_of(house).policy), tail, not known.bank_name, changing, given or {})


def file(house: House, seat: Seat, applicant: PersonId, given: Mapping[str, str]) -> FundCase:
    """File a draft from a form's fields; the same form sent twice is one draft.

    Raises: FormError; NotFoundError for somebody a seat may not apply for; RuleError naming every rule it breaks.
    """
    with house.transaction() as session:
        audit.hold(session)
        filing = filing_by(session, seat, applicant)
        claim = read_claim(given, applicant, filing)
        known = drafts.draft_like(session, claim)
        if known is not None:
            return known
        lying = [one for one in drafts.of_person(session, applicant) if one.state is CaseState.DRAFT]
        if len(lying) >= MAX_DRAFTS:
            raise ConflictError(f"已有 {MAX_DRAFTS} 件草稿没有提交：请先提交或撤回再写新的。", code="apply.drafts")
        return cases.apply(session, claim, terms_of(house), by=seat.by, now=house.now())


def amend(house: House, seat: Seat, case_id: str, given: Mapping[str, str]) -> FundCase:
    """Change a draft or returned application; empty fields keep what they said.

    Raises: FormError; NotFoundError for somebody else's; what `cases.service.amend` raises.
    """
    with house.transaction() as session:
        audit.hold(session)
        case = entitled(session, seat, case_id)[0]
        claim = read_claim(given, case.applicant, case.filing, drafts.stated(session, case.id))
        return cases.amend(session, case.id, claim, terms_of(house), by=seat.by, now=house.now())


def upload(house: House, seat: Seat, case_id: str, kind: str, files: tuple[bytes, ...]) -> None:
    """Keep files with an application, all or none of them.

    Raises: InputError for no file, an unknown kind, a file that is refused; NotFoundError; ConflictError.
    """
    if kind not in set(MaterialKind) or MaterialKind(kind) in OFFICE_KINDS:
        raise InputError("请选这份材料是什么，再上传一次。", code="material.kind")
    if not files:
        raise InputError("还没有选文件：请拍照或选一个文件，再上传。", code="material.none")
    with house.transaction() as session:
        audit.hold(session)
        case = entitled(session, seat, case_id)[0]
        for content in files:
            one = Upload(MaterialKind(kind), content)
            materials.attach(session, case.id, one, cabinet_of(house), by=seat.by, now=house.now())


def take_back(house: House, seat: Seat, case_id: str, material_id: str) -> None:
    """Remove a material from an application that may still be changed; twice is once.

    Raises: NotFoundError for somebody else's; ConflictError when the case may not be changed now.
    """
    with house.transaction() as session:
        audit.hold(session)
        case = entitled(session, seat, case_id)[0]
        found = materials.material(session, material_id)
        if found is None or found.case != case.id or found.kind in OFFICE_KINDS:
            raise NotFoundError("没有这份材料：请刷新后再试。", code="material.unknown")
        materials.take_back(session, material_id, by=seat.by, now=house.now())


def submit(house: House, seat: Seat, case_id: str) -> FundCase:
    """Submit a draft, or a returned application anew; twice is once.

    Raises: RuleError naming what is missing; NotFoundError; ConflictError when it went another way meanwhile.
    """
    desk, now = desk_of(house), house.now()
    with house.transaction() as session:
        audit.hold(session)
        case, who = entitled(session, seat, case_id)
        if case.state is CaseState.CHECKING and case.round > 1:
            return case
        if case.state is CaseState.RETURNED:
            request = Request(Act.RESUBMIT, who, person=seat.person)
            return fund.move(session, case.id, request, desk, by=seat.by, now=now)
        return fund.submit(session, case.id, desk, who=who, by=seat.by, now=now)


def withdraw(house: House, seat: Seat, case_id: str) -> FundCase:
    """Take an application back; twice is once.

    Raises: NotFoundError; ConflictError saying what to do once the bank's file is made; RuleError for a branch once the
    application is under way.
    """
    with house.transaction() as session:
        audit.hold(session)
        case, who = entitled(session, seat, case_id)
        if who is Who.BRANCH and case.state not in CHANGEABLE | {CaseState.WITHDRAWN}:
            raise RuleError(FOR_ANOTHER, code="apply.other")
        return fund.withdraw(session, case.id, desk_of(house), who=who, by=seat.by, now=house.now())


def appeal(house: House, seat: Seat, case_id: str, reason: str) -> FundCase:
    """File an appeal against a refusal and return the new draft; twice is once.

    Raises: InputError without a reason; NotFoundError; RuleError when there is nothing to appeal against.
    """
    if not reason.strip():
        raise InputError("请写明申诉的理由，再提交一次。", code="fund.reason")
    with house.transaction() as session:
        audit.hold(session)
        case, who = entitled(session, seat, case_id)
        if who is Who.BRANCH:
            raise RuleError(FOR_ANOTHER, code="apply.other")
        return cases.appeal(session, case.id, reason, terms_of(house), by=seat.by, now=house.now())
