"""How numbers are written, and which series can be used."""

import pytest

from djflow.documents.numbering.model import Series, SeriesForm
from djflow.documents.numbering.rules import number_text, series_fault
from djflow.documents.official.model import DocumentKind
from djflow.documents.official.rules import number_reads

NOTICES = (DocumentKind.NOTICE,)
FA = Series("fa", "某组发", "部发文", NOTICES, "document.issue")


def test_a_number_reads_as_the_standard_asks() -> None:
    """Year in full in hexagonal brackets, no zero before the number, no 第; minutes are counted by issue."""
    assert number_text(FA, 2026, 7) == "某组发〔2026〕7号"
    assert number_reads(DocumentKind.NOTICE, number_text(FA, 2026, 7))
    minutes = Series("jy", "", "纪要", (DocumentKind.MINUTES,), "document.routine", SeriesForm.ISSUE)
    assert number_text(minutes, 2026, 12) == "第12期"
    assert (series_fault(FA), series_fault(minutes)) == ("", "")


@pytest.mark.parametrize(
    ("words", "kinds", "form", "said"),
    [
        ("×组发", NOTICES, SeriesForm.NUMBER, "2—12 个汉字"),
        ("某", NOTICES, SeriesForm.NUMBER, "2—12 个汉字"),
        ("某组发第", (DocumentKind.SHEET,), SeriesForm.NUMBER, "表格没有发文字号"),
        ("", (DocumentKind.NOTICE, DocumentKind.MINUTES), SeriesForm.ISSUE, "只用于纪要"),
    ],
)
def test_a_series_that_cannot_be_used_says_why(
    words: str, kinds: tuple[DocumentKind, ...], form: SeriesForm, said: str
) -> None:
    """Words that are no 代字, kinds without a number, issues for anything but minutes."""
    assert said in series_fault(Series("x", words, "某", kinds, "document.issue", form))
