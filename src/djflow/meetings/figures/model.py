"""Action items as they are counted for a circular, and the indicators of meetings."""

from dataclasses import dataclass
from datetime import date, datetime

from djflow.core.ids import UnitId
from djflow.core.sections import Indicator, Measured

C, R = Measured.COUNT, Measured.RATE

HELD = Indicator("meetings.held", "召开会议", C, "次")
ATTENDED = Indicator("meetings.attended", "会议参会率", R, "次", "%", higher_is_better=True, ranked=True)
REPLIED = Indicator("meetings.replied", "参会回执率", R, "次", "%", higher_is_better=True, ranked=True)
EXCUSED = Indicator("meetings.excused", "请假", C, "次")
LATE = Indicator("meetings.late", "参会迟到", C, "次", higher_is_better=False)
ABSENT = Indicator("meetings.absent", "无故缺席", C, "次", higher_is_better=False)
ITEMS_ON_TIME = Indicator("meetings.items_on_time", "议定事项按期率", R, "项", "%", higher_is_better=True, ranked=True)
ITEMS_DONE = Indicator("meetings.items_done", "办结议定事项", C, "项")
ITEMS_OVERDUE = Indicator("meetings.items_overdue", "超期未办结议定事项", C, "项", higher_is_better=False)
INDICATORS = (
    *(HELD, ATTENDED, REPLIED, EXCUSED, LATE, ABSENT),
    *(ITEMS_ON_TIME, ITEMS_DONE, ITEMS_OVERDUE),
)


@dataclass(frozen=True, slots=True)
class Task:
    """An action item of issued minutes: who leads it, until which day, included; when it was reported done."""

    lead: UnitId
    due_on: date
    done_at: datetime | None
