"""What the coordinator reads in the review form and in Prefect's artifacts."""

import math
import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from djflow.roster.model import Shortage
from djflow.roster.outputs.markdown import difference_markdown, explanation_markdown, review_markdown, roster_table
from djflow.roster.outputs.wording import gap_words, percent, priced_parts
from djflow.roster.views import DifferenceLine, DutyKind, RosterBook
from tests.roster.books import december_book, with_cancelled_session

PHONE = re.compile(r"1[3-9][0-9]{9}|0[0-9]{2,3}-[0-9]{7,8}")


@pytest.fixture(scope="module")
def book() -> RosterBook:
    """December as it waits for review."""
    return december_book()


def test_review_card_names_nobody(book: RosterBook) -> None:
    """The review card holds no person's name and no telephone."""
    text = review_markdown(book, links={"值班表": "http://127.0.0.1/f"}, why={})
    assert [load.person_name for load in book.loads if load.person_name in text] == []
    assert not PHONE.search(text)


def test_review_card_tells_the_figures(book: RosterBook) -> None:
    """The card tells sessions, places, gaps, distance to the optimum, rest days and links."""
    text = review_markdown(book, links={"值班表": "http://127.0.0.1/f"}, why={"fairness": "不让少数人总值班"})
    duties = [line for line in book.lines if line.kind is DutyKind.DUTY]
    rest = sum(line.rest_day for line in duties)
    for words in (
        "76 场，14 个场镇",
        "与理论最优相差不超过 0.42%",
        "空缺 4 个，已证明不能更少",
        "[值班表](http://127.0.0.1/f)",
        "不让少数人总值班",
        f"占 {rest / len(duties):.1%}",
        "（征求意见稿）",
    ):
        assert words in text
    assert all(gap.why in text for gap in book.gaps)


def test_office_sentence_replaces_the_usual_one(book: RosterBook) -> None:
    """The office's own sentence about a weight replaces the usual one."""
    text = review_markdown(book, links={}, why={"distance_per_km": "少跑路", "not_incumbent": "尽量定点"})
    assert "| 路程 | 3184 | 12.3% | 少跑路 |" in text
    assert "尽量定点" in text


def test_parts_add_up(book: RosterBook) -> None:
    """The parts of the objective add up to it."""
    assert sum(points for _, points in priced_parts(book.quality)) == book.quality.objective


def test_table_lists_each_duty_by_code(book: RosterBook) -> None:
    """The table has a row per session with units and codes, every duty once, no names."""
    table = roster_table(book)
    assert len(table) == len(book.sessions)
    words = [value for row in table for value in row.values()]
    codes = [code for value in words for code in re.findall(r"C[0-9]{5}", value)]
    assert sorted(codes) == sorted(line.person_code for line in book.lines)
    everything = "\n".join(words)
    assert [load.person_name for load in book.loads if load.person_name in everything] == []
    assert everything.count("（空缺）") == len(book.gaps)
    assert len({tuple(row) for row in table}) == 1


def test_cancelled_session_is_marked(book: RosterBook) -> None:
    """A cancelled session is marked in the table."""
    assert roster_table(with_cancelled_session(book))[0]["状态"] == "停办"
    assert "76 场（其中取消 1 场），14 个场镇" in review_markdown(with_cancelled_session(book), links={}, why={})


def test_full_and_empty_months_are_said(book: RosterBook) -> None:
    """Months without gaps or without duties are described as they are."""
    full = replace(book, gaps=(), quality=replace(book.quality, unfilled=0))
    assert "没有空缺" in review_markdown(full, links={}, why={})
    empty = replace(book, lines=(), gaps=(), loads=(), sessions=())
    assert "本月没有安排值班。" in review_markdown(empty, links={}, why={})


def test_gap_is_worded_honestly(book: RosterBook) -> None:
    """An unproven distance is called unproven, zero optimal; a repair claims what is proven of its changes."""
    quality = book.quality
    assert gap_words(replace(quality, gap=None)) == "尚未证明与理论最优的差距"
    assert gap_words(replace(quality, gap=math.inf)) == "尚未证明与理论最优的差距"
    assert gap_words(replace(quality, gap=0.0)) == "已证明为理论最优，没有更好的排法"
    repaired = replace(quality, status="repaired", gap=None, bound=0.0)
    proven = "在原值班表上改动 7 个岗位（不计取消的场次），已证明不能更少"
    assert gap_words(replace(repaired, changed=7, changed_proven=7)) == proven
    assert "改动 8 个岗位（不计取消的场次），已证明至少要改动 7 个" in gap_words(
        replace(repaired, changed=8, changed_proven=7)
    )
    assert "未另行比较" in gap_words(repaired)
    assert "换人" in gap_words(replace(repaired, status="by_hand"))
    card = review_markdown(replace(book, quality=replace(quality, status="repaired", bound=0.0)), links={}, why={})
    assert "未计算" in card


@given(st.floats(min_value=0, max_value=50))
def test_percent_never_promises_too_much(share: float) -> None:
    """The figure after 不超过 is rounded up and never smaller than the truth."""
    shown = float(percent(share).removesuffix("%")) / 100
    assert share - 1e-9 <= shown <= share + 0.000101


def test_difference_lists_codes_and_counts() -> None:
    """The difference tells sessions, places and codes before and after."""
    lines = (
        DifferenceLine("e1", date(2026, 12, 3), "石桥场", "医疗卫生", "C00001", "C00002", ""),
        DifferenceLine("e1", date(2026, 12, 3), "石桥场", "农业|技术", "C00003", None, "停市"),
    )
    text = difference_markdown(lines)
    assert "涉及 1 场，调整 2 个岗位。" in text
    assert "| 12月3日（星期四） | 石桥场 | 医疗卫生 | C00001 | C00002 | — |" in text
    assert "农业\\|技术" in text
    assert difference_markdown(()) == "两个版本没有差别。\n"


def test_explanation_puts_the_worst_first() -> None:
    """The explanation begins with the worst shortage and names need, supply, rule and remedy."""
    days = tuple(date(2026, 12, day) for day in range(1, 9))
    shortages = (
        Shortage("法律政策", days[:1], 3, 2, 1, "专长", "再增加 1 名法律人员即可。"),
        Shortage("医疗卫生", days, 12, 8, 4, "间隔", "间隔由 2 天改为 1 天即可。"),
    )
    text = explanation_markdown(shortages)
    assert "合计缺 5 人次" in text
    assert text.index("医疗卫生") < text.index("法律政策")
    assert "等 8 天" in text
    assert "没有排不满" in explanation_markdown(())
