"""The door to the fund's applications for commands, pages and flows: each act one transaction, sweeps one per case."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Protocol

from sqlalchemy.orm import Session

from djflow.approvals import service as approvals
from djflow.approvals.doorway import service as doorway
from djflow.approvals.model import Answer, Outcome, TaskId, Verdict
from djflow.assembly.application_file import Filed, read_application
from djflow.assembly.approvals import desk_of, hear
from djflow.assembly.house import House
from djflow.audit import service as audit
from djflow.core.errors import InputError
from djflow.core.ids import PersonId
from djflow.core.subject import Subject
from djflow.fund import casework, chasing, deadlines
from djflow.fund import service as fund
from djflow.fund.cases import payees
from djflow.fund.cases import service as cases
from djflow.fund.cases.model import Claim, FundCase, Terms, Who
from djflow.fund.cases.service import PhoneCall
from djflow.fund.casework import Progress, Request
from djflow.fund.checks import service as checks
from djflow.fund.checks.crosscheck import import_results
from djflow.fund.checks.model import Deliberation, Visit
from djflow.fund.lists import service as lists
from djflow.fund.materials import service as materials
from djflow.fund.materials.cabinet import Cabinet
from djflow.fund.materials.model import Material, Upload
from djflow.fund.publicity import service as publicity
from djflow.fund.publicity.model import Level, Line, NewObjection, Objection, Period
from djflow.fund.running.model import KIND, Decided, Desk, Event
from djflow.people import service as people
from djflow.people.dossiers import service as dossiers
from djflow.people.excel.intake import Importer
from djflow.people.model import ImportReport


@dataclass(frozen=True, slots=True)
class Received:
    """An application as it was filed and, in words, what it lacks for being submitted, and later for being paid."""

    case: FundCase
    missing: tuple[str, ...]
    unpayable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep brought forward; `chased` are emergencies whose papers somebody was newly reminded of."""

    ended_periods: int
    expired: int
    served: int
    left_behind: int
    filed: int = 0
    chased: int = 0


class _Timed(Protocol):
    def __call__(self, session: Session, key: str, desk: Desk, /, *, by: str, now: datetime) -> bool: ...


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
        audit.hold(session)
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
            case = fund.submit(session, case.id, desk_of(house), who=who, by=by, now=now)
        return Received(case, missing, casework.payment_gaps(session, case))


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
        payee_bank=filed.bank,
    )


def apply(house: House, claim: Claim, *, by: str) -> FundCase:
    """File a draft; raises what `cases.service.apply` raises."""
    with house.transaction() as session:
        audit.hold(session)
        return cases.apply(session, claim, terms_of(house), by=by, now=house.now())


def amend(house: House, case_id: str, claim: Claim, *, by: str) -> FundCase:
    """Change what a draft or returned application asks for; raises what `cases.service.amend` raises."""
    with house.transaction() as session:
        audit.hold(session)
        return cases.amend(session, case_id, claim, terms_of(house), by=by, now=house.now())


def move(house: House, case_id: str, request: Request, *, by: str) -> FundCase:
    """Move a case on by one act and do what follows; raises what `fund.service.move` raises."""
    with house.transaction() as session:
        return fund.move(session, case_id, request, desk_of(house), by=by, now=house.now())


def submit(house: House, case_id: str, *, who: Who, by: str) -> FundCase:
    """Submit a draft; raises what `fund.service.submit` raises."""
    with house.transaction() as session:
        return fund.submit(session, case_id, desk_of(house), who=who, by=by, now=house.now())


def withdraw(house: House, case_id: str, *, who: Who, by: str) -> FundCase:
    """Take an application back; raises what `fund.service.withdraw` raises."""
    with house.transaction() as session:
        return fund.withdraw(session, case_id, desk_of(house), who=who, by=by, now=house.now())


def decide(house: House, task_id: TaskId, answer: Answer, *, by: str) -> Decided:
    """Take the decision of an approver who is logged in; raises what `fund.service.decide` raises."""
    with house.transaction() as session:
        return fund.decide(session, task_id, answer, desk_of(house), by=by, now=house.now())


def decide_by_link(house: House, token: str, passed: str, verdict: Verdict, opinion: str) -> Outcome:
    """Take the decision of an approver with link and pass, about the content they opened.

    Raises: what `doorway.decide`, `fund.service.require_ready` and `fund.service.follow` raise.
    """
    desk = desk_of(house)
    with house.transaction() as session:
        # The record first, then the case, then the link: whoever has no pass learns nothing of the case.
        audit.hold(session)
        now = house.now()
        admitted = doorway.passed(session, token, passed, now=now)
        answer = Answer(admitted.person, verdict, admitted.content_hash, opinion)
        of_fund = approvals.case_of_task(session, admitted.task_id).new.subject.kind == KIND
        if of_fund:
            fund.require_ready(session, admitted.task_id, answer, desk, now=now)
        outcome = doorway.decide(session, token, passed, answer, office=desk.office, now=now)
        if of_fund:
            by = str(Subject("people.person", admitted.person))
            fund.follow(session, outcome, desk, reason=opinion, by=by, now=now)
        else:
            hear(house, session, [outcome], by=str(Subject("people.person", admitted.person)))
        return outcome


def appeal(house: House, case_id: str, reason: str, *, by: str) -> FundCase:
    """File an appeal against a rejection; raises what `cases.service.appeal` raises."""
    with house.transaction() as session:
        audit.hold(session)
        return cases.appeal(session, case_id, reason, terms_of(house), by=by, now=house.now())


def record_phone(house: House, case_id: str, call: PhoneCall, *, by: str) -> FundCase:
    """Record an approval by telephone; raises what `cases.service.record_phone` raises."""
    with house.transaction() as session:
        audit.hold(session)
        return cases.record_phone(session, case_id, call, terms_of(house), by=by, now=house.now())


def attach(house: House, case_id: str, upload: Upload, *, by: str) -> Material:
    """Keep a file with a case; raises what `materials.service.attach` raises."""
    with house.transaction() as session:
        audit.hold(session)
        return materials.attach(session, case_id, upload, cabinet_of(house), by=by, now=house.now())


def look(house: House, material_id: str, *, by: str) -> tuple[Material, bytes]:
    """Return a material with its content; the look is recorded."""
    with house.transaction() as session:
        audit.hold(session)
        return materials.look(session, material_id, cabinet_of(house), by=by, now=house.now())


def visit(house: House, case_id: str, seen: Visit, *, by: str) -> None:
    """Record a home visit; raises what `checks.service.visit` raises."""
    with house.transaction() as session:
        now = house.now()
        act = partial(checks.visit, session, case_id, seen, by=by, now=now)
        fund.tend(session, case_id, act, desk_of(house), by=by, now=now)


def deliberate(house: House, case_id: str, vote: Deliberation, *, by: str) -> None:
    """Record a branch's vote; raises what `checks.service.deliberate` raises."""
    with house.transaction() as session:
        now = house.now()
        act = partial(checks.deliberate, session, case_id, vote, terms_of(house).policy, by=by, now=now)
        fund.tend(session, case_id, act, desk_of(house), by=by, now=now)


def settle_flag(house: House, flag_id: str, reason: str, *, by: str) -> None:
    """Give the reason for which a flagged case goes on; raises what `checks.service.settle_flag` raises."""
    with house.transaction() as session:
        now = house.now()
        act = partial(checks.settle_flag, session, flag_id, reason, by=by, now=now)
        fund.tend(session, checks.case_of_flag(session, flag_id), act, desk_of(house), by=by, now=now)


def import_crosscheck(house: House, source: Path, department: str, *, by: str, dry_run: bool = False) -> ImportReport:
    """Take in a department's answers, all of them or none; then each case they let go on, by itself."""
    importer = Importer(by, house.now(), dry_run)
    with house.transaction() as session:
        audit.hold(session)
        report, touched = import_results(session, source, department, terms_of(house).policy, importer)
    # A crash here loses nothing: the sweep finds cases in which nothing is left to check.
    for case_id in touched:
        bring_forward(house, case_id, by=by)
    return report


def post(house: House, case_id: str, level: Level, *, by: str) -> Period:
    """Put a case on a board and do what follows; raises what `publicity.service.post` raises."""
    with house.transaction() as session:
        audit.hold(session)
        desk, now = desk_of(house), house.now()
        period = publicity.post(session, case_id, level, desk.terms, by=by, now=now)
        fund.bring_forward(session, case_id, desk, by=by, now=now)
        return period


def renew_payee(house: House, number: str, *, by: str) -> FundCase:
    """Pay a case to the account and bank that the person's record has now; raises what `payees.renew_payee` raises."""
    with house.transaction() as session:
        case_id, now = cases.find(session, number).id, house.now()
        act = partial(payees.renew_payee, session, case_id, by=by, now=now)
        return fund.tend(session, case_id, act, desk_of(house), by=by, now=now)


def object_to(house: House, period_id: str, new: NewObjection, *, by: str) -> Objection:
    """Take an objection in; raises what `fund.service.object_to` raises."""
    with house.transaction() as session:
        return fund.object_to(session, period_id, new, desk_of(house), by=by, now=house.now())


def settle_objection(house: House, objection_id: str, reason: str, *, upheld: bool, by: str) -> FundCase:
    """Say what became of an objection; raises what `fund.service.settle_objection` raises."""
    with house.transaction() as session:
        desk, now = desk_of(house), house.now()
        return fund.settle_objection(session, objection_id, reason, desk, upheld=upheld, by=by, now=now)


def public_list(house: House, level: Level, *, branch_id: str = "") -> tuple[Line, ...]:
    """Return the list that hangs now: masked names, neutral categories."""
    with house.reading() as session:
        return publicity.public_list(session, level, branch_id=branch_id)


def progress(house: House, case_id: str) -> Progress:
    """Return what the applicant sees through the own link."""
    with house.reading() as session:
        return casework.progress(session, case_id, terms_of(house))


def sweep(house: House, *, by: str) -> Swept:
    """Bring forward what time or money alone decides, each case in a transaction of its own; twice is once.

    Periods that are over, drafts that expired, lines of lists not filed yet, the budget queue in the order of
    approval, papers of emergencies, payments that were settled but not booked, cases left behind. Whatever a crash
    left undone is found again.
    """
    desk, now = desk_of(house), house.now()
    with house.reading() as session:
        periods = [period.id for period in publicity.due(session, now=now)]
        late = [case.id for case in deadlines.to_expire(session, desk.terms, now=now)]
        lines = lists.unfiled(session)
        papers = casework.papers_to_chase(session, desk.terms, now=now)
    ended = sum(_each(house, fund.close_period, one, by=by) for one in periods)
    expired = sum(_each(house, fund.expire, one, by=by) for one in late)
    filed = sum(_each(house, fund.open_line, one, by=by) for one in lines)
    served = serve_queue(house, by=by)
    chased = sum(_each(house, chasing.chase, one, by=by) for one in papers)
    with house.reading() as session:
        behind = fund.left_behind(session, desk, now=now)
    for case_id in behind:
        bring_forward(house, case_id, by=by)
    return Swept(ended, expired, served, len(behind), filed, chased)


def _each(house: House, act: _Timed, key: str, *, by: str) -> bool:
    with house.transaction() as session:
        return act(session, key, desk_of(house), by=by, now=house.now())


def serve_queue(house: House, *, by: str) -> int:
    """Keep money for waiting cases in the order of their approval and return how many were served."""
    count, more = 0, True
    while more:
        with house.transaction() as session:
            served = fund.serve_queue(session, desk_of(house), by=by, now=house.now())
        count, more = count + len(served.cases), served.more
    return count


def tidy(house: House, *, by: str) -> tuple[int, int]:
    """Destroy materials that were kept long enough and files nobody can open; return how many of each. Nightly."""
    with house.transaction() as session:
        forgotten = materials.forget_old(session, terms_of(house).policy, by=by, now=house.now())
    with house.transaction() as session:
        return forgotten, materials.sweep_strays(session, cabinet_of(house), now=house.now())


def pending_events(house: House, *, limit: int = 100) -> tuple[Event, ...]:
    """Return the places cases have come to that no flow was started for, oldest first; `id` is the idempotency key."""
    with house.reading() as session:
        return fund.pending_events(session, limit=limit)


def event_done(house: House, event_id: str) -> bool:
    """Note that a flow was started for an event; False when it was before."""
    with house.transaction() as session:
        return fund.event_done(session, event_id, now=house.now())


def bring_forward(house: House, case_id: str, *, by: str) -> FundCase:
    """Do whatever is due in a case; what the flow `fund-advance` calls."""
    with house.transaction() as session:
        return fund.bring_forward(session, case_id, desk_of(house), by=by, now=house.now())
