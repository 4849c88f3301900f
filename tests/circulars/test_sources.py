"""Programmes tell of a period through a module of their own; nothing names them."""

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from types import ModuleType

import pytest
from sqlalchemy.orm import Session

from djflow.calendar.workdays import WorkCalendar
from djflow.circulars.model import Overdue
from djflow.circulars.periods import Period
from djflow.circulars.sources import Source, SourceError, collect, discover, gather
from djflow.core.errors import InputError, IntegrityError
from djflow.core.sections import Section
from djflow.core.spans import DateSpan
from djflow.meetings.actions import service as actions
from djflow.meetings.actions.model import NewItem
from djflow.meetings.invitations import service as invitations
from djflow.meetings.minutes import service as minutes
from djflow.meetings.minutes.model import Printed
from djflow.meetings.model import Who
from tests.circulars.told import OCTOBER, WORK, section
from tests.meetings.held import BY, STARTS, Office

CALENDAR = WorkCalendar()
SUMMARY = """
from djflow.core.sections import Section

def sections(session, span, calendar, now):
    return (Section({code!r}, "远程服务", {order}, (), {{}}, notes=(f"自{{span.first}}起",)),)
"""
Tell = Callable[[Session, DateSpan, WorkCalendar, datetime], tuple[Section, ...]]


def package(folder: Path, monkeypatch: pytest.MonkeyPatch, **modules: str) -> ModuleType:
    """Return a package whose subpackages hold a summary each, as programmes that come later would."""
    name = f"later_{folder.name.replace('-', '_')}"
    root = folder / name
    root.mkdir()
    (root / "__init__.py").write_text("")
    (root / "plain.py").write_text("")
    (root / "silent").mkdir()
    (root / "silent" / "__init__.py").write_text("")
    for module, text in modules.items():
        (root / module).mkdir()
        (root / module / "__init__.py").write_text("")
        (root / module / "summary.py").write_text(text)
    monkeypatch.syspath_prepend(str(folder))
    __import__(name)
    return sys.modules[name]


def source(name: str, tell: Tell) -> Source:
    """Return a source that tells what it is given."""
    return Source(name, tell)


def test_a_programme_that_comes_later_registers_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, session: Session, now: datetime
) -> None:
    """A module summary below a package is all it takes; the sections stand in their own order."""
    later = package(
        tmp_path, monkeypatch, alpha=SUMMARY.format(code="b", order=20), beta=SUMMARY.format(code="a", order=10)
    )
    found = discover(later)
    assert [one.name for one in found] == ["alpha", "beta"]
    told = collect(session, OCTOBER.span, CALENDAR, now, found)
    assert [(one.code, one.notes) for one in told] == [("a", ("自2026-10-01起",)), ("b", ("自2026-10-01起",))]


def test_a_summary_without_its_function_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence names the module."""
    later = package(tmp_path, monkeypatch, gamma="")
    with pytest.raises(IntegrityError, match=r"gamma\.summary 没有函数 sections"):
        discover(later)


def test_every_programme_of_the_house_can_be_asked(session: Session, now: datetime) -> None:
    """An empty house has no figures, and no programme fails over that."""
    collect(session, OCTOBER.span, CALENDAR, now)


def test_two_sections_with_one_code_are_refused(session: Session, now: datetime) -> None:
    """The sentence names both programmes."""
    both = [source("one", lambda *_: (section({}),)), source("two", lambda *_: (section({}),))]
    with pytest.raises(IntegrityError, match="one 和 two 的汇总用了同一个代号“market”"):
        collect(session, OCTOBER.span, CALENDAR, now, both)


def test_a_programme_that_fails_is_named(session: Session, now: datetime) -> None:
    """Whether it refuses or breaks, the coordinator reads which it was, and the word of what broke stays out."""

    def refuses(*_: object) -> tuple[Section, ...]:
        raise InputError("没有日历。")

    def breaks(*_: object) -> tuple[Section, ...]:
        raise ZeroDivisionError("张三丰")

    with pytest.raises(SourceError, match="fund 的汇总没有完成：没有日历。"):
        collect(session, OCTOBER.span, CALENDAR, now, [source("fund", refuses)])
    with pytest.raises(SourceError, match=r"fund 的汇总出错（ZeroDivisionError），请联系维护人员。"):
        collect(session, OCTOBER.span, CALENDAR, now, [source("fund", breaks)])


def test_what_is_gathered_is_the_period_the_one_before_and_what_is_late(session: Session, now: datetime) -> None:
    """Only the sections the kind asks for; agreed items that are open past their day, by the unit that leads."""
    asked: list[Period] = []

    def tells(_: Session, span: DateSpan, *__: object) -> tuple[Section, ...]:
        asked.append(Period.parse(str(span.first)[:7]))
        return (section({}),)

    office = Office(session, now)
    office.notify()
    held = STARTS + timedelta(hours=2)
    invitations.hold(session, office.meeting.id, Who.OFFICE, by=BY, now=held)
    minutes.draft(session, office.meeting.id, by=BY, now=held)
    for due_on, content in ((date(2027, 1, 20), "修好路灯"), (date(2027, 3, 1), "以后再说")):
        item = NewItem(content, office.units["T1"], (), due_on, office.ids["C02"])
        actions.add(session, office.meeting.id, item, by=BY, now=held)
    minutes.issue(session, office.meeting.id, Printed("第1期", "张部长"), by=BY, now=held)
    told = gather(session, OCTOBER, WORK, CALENDAR, held + timedelta(days=60), [source("market", tells)])
    assert asked == [OCTOBER, OCTOBER.previous]
    assert told.overdue == (Overdue(office.units["T1"], "修好路灯", date(2027, 1, 20)),)
    assert [one.code for one in told.sections] == [one.code for one in told.previous] == ["market"]
    only = replace(WORK, sections=("fund",))
    assert gather(session, OCTOBER, only, CALENDAR, now, [source("market", tells)]).sections == ()
