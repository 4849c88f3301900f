"""How a number is written, and what is wrong with a series. Pure.

Source: GB/T 9704-2012, 7.2.5: year in full, hexagonal brackets, no leading zero, no 第 before the number.
"""

from collections.abc import Sequence

from djflow.documents.numbering.model import Number, Series, SeriesForm
from djflow.documents.official.model import DocumentKind
from djflow.documents.official.rules import number_reads

MOST = 99_999


def number_text(series: Series, year: int, seq: int) -> str:
    """Return a number as documents bear it: 某组发〔2026〕7号, or 第7期."""
    return f"第{seq}期" if series.form is SeriesForm.ISSUE else f"{series.words}〔{year}〕{seq}号"


def series_fault(series: Series) -> str:
    """Return why a series cannot be used, empty when it can."""
    if series.form is SeriesForm.ISSUE:
        wrong = [kind for kind in series.kinds if not number_reads(kind, "第1期")]
        return "按期编号（第几期）只用于纪要：请改 form 或 kinds。" if wrong else ""
    if DocumentKind.SHEET in series.kinds:
        return "表格没有发文字号：请从 kinds 里删去。"
    if not all(number_reads(kind, number_text(series, 2026, 1)) for kind in series.kinds):
        return f"代字“{series.words}”要写 2—12 个汉字，如“某组发”，不写年份和“第”。"
    return ""


def gaps(numbers: Sequence[Number]) -> tuple[int, ...]:
    """Return the numbers missing between 1 and the highest of one series and year; there must be none."""
    known = {one.seq for one in numbers}
    return tuple(seq for seq in range(1, max(known, default=0) + 1) if seq not in known)
