"""Model of `meetings.toml`: clocks, kinds of meetings, who belongs to them, who answers for a unit."""

from collections.abc import Iterator, Mapping
from datetime import time
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import Field

from djflow.calendar.workdays import WorkCalendar
from djflow.meetings.model import MAX_PLACE, MAX_TITLE, Clocks, Frequency, KindPolicy, Level, MeetingKind, Terms
from djflow.people.model import UnitKind
from djflow.settings.fields import AS_TUPLE, Strings, Table, Text, TimeOfDay
from djflow.settings.problems import Problem
from djflow.settings.reading import FileText

Workdays = Annotated[int, Field(ge=0, le=60)]
Name = Annotated[str, Field(min_length=1, max_length=MAX_TITLE)]
Group = Literal["district_unit", "township", "subdistrict", "village", "community", "enterprise", "school"]


class ClocksTable(Table):
    """When everything around a meeting is due, counted from its day."""

    topics_days: int = Field(default=15, ge=1, le=90, description="提前几天报齐议题", examples=["topics_days = 15"])
    approve_workdays: Workdays = Field(
        default=7, description="提前几个工作日批定议题清单", examples=["approve_workdays = 7"]
    )
    notice_workdays: Workdays = Field(
        default=5, description="提前几个工作日发会议通知", examples=["notice_workdays = 5"]
    )
    reply_workdays: Workdays = Field(
        default=2, description="提前几个工作日截止报送回执", examples=["reply_workdays = 2"]
    )
    eve_at: TimeOfDay = Field(default=time(16, 0), description="前一天几点提醒", examples=['eve_at = "16:00"'])
    shortly_minutes: int = Field(
        default=120, ge=15, le=600, description="会前多少分钟再提醒", examples=["shortly_minutes = 120"]
    )
    minutes_draft_workdays: Workdays = Field(
        default=3, description="会后几个工作日拿出纪要初稿", examples=["minutes_draft_workdays = 3"]
    )
    minutes_signed_workdays: Workdays = Field(
        default=7, description="会后几个工作日签发纪要", examples=["minutes_signed_workdays = 7"]
    )
    signin_minutes: int = Field(
        default=15, ge=0, le=120, description="提前多少分钟开始签到", examples=["signin_minutes = 15"]
    )
    warn_workdays: Workdays = Field(
        default=3, description="议定事项到期前几个工作日亮黄灯", examples=["warn_workdays = 3"]
    )

    @property
    def clocks(self) -> Clocks:
        """The clocks as the meetings use them."""
        return Clocks(
            topics_days=self.topics_days,
            approve_workdays=self.approve_workdays,
            notice_workdays=self.notice_workdays,
            reply_workdays=self.reply_workdays,
            eve=self.eve_at,
            shortly_minutes=self.shortly_minutes,
            minutes_draft_workdays=self.minutes_draft_workdays,
            minutes_signed_workdays=self.minutes_signed_workdays,
            signin_minutes=self.signin_minutes,
            warn_workdays=self.warn_workdays,
        )


class KindTable(Table):
    """How one kind of meeting is held."""

    name: Name = Field(description="会议名称", examples=['name = "统筹城乡基层党建联席会议"'])
    chair: Name = Field(description="召集人", examples=['chair = "区委组织部部长"'])
    place: Annotated[str, Field(min_length=1, max_length=MAX_PLACE)] = Field(
        description="平常在哪里开", examples=['place = "区委三楼会议室"']
    )
    at: TimeOfDay = Field(default=time(9, 0), description="平常几点开始", examples=['at = "09:00"'])
    minutes: int = Field(default=120, ge=15, le=720, description="平常开多少分钟", examples=["minutes = 120"])
    frequency: Literal["none", "monthly", "quarterly", "half_yearly"] = Field(
        default="none",
        description="自动安排的频次：none 不自动、monthly 每月、quarterly 每季、half_yearly 每半年",
        examples=['frequency = "quarterly"'],
    )
    level: Literal["principal", "anybody"] = Field(
        default="principal",
        description="由谁参会：principal 主要负责人、anybody 单位派人即可",
        examples=['level = "principal"'],
    )
    units: Strings = Field(default=(), description="固定成员单位的编码", examples=['units = ["HR", "LAW"]'])
    groups: Annotated[tuple[Group, ...], AS_TUPLE] = Field(
        default=(), description="整类参会的单位", examples=['groups = ["township", "subdistrict"]']
    )


class MeetingsFile(Table):
    """The whole of `meetings.toml`."""

    clocks: ClocksTable = Field(default=ClocksTable(), description="各项时限", examples=["[clocks]"])
    kinds: Mapping[str, KindTable] = Field(description="各种会议", examples=["[kinds.joint]"])
    liaisons: Mapping[str, Text] = Field(
        default={}, description="各单位的会议联络员：单位编码 = 工号", examples=["[liaisons]"]
    )

    def terms(self, calendar: WorkCalendar, liaisons: Mapping[str, str]) -> Terms:
        """Return the rules of meetings; `liaisons` are those of notices, used where this file names none."""
        kinds = {MeetingKind(word): _policy(MeetingKind(word), table) for word, table in self.kinds.items()}
        return Terms(
            self.clocks.clocks, MappingProxyType(kinds), MappingProxyType({**liaisons, **self.liaisons}), calendar
        )


def _policy(kind: MeetingKind, table: KindTable) -> KindPolicy:
    return KindPolicy(
        kind=kind,
        name=table.name,
        chair=table.chair,
        place=table.place,
        at=table.at,
        minutes=table.minutes,
        frequency=Frequency(table.frequency),
        level=Level(table.level),
        units=table.units,
        groups=tuple(UnitKind(one) for one in table.groups),
    )


def meetings_problems(file: FileText, value: MeetingsFile) -> Iterator[Problem]:
    """Yield what does not fit: kinds nobody knows or that are missing, clocks in the wrong order."""
    known = [kind.value for kind in MeetingKind]
    for word in value.kinds:
        if word not in known:
            yield file.problem(("kinds", word), f"没有“{word}”这种会议。", f"可以写：{'、'.join(known)}。")
    for word in known:
        if word not in value.kinds:
            yield file.problem(("kinds",), f"缺少会议“{word}”。", f"请补上 [kinds.{word}]。")
    clocks = value.clocks
    if not clocks.approve_workdays >= clocks.notice_workdays >= clocks.reply_workdays:
        yield file.problem(("clocks", "notice_workdays"), "时限的先后不对。", "应先批定议题，再发通知，最后截止回执。")
    if clocks.minutes_signed_workdays < clocks.minutes_draft_workdays:
        yield file.problem(("clocks", "minutes_signed_workdays"), "纪要签发早于初稿。", "请改大。")
    for unit, person in value.liaisons.items():
        if not person.strip():
            yield file.problem(("liaisons", unit), f"单位“{unit}”的联络员没有写。", "请写工号，或删去这一行。")
