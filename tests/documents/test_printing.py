"""Papers: one page, the letters of the values in them, no value read as markup, a clear sentence without a font."""

import io
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader

from djflow.core.errors import ConfigError, IntegrityError
from djflow.documents import printing

NOW = datetime(2026, 11, 24, 6, 0, 0, 5, tzinfo=UTC)
VALUES = {
    "department": "中共某某区委组织部",
    "number": "JZ2026-0012",
    "donor": "#panic() *某某* 公司[$",
    "addressed": "贵单位",
    "amount": "8,000.05",
    "amount_in_capitals": "捌仟元零伍分",
    "purpose": "大病党员帮扶",
    "source": "党员捐赠",
    "method": "银行转账",
    "received_on": "2026年11月20日",
    "issued_on": "2026年11月24日",
    "state": "有效",
    "void": "false",
}


def words_of(pdf: bytes) -> tuple[int, str]:
    """Return the number of pages and their text without blanks."""
    reader = PdfReader(io.BytesIO(pdf))
    return len(reader.pages), "".join("".join(page.extract_text().split()) for page in reader.pages)


@pytest.mark.parametrize("layout", ["receipt", "certificate"])
def test_a_paper_says_what_it_was_given(layout: str) -> None:
    """Number, donor, capitals and date stand on one page; what looks like a command is printed as it is."""
    pages, words = words_of(printing.paper(layout, VALUES, now=NOW))
    assert pages == 1
    for word in ("JZ2026-0012", "#panic()*某某*公司[$", "捌仟元零伍分", "2026年11月24日", "盖章"):
        assert word in words


def test_the_longest_values_stay_on_one_page() -> None:
    """The longest donor, purpose and amount there may be still fit."""
    longest = {"donor": "某" * 60, "purpose": "大" * 100, "source": "党员捐赠（专项）"}
    longest |= {
        "amount": "999,999,999,999.99",
        "amount_in_capitals": "玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分",
    }
    for layout in ("receipt", "certificate"):
        assert words_of(printing.paper(layout, VALUES | longest, now=NOW))[0] == 1


def test_a_void_receipt_says_so() -> None:
    """A receipt whose money was given back is marked across the page."""
    marked = words_of(printing.paper("receipt", VALUES | {"void": "true"}, now=NOW))[1]
    assert "已作废" in marked.replace(" ", "")


def test_the_best_open_font_comes_first() -> None:
    """Of the machine's fonts the open Chinese ones are used; without any the sentence names the package."""
    assert printing.choose_fonts(frozenset({"Arial", "Noto Sans CJK SC", "Noto Serif CJK SC"})) == (
        "Noto Serif CJK SC",
        "Noto Sans CJK SC",
    )
    with pytest.raises(ConfigError, match="fonts-noto-cjk"):
        printing.choose_fonts(frozenset({"Arial", "SimSun"}))


def test_a_missing_value_is_no_paper() -> None:
    """A layout that lacks a value is refused, not printed with a hole."""
    with pytest.raises(IntegrityError):
        printing.paper("receipt", {key: value for key, value in VALUES.items() if key != "donor"}, now=NOW)
