"""Titles are broken by meaning into trapezoids and diamonds."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from djflow.documents.official.titles import LINE_CHARS, WORDS, break_title, width


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("关于召开联席会议的通知", ("关于召开联席会议的通知",)),
        ("甲\n乙丙", ("甲", "乙丙")),
        ("关于召开2026年第四季度城乡基层党建工作联席会议的通知", None),
        ("中共某某区委组织部关于印发《某某区驻村第一书记和工作队管理办法（试行）》的通知", None),
        ("关于做好2027年度服务三农下派一批干部推荐选派工作的通知", None),
    ],
)
def test_words_are_not_cut(title: str, lines: tuple[str, ...] | None) -> None:
    """No word of the office, no number and no bracket is cut; given breaks are kept."""
    found = break_title(title)
    assert lines is None or found == lines
    assert "".join(found) == title.replace("\n", "")
    for before, after in pairwise(found):
        assert not any(
            before.endswith(word[:at]) and after.startswith(word[at:]) for word in WORDS for at in range(1, len(word))
        )
        assert after[0] not in "的、，》）"
        assert before[-1] not in "《（第"


def test_three_lines_make_a_diamond_or_a_trapezoid() -> None:
    """The middle line of three is never the shortest."""
    title = "中共某某区委组织部关于进一步加强和改进全区农村基层党组织建设推动乡村全面振兴有关工作的实施意见"
    first, middle, last = (width(line) for line in break_title(title))
    assert not first > middle < last


@given(st.text(alphabet="关于做好干部选派工作的通知和、《》（）2026年度农村统筹A", min_size=1, max_size=120))
def test_any_title_is_set_whole(title: str) -> None:
    """Nothing of a title is lost, and a line is too long only where it cannot be broken."""
    lines = break_title(title)
    assert "".join(lines) == title
    if not any(letter in title for letter in "、《》（）A206的"):
        assert all(width(line) <= LINE_CHARS for line in lines)
