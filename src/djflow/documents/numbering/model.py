"""Values of numbering: the series of an office, the numbers given out. Source: domain handbook, section 4.2."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NewType

from djflow.core.subject import Subject
from djflow.documents.official.model import DocumentKind

NumberId = NewType("NumberId", str)
PAPER = "document.paper"
"""Kind of subject that holds a number used on paper, before the office began to take its numbers here."""


class SeriesForm(StrEnum):
    """How a series writes its numbers: 某组发〔2026〕7号, or 第7期 for minutes and bulletins."""

    NUMBER = "number"
    ISSUE = "issue"


class NumberUse(StrEnum):
    """What became of a number; none is ever given out again."""

    USED = "used"
    VOID = "void"
    PAPER = "paper"


USE_WORDS: Mapping[NumberUse, str] = MappingProxyType(
    {NumberUse.USED: "已用", NumberUse.VOID: "作废", NumberUse.PAPER: "纸质登记"}
)


@dataclass(frozen=True, slots=True)
class Series:
    """A family of numbers: its code, its words before the year, what it is for, who approves what bears its numbers.

    `chain` is the kind of approval chain; the documents of a series are of one of `kinds`.
    """

    code: str
    words: str
    name: str
    kinds: tuple[DocumentKind, ...]
    chain: str
    form: SeriesForm = SeriesForm.NUMBER


@dataclass(frozen=True, slots=True)
class Number:
    """A number given out: `text` is how documents bear it, `holder` the document or the note of a paper one."""

    id: NumberId
    series: str
    year: int
    seq: int
    text: str
    holder: Subject
    use: NumberUse
    at: datetime
    by: str
    void_at: datetime | None = None
    void_reason: str = field(default="", repr=False)
