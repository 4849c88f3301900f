"""The door to the fund's applications for commands, pages and flows: each act one transaction, sweeps one per case."""

from dataclasses import dataclass
from pathlib import Path

from djflow.assembly.application_file import Filed, read_application
from djflow.assembly.house import House
from djflow.core.errors import InputError
from djflow.core.ids import PersonId
from djflow.fund import casework
from djflow.fund.cases import service as cases
from djflow.fund.cases.model import Claim, FundCase, Terms, Who
from djflow.fund.cases.service import PhoneCall
from djflow.fund.casework import Progress, Request
from djflow.fund.checks import service as checks
from djflow.fund.checks.crosscheck import import_results
from djflow.fund.checks.model import Deliberation, Visit
from djflow.fund.materials import service as materials
from djflow.fund.materials.cabinet import Cabinet
from djflow.fund.materials.model import Material, Upload
from djflow.fund.publicity import service as publicity
from djflow.fund.publicity.model import Level, Line, NewObjection, Objection, Period
from djflow.people import service as people
from djflow.people.dossiers import service as dossiers
from djflow.people.excel.intake import Importer
from djflow.people.model import ImportReport


@dataclass(frozen=True, slots=True)
class Received:
    """An application as it was filed and, in words, what it lacks for being submitted."""

    case: FundCase
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep brought forward."""

    ended_periods: int
    to_payment: int
    expired: int


def terms_of(house: House) -> Terms:
    """Return the rules of the fund with the official calendar."""
    return Terms(house.settings.fund.policy, house.settings.calendar)


def cabinet_of(house: House) -> Cabinet:
    """Return where materials lie, and how large one may be."""
    policy = house.settings.fund.policy
    return Cabinet(house.state / "materials", policy.upload_bytes, policy.upload_pixels)


def apply_file(house: House, path: Path, *, by: str) -> Received:
    """File the application that a JSON file holds with its materials, and submit it when nothing is missing.

    Raises: InputError and RuleError saying what to mend; nothing is filed then.
    """
    terms, cabinet = terms_of(house), cabinet_of(house)
    filed = read_application(path, max_file_bytes=cabinet.max_bytes)
    with house.transaction() as session:
        now = house.now()
        applicant = people.person_by_code(session, filed.applicant).id
        branch = dossiers.dossier(session, applicant).branch_code
        if filed.branch and filed.branch != branch:
            raise InputError("申请人不在所写的支部：请核对支部编号，或先更新人员登记。", code="application.branch")
        case = cases.apply(session, _claim(filed, applicant), terms, by=by, now=now)
        for upload in filed.uploads:
            materials.attach(session, case.id, upload, cabinet, by=by, now=now)
        case = cases.get(session, case.id)
        missing = materials.missing(session, case, terms.policy)
        if not missing and not filed.draft:
            who = Who.BRANCH if filed.filing.value == "branch" else Who.APPLICANT
            case = casework.submit(session, case.id, terms, who=who, by=by, now=now)
        return Received(case, missing)


def _claim(filed: Filed, applicant: PersonId) -> Claim:
    return Claim(
        applicant=applicant,
        category=filed.category,
        requested_fen=filed.amount_fen,
        filing=filed.filing,
        emergency=filed.emergency,
        reason=filed.reason,
        family=filed.family,
        income=filed.income,
        income_fen=filed.income_fen,
        household=filed.household,
        payee_account=filed.account,
    )


def apply(house: House, claim: Claim, *, by: str) -> FundCase:
    """File a draft; raises what `cases.service.apply` raises."""
    with house.transaction() as session:
        return cases.apply(session, claim, terms_of(house), by=by, now=house.now())


def amend(house: House, case_id: str, claim: Claim, *, by: str) -> FundCase:
    """Change what a draft or returned application asks for; raises what `cases.service.amend` raises."""
    with house.transaction() as session:
        return cases.amend(session, case_id, claim, terms_of(house), by=by, now=house.now())


def move(house: House, case_id: str, request: Request, *, by: str) -> FundCase:
    """Move a case on by one act; raises what `casework.move` raises."""
    with house.transaction() as session:
        return casework.move(session, case_id, request, terms_of(house), by=by, now=house.now())


def appeal(house: House, case_id: str, reason: str, *, by: str) -> FundCase:
    """File an appeal against a rejection; raises what `cases.service.appeal` raises."""
    with house.transaction() as session:
        return cases.appeal(session, case_id, reason, terms_of(house), by=by, now=house.now())


def record_phone(house: House, case_id: str, call: PhoneCall, *, by: str) -> FundCase:
    """Record an approval by telephone; raises what `cases.service.record_phone` raises."""
    with house.transaction() as session:
        return cases.record_phone(session, case_id, call, terms_of(house), by=by, now=house.now())


def attach(house: House, case_id: str, upload: Upload, *, by: str) -> Material:
    """Keep a file with a case; raises what `materials.service.attach` raises."""
    with house.transaction() as session:
        return materials.attach(session, case_id, upload, cabinet_of(house), by=by, now=house.now())


def look(house: House, material_id: str, *, by: str) -> tuple[Material, bytes]:
    """Return a material with its content; the look is recorded."""
    with house.transaction() as session:
        return materials.look(session, material_id, cabinet_of(house), by=by, now=house.now())


def visit(house: House, case_id: str, seen: Visit, *, by: str) -> None:
    """Record a home visit; raises what `checks.service.visit` raises."""
    with house.transaction() as session:
        checks.visit(session, case_id, seen, by=by, now=house.now())


def deliberate(house: House, case_id: str, vote: Deliberation, *, by: str) -> None:
    """Record a branch's vote; raises what `checks.service.deliberate` raises."""
    with house.transaction() as session:
        checks.deliberate(session, case_id, vote, terms_of(house).policy, by=by, now=house.now())


def settle_flag(house: House, flag_id: str, reason: str, *, by: str) -> None:
    """Give the reason for which a flagged case may go on; raises what `checks.service.settle_flag` raises."""
    with house.transaction() as session:
        checks.settle_flag(session, flag_id, reason, by=by, now=house.now())


def import_crosscheck(house: House, source: Path, department: str, *, by: str, dry_run: bool = False) -> ImportReport:
    """Take in a department's answers, all of them or none."""
    importer = Importer(by, house.now(), dry_run)
    with house.transaction() as session:
        return import_results(session, source, department, terms_of(house).policy, importer)


def post(house: House, case_id: str, level: Level, *, by: str) -> Period:
    """Put a case on a board; raises what `publicity.service.post` raises."""
    with house.transaction() as session:
        return publicity.post(session, case_id, level, terms_of(house), by=by, now=house.now())


def object_to(house: House, period_id: str, new: NewObjection, *, by: str) -> Objection:
    """Take an objection in; raises what `publicity.service.object_to` raises."""
    with house.transaction() as session:
        return publicity.object_to(session, period_id, new, terms_of(house), by=by, now=house.now())


def settle_objection(house: House, objection_id: str, reason: str, *, upheld: bool, by: str) -> FundCase:
    """Say what became of an objection; raises what `publicity.service.settle` raises."""
    with house.transaction() as session:
        return publicity.settle(session, objection_id, reason, terms_of(house), upheld=upheld, by=by, now=house.now())


def public_list(house: House, level: Level, *, branch_id: str = "") -> tuple[Line, ...]:
    """Return the list that hangs now: masked names, neutral categories."""
    with house.reading() as session:
        return publicity.public_list(session, level, branch_id=branch_id)


def progress(house: House, case_id: str) -> Progress:
    """Return what the applicant sees through the own link."""
    with house.reading() as session:
        return casework.progress(session, case_id, terms_of(house))


def sweep(house: House, *, by: str) -> Swept:
    """Bring forward what time alone decides: periods that are over, cases that may be paid, drafts that expired.

    Every case is a transaction of its own; whatever a crash left behind is found again, and twice is once.
    """
    terms, now = terms_of(house), house.now()
    with house.reading() as session:
        periods = [period.id for period in publicity.due(session, now=now)]
        late = [case.id for case in casework.to_expire(session, terms, now=now)]
    ended = expired = paid = 0
    for period_id in periods:
        with house.transaction() as session:
            ended += casework.close_period(session, period_id, terms, by=by, now=now)
    with house.reading() as session:
        hanging = [case.id for case in casework.to_pay(session, terms)]
    for case_id in hanging:
        with house.transaction() as session:
            paid += casework.end_publicity(session, case_id, terms, by=by, now=now)
    for case_id in late:
        with house.transaction() as session:
            expired += casework.expire(session, case_id, terms, by=by, now=now)
    return Swept(ended, paid, expired)


def tidy(house: House, *, by: str) -> tuple[int, int]:
    """Destroy materials that were kept long enough and files nobody can open; return how many of each. Nightly."""
    with house.transaction() as session:
        forgotten = materials.forget_old(session, terms_of(house).policy, by=by, now=house.now())
    with house.transaction() as session:
        return forgotten, materials.sweep_strays(session, cabinet_of(house), now=house.now())
