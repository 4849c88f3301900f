"""Model of `markets.toml` and its reading into market towns and service plans.

A rule text is kept as printed; what it means is decided by `djflow.calendar` alone.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal, Self, TypeVar

from pydantic import Field, PlainValidator, model_validator

from djflow.calendar.market import (
    Day31,
    LeapMonth,
    MarketPolicies,
    MarketRule,
    MonthDay,
    SmallMonth,
    YearEnd,
    YearEndMode,
    parse_month_day,
    parse_rule,
    parse_suspend,
)
from djflow.calendar.market.patterns import AnnualPattern, DatesPattern
from djflow.calendar.service_rule import ServiceRule, parse_service_rule
from djflow.calendar.town import DatedRule, Hours, MarketTown, ServicePoint
from djflow.core.errors import InputError
from djflow.settings.fields import AS_TUPLE, Phone, Table, Text
from djflow.settings.roster_file import Post

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PrintedRule:
    """A market rule beside its text as printed."""

    text: str
    rule: MarketRule


@dataclass(frozen=True, slots=True)
class PrintedServiceRule:
    """A service rule beside its text as written."""

    text: str
    rule: ServiceRule


@dataclass(frozen=True, slots=True)
class ServicePlan:
    """How one market is served; `heads` names every post, `services` is the text of the board."""

    code: str
    rule: ServiceRule
    text: str
    hours: Hours
    heads: Mapping[str, int]
    services: str
    x_km: float
    y_km: float
    source: str


def _reads(parse: Callable[[str], T]) -> PlainValidator:
    """Return a validator that reads text with `parse` and passes its Chinese refusal on."""

    def read(value: object) -> T:
        if not isinstance(value, str):
            raise ValueError("应为加引号的文字。")  # noqa: TRY004 - pydantic collects ValueError only
        try:
            return parse(value)
        except InputError as error:
            raise ValueError(error.message) from error

    return PlainValidator(read)


def _printed_rule(text: str) -> PrintedRule:
    rule = parse_rule(text)
    if rule.needs_anchor:
        raise InputError(f"场期“{text}”说了隔几天，没说从哪天算起，请补上一个逢场的日期，如“2026-12-01起{text}”。")
    return PrintedRule(text, rule)


def _extra_day(value: object) -> date | MonthDay:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        raise ValueError('应为不加引号的日期，或加引号的农历月日，如 "12-28"。')  # noqa: TRY004 - as above
    try:
        return parse_month_day(value)
    except InputError as error:
        raise ValueError(error.message) from error


RuleText = Annotated[PrintedRule, _reads(_printed_rule)]
ServiceText = Annotated[PrintedServiceRule, _reads(lambda text: PrintedServiceRule(text, parse_service_rule(text)))]
HoursText = Annotated[Hours, _reads(Hours.parse)]
LunarDay = Annotated[MonthDay, _reads(parse_month_day)]
SuspendText = Annotated[AnnualPattern | DatesPattern, _reads(parse_suspend)]


class YearEndTable(Table):
    """Additional markets before Spring Festival."""

    mode: Literal["none", "daily", "extra"] = Field(
        default="none",
        description="腊月加场：none 不加、daily 天天逢场、extra 加列出的日子",
        examples=['mode = "daily"'],
    )
    first: LunarDay = Field(default=MonthDay(12, 20), description="从腊月哪天起", examples=['first = "12-20"'])
    extra: Annotated[tuple[Annotated[date | MonthDay, PlainValidator(_extra_day)], ...], AS_TUPLE] = Field(
        default=(), description="加场的日子", examples=['extra = ["12-28"]']
    )


class Habits(Table):
    """What the printed rule leaves open, and hours; a market without its own value takes that of `[defaults]`."""

    day31: Literal["hold", "skip"] | None = Field(
        default=None, description="逢1的场31日赶不赶：hold 赶、skip 不赶", examples=['day31 = "skip"']
    )
    small_month: Literal["skip", "hold_on_29"] | None = Field(
        default=None, description="农历小月没有三十：skip 不赶、hold_on_29 廿九赶", examples=['small_month = "skip"']
    )
    leap_month: Literal["repeat", "skip"] | None = Field(
        default=None, description="闰月：repeat 照赶、skip 不赶", examples=['leap_month = "repeat"']
    )
    year_end: YearEndTable | None = Field(
        default=None, description="腊月加场", examples=['year_end = { mode = "none" }']
    )
    suspend: Annotated[tuple[SuspendText, ...], AS_TUPLE] | None = Field(
        default=None, description="停场的日子", examples=['suspend = ["正月初一"]']
    )
    market_hours: HoursText | None = Field(
        default=None, description="赶场时间", examples=['market_hours = "07:00-14:00"']
    )
    service_hours: HoursText | None = Field(
        default=None, description="服务时间", examples=['service_hours = "09:00-12:00"']
    )
    service: ServiceText | None = Field(default=None, description="服务哪几场", examples=['service = "每月第1、3场"'])
    document: str | None = Field(default=None, description="场期的依据", examples=['document = "镇政府通告"'])


class RuleTable(Table):
    """A rule that holds from `valid_from` to `valid_to`, both included."""

    text: RuleText = Field(description="场期，照印的写", examples=['text = "农历逢一、四、七"'])
    valid_from: date | None = Field(default=None, description="从哪天起", examples=["valid_from = 2026-01-01"])
    valid_to: date | None = Field(default=None, description="到哪天止（含当天）", examples=["valid_to = 2026-12-31"])
    document: str | None = Field(default=None, description="依据", examples=['document = "镇政府通告"'])


class PointTable(Table):
    """Where the stall stands from `valid_from` to `valid_to`, both included."""

    name: Text = Field(description="服务点", examples=['name = "镇便民服务中心门前"'])
    address: str = Field(default="", description="地址", examples=['address = "正街1号"'])
    valid_from: date | None = Field(default=None, description="从哪天起", examples=["valid_from = 2026-01-01"])
    valid_to: date | None = Field(default=None, description="到哪天止（含当天）", examples=["valid_to = 2026-12-31"])


class MarketTable(Habits):
    """One market town; either `rule`, or `rules` with validity."""

    code: Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9-]{0,11}$")] = Field(
        description="编号（大写字母、数字）", examples=['code = "M01"']
    )
    name: Text = Field(description="场名", examples=['name = "大仓"'])
    township: Text = Field(description="所属镇乡", examples=['township = "大仓镇"'])
    x_km: float = Field(default=0, ge=-500, le=500, description="区政府以东几公里", examples=["x_km = 12.5"])
    y_km: float = Field(default=0, ge=-500, le=500, description="区政府以北几公里", examples=["y_km = -8.0"])
    rule: RuleText | None = Field(default=None, description="场期，照印的写", examples=['rule = "农历逢一、四、七"'])
    rules: Annotated[tuple[RuleTable, ...], AS_TUPLE] = Field(
        default=(), description="按时间分段的场期", examples=["[[markets.rules]]"]
    )
    service_points: Annotated[tuple[PointTable, ...], AS_TUPLE] = Field(
        default=(), description="服务点", examples=["[[markets.service_points]]"]
    )
    heads: Mapping[str, Annotated[int, Field(ge=0, le=20)]] = Field(
        default={}, description="与平常不同的岗位人数", examples=['heads = { "医疗卫生" = 0 }']
    )
    services: str = Field(
        default="", description="公示的服务内容；留空按岗位列出", examples=['services = "低保、医保"']
    )
    town_phone: Phone = Field(default="", description="镇乡咨询电话（座机）", examples=['town_phone = "0872-000-0101"'])

    @model_validator(mode="after")
    def _has_one_kind_of_rule(self) -> Self:
        if (self.rule is None) == (not self.rules):
            raise ValueError('应写 rule 或 [[markets.rules]] 其中一种；不知道场期就写 rule = "未知"。')
        try:
            self.town(Habits(), (), "")
        except InputError as error:
            raise ValueError(error.message) from error
        return self

    def town(self, defaults: Habits, posts: tuple[Post, ...], supervision_phone: str) -> MarketTown:
        """Return the market town for the calendar.

        Raises: InputError when rules or service points overlap.
        """
        document = self._or_default("document", defaults, "")
        dated = [
            DatedRule(one.text.rule, one.text.text, one.valid_from, one.valid_to, one.document or document)
            for one in self.rules
        ]
        if self.rule is not None:
            dated.append(DatedRule(self.rule.rule, self.rule.text, source=document))
        plan = self.plan(defaults, posts)
        return MarketTown(
            code=self.code,
            name=self.name,
            township=self.township,
            rules=tuple(dated),
            policies=self._policies(defaults),
            market_hours=self.market_hours or defaults.market_hours,
            service_hours=plan.hours,
            service_points=tuple(
                ServicePoint(one.name, one.address, one.valid_from, one.valid_to) for one in self.service_points
            ),
            service=plan.rule,
            town_phone=self.town_phone,
            supervision_phone=supervision_phone,
            services=tuple(post.services for post in posts if plan.heads.get(post.name)),
        )

    def plan(self, defaults: Habits, posts: tuple[Post, ...]) -> ServicePlan:
        """Return how this market is served."""
        service = self._or_default("service", defaults, PrintedServiceRule("每场", ServiceRule()))
        heads = {**{post.name: post.heads for post in posts}, **self.heads}
        listed = "；".join(post.services for post in posts if heads[post.name] and not post.leader)
        return ServicePlan(
            code=self.code,
            rule=service.rule,
            text=service.text,
            hours=self._or_default("service_hours", defaults, Hours.parse("09:00-12:00")),
            heads=heads,
            services=self.services or listed,
            x_km=self.x_km,
            y_km=self.y_km,
            source=self._or_default("document", defaults, ""),
        )

    def _policies(self, defaults: Habits) -> MarketPolicies:
        end = self._or_default("year_end", defaults, YearEndTable())
        return MarketPolicies(
            day31=Day31(self._or_default("day31", defaults, "skip")),
            small_month=SmallMonth(self._or_default("small_month", defaults, "skip")),
            leap_month=LeapMonth(self._or_default("leap_month", defaults, "repeat")),
            year_end=YearEnd(YearEndMode(end.mode), end.first, end.extra),
            suspend=self._or_default("suspend", defaults, ()),
        )

    def _or_default(self, name: str, defaults: Habits, otherwise: T) -> T:
        own: T | None = getattr(self, name)
        usual: T | None = getattr(defaults, name)
        return own if own is not None else usual if usual is not None else otherwise


class MarketsFile(Table):
    """The whole of `markets.toml`."""

    defaults: Habits = Field(default=Habits(), description="各场通用的习惯", examples=["[defaults]"])
    markets: Annotated[tuple[MarketTable, ...], AS_TUPLE] = Field(
        default=(), description="场镇", examples=["[[markets]]"]
    )

    @model_validator(mode="after")
    def _codes_differ(self) -> Self:
        twice = [code for code, count in Counter(market.code for market in self.markets).items() if count > 1]
        if twice:
            raise ValueError(f"编号 {twice[0]} 用了两次，每个场要有自己的编号。")
        return self
