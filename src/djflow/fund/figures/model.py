"""Indicators of the fund. No unit stands beside a figure: where few apply, a number would be a person."""

from dataclasses import dataclass
from datetime import datetime

from djflow.core.sections import Indicator, Measured

C, R, M = Measured.COUNT, Measured.RATE, Measured.MEAN
LEAST = 5
"""Amounts of fewer cases are not told: they could be those of one person."""

RECEIVED = Indicator("fund.received", "收到申请", C, "件")
APPROVED = Indicator("fund.approved", "批准申请", C, "件")
PAID = Indicator("fund.paid", "拨付到位", C, "件")
PAYOUT = Indicator("fund.payout", "拨付率", R, "件", "%", higher_is_better=True)
DAYS = Indicator("fund.days", "办理平均用时", M, "件", "个工作日", higher_is_better=False)
OPEN = Indicator("fund.open", "期末在办", C, "件")
INDICATORS = (RECEIVED, APPROVED, PAID, PAYOUT, DAYS, OPEN)


@dataclass(frozen=True, slots=True)
class Paid:
    """A case that was paid: when it was handed in, when the money arrived, how much in fen."""

    submitted_at: datetime
    paid_at: datetime
    amount_fen: int
