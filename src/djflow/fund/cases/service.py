"""What can be done with an application taken alone: file it, change it, move it on, appeal, record a telephone call.

Whether a move's condition holds is said by `Facts`, which `djflow.fund.casework` gathers; each move is one
conditional UPDATE, so that forty taps at once move a case once. Audit details hold codes and amounts, nothing personal.
"""

import unicodedata
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.core.clock import civil_date
from djflow.core.errors import ConflictError, DjflowError, InputError, NotFoundError, RuleError
from djflow.core.ids import PersonId
from djflow.core.subject import Subject
from djflow.fund.cases import rules, store
from djflow.fund.cases.model import Act, BanReason, CaseId, CaseState, Category, Claim, FundCase, Limit, Terms, Who
from djflow.fund.cases.rules import Applicant, Ban
from djflow.fund.cases.store import Change, Private
from djflow.fund.cases.tables import FundCaseRow, FundPhoneRow
from djflow.fund.cases.transitions import (
    CHANGEABLE,
    NEEDS_REASON,
    NOTHING_KNOWN,
    Facts,
    require_guard,
    require_may,
    transition_of,
)
from djflow.people.dossiers import service as dossiers
from djflow.people.dossiers.model import Dossier
from djflow.people.rules import normal_bank_account, normal_bank_name

_CALL_AGE = timedelta(hours=72)


@dataclass(frozen=True, slots=True)
class Step:
    """A move about to be made: what, in what capacity, what is known, why, and for an approval how much."""

    act: Act
    who: Who
    facts: Facts = NOTHING_KNOWN
    reason: str = field(default="", repr=False)
    approved_fen: int | None = None


@dataclass(frozen=True, slots=True)
class PhoneCall:
    """An approval given by telephone: by whom, written down by whom, heard by whom, when."""

    approver: PersonId
    recorder: PersonId
    witness: PersonId
    called_at: datetime


def apply(session: Session, claim: Claim, terms: Terms, *, by: str, now: datetime) -> FundCase:
    """File a draft with the year's next number.

    Raises: InputError for an impossible amount or account; RuleError naming every rule it breaks.
    """
    claim, dossier, account = sound(session, claim)
    _require_eligible(session, claim, dossier, terms, now=now)
    row = store.new_case(store.next_number(session, civil_date(now).year), claim, dossier, now=now)
    store.fill(session, row, claim, account)
    case = store.case_of(row)
    _record(session, case, "fund.apply", by=by, now=now)
    return case


def amend(session: Session, case_id: str, claim: Claim, terms: Terms, *, by: str, now: datetime) -> FundCase:
    """Change what a draft or returned application asks for; the same content again changes nothing.

    Raises: ConflictError in any other state; what `apply` raises.
    """
    row = require(session, case_id, lock=True)
    case = store.case_of(row)
    if case.state not in CHANGEABLE:
        raise ConflictError(
            f"申请 {case.number} 已在办理中，不能修改内容：需要修改请先撤回或等退回。", code="fund.state"
        )
    if claim.applicant != case.applicant:
        raise InputError("申请人不能更换：请撤回这件，另写一件申请。", code="fund.applicant")
    claim, dossier, account = sound(session, claim)
    _require_eligible(session, claim, dossier, terms, now=now, but=case.id)
    before = row.content_hash
    store.fill(session, row, claim, account)
    changed = store.case_of(row)
    if changed.content_hash != before:
        _record(session, changed, "fund.amend", by=by, now=now)
    return changed


def move(session: Session, case_id: str, step: Step, *, by: str, now: datetime) -> FundCase:
    """Move a case on by one act, exactly once.

    Raises: ConflictError when the act may not follow (any more); RuleError for who may not, or an unmet condition.
    """
    case = store.case_of(require(session, case_id, lock=True))
    row = transition_of(case, step.act)
    require_may(row, step.who)
    require_guard(row, step.facts)
    reason = rules.clean_text(step.reason, "理由")
    if step.act in NEEDS_REASON and not reason:
        raise InputError("请写明理由，再提交一次。", code="fund.reason")
    change = Change(
        act=step.act,
        after=row.then,
        who=step.who,
        by=by,
        at=now,
        reason=reason,
        new_round=step.act is Act.RESUBMIT,
        approved_fen=step.approved_fen,
    )
    if not store.change_state(session, case, change):
        raise ConflictError(f"申请 {case.number} 刚刚已由别人办理：请刷新后查看。", code="fund.state")
    after = get(session, case_id)
    details = {"act": step.act.value, "state": after.state.value, "round": after.round, "who": step.who.value}
    audit.record(session, after.subject, "fund.move", by=by, now=now, details=details)
    return after


def appeal(session: Session, case_id: str, reason: str, terms: Terms, *, by: str, now: datetime) -> FundCase:
    """File a new, linked draft against a rejection; it asks for the same with another reason. Twice is once.

    Raises: RuleError when the case was not rejected, is an appeal itself, or the claim is not allowed today.
    """
    old = require(session, case_id, lock=True)
    first = store.case_of(old)
    rules.require_appealable(first)
    if first.appeal_of:
        raise RuleError("申诉已经有过结论，不能再次申诉。", code="fund.appeal")
    known = [one for one in store.others_of(session, first.applicant) if one.appeal_of == first.id]
    if known:
        return known[0]
    private = store.open_private(session, old)
    claim = Claim(
        applicant=first.applicant,
        category=first.category,
        requested_fen=first.requested_fen,
        filing=first.filing,
        reason=reason or private.reason,
        family=private.family,
        income=private.income,
        income_fen=private.income_fen,
        payee_account=private.payee_account,
        payee_bank=private.payee_bank,
    )
    case = apply(session, claim, terms, by=by, now=now)
    row = require(session, case.id)
    row.appeal_of, row.household_hash = first.id, old.household_hash
    session.flush()
    details = {"appeal_of": first.number}
    audit.record(session, case.subject, "fund.appeal", by=by, now=now, details=details)
    return store.case_of(row)


def record_phone(session: Session, case_id: str, call: PhoneCall, terms: Terms, *, by: str, now: datetime) -> FundCase:
    """Record an approval by telephone in the emergency lane and until when the papers must follow; twice is once.

    Raises: RuleError outside the lane or when the same person stands in two places; ConflictError when recorded.
    """
    row = require(session, case_id, lock=True)
    case = store.case_of(row)
    if not case.emergency:
        raise RuleError("只有突发救助的应急申请才能电话批准。", code="fund.phone")
    known = store.phone_row(session, case_id)
    if known is not None:
        if (known.approver_id, known.recorder_id, known.witness_id) == (call.approver, call.recorder, call.witness):
            return case
        raise ConflictError("这件申请已登记过电话批准，不能再改。", code="fund.phone")
    people = {call.approver, call.recorder, call.witness}
    if len(people) != 3 or people & {case.applicant, *dossiers.kin(session, case.applicant)}:
        raise RuleError("批准人、记录人、见证人应是三个不同的人，且不能是申请人或其亲属。", code="fund.phone")
    if not now - _CALL_AGE <= call.called_at <= now:
        raise InputError("通话时间应在最近三天之内，且不晚于现在。", code="fund.phone")
    store.add_phone(session, FundPhoneRow(case_id=case_id, at=now, **_call_values(call)))
    row.papers_due_on = rules.limit_end(Limit.PAPERS, now, terms)
    row.version += 1
    session.flush()
    _record(session, store.case_of(row), "fund.phone", by=by, now=now)
    return store.case_of(row)


def _call_values(call: PhoneCall) -> dict[str, object]:
    return {
        "approver_id": call.approver,
        "recorder_id": call.recorder,
        "witness_id": call.witness,
        "called_at": call.called_at,
    }


def propose(session: Session, case_id: str, amount_fen: int, *, by: str, now: datetime) -> None:
    """Note what the branch proposes.

    Raises: InputError for more than was asked, or nothing.
    """
    row = require(session, case_id, lock=True)
    if not 0 < amount_fen <= row.requested_fen:
        raise InputError("支部建议的金额应大于零，不超过申请的金额。", code="fund.amount")
    row.proposed_fen = amount_fen
    row.version += 1
    session.flush()
    _record(session, store.case_of(row), "fund.propose", by=by, now=now)


def ban(session: Session, person: PersonId, reason: BanReason, until: date, *, by: str, now: datetime) -> None:
    """Keep a person from applying until a day.

    Raises: InputError for a day that is over.
    """
    if until <= civil_date(now):
        raise InputError("限制申请的截止日应在今天以后。", code="fund.ban")
    dossiers.dossier(session, person)
    store.add_ban(session, person, Ban(reason, until), None, now=now)
    _record_ban(session, person, reason, str(until), by=by, now=now)


def ban_after(session: Session, case: FundCase, terms: Terms, *, by: str, now: datetime) -> None:
    """Keep the person of a clawed-back case from applying for the years the office fixed."""
    until = rules.ban_until(civil_date(now), terms.policy.ban_years)
    store.add_ban(session, case.applicant, Ban(BanReason.FALSE_MATERIAL, until), case.id, now=now)
    _record_ban(session, case.applicant, BanReason.FALSE_MATERIAL, str(until), by=by, now=now)


def _record_ban(session: Session, person: PersonId, reason: BanReason, until: str, *, by: str, now: datetime) -> None:
    details = {"reason": reason.value, "until": until}
    audit.record(session, Subject("people.person", person), "fund.ban", by=by, now=now, details=details)


def private_details(session: Session, case_id: str, *, by: str, now: datetime) -> Private:
    """Open what is sealed in a case for a reviewer; that somebody looked is recorded.

    Raises: NotFoundError.
    """
    row = require(session, case_id)
    _record(session, store.case_of(row), "fund.look", by=by, now=now)
    return store.open_private(session, row)


def reasons(session: Session, case_id: str, *, by: str, now: datetime) -> tuple[tuple[Act, datetime, str], ...]:
    """Open the reasons given for a case's steps for a reviewer; that somebody looked is recorded.

    Raises: NotFoundError.
    """
    row = require(session, case_id)
    _record(session, store.case_of(row), "fund.look_reasons", by=by, now=now)
    return store.reasons(session, case_id)


def get(session: Session, case_id: str) -> FundCase:
    """Return a case.

    Raises: NotFoundError.
    """
    return store.case_of(require(session, case_id))


def find(session: Session, word: str) -> FundCase:
    """Return the case with an id or number.

    Raises: NotFoundError.
    """
    row = store.row_by_number(session, word)
    return store.case_of(row) if row else get(session, word)


def require(session: Session, case_id: str, *, lock: bool = False) -> FundCaseRow:
    """Return a case's row, locked until the transaction ends when asked.

    Raises: NotFoundError.
    """
    row = store.locked(session, case_id) if lock else store.row_of(session, case_id)
    if row is None:
        raise NotFoundError("没有这件申请：请核对编号，或刷新后再试。", code="fund.unknown")
    return row


def lock_person(session: Session, case_id: str) -> None:
    """Lock all applications of a case's person, always in the same order: two grants at once wait for each other.

    Raises: NotFoundError.
    """
    store.others_of(session, get(session, case_id).applicant, lock=True)


def over_caps(session: Session, case: FundCase, amount_fen: int, terms: Terms, *, now: datetime) -> tuple[str, ...]:
    """Return why an amount cannot be approved; call `lock_person` first, so that two cannot pass together."""
    others = store.others_of(session, case.applicant, but=case.id)
    return rules.over_caps(case, amount_fen, others, terms.policy, civil_date(now).year)


def refusals(session: Session, claim: Claim, terms: Terms, *, now: datetime) -> tuple[str, ...]:
    """Return every reason in words why a claim cannot be filed today; nothing is written."""
    try:
        claim, dossier, _ = sound(session, claim)
    except DjflowError as error:
        return (error.message,)
    return _refusals(session, claim, dossier, terms, now=now)


def eligible(session: Session, case: FundCase, terms: Terms, *, now: datetime) -> tuple[str, ...]:
    """Return why a filed case could not be filed today, without opening what is sealed."""
    claim = Claim(case.applicant, case.category, case.requested_fen)
    dossier = dossiers.dossier(session, case.applicant)
    return _refusals(session, claim, dossier, terms, now=now, but=case.id)


def sound(session: Session, claim: Claim) -> tuple[Claim, Dossier, str]:
    """Return a claim as it is kept, its applicant's dossier, and the account that would be paid.

    Raises: InputError and RuleError for what cannot be claimed.
    """
    rules.require_amount(claim.requested_fen)
    if claim.emergency and claim.category is not Category.EMERGENCY:
        raise InputError("只有突发救助类才能走应急通道：请改类别，或不选应急。", code="fund.emergency")
    dossier = dossiers.dossier(session, claim.applicant)
    given = normal_bank_account(claim.payee_account) if claim.payee_account.strip() else ""
    account = rules.require_account(given, dossier.bank_account)
    cleaned = replace(
        claim,
        reason=rules.clean_text(claim.reason, "困难情况"),
        family=rules.clean_text(claim.family, "家庭情况"),
        income=rules.clean_text(claim.income, "收入情况"),
        household="".join(unicodedata.normalize("NFKC", claim.household).split()).upper(),
        payee_bank=_bank(claim, dossier, account),
    )
    if not cleaned.reason:
        raise InputError("请写明困难情况，再提交一次。", code="fund.reason")
    return cleaned, dossier, account


def _bank(claim: Claim, dossier: Dossier, account: str) -> str:
    if claim.payee_bank.strip():
        return normal_bank_name(claim.payee_bank)
    return dossier.bank_name if account == dossier.bank_account else ""


def _require_eligible(
    session: Session, claim: Claim, dossier: Dossier, terms: Terms, *, now: datetime, but: str = ""
) -> None:
    found = _refusals(session, claim, dossier, terms, now=now, but=but)
    if found:
        raise RuleError("".join(found), code="fund.not_eligible")


def _refusals(
    session: Session, claim: Claim, dossier: Dossier, terms: Terms, *, now: datetime, but: str = ""
) -> tuple[str, ...]:
    applicant = Applicant(
        is_member=dossier.branch is not None,
        bans=store.bans_of(session, claim.applicant),
        others=store.others_of(session, claim.applicant, but=but),
    )
    return rules.refusals(claim, applicant, terms.policy, civil_date(now))


def _record(session: Session, case: FundCase, action: str, *, by: str, now: datetime) -> None:
    details = {
        "number": case.number,
        "state": case.state.value,
        "category": case.category.value,
        "requested_fen": case.requested_fen,
        "content": case.content_hash[:16],
    }
    audit.record(session, case.subject, action, by=by, now=now, details=details)


def waiting(session: Session, *states: CaseState, limit: int | None = None) -> tuple[FundCase, ...]:
    """Return the cases in some states, the longest waiting first."""
    return store.cases_in(session, states, limit=limit)


def count(session: Session, *states: CaseState) -> int:
    """Return how many cases are in some states."""
    return store.count_in(session, states)


def by_ids(session: Session, ids: tuple[CaseId, ...]) -> dict[str, FundCase]:
    """Return cases by id."""
    return store.cases_by_id(session, ids)
