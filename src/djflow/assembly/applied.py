"""Applications as their makers see them: how far, since when, what is missing, what can be done.

Looking changes nothing and shows nothing that is sealed: a link may have been forwarded.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType

from djflow.assembly.house import House
from djflow.assembly.relief import terms_of
from djflow.assembly.seats import Seat, entitled
from djflow.fund import casework
from djflow.fund.cases import drafts
from djflow.fund.cases import service as cases
from djflow.fund.cases.model import CATEGORY_WORDS, STATE_WORDS, Act, CaseState, Category, Filing, FundCase, Policy, Who
from djflow.fund.cases.transitions import BY_STATE_AND_ACT, CHANGEABLE, ENDED
from djflow.fund.casework import Progress
from djflow.fund.materials import service as materials
from djflow.fund.materials.model import MATERIAL_WORDS, OFFICE_KINDS, Material, MaterialKind
from djflow.fund.payment import orders
from djflow.fund.payment.model import OrderState
from djflow.people import service as people

TAIL = 4
WAY = ("提交申请", "支部受理", "支部评议、公示和核查", "审批", "公示", "拨付到账", "上门慰问", "回访", "办结")
"""The way of an application in the applicant's words, first to last."""
_AT: Mapping[CaseState, int] = MappingProxyType(
    {
        CaseState.DRAFT: 0,
        CaseState.SUBMITTED: 1,
        CaseState.CHECKING: 2,
        CaseState.RETURNED: 2,
        CaseState.RUNNING: 3,
        CaseState.WAITING_BUDGET: 4,
        CaseState.PUBLICITY: 4,
        CaseState.FROZEN: 4,
        CaseState.READY_TO_PAY: 5,
        CaseState.SENT: 5,
        CaseState.PAYMENT_FAILED: 5,
        CaseState.PAID: 6,
        CaseState.FOLLOW_UP: 7,
        CaseState.CLOSED: 9,
    }
)
"""Which step of the way a case is at."""
_PAYMENT: Mapping[OrderState, str] = MappingProxyType(
    {
        OrderState.READY: "等待拨付",
        OrderState.BATCHED: "等待拨付",
        OrderState.SENT: "已送银行",
        OrderState.UNKNOWN: "已送银行，正在核对",
        OrderState.PAID: "已到账",
        OrderState.FAILED: "银行退回，等更正账号",
        OrderState.CORRECTED: "银行退回，已更正",
        OrderState.WITHDRAWN: "已撤回",
        OrderState.CLAWED_BACK: "已退回基金",
    }
)


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of the way: `done`, `now`, or still to come."""

    words: str
    done: bool
    now: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """An application in a list; `name` is the applicant's where somebody else filed it."""

    id: str
    number: str
    label: str
    words: str
    since: datetime
    amount_fen: int
    ended: bool
    name: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Sight:
    """One application with what its maker can do about it; `acts` names the forms that are open."""

    id: str
    progress: Progress
    label: str
    way: tuple[Stage, ...]
    until: date | None
    payment: str
    tail: str
    papers: tuple[Material, ...]
    kinds: tuple[tuple[str, str], ...]
    acts: frozenset[str]
    ended: bool
    by_branch: bool
    emergency: bool
    appeal_of: str
    name: str = field(repr=False)


def mine(house: House, seat: Seat) -> tuple[Listed, ...]:
    """Return the applications of a seat, those that are not over first, then the newest first."""
    policy = terms_of(house).policy
    with house.reading() as session:
        own = drafts.of_person(session, seat.person) if seat.person and not seat.at_desk else ()
        filed = [one for one in drafts.filed_by(session, seat.branches) if one.applicant != seat.person]
        names = people.people_by_ids(session, sorted({one.applicant for one in filed}))
    rows = [_listed(one, policy, "") for one in own]
    rows += [_listed(one, policy, names[one.applicant].name) for one in filed]
    return tuple(sorted(sorted(rows, key=lambda row: row.number, reverse=True), key=lambda row: row.ended))


def see(house: House, seat: Seat, case_id: str) -> Sight:
    """Return one application as its maker sees it.

    Raises: NotFoundError for somebody else's, existing or not.
    """
    terms = terms_of(house)
    with house.reading() as session:
        case, who = entitled(session, seat, case_id)
        progress = casework.progress(session, case.id, terms)
        paid = next(iter(reversed(orders.history(session, case.subject))), None)
        account = drafts.stated(session, case.id).payee_account
        lacking = casework.lacking(session, case, terms)
        papers = [one for one in materials.materials_of(session, case.id) if one.kind not in OFFICE_KINDS]
        appealed = any(one.appeal_of == case.id for one in drafts.of_person(session, case.applicant))
        first = cases.get(session, case.appeal_of).number if case.appeal_of else ""
        name = people.people_by_ids(session, [case.applicant])[case.applicant].name
    return Sight(
        id=case.id,
        progress=progress,
        label=_label(terms.policy, case.category),
        way=_way(case),
        until=progress.due_on if case.state in CHANGEABLE else case.papers_due_on if progress.missing else None,
        payment=_PAYMENT[paid.state] if paid else "",
        tail=paid.account_tail if paid else account[-TAIL:],
        papers=tuple(papers),
        kinds=_kinds(terms.policy, case, progress.missing),
        acts=_acts(case, who, lacking, appealed=appealed),
        ended=case.state in ENDED,
        by_branch=case.filing is Filing.BRANCH,
        emergency=case.emergency,
        appeal_of=first,
        name=name if case.applicant != seat.person else "",
    )


def _listed(case: FundCase, policy: Policy, name: str) -> Listed:
    return Listed(
        id=case.id,
        number=case.number,
        label=_label(policy, case.category),
        words=STATE_WORDS[case.state],
        since=case.since,
        amount_fen=case.amount_fen,
        ended=case.state in ENDED,
        name=name,
    )


def _label(policy: Policy, category: Category) -> str:
    rule = policy.categories.get(category)
    return rule.label if rule else CATEGORY_WORDS[category]


def _way(case: FundCase) -> tuple[Stage, ...]:
    at = _AT.get(case.state)
    if at is None:  # it ended before its way did
        return ()
    return tuple(Stage(words, done=number < at, now=number == at) for number, words in enumerate(WAY))


def _kinds(policy: Policy, case: FundCase, missing: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    rule = policy.categories.get(case.category)
    wanted = [MaterialKind(kind) for kind in (rule.materials if rule else ())]
    rest = [kind for kind in MaterialKind if kind not in OFFICE_KINDS and kind not in wanted]
    lacking = [kind for kind in wanted if MATERIAL_WORDS[kind] in missing]
    given = [kind for kind in wanted if kind not in lacking]
    return tuple((kind.value, MATERIAL_WORDS[kind]) for kind in (*lacking, *given, *rest))


def _acts(case: FundCase, who: Who, lacking: tuple[str, ...], *, appealed: bool) -> frozenset[str]:
    changeable = case.state in CHANGEABLE
    late = case.emergency and case.papers_due_on is not None and case.state not in ENDED
    open_acts = {
        "submit": changeable and not lacking,
        "amend": changeable,
        "remove": changeable,
        "upload": changeable or late,
        # For somebody else only with his paper, which the page of the case takes.
        "withdraw": (case.state, Act.WITHDRAW) in BY_STATE_AND_ACT and (who is Who.APPLICANT or changeable),
        "appeal": who is Who.APPLICANT and case.state is CaseState.REJECTED and not case.appeal_of and not appealed,
    }
    return frozenset(act for act, is_open in open_acts.items() if is_open)
