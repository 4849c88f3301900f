"""The ordinary way of a case, one act at a time: what whoever has it on the desk does next when all goes well."""

from collections.abc import Callable, Mapping

from djflow.approvals import service as approvals
from djflow.approvals.model import Case as Approval
from djflow.approvals.model import CaseState as ApprovalState
from djflow.fund.cases.model import Act, CaseState, FundCase, Who
from djflow.fund.payment.model import OrderState
from djflow.fund.publicity import service as publicity
from djflow.fund.publicity.model import Level, PeriodState
from tests.fund.joined.played import Player

S = CaseState


def onward(player: Player, case: FundCase) -> bool:
    """Do the next act of a case's ordinary way; False at its end."""
    act = _NEXT.get(case.state)
    if act is not None:
        act(player, case)
    return act is not None


def _accept(player: Player, case: FundCase) -> None:
    player.town.request(case, Act.ACCEPT, Who.BRANCH)


def _decide(player: Player, case: FundCase) -> None:
    """Check, let the list hang, or agree: whatever the approval stands at."""
    town = player.town
    with town.database.reading() as session:
        approval: Approval = approvals.cases_about(session, case.subject)[0]
        hanging = [
            one
            for one in publicity.periods_of(session, case.id)
            if one.level is Level.BRANCH and one.state is PeriodState.OPEN
        ]
    if approval.state is not ApprovalState.RUNNING:
        return  # blocked: nobody can decide it, and everybody sees why
    if not approval.deciders:
        town.checked(case)
        town.say(case)
    elif hanging:
        player.list_ends(case, Level.BRANCH)
    else:
        town.say(case)


def _pay_in(player: Player, case: FundCase) -> None:
    player.town.receive(case.amount_fen, f"for-{case.number}-{case.version}")
    player.serve()


def _to_bank(player: Player, case: FundCase) -> None:
    if player.order(case).state is OrderState.READY:
        player.batch(case)
    player.send(case)


def _hand(act: Act) -> Callable[[Player, FundCase], object]:
    return lambda player, case: player.town.request(case, act, Who.BRANCH)


_NEXT: Mapping[CaseState, Callable[[Player, FundCase], object]] = {
    S.SUBMITTED: _accept,
    S.CHECKING: _decide,
    S.RUNNING: _decide,
    S.RETURNED: lambda player, case: player.town.request(case, Act.RESUBMIT, Who.APPLICANT),
    S.WAITING_BUDGET: _pay_in,
    S.PUBLICITY: Player.list_ends,
    S.FROZEN: lambda player, case: player.settle(case, upheld=False),
    S.READY_TO_PAY: _to_bank,
    S.SENT: lambda player, case: player.answer(case, paid=True),
    S.PAYMENT_FAILED: Player.correct,
    S.PAID: _hand(Act.HAND_OVER),
    S.FOLLOW_UP: _hand(Act.CLOSE),
}
