"""Copies of documents as they are counted for a circular."""

from dataclasses import dataclass
from datetime import date, datetime

from djflow.core.ids import UnitId
from djflow.core.sections import Indicator, Measured

C, R = Measured.COUNT, Measured.RATE

ISSUED = Indicator("documents.issued", "印发公文", C, "件")
ACKNOWLEDGED = Indicator("documents.acknowledged", "公文回执率", R, "件", "%", higher_is_better=True, ranked=True)
LATE = Indicator("documents.late", "逾期签收公文", C, "件", higher_is_better=False)
OVERDUE = Indicator("documents.overdue", "逾期未签收公文", C, "件", higher_is_better=False)
INDICATORS = (ISSUED, ACKNOWLEDGED, LATE, OVERDUE)


@dataclass(frozen=True, slots=True)
class Copy:
    """A document that a unit was to acknowledge until a day, included, and when it did."""

    unit: UnitId
    due_on: date
    acknowledged_at: datetime | None
