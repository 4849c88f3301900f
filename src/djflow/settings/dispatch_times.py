"""The clocks and the attendance of a kind of batch as `dispatch.toml` writes them."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from djflow.dispatch.policy.model import Attendance, Clocks
from djflow.settings.fields import AS_TUPLE, Table

Workdays = Annotated[int, Field(ge=1, le=60)]
Days = Annotated[int, Field(ge=0, le=365)]
Numbers = Annotated[tuple[int, ...], AS_TUPLE]


class ClocksTable(Table):
    """How long each step may take."""

    demand_workdays: Workdays = Field(description="需求摸底的期限（工作日）", examples=["demand_workdays = 10"])
    nominate_workdays: Workdays = Field(description="推荐的期限（工作日）", examples=["nominate_workdays = 7"])
    check_workdays: Workdays = Field(description="资格审查的期限（工作日）", examples=["check_workdays = 5"])
    publicity_workdays: Workdays = Field(description="公示几个工作日", examples=["publicity_workdays = 5"])
    report_days: Days = Field(description="几天内报到", examples=["report_days = 7"])
    final_review_days: Days = Field(description="期满前几天开始期满考核", examples=["final_review_days = 30"])
    handover_days: Days = Field(description="新老交接至少重叠几天", examples=["handover_days = 15"])
    archive_days: Days = Field(description="返岗后几天内归档", examples=["archive_days = 30"])
    replace_days: Days = Field(description="召回后几天内提出替补", examples=["replace_days = 15"])
    midterm_percent: int = Field(
        ge=1, le=99, description="任期过了百分之几做中期考核", examples=["midterm_percent = 50"]
    )
    confirm_workdays: Workdays = Field(
        default=3, description="接收单位几个工作日内确认到岗", examples=["confirm_workdays = 3"]
    )
    extension_ahead_days: Days = Field(
        default=30, description="要审批的延期最晚在期满前几天提出", examples=["extension_ahead_days = 30"]
    )
    end_on_workday: bool = Field(
        default=True, description="期满日遇休息日是否顺延到下一个工作日", examples=["end_on_workday = true"]
    )
    due_days: Numbers = Field(min_length=1, description="期满前几天提醒轮换", examples=["due_days = [60, 30, 7]"])

    @model_validator(mode="after")
    def _descends(self) -> Self:
        if list(self.due_days) != sorted(set(self.due_days), reverse=True) or self.due_days[-1] < 1:
            raise ValueError("due_days 要从大到小、不重复、不小于 1，如 [60, 30, 7]。")
        return self

    @property
    def clocks(self) -> Clocks:
        """The clocks as batches and postings read them."""
        return Clocks(**self.model_dump(exclude={"source"}))


class AttendanceTable(Table):
    """What a month at the host must look like."""

    days_per_month: int = Field(ge=0, le=31, description="每月至少在岗几天", examples=["days_per_month = 20"])
    leave_host_days: Days = Field(description="几天以内的假由接收单位批", examples=["leave_host_days = 3"])
    spot_absences: Annotated[tuple[int, int, int], AS_TUPLE] = Field(
        description="抽查不在岗几次：不评优、基本称职、不称职", examples=["spot_absences = [1, 2, 3]"]
    )
    recall_months: int = Field(ge=1, le=12, description="连续几个月不够天数建议召回", examples=["recall_months = 2"])
    recall_absences: int = Field(ge=1, le=31, description="抽查不在岗几次建议召回", examples=["recall_absences = 2"])
    excellent_percent: int = Field(ge=0, le=100, description="优秀最多占百分之几", examples=["excellent_percent = 20"])
    basis: str = Field(default="", max_length=200, description="依据", examples=['basis = "驻村干部管理办法"'])

    @model_validator(mode="after")
    def _ascends(self) -> Self:
        first, second, third = self.spot_absences
        if not 1 <= first <= second <= third:
            raise ValueError("spot_absences 要从小到大、不小于 1，如 [1, 2, 3]。")
        return self

    @property
    def attendance(self) -> Attendance:
        """The attendance as postings read it."""
        return Attendance(**self.model_dump(exclude={"source"}))
