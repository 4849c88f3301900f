"""Counts what the fund did in a span. Pure.

A case takes the workdays after the one it was handed in on, until the one on which the money arrived. What is paid is
set against everything that was approved and could have been paid by the end.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import accumulate

from djflow.calendar.workdays import WorkCalendar
from djflow.core.clock import civil_date
from djflow.core.money import yuan_of
from djflow.core.sections import Figure
from djflow.fund.cases.model import Act, CaseState
from djflow.fund.cases.transitions import ENDED
from djflow.fund.figures.model import APPROVED, DAYS, LEAST, OPEN, PAID, PAYOUT, RECEIVED, Paid

S = CaseState
APPROVING = frozenset({Act.APPROVE, Act.QUEUE})
UNPAID = frozenset({S.WAITING_BUDGET, S.PUBLICITY, S.FROZEN, S.READY_TO_PAY, S.SENT, S.PAYMENT_FAILED})
"""States of what was approved and is not paid."""
UNDER_WAY = frozenset(set(S) - ENDED - {S.DRAFT})
"""States of what somebody handed in and is not finished."""


def workdays_taken(paid: Sequence[Paid], calendar: WorkCalendar) -> int:
    """Return the workdays all cases took together; each day of the calendar is asked for once."""
    pairs = [(civil_date(one.submitted_at), civil_date(one.paid_at)) for one in paid]
    if not pairs:
        return 0
    first = min(day for day, _ in pairs)
    length = (max(day for _, day in pairs) - first).days + 1
    worked = tuple(accumulate(int(calendar.is_workday(first + timedelta(days=place))) for place in range(length)))

    def until(day: date) -> int:
        return worked[(day - first).days]

    return sum(until(last) - until(start) for start, last in pairs)


def totals(
    acts: Mapping[Act, int], states: Mapping[CaseState, int], paid: Sequence[Paid], calendar: WorkCalendar
) -> dict[str, Figure]:
    """Return the figures of a span: steps taken in it, where cases were at its end, what was paid in it."""
    waiting = sum(states.get(one, 0) for one in UNPAID)
    found = {
        RECEIVED.code: Figure(acts.get(Act.SUBMIT, 0)),
        APPROVED.code: Figure(sum(acts.get(one, 0) for one in APPROVING)),
        PAID.code: Figure(len(paid)),
        OPEN.code: Figure(sum(states.get(one, 0) for one in UNDER_WAY)),
    }
    if paid or waiting:
        found[PAYOUT.code] = Figure(len(paid), len(paid) + waiting)
    if paid:
        found[DAYS.code] = Figure(workdays_taken(paid, calendar), len(paid))
    return found


def notes(paid: Sequence[Paid]) -> tuple[str, ...]:
    """Return the sentence about the money, none where it could be that of one person."""
    if len(paid) < LEAST:
        return ()
    return (f"本期拨付帮扶资金{yuan_of(sum(one.amount_fen for one in paid))}元，惠及{len(paid)}件申请。",)
