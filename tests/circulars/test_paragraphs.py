"""A circular's words, by what the figures are."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from djflow.circulars import codec
from djflow.circulars.model import Circular, CircularId, CircularState, Override, Snapshot, Terms
from djflow.circulars.paragraphs import compose, rewrite
from djflow.circulars.periods import Period, PeriodKind
from djflow.circulars.text import Letterhead, addressed, paper, recipients, tables
from djflow.circulars.wording import FIELDS, fault_of, faults, requirement_fault
from djflow.core.errors import ConfigError, InputError, NotFoundError
from djflow.core.sections import Figure
from djflow.documents.official.model import OfficialDocument, Paragraph, Table
from djflow.documents.official.rendering import render
from djflow.people.model import Unit, UnitEntry, UnitKind
from tests.circulars.told import OCTOBER, TERMS, UNITS, WORDS, WORK, named, section, snapshot

NOW = datetime(2026, 11, 18, 1, 0, tzinfo=UTC)
CIRCULAR = Circular(
    CircularId("c" * 32),
    "work",
    OCTOBER,
    1,
    CircularState.DRAFTED,
    NOW,
    edition=1,
    due_on=None,
    document_id="",
    version=0,
)


def words(found: Snapshot, terms: Terms = TERMS, overrides: Sequence[Override] = ()) -> dict[str, str]:
    """Return the paragraphs of a draft by place."""
    return {one.place: one.text for one in compose(CIRCULAR, found, terms, overrides).parts}


def test_october_is_written_from_its_figures() -> None:
    """Each figure with what it was measured on and how it moved; problems by unit and number; late items by day."""
    found = words(snapshot())
    assert found["overall.market"] == (
        "赶场服务：开展赶场服务20场次，比上期增加3场次，增长17.6%；"
        "到岗率93.8%（64人次），比上期提高0.5个百分点；"
        "办理平均用时2.3天（35件），比上期增加0.3天。"
    )
    assert found["problem.absent"] == "T1单位未按要求到岗2人次。"
    assert found["problem.overdue"] == "逾期未完成的议定事项1项：LAW单位“修好路灯”应于10月20日前完成。"
    assert found["requirement.0"] == "T1单位要查明未到岗的原因，2026年11月不再发生。"
    assert found["requirement.1"] == "各单位要抓好2026年11月各项工作。"
    assert "praise" not in found
    assert "ranking" not in found


def test_a_period_without_a_period_before_says_so() -> None:
    """There is nothing to compare with, and no word of rising or falling."""
    found = words(replace(snapshot(), previous=()))
    assert found["overall.market"].count("上期无数据") == 3
    assert "比上期" not in found["overall.market"]


def test_a_small_sample_is_named_but_not_its_value() -> None:
    """A rate on four is not printed, neither in the text nor in the table; the coordinator is told."""
    told = {UNITS["T1"]: {"present": Figure(3, 4)}, UNITS["T2"]: {"present": Figure(99, 100)}}
    small = Snapshot((section({UNITS["T1"]: told[UNITS["T1"]]}),), (), named("T1"))
    assert words(small)["overall.market"] == "赶场服务：到岗率样本不足5（4人次），不公布数值。"
    both = Snapshot((section(told),), (), named("T1", "T2"))
    (table,) = tables(both, TERMS)
    assert [cell.text for row in table.rows for cell in row] == [
        *("单位", "到岗率（%，人次）"), *("T1单位", "样本不足5（4）"), *("T2单位", "99.0（100）"),
    ]  # fmt: skip
    assert any("T1单位样本不足5" in note for note in compose(CIRCULAR, both, TERMS).notes)


def test_an_empty_section_disappears_and_its_reason_goes_to_the_coordinator() -> None:
    """No empty phrase stands in the text."""
    empty = replace(section({}, lacking=("还没有签到数据。",)), code="other", title="远程服务")
    found = replace(snapshot(), sections=(*snapshot().sections, empty))
    draft = compose(CIRCULAR, found, TERMS)
    assert "远程服务" not in "".join(one.text for one in draft.parts)
    assert "远程服务：还没有签到数据。" in draft.notes


def test_nought_now_and_before_is_no_sentence() -> None:
    """A count of nought is told only when it was more before; a rate of nought is a figure like any other."""
    none = Snapshot((section({UNITS["T1"]: {"served": Figure(0), "present": Figure(9, 10)}}),), (), named("T1"))
    assert words(none)["overall.market"] == "赶场服务：到岗率90.0%（10人次），上期无数据。"
    rate = Snapshot((section({UNITS["T1"]: {"present": Figure(0, 10)}}),), (), named("T1"))
    assert words(rate)["overall.market"] == "赶场服务：到岗率0.0%（10人次），上期无数据。"
    fallen = replace(none, previous=(section({UNITS["T1"]: {"served": Figure(4)}}),))
    assert "开展赶场服务0场次，比上期减少4场次，下降100.0%" in words(fallen)["overall.market"]


def test_the_best_are_named_with_the_fact_that_makes_them_so() -> None:
    """Praise names unit and figure; the ranking stands in a table with how ranks moved."""
    told = {UNITS[one]: {"present": Figure(rate, 100)} for one, rate in (("T1", 99), ("T2", 95), ("T3", 90))}
    draft = compose(CIRCULAR, Snapshot((section(told),), (section(told),), named("T1", "T2", "T3")), TERMS)
    found = {one.place: one for one in draft.parts}
    assert found[f"praise.{UNITS['T1']}"].text == "T1单位到岗率99.0%（100人次）。"
    assert found[f"praise.{UNITS['T2']}"].text == "T2单位到岗率95.0%（100人次）。"
    table = found["ranking.0"].table
    assert table is not None
    assert [cell.text for cell in table.rows[1]] == ["1", "T1单位", "100.0", "持平"]


def test_several_units_with_one_problem_are_counted() -> None:
    """The gravest first, each with its number, then how many units and how often in all."""
    found = snapshot()
    one = found.sections[0].shortfalls[0]
    more = (one, replace(one, unit=UNITS["HR"], count=3))
    found = replace(found, sections=(replace(found.sections[0], shortfalls=more),))
    assert words(found)["problem.absent"] == "HR单位（3人次）、T1单位（2人次）等2个单位未按要求到岗，共5人次。"


def test_the_coordinators_words_stand_until_the_figures_change() -> None:
    """A rewritten paragraph is kept; once its figures are others it is put aside and the coordinator told."""
    draft = compose(CIRCULAR, snapshot(), TERMS)
    written = rewrite(draft, "problem.absent", "T1单位两人未到岗。", by="test", now=NOW)
    assert words(snapshot(), overrides=[written])["problem.absent"] == "T1单位两人未到岗。"
    one = replace(snapshot().sections[0].shortfalls[0], count=1)
    changed = replace(snapshot(), sections=(replace(snapshot().sections[0], shortfalls=(one,)),))
    after = compose(CIRCULAR, changed, TERMS, [written])
    assert "T1单位未按要求到岗1人次。" in [part.text for part in after.parts]
    assert any("没有采用：T1单位两人未到岗。" in note for note in after.notes)
    with pytest.raises(NotFoundError, match="没有这一段"):
        rewrite(draft, "problem.x", "x", by="test", now=NOW)
    with pytest.raises(InputError, match="不要换行"):
        rewrite(draft, "opening", "一\n二", by="test", now=NOW)
    assert rewrite(draft, "opening", draft.parts[0].own, by="test", now=NOW).text == ""


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{units}{who}", "用了没有的字段“{who}”。"),
        ("{units", "花括号没有成对。"),
        ("{units.name}", "用了没有的字段“{units.name}”。"),
        ("{units!r}", "字段“{units}”里不能写格式。"),
        ("{units:>9}", "字段“{units}”里不能写格式。"),
        ("{units}", ""),
    ],
)
def test_a_template_with_an_unknown_field_is_named(text: str, fault: str) -> None:
    """The field is named, before anything is printed and when it is."""
    assert fault_of(text, FIELDS["problem_one"]) == fault
    if fault:
        with pytest.raises(ConfigError, match="problem_one"):
            words(snapshot(), replace(TERMS, words={**WORDS, "problem_one": text}))


def test_the_offices_words_are_checked_as_a_whole() -> None:
    """Unknown and missing words are named; a requirement that is always asked knows no units."""
    assert list(faults(WORDS)) == []
    assert [one[:2] for one in faults({**WORDS, "hello": "x"})] == [("hello", "没有“hello”这句话。")]
    less = {name: text for name, text in WORDS.items() if name != "title"}
    assert [one[1] for one in faults(less)] == ["缺少“title”这句话。"]
    assert requirement_fault("", "{units}")[0] == "用了没有的字段“{units}”。"
    assert requirement_fault("absent", "{units}") == ("", "")


def test_whom_a_circular_goes_to() -> None:
    """Groups by their word, others by name; closed units get nothing."""
    units = [
        Unit(UNITS["HR"], UnitEntry("HR", "人社局", UnitKind.DISTRICT_UNIT, 1)),
        Unit(UNITS["T1"], UnitEntry("T1", "大仓镇", UnitKind.TOWNSHIP, 2)),
        Unit(UNITS["T2"], UnitEntry("T2", "旧镇", UnitKind.TOWNSHIP, 3, active=False)),
    ]
    policy = replace(WORK, units=("HR",))
    assert recipients(policy, units) == (UNITS["HR"], UNITS["T1"])
    assert addressed(policy, units, TERMS) == ("各镇（街道）党（工）委", "人社局")


def printed(found: Snapshot, anchor: str = "") -> OfficialDocument:
    """Return a snapshot as a document."""
    head = Letterhead(("中共某区委组织部",), "中共某区委组织部办公室", anchor)
    return paper(CIRCULAR, found, compose(CIRCULAR, found, TERMS), TERMS, head, [])


def test_a_circular_is_an_official_document() -> None:
    """Title, headings counted, table attached, the books' anchor below it; both files are made."""
    found = printed(snapshot(), "截至2026年10月31日共3笔，校验码 4f3c 9a21")
    assert found.title == "关于2026年10月重点工作推进情况的通报"
    headings = [one.text for one in found.body if isinstance(one, Paragraph) and one.level == 1]
    assert headings == ["总体情况", "存在问题", "下一步要求"]
    assert found.attachments[0].title == "2026年10月各单位指标情况表"
    last = found.attachments[0].body[-1]
    assert isinstance(last, Paragraph)
    assert last.text == "党内温暖工程基金账册截至2026年10月31日共3笔，校验码 4f3c 9a21。"
    made = render(replace(found, number="示组通〔2026〕9号", signed_on=date(2026, 11, 18)), now=NOW)
    assert made.docx.startswith(b"PK")
    assert made.pdf is not None, made.problem


def test_a_unit_with_a_very_long_name_breaks_nothing() -> None:
    """Its name is set over several lines of its cell."""
    long = tuple(replace(one, name="某某某" * 40) for one in named("T1"))
    found = printed(replace(snapshot(), units=(*named("HR", "LAW"), replace(long[0], order=2))))
    assert isinstance(found.attachments[0].body[0], Table)
    assert render(found, now=NOW).pages >= 2


FIGURES = st.builds(lambda part, more: Figure(part, part + more), st.integers(0, 300), st.integers(0, 300))
TOLD = st.dictionaries(
    st.sampled_from([UNITS[one] for one in ("HR", "LAW", "T1", "T2", "T3")]),
    st.fixed_dictionaries(
        {}, optional={"present": FIGURES, "days": FIGURES, "served": st.builds(Figure, st.integers(0, 99))}
    ),
)


@given(TOLD, TOLD)
def test_no_empty_phrase_is_ever_written(now: dict[object, object], before: dict[object, object]) -> None:
    """Whatever the figures: headings have text below them, no paragraph is empty, no value misses; storing is exact."""
    found = Snapshot((section(now),), (section(before),), named(*UNITS))  # type: ignore[arg-type] # drawn units and figures
    parts = compose(CIRCULAR, found, TERMS).parts
    for one, following in zip(parts, (*parts[1:], None), strict=True):
        assert one.text
        assert "None" not in one.text
        assert one.level == 0 or (following is not None and following.level == 0)
    text = codec.encode(found)
    assert codec.decode(text, codec.digest(text)) == found


@pytest.mark.parametrize(
    ("text", "title", "first", "last", "previous"),
    [
        ("2026-11", "2026年11月", date(2026, 11, 1), date(2026, 11, 30), "2026-10"),
        ("2026-01", "2026年1月", date(2026, 1, 1), date(2026, 1, 31), "2025-12"),
        ("2026-Q4", "2026年第四季度", date(2026, 10, 1), date(2026, 12, 31), "2026-Q3"),
        ("2026-Q1", "2026年第一季度", date(2026, 1, 1), date(2026, 3, 31), "2025-Q4"),
        ("2026-H1", "2026年上半年", date(2026, 1, 1), date(2026, 6, 30), "2025-H2"),
        ("2026", "2026年", date(2026, 1, 1), date(2026, 12, 31), "2025"),
    ],
)
def test_periods_are_named_as_people_name_them(text: str, title: str, first: date, last: date, previous: str) -> None:
    """Each has its days and its period before, and is read as it is printed."""
    period = Period.parse(text)
    assert (period.title, period.span.first, period.span.last) == (title, first, last)
    assert (str(period), str(period.previous), period.previous.following) == (text, previous, period)


@pytest.mark.parametrize("text", ["2026-13", "2026-Q5", "11月", "", "2026-1", "1800-01"])
def test_a_period_written_otherwise_is_refused(text: str) -> None:
    """The sentence says how it is written."""
    with pytest.raises(InputError):
        Period.parse(text)


def test_a_year_has_no_thirteenth_month() -> None:
    """Parts of a year are counted."""
    with pytest.raises(InputError, match="没有 2026 年第 13 个月度"):
        Period(PeriodKind.MONTH, 2026, 13)
