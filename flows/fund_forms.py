"""Typed forms of the fund: numbers, codes, years and days. Prefect stores and shows them: never a name or a reason."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, Field

from djflow.core.spans import Month
from djflow.fund.cases.model import STATE_WORDS
from flows.forms import blank


class FestivalCode(StrEnum):
    """A festival at which people are visited; the value is what the form shows."""

    SPRING = "春节"
    QINGMING = "清明"
    DRAGON_BOAT = "端午"
    PARTY_DAY = "七一"
    ARMY_DAY = "八一"
    MID_AUTUMN = "中秋"
    DOUBLE_NINTH = "重阳"
    NATIONAL_DAY = "国庆"


# Prefect overwrites a parameter's title with its Python name; only the extra schema survives.
CaseNumber = Annotated[
    str,
    Field(
        pattern=r"^WF[0-9]{4}-[0-9]{4,6}$",
        json_schema_extra={"title": "申请编号", "description": "写成 WF2026-0017。"},
    ),
]
StepWords = Annotated[
    str,
    Field(
        max_length=30,
        json_schema_extra={
            "title": "走到哪一步",
            "description": "由系统填写；手动运行不用改。",
            "enum": ["补办", *STATE_WORDS.values()],
        },
    ),
]
YearText = Annotated[
    str,
    BeforeValidator(blank),
    Field(
        pattern=r"^(20[0-9]{2})?$",
        json_schema_extra={"title": "年份", "description": "写成 2026；不填就是计划时间的上一个月所在的年。"},
    ),
]
PastMonth = Annotated[
    str,
    BeforeValidator(blank),
    Field(
        pattern=r"^(20[0-9]{2}-(0[1-9]|1[0-2]))?$",
        json_schema_extra={"title": "月份", "description": "写成 2026-11；不填就是计划时间的上一个月。"},
    ),
]
Festival = Annotated[
    FestivalCode,
    Field(json_schema_extra={"title": "节日", "enum": [one.value for one in FestivalCode]}),
]
FestivalDay = Annotated[
    date,
    Field(
        json_schema_extra={
            "title": "慰问日期",
            "description": "名单文件的名字里写的日期，如 spring-2027-02-05.csv。",
        }
    ),
]
PaperName = Annotated[
    str,
    Field(
        pattern=r"^[0-9-]{1,40}$",
        json_schema_extra={
            "title": "申请文件的名字",
            "description": "放在 .djflow/import 里，不带 .json；只用数字和横线，如 2026-11-24-03，不写姓名。",
        },
    ),
]
BatchNumber = Annotated[
    str,
    Field(
        pattern=r"^PB[0-9]{8}-[0-9]{2,4}$",
        json_schema_extra={"title": "批次编号", "description": "写成 PB20261124-01，在“付款核对”里能看到。"},
    ),
]


def file_code(festival: FestivalCode) -> str:
    """Return the word that the list's file begins with, such as `spring` or `mid-autumn`."""
    return festival.name.lower().replace("_", "-")


def year_meant(year: str | None, on: date) -> int:
    """Return the year asked for, or that of the month before civil date `on`."""
    if year:
        return int(year)
    return on.year if on.month > 1 else on.year - 1


def past_month(month: str | None, on: date) -> Month:
    """Return the month asked for, or the one before civil date `on`."""
    return Month.parse(month) if month else Month.of(on).preceding
