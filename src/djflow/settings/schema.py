"""Models of `djflow.toml` and `schedules.toml`, and `Settings`, which holds everything together."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from djflow.calendar.holidays import HolidayYear
from djflow.calendar.town import MarketTown
from djflow.calendar.workdays import WorkCalendar
from djflow.settings.approvals_file import ApprovalsFile
from djflow.settings.channels_file import Channels
from djflow.settings.circulars_file import CircularsFile
from djflow.settings.dispatch_file import DispatchFile
from djflow.settings.documents_file import DocumentsFile
from djflow.settings.fields import AS_TUPLE, DATABASE_ADDRESS, CronLines, Phone, Port, Table, Text, TimeOfDay
from djflow.settings.fund_file import FundFile
from djflow.settings.ledger_file import LedgerFile
from djflow.settings.market_file import ServicePlan
from djflow.settings.meetings_file import MeetingsFile
from djflow.settings.notices_file import NoticesFile
from djflow.settings.payments_file import PaymentsFile
from djflow.settings.roster_file import RosterSettings

DEPLOYMENTS = (
    "roster-generate",
    "roster-publish-check",
    "roster-review-sweep",
    "duty-remind",
    "closure-watch",
    "holiday-file-watch",
    "notify-sweep",
    "notify-digest",
    "receipt-pull",
    "dead-letter-report",
    "channel-check",
    "audit-verify",
    "retention",
    "fund-sla",
    "notice-period-close",
    "budget-queue",
    "payment-reconcile",
    "fund-annual",
    "fund-monthly",
    "ledger-verify",
    "ledger-anchor",
    "relief-tidy",
    "posting-rotation",
    "reserve-review",
    "dispatch-advance",
    "posting-watch",
    "attendance-monthly",
    "posting-midterm",
    "document-receipts",
    "meeting-cycle",
    "meeting-remind",
    "action-watch",
    "circular-build",
    "circular-confirm-watch",
)
"""Keys of schedules.toml; each is one deployment."""

MIN_AUDIT_DAYS = 183
"""Logs are kept for at least six months. Source: 网络安全法 art. 21(3)."""


class District(Table):
    """Names and telephones of the district's office."""

    name: Text = Field(description="本区的全称", examples=['name = "某某区"'])
    department: Text = Field(description="部门全称", examples=['department = "中共某某区委组织部"'])
    department_short: Text = Field(description="部门简称", examples=['department_short = "区委组织部"'])
    signature: Annotated[str, Field(min_length=2, max_length=12)] = Field(
        description="短信签名（不含【】，2—12字）", examples=['signature = "某区组织部"']
    )
    time_zone: Literal["Asia/Shanghai"] = Field(
        default="Asia/Shanghai", description="时区，只能是北京时间", examples=['time_zone = "Asia/Shanghai"']
    )
    supervision_phone: Phone = Field(
        default="", description="监督电话（公示用，只填座机）", examples=['supervision_phone = "0872-000-0001"']
    )
    demonstration: bool = Field(
        default=False, description="是否为演示区；正式使用的区写 false", examples=["demonstration = false"]
    )


class DatabaseSettings(Table):
    """Where the data are; empty means SQLite at `<home>/.djflow/djflow.db`."""

    url: str = Field(
        default="",
        pattern=rf"^({DATABASE_ADDRESS})?$",
        description="数据库地址；留空用自带的 SQLite",
        examples=['url = "postgresql://djflow@localhost/djflow"'],
    )


class WebSettings(Table):
    """Address of the public pages."""

    host: Text = Field(default="127.0.0.1", description="网页监听的地址", examples=['host = "127.0.0.1"'])
    port: Port = Field(default=4280, description="网页的端口", examples=["port = 4280"])
    public_url: str = Field(
        default="",
        pattern=r"^(https?://[^\s/]+(/[^\s]*)?)?$",
        description="群众访问的网址；留空用上面的地址和端口",
        examples=['public_url = "https://example.gov.cn/djflow"'],
    )

    @property
    def address(self) -> str:
        """The URL people use, without a trailing slash."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")


class PrefectSettings(WebSettings):
    """Address of Prefect's server and how long a review waits."""

    port: Port = Field(default=4200, description="Prefect 的端口", examples=["port = 4200"])
    review_timeout_days: int = Field(
        default=12, ge=1, le=60, description="等待审核的天数", examples=["review_timeout_days = 12"]
    )


class Sending(Table):
    """When nobody is disturbed: from `quiet_from` to `quiet_to` next morning, local time."""

    quiet_from: TimeOfDay = Field(description="晚上几点以后不发", examples=['quiet_from = "21:30"'])
    quiet_to: TimeOfDay = Field(description="早上几点以后才发", examples=['quiet_to = "07:30"'])


class Retention(Table):
    """How long things are kept, in days; what was added after the first offices opened has a default."""

    prefect_days: int = Field(ge=7, le=3650, description="Prefect 运行记录保留天数", examples=["prefect_days = 90"])
    notice_days: int = Field(
        ge=30, le=36500, description="通知、短信及回执、回复保留天数", examples=["notice_days = 730"]
    )
    audit_days: int = Field(
        ge=MIN_AUDIT_DAYS, le=36500, description="操作记录保留天数（不少于六个月）", examples=["audit_days = 1095"]
    )
    output_days: int = Field(ge=30, le=36500, description="导出文件保留天数", examples=["output_days = 365"])
    login_days: int = Field(
        default=1095,
        ge=MIN_AUDIT_DAYS,
        le=36500,
        description="登录记录保留天数（不少于六个月）",
        examples=["login_days = 1095"],
    )
    session_days: int = Field(
        default=30, ge=1, le=36500, description="退出的登录保留天数", examples=["session_days = 30"]
    )
    link_days: int = Field(
        default=90, ge=1, le=36500, description="手机链接过期后保留天数", examples=["link_days = 90"]
    )
    reason_days: int = Field(
        default=180, ge=30, le=36500, description="请假理由保留天数", examples=["reason_days = 180"]
    )
    item_days: int = Field(
        default=730, ge=30, le=36500, description="已办、已阅事项保留天数", examples=["item_days = 730"]
    )


class Answer(Table):
    """An answer the office gave at the start, for parts of djflow that come later."""

    key: Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")] = Field(
        description="问题的代号", examples=['key = "fund_rule"']
    )
    question: Text = Field(description="问题", examples=['question = "基金的依据文件是什么？"'])
    answer: str = Field(description="答复", examples=['answer = ""'])


class DjflowFile(Table):
    """The whole of `djflow.toml`."""

    district: District = Field(description="本区的名称和电话", examples=["[district]"])
    database: DatabaseSettings = Field(default=DatabaseSettings(), description="数据库", examples=["[database]"])
    web: WebSettings = Field(default=WebSettings(), description="公示网页", examples=["[web]"])
    prefect: PrefectSettings = Field(default=PrefectSettings(), description="Prefect", examples=["[prefect]"])
    sending: Sending = Field(description="发送时间", examples=["[sending]"])
    retention: Retention = Field(description="保留期限", examples=["[retention]"])
    answers: Annotated[tuple[Answer, ...], AS_TUPLE] = Field(
        default=(), description="建区时的答复", examples=["[[answers]]"]
    )

    @model_validator(mode="after")
    def _ports_differ(self) -> Self:
        if self.web.port == self.prefect.port:
            raise ValueError(f"web.port 和 prefect.port 都是 {self.web.port}，请给其中一个换个端口。")
        return self


class Schedule(Table):
    """When a deployment runs by itself, always by Beijing time."""

    cron: CronLines = Field(description="时间表达式（分 时 日 月 周）或它们的列表", examples=['cron = "0 9 18 * *"'])
    parameters: Mapping[str, str | int | bool] = Field(
        default={}, description="运行参数", examples=["parameters = { days = 3 }"]
    )
    paused: bool = Field(default=False, description="是否暂停", examples=["paused = false"])
    why: Text = Field(description="为什么定在这时", examples=['why = "每月18日起草下月值班表"'])


class SchedulesFile(Table):
    """The whole of `schedules.toml`: one table per deployment, none missing."""

    schedules: Mapping[str, Schedule] = Field(description="各项定时工作", examples=["[schedules.roster-generate]"])


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the office configured for the home at `home`; `services` is keyed by market code."""

    home: Path
    district: District
    database: DatabaseSettings
    web: WebSettings
    prefect: PrefectSettings
    sending: Sending
    retention: Retention
    answers: tuple[Answer, ...]
    roster: RosterSettings
    markets: tuple[MarketTown, ...]
    services: Mapping[str, ServicePlan]
    schedules: Mapping[str, Schedule]
    channels: Channels
    notices: NoticesFile
    ledger: LedgerFile
    approvals: ApprovalsFile
    fund: FundFile
    payments: PaymentsFile
    dispatch: DispatchFile
    documents: DocumentsFile
    meetings: MeetingsFile
    circulars: CircularsFile
    holidays: Mapping[int, HolidayYear]

    @property
    def calendar(self) -> WorkCalendar:
        """The working calendar with the office's own holiday files."""
        return WorkCalendar(self.holidays)

    @property
    def townships(self) -> Mapping[str, tuple[float, float]]:
        """Townships in the order of their first market, with the middle of their markets as (x, y) in km."""
        places: dict[str, list[ServicePlan]] = {}
        for market in self.markets:
            places.setdefault(market.township, []).append(self.services[market.code])
        return {
            name: (fmean(plan.x_km for plan in plans), fmean(plan.y_km for plan in plans))
            for name, plans in places.items()
        }

    @property
    def state(self) -> Path:
        """The state folder `<home>/.djflow`."""
        return self.home / ".djflow"
