"""Text as people type it."""

import pytest

from djflow.core.typed import cleaned


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  情况属实。\r\n请核实 ", "情况属实。\n请核实"),
        ("一\u202e二\u2066三\x00四\x7f", "一二三四"),
        ("列\t一\n列\t二", "列\t一\n列\t二"),
        (" \x0b\x0c\u202d ", ""),
    ],
)
def test_typed_text_keeps_its_words_only(typed: str, kept: str) -> None:
    """Control characters and turns of the reading direction go, tabs and line feeds stay."""
    assert cleaned(typed) == kept
