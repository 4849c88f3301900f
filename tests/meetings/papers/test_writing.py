"""What the papers of meetings print: many units by what they are, instants in words, harmless names."""

from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path

from djflow.core.clock import instant_of
from djflow.documents.official.model import DocumentKind
from djflow.documents.official.rules import block_texts, faults
from djflow.meetings.minutes.model import Agreed
from djflow.meetings.model import MAX_TITLE, Meeting, MeetingId, MeetingKind, MeetingState, NewMeeting
from djflow.meetings.papers.model import Called, Heading, MeetingPaper, Paper, Rolls, TopicLine
from djflow.meetings.papers.writing import document, hour_words, moment_words, recipients
from djflow.notify.texts import Texts
from djflow.people.model import UnitKind

ROOT = Path(__file__).parents[3]
TEXTS = Texts(ROOT / "config" / "texts")
STARTS = instant_of(date(2026, 12, 10), time(15, 5))
NEW = NewMeeting("k", MeetingKind.JOINT, "联席会议", "三楼会议室", STARTS, STARTS + timedelta(hours=2), "部长")
MEETING = Meeting(MeetingId("m"), NEW, MeetingState.NOTICED, STARTS, 1, True, 1)
HEADING = Heading("中共某某区委组织部", "区委组织部", "0872-000-0001", "张三丰", date(2026, 12, 1))
PAPER = MeetingPaper(
    MEETING,
    date(2026, 12, 8),
    15,
    called=(Called("司法局", UnitKind.DISTRICT_UNIT, True), Called("档案馆", UnitKind.DISTRICT_UNIT, False, True)),
    topics=(TopicLine("赶场", "司法局"),),
)


def test_many_units_are_named_by_what_they_are() -> None:
    """Up to eight one by one; more as towns and departments, others by name."""
    town, department = (
        Called(f"单位{kind}", kind, principal=True) for kind in (UnitKind.TOWNSHIP, UnitKind.DISTRICT_UNIT)
    )
    assert recipients([town] * 8).count("，") == 7
    school = Called("第一中学", UnitKind.SCHOOL, principal=True)
    assert recipients([town] * 5 + [department] * 5 + [school]) == "各镇（街道）党（工）委，区级有关部门，第一中学"
    assert recipients([department] * 9) == "区级有关部门"


def test_instants_are_written_as_documents_write_them() -> None:
    """Weekday and half of the day, no zero before the hour."""
    assert moment_words(STARTS) == "2026年12月10日（星期四）下午3:05"
    assert moment_words(instant_of(date(2026, 12, 13), time(9))) == "2026年12月13日（星期日）上午9:00"
    assert hour_words(instant_of(date(2026, 12, 13), time(12, 30))) == "中午12:30"


def test_who_sits_in_is_named_apart() -> None:
    """Whoever attends and whoever sits in stand in lines of their own."""
    said = [words for block in document(TEXTS, Paper.NOTICE, PAPER, HEADING).body for words in block_texts(block)]
    assert "出席：司法局主要负责人。" in said
    assert "列席：档案馆有关负责同志。" in said


def test_the_longest_names_and_marks_in_them_do_no_harm() -> None:
    """A meeting's longest name, and bars or stars in topics and matters, make sound documents of every sort."""
    new = replace(NEW, title="统" * MAX_TITLE, place="楼" * 40)
    values = replace(
        PAPER,
        meeting=replace(MEETING, new=new),
        topics=(TopicLine("*甲|乙", "司法局", "一\n|二|"),),
        agreed=(Agreed("> 修路|补灯", "司法局", (), date(2027, 1, 20)),),
        opening="开头。",
        rolls=Rolls(("司法局张喆",), (), ("档案馆李镕",)),
    )
    for paper in Paper:
        made = document(TEXTS, paper, values, HEADING)
        assert faults(made) == (), paper
        assert (made.number, made.signed_on, made.printed_on) == ("", None, None)
    minutes = document(TEXTS, Paper.MINUTES, values, HEADING)
    assert (minutes.kind, minutes.red_head) == (DocumentKind.MINUTES, f"{new.title}纪要")
    assert [(one.word, one.names) for one in minutes.rolls] == [("出席", ("司法局张喆",)), ("列席", ("档案馆李镕",))]
