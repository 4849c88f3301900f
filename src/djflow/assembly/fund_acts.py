"""What the desk may do with a case of the fund as data: whose act, in which states, whose place it is.

Pages, use cases and tests read this table. `home` are the roles whose own act it is: anybody else who may do it acts
for them, says why and in whose presence, and never approves the case. Source: handbook of the fund, sections 4 to 6.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from djflow.accounts.model import TOWN_ROLES, Act, Role
from djflow.accounts.rules import may
from djflow.core.clock import civil_datetime
from djflow.core.errors import ConflictError, RuleError
from djflow.fund.behalf.model import BehalfAct
from djflow.fund.cases.model import STATE_WORDS, CaseState, FundCase
from djflow.fund.cases.model import Act as Move
from djflow.fund.cases.transitions import BY_STATE_AND_ACT, ENDED
from djflow.fund.checks.service import may_be_checked

S = CaseState


class DeskAct(StrEnum):
    """An act of the desk on one case."""

    ACCEPT = "accept"
    RETURN = "return"
    REJECT = "reject"
    DELIBERATE = "deliberate"
    VISIT = "visit"
    FLAG = "flag"
    ATTACH = "attach"
    PHONE = "phone"
    FAST_TRACK = "fast"
    OBJECT = "object"
    SETTLE = "settle"
    WITHDRAW = "withdraw"
    HAND_OVER = "handover"
    CLOSE = "close"
    APPEAL = "appeal"


@dataclass(frozen=True, slots=True)
class DeskRule:
    """An act: what it is called, the permission, the states; `home` None means that it is everybody's own."""

    words: str
    act: Act
    states: frozenset[CaseState]
    move: Move | None = None
    home: frozenset[Role] | None = None
    behalf: BehalfAct | None = None
    when: Callable[[FundCase], bool] | None = None

    def open_for(self, case: FundCase) -> bool:
        """Return whether a case is where the act belongs."""
        return self.when(case) if self.when else case.state in self.states


def _from(move: Move) -> frozenset[CaseState]:
    return frozenset(state for state, act in BY_STATE_AND_ACT if act is move)


def _moving(words: str, act: Act, move: Move, *, but: Collection[CaseState] = ()) -> DeskRule:
    return DeskRule(words, act, _from(move) - frozenset(but), move)


def _may_phone(case: FundCase) -> bool:
    return case.emergency and case.papers_due_on is None and case.state in {S.SUBMITTED, S.CHECKING}


def _may_hurry(case: FundCase) -> bool:
    return case.papers_due_on is not None and case.state in _from(Move.FAST_TRACK)


_EVERY = frozenset(CaseState)
_LISTED = _EVERY - {S.DRAFT, S.SUBMITTED, S.REJECTED, S.WITHDRAWN, S.EXPIRED, S.CLAWED_BACK}
_BRANCH = frozenset({Role.BRANCH_SECRETARY})

RULES: Mapping[DeskAct, DeskRule] = MappingProxyType(
    {
        DeskAct.ACCEPT: _moving("受理", Act.FUND_BRANCH, Move.ACCEPT),
        DeskAct.RETURN: _moving("退回补正", Act.FUND_BRANCH, Move.RETURN, but={S.RUNNING}),
        DeskAct.REJECT: _moving("不予通过", Act.FUND_OFFICE, Move.REJECT, but={S.RUNNING}),
        DeskAct.DELIBERATE: DeskRule(
            "登记支部评议", Act.FUND_BRANCH, _EVERY, home=_BRANCH, behalf=BehalfAct.DELIBERATE, when=may_be_checked
        ),
        DeskAct.VISIT: DeskRule(
            "登记入户核实", Act.FUND_VISIT, _EVERY, home=TOWN_ROLES, behalf=BehalfAct.VISIT, when=may_be_checked
        ),
        DeskAct.FLAG: DeskRule("说明疑点", Act.FUND_FLAG, _EVERY - ENDED - {S.DRAFT}),
        DeskAct.ATTACH: DeskRule("补充材料", Act.FUND_MATERIAL, _EVERY - ENDED),
        DeskAct.PHONE: DeskRule(
            "登记电话批准", Act.FUND_OFFICE, _EVERY, home=frozenset(), behalf=BehalfAct.PHONE, when=_may_phone
        ),
        DeskAct.FAST_TRACK: DeskRule("走应急通道", Act.FUND_OFFICE, _EVERY, Move.FAST_TRACK, when=_may_hurry),
        DeskAct.OBJECT: DeskRule("登记异议", Act.FUND_OBJECT, _LISTED, home=frozenset(), behalf=BehalfAct.OBJECT),
        DeskAct.SETTLE: DeskRule("处理异议", Act.FUND_SETTLE, _EVERY - {S.DRAFT, S.SUBMITTED}),
        DeskAct.WITHDRAW: DeskRule(
            "代申请人撤回",
            Act.FUND_BRANCH,
            _from(Move.WITHDRAW),
            Move.WITHDRAW,
            home=frozenset(),
            behalf=BehalfAct.WITHDRAW,
        ),
        DeskAct.HAND_OVER: _moving("登记到账慰问", Act.FUND_DELIVER, Move.HAND_OVER),
        DeskAct.CLOSE: _moving("登记回访并办结", Act.FUND_DELIVER, Move.CLOSE),
        DeskAct.APPEAL: DeskRule(
            "登记申诉", Act.FUND_BRANCH, frozenset({S.REJECTED}), home=frozenset(), behalf=BehalfAct.APPEAL
        ),
    }
)


def offered(roles: Collection[Role], case: FundCase) -> tuple[DeskAct, ...]:
    """Return what somebody with `roles` may do with a case as it stands."""
    return tuple(one for one, rule in RULES.items() if may(roles, rule.act) and rule.open_for(case))


def require(roles: Collection[Role], act: DeskAct, case: FundCase) -> DeskRule:
    """Return the rule of an act.

    Raises: RuleError for somebody whose act it is not; ConflictError saying where the case is.
    """
    rule = RULES[act]
    if not may(roles, rule.act):
        raise RuleError(f"您的角色不能{rule.words}：请交给有权限的同志办理。", code="fund.role")
    if not rule.open_for(case):
        since = civil_datetime(case.since)
        raise ConflictError(
            f"申请 {case.number} 自{since:%Y年%m月%d日 %H:%M}起为“{STATE_WORDS[case.state]}”，"
            f"现在不能{rule.words}：请返回查看。",
            code="fund.state",
        )
    return rule


def is_own(roles: Collection[Role], rule: DeskRule) -> bool:
    """Return whether an act is somebody's own, not one done for somebody else."""
    return rule.home is None or not rule.home.isdisjoint(roles)
