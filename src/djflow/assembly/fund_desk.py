"""The desk's acts on cases of the fund: each looks who asks, where the case is, whose act it is, then does it whole.

One transaction per act. What an account may not see it cannot name; the applicant and relatives handle nothing; who
acts for somebody else says why, in whose presence and on what paper, and never approves the case.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial

from sqlalchemy.orm import Session

from djflow.accounts.model import Account, Role
from djflow.approvals import service as approvals
from djflow.assembly import fund_acts, fund_scope
from djflow.assembly.approvals import desk_of
from djflow.assembly.fund_acts import DeskAct, DeskRule
from djflow.assembly.house import House
from djflow.assembly.relief import cabinet_of, terms_of
from djflow.audit import service as audit
from djflow.core.errors import ConflictError, InputError, NotFoundError, RuleError
from djflow.core.ids import PersonId
from djflow.fund import casework
from djflow.fund import service as fund
from djflow.fund.behalf import service as behalf
from djflow.fund.behalf.model import BehalfAct, OnBehalf
from djflow.fund.cases import service as cases
from djflow.fund.cases.model import Act as Move
from djflow.fund.cases.model import FundCase, Who
from djflow.fund.cases.service import PhoneCall
from djflow.fund.casework import Request
from djflow.fund.checks import service as checks
from djflow.fund.checks.model import Deliberation
from djflow.fund.checks.model import Visit as Seen
from djflow.fund.materials import service as materials
from djflow.fund.materials.model import Material, MaterialKind, Upload
from djflow.fund.publicity import service as publicity
from djflow.fund.publicity.model import NewObjection, Objection, Via
from djflow.people import service as people


@dataclass(frozen=True, slots=True)
class ForOther:
    """What is said about an act for somebody else: why, who was present (a code), the paper's scan or nothing."""

    reason: str = field(default="", repr=False)
    second: str = ""
    scan: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class HomeVisit:
    """What two visitors (codes) found at the applicant's home."""

    visitors: tuple[str, str]
    on: date
    consistent: bool
    note: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Vote:
    """A branch's vote; `known` are the codes of those present whom the house knows, `minutes` the scanned record."""

    held_on: date
    present: int
    votes_for: int
    against: int
    abstain: int
    known: tuple[str, ...]
    proposed_fen: int
    recused: bool
    minutes: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Call:
    """An approval by telephone: the approver's code and when it was given."""

    approver: str
    called_at: datetime


@dataclass(frozen=True, slots=True)
class Handling:
    """An act that has begun: the house, who acts, the case, the act's rule."""

    house: House
    account: Account
    person: PersonId
    case: FundCase
    rule: DeskRule
    now: datetime

    @property
    def by(self) -> str:
        """Who acts, as the record names it."""
        return self.account.actor

    @property
    def who(self) -> Who:
        """In what capacity."""
        return Who.OFFICE if Role.OFFICE_CLERK in self.account.roles else Who.BRANCH


def begin(session: Session, house: House, account: Account, word: str, act: DeskAct) -> Handling:
    """Begin an act on a case named by id or number; holds the record, as every act does.

    Raises: NotFoundError for a case of others; RuleError for a role, an account without a person, or a relative;
        ConflictError when the case is elsewhere.
    """
    audit.hold(session)
    case = fund_scope.case_for(session, account, word, fund_acts.RULES[act].act)
    rule = fund_acts.require(account.roles, act, case)
    if account.person is None:
        raise RuleError("单位账号只能查看：办理请用本人的账号登录。", code="fund.no_person")
    casework.require_impartial(session, case, account.person)
    return Handling(house, account, account.person, case, rule, house.now())


def step(house: House, account: Account, word: str, act: DeskAct, reason: str = "") -> FundCase:
    """Accept, return, refuse, send through the emergency lane, hand over or close a case.

    Raises: what `begin` and `fund.service.move` raise.
    """
    with house.transaction() as session:
        on = begin(session, house, account, word, act)
        if on.rule.move is None or on.rule.behalf is not None:
            raise ConflictError("这件事要填写另一张表单：请从申请页面进入。", code="fund.act")
        request = Request(on.rule.move, on.who, reason, person=on.person)
        return fund.move(session, on.case.id, request, desk_of(house), by=on.by, now=on.now)


def hand_over(house: House, account: Account, word: str, told: str, receipt: bytes) -> FundCase:
    """Note that the help was handed over in person, with the signed receipt.

    Raises: what `step` and `materials.attach` raise; InputError without a receipt.
    """
    if not receipt:
        raise InputError("请附上签收单的照片或扫描件（本人签字），再提交一次。", code="fund.receipt")
    with house.transaction() as session:
        on = begin(session, house, account, word, DeskAct.HAND_OVER)
        _attach(session, on, MaterialKind.RECEIPT, receipt)
        request = Request(Move.HAND_OVER, on.who, told, person=on.person)
        return fund.move(session, on.case.id, request, desk_of(house), by=on.by, now=on.now)


def visit(house: House, account: Account, word: str, seen: HomeVisit, other: ForOther) -> None:
    """Record a home visit by two people.

    Raises: what `begin` and `checks.service.visit` raise; InputError unless two different people are named.
    """
    first, second = seen.visitors
    if not first or not second or first == second:
        raise InputError("入户核实要有两个不同的人：请写两个人的工号。", code="fund.visitor")
    with house.transaction() as session:
        on = begin(session, house, account, word, DeskAct.VISIT)
        found = [
            Seen(_person(session, code, "核实人"), seen.on, consistent=seen.consistent, note=seen.note)
            for code in seen.visitors
        ]

        def noted() -> None:
            for one in found:
                checks.visit(session, on.case.id, one, by=on.by, now=on.now)

        _tend(session, on, noted, other)


def deliberate(house: House, account: Account, word: str, vote: Vote, other: ForOther) -> None:
    """Record a branch's vote with its minutes.

    Raises: what `begin`, `materials.attach` and `checks.service.deliberate` raise.
    """
    if not vote.minutes:
        raise InputError("请附上评议记录的照片或扫描件，再提交一次。", code="fund.minutes")
    with house.transaction() as session:
        on = begin(session, house, account, word, DeskAct.DELIBERATE)
        known = tuple(_person(session, code, "到会人员") for code in vote.known)
        paper = _attach(session, on, MaterialKind.MINUTES, vote.minutes)
        held = Deliberation(
            held_on=vote.held_on,
            present=vote.present,
            votes_for=vote.votes_for,
            against=vote.against,
            abstain=vote.abstain,
            known=known,
            proposed_fen=vote.proposed_fen,
            minutes=paper.id,
            recused=vote.recused,
        )
        policy = terms_of(house).policy
        noted = partial(checks.deliberate, session, on.case.id, held, policy, by=on.by, now=on.now)
        _tend(session, on, noted, other)


def settle_flag(house: House, account: Account, word: str, flag_id: str, reason: str) -> None:
    """Give the reason for which a flagged case may go on.

    Raises: what `begin` and `checks.service.settle_flag` raise.
    """
    with house.transaction() as session:
        on = begin(session, house, account, word, DeskAct.FLAG)
        if flag_id not in {one.id for one in checks.flags_of(session, on.case.id) if one.case == on.case.id}:
            raise NotFoundError("没有这条疑点，或它属于另一件申请：请刷新后再试。", code="fund.flag")
        noted = partial(checks.settle_flag, session, flag_id, reason, by=on.by, now=on.now)
        _tend(session, on, noted, None)


def attach(house: House, account: Account, word: str, upload: Upload) -> Material:
    """Keep a file with a case.

    Raises: what `begin` and `materials.attach` raise.
    """
    with house.transaction() as session:
        on = begin(session, house, account, word, DeskAct.ATTACH)
        kept: list[Material] = []
        _tend(session, on, lambda: kept.append(_attach(session, on, upload.kind, upload.content)), None)
        return kept[0]


def phone(house: House, account: Account, word: str, call: Call, other: ForOther) -> FundCase:
    """Record an approval by telephone: whoever is logged in wrote it down, the second person heard it.

    Raises: what `begin`, `cases.record_phone` and `behalf.note` raise.
    """
    with house.transaction() as session:
        on = begin(session, house, account, word, DeskAct.PHONE)
        approver = _person(session, call.approver, "批准人")
        heard = PhoneCall(approver, on.person, _person(session, other.second, "见证人"), call.called_at)

        def noted() -> None:
            cases.record_phone(session, on.case.id, heard, terms_of(house), by=on.by, now=on.now)
            if other.scan:
                _attach(session, on, MaterialKind.PHONE_RECORD, other.scan)

        return _tend(session, on, noted, other)


def object_to(
    house: House, account: Account, word: str, period_id: str, new: NewObjection, other: ForOther
) -> Objection:
    """Take in an objection that came by letter, visit or telephone.

    Raises: what `begin`, `fund.service.object_to` and `behalf.note` raise.
    """
    with house.transaction() as session:
        on = begin(session, house, account, word, DeskAct.OBJECT)
        if publicity.period(session, period_id).case != on.case.id:
            raise NotFoundError("没有这份公示，或它属于另一件申请：请刷新后再试。", code="publicity.unknown")
        by_hand = replace(new, via=Via.HAND)
        _note(session, on, BehalfAct.OBJECT, other)
        return fund.object_to(session, period_id, by_hand, desk_of(house), by=on.by, now=on.now)


def settle_objection(
    house: House, account: Account, word: str, objection_id: str, reason: str, *, upheld: bool
) -> FundCase:
    """Say what became of an objection; whoever decided the case or took the objection in leaves it to another.

    Raises: what `begin` and `fund.service.settle_objection` raise; RuleError for the same hands.
    """
    with house.transaction() as session:
        on = begin(session, house, account, word, DeskAct.SETTLE)
        if publicity.case_of_objection(session, objection_id) != on.case.id:
            raise NotFoundError("没有这件异议，或它属于另一件申请：请刷新后再试。", code="objection.unknown")
        require_fresh_hands(session, on.case, on.person)
        desk = desk_of(house)
        return fund.settle_objection(session, objection_id, reason, desk, upheld=upheld, by=on.by, now=on.now)


def require_fresh_hands(session: Session, case: FundCase, person: PersonId) -> None:
    """Refuse whoever approved a case, or acted in it for somebody else, where another must look.

    Raises: RuleError.
    """
    decided = {one for known in approvals.cases_about(session, case.subject) for one in known.deciders}
    if person in decided | behalf.hands(session, case.id):
        raise RuleError("您审批过这件申请或代人登记过异议：请由另一位同志核实处理。", code="fund.same_hands")


def withdraw(house: House, account: Account, word: str, other: ForOther) -> FundCase:
    """Take an application back for its applicant, on the applicant's paper.

    Raises: what `begin`, `fund.service.withdraw` and `behalf.note` raise; InputError without the paper.
    """
    with house.transaction() as session:
        on = begin(session, house, account, word, DeskAct.WITHDRAW)
        _require_scan(other, "撤回申请书")
        _attach(session, on, MaterialKind.WRITTEN_REQUEST, other.scan)
        case = fund.withdraw(session, on.case.id, desk_of(house), who=Who.BRANCH, by=on.by, now=on.now)
        _note(session, on, BehalfAct.WITHDRAW, other)
        return case


def appeal(house: House, account: Account, word: str, told: str, other: ForOther) -> FundCase:
    """File the applicant's appeal against a rejection as a new draft, on the applicant's paper.

    Raises: what `begin`, `cases.service.appeal` and `behalf.note` raise; InputError without the paper.
    """
    with house.transaction() as session:
        on = begin(session, house, account, word, DeskAct.APPEAL)
        _require_scan(other, "申诉书")
        made = cases.appeal(session, on.case.id, told, terms_of(house), by=on.by, now=on.now)
        new = replace(on, case=made)
        _attach(session, new, MaterialKind.WRITTEN_REQUEST, other.scan)
        _note(session, new, BehalfAct.APPEAL, other)
        return cases.get(session, made.id)


def _require_scan(other: ForOther, what: str) -> None:
    if not other.scan:
        raise InputError(f"请附上申请人签字的{what}的照片或扫描件，再提交一次。", code="behalf.scan")


def _tend(session: Session, on: Handling, act: Callable[[], object], other: ForOther | None) -> FundCase:
    def done() -> None:
        # Who acts for another is noted first: what follows from the act must not ask that person for approval.
        if other is not None and on.rule.behalf is not None and not fund_acts.is_own(on.account.roles, on.rule):
            _note(session, on, on.rule.behalf, other)
        act()

    return fund.tend(session, on.case.id, done, desk_of(on.house), by=on.by, now=on.now)


def _note(session: Session, on: Handling, act: BehalfAct, other: ForOther) -> None:
    second = _person(session, other.second, "在场的另一人")
    digest = hashlib.sha256(other.scan).hexdigest() if other.scan else ""
    what = OnBehalf(act, on.person, second, other.reason, digest)
    behalf.note(session, on.case.id, what, desk_of(on.house).office, by=on.by, now=on.now)


def _attach(session: Session, on: Handling, kind: MaterialKind, content: bytes) -> Material:
    return materials.attach(session, on.case.id, Upload(kind, content), cabinet_of(on.house), by=on.by, now=on.now)


def _person(session: Session, code: str, what: str) -> PersonId:
    if not code:
        raise InputError(f"请写明{what}的工号，再提交一次。", code="fund.person")
    found = people.person_ids(session, [code]).get(code)
    if found is None:
        raise InputError(f"{what}的工号写错了，人员表里没有：请核对。", code="fund.person")
    return found
