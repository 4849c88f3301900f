"""The pictures of a month."""

import io
from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

import pytest
from matplotlib import font_manager
from PIL import Image

from djflow.core.errors import DjflowError
from djflow.documents import pictures
from djflow.documents.pictures import MissingFontError
from djflow.roster.outputs.charts import HeatRows, fairness_chart, gap_chart, load_heat_map
from djflow.roster.views import RosterBook
from tests.roster.books import december_book

LARGEST = 150 * 1024
Draw: TypeAlias = Callable[[RosterBook], bytes]
PICTURES: tuple[Draw, ...] = (fairness_chart, load_heat_map, gap_chart)


@pytest.fixture(scope="module")
def book() -> RosterBook:
    """December as it waits for review."""
    return december_book()


@pytest.fixture(scope="module")
def drawn(book: RosterBook) -> dict[Draw, bytes]:
    """The three pictures of the month."""
    return {draw: draw(book) for draw in PICTURES}


def _size(content: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(content)) as picture:
        assert picture.format == "PNG"
        assert len(picture.convert("RGB").getcolors(100_000) or []) > 3
        return picture.size


def test_pictures_have_the_expected_size(book: RosterBook, drawn: dict[Draw, bytes]) -> None:
    """All pictures are valid PNG of a fixed size and at most 150 KB."""
    sizes = {
        drawn[fairness_chart]: (1320, 572),
        drawn[load_heat_map]: (1430, 1067),
        load_heat_map(book, HeatRows.MARKET): (1430, 572),
        drawn[gap_chart]: (1320, 528),
    }
    for content, size in sizes.items():
        assert _size(content) == size
        assert len(content) <= LARGEST


def test_pictures_follow_the_data(book: RosterBook, drawn: dict[Draw, bytes]) -> None:
    """Other data give another picture."""
    other = replace(book, loads=book.loads[:200], lines=book.lines[:300], gaps=book.gaps[:2])
    for draw in PICTURES:
        assert draw(other) != drawn[draw]


def test_pictures_show_no_names(book: RosterBook, drawn: dict[Draw, bytes]) -> None:
    """No picture shows a name: with other names it is the same, byte for byte."""
    renamed = replace(
        book,
        lines=tuple(replace(line, person_name="某某") for line in book.lines),
        loads=tuple(replace(load, person_name="某某") for load in book.loads),
    )
    for draw in PICTURES:
        assert draw(renamed) == drawn[draw]


def test_empty_month_can_be_drawn(book: RosterBook) -> None:
    """A month without a session can be drawn."""
    empty = replace(book, lines=(), gaps=(), loads=(), sessions=())
    for draw in PICTURES:
        _size(draw(empty))


def test_long_history_is_grouped(book: RosterBook) -> None:
    """Histories far apart are grouped instead of drawn as hundreds of bars."""
    long = replace(book, loads=tuple(replace(load, history=load.history * 60) for load in book.loads))
    assert len(fairness_chart(long)) <= LARGEST


def test_without_chinese_font_the_hint_is_given(book: RosterBook, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a Chinese font the office reads what to install instead of seeing boxes."""
    monkeypatch.setattr(font_manager.fontManager, "ttflist", [])
    monkeypatch.setattr(font_manager, "findSystemFonts", list)
    assert pictures.find_font() is None
    with pytest.raises(MissingFontError, match="fonts-noto-cjk") as caught:
        fairness_chart(book)
    assert isinstance(caught.value, DjflowError)


def test_font_installed_later_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A font installed after the service started is found."""
    known = font_manager.fontManager.ttflist
    assert pictures.find_font() in {entry.name for entry in known}
    monkeypatch.setattr(font_manager.fontManager, "ttflist", [])
    assert pictures.find_font() is not None
