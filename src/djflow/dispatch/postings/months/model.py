"""Months, spot checks and diary entries of a posting. Words are stored and never renamed.

Source: handbook of the domain, section 2.5.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NewType

from djflow.core.spans import Month
from djflow.dispatch.postings.model import PostingId

CheckId = NewType("CheckId", str)


class Light(StrEnum):
    """How a month at the host looks."""

    GREY = "grey"
    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


LIGHT_WORDS: Mapping[Light, str] = MappingProxyType(
    {Light.GREY: "未确认", Light.GREEN: "达到要求", Light.YELLOW: "天数不足", Light.RED: "多月天数不足"}
)


@dataclass(frozen=True, slots=True)
class Form:
    """What somebody states about a month: days at the host, households visited, matters settled, what was done."""

    days: int
    visits: int = 0
    matters: int = 0
    text: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Count:
    """How many days of a month somebody was at the host."""

    month: Month
    days: int


@dataclass(frozen=True, slots=True)
class ServiceMonth:
    """A month of a posting: what was stated, and the days the host confirmed; `required` is what it should have."""

    posting: PostingId
    month: Month
    asked_at: datetime
    required: int
    stated: int | None = None
    visits: int = 0
    matters: int = 0
    filled_at: datetime | None = None
    days: int | None = None
    confirmed_at: datetime | None = None

    @property
    def short(self) -> bool:
        """Whether the host confirmed fewer days than required."""
        return self.days is not None and self.days < self.required


@dataclass(frozen=True, slots=True)
class SpotCheck:
    """A visit without notice; `excused` when somebody was on granted leave, `struck` when it was a mistake."""

    id: CheckId
    posting: PostingId
    on: date
    present: bool
    excused: bool
    at: datetime
    struck: bool = False

    @property
    def counts(self) -> bool:
        """Whether it is an absence with consequences."""
        return not (self.present or self.excused or self.struck)


@dataclass(frozen=True, slots=True)
class DiaryEntry:
    """An entry of the field diary, opened for whoever wrote it."""

    on: date
    written_at: datetime
    text: str = field(default="", repr=False)
