"""Finds what tells of a period: every subsystem that has a module `summary` with a function `sections`.

A programme that comes later adds its module; nothing here names it.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from types import ModuleType

from sqlalchemy.orm import Session

import djflow
from djflow.calendar.workdays import WorkCalendar
from djflow.circulars.model import Gathered, KindPolicy, Overdue
from djflow.circulars.periods import Period
from djflow.core.clock import civil_date
from djflow.core.errors import DjflowError, IntegrityError
from djflow.core.sections import Section
from djflow.core.spans import DateSpan
from djflow.meetings.actions import service as actions

SUMMARY = "summary"
FUNCTION = "sections"


class SourceError(DjflowError):
    """A programme could not say what it did; the message names it."""

    code = "circular.source"
    retryable = True


@dataclass(frozen=True, slots=True)
class Source:
    """A subsystem that tells of a period, by the name of its package."""

    name: str
    sections: Callable[[Session, DateSpan, WorkCalendar, datetime], tuple[Section, ...]]


def discover(package: ModuleType = djflow) -> tuple[Source, ...]:
    """Return the sources below a package, by name.

    Raises: IntegrityError for a module `summary` without the function `sections`.
    """
    found = []
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda one: one.name):
        path = f"{package.__name__}.{module.name}.{SUMMARY}"
        if not module.ispkg or find_spec(path) is None:
            continue
        function = getattr(importlib.import_module(path), FUNCTION, None)
        if not callable(function):
            raise IntegrityError(
                f"模块 {path} 没有函数 {FUNCTION}，通报无法汇总：请补上或删去它。", code="circular.source"
            )
        found.append(Source(module.name, function))
    return tuple(found)


def collect(
    session: Session, span: DateSpan, calendar: WorkCalendar, now: datetime, sources: Sequence[Source] | None = None
) -> tuple[Section, ...]:
    """Return every section of a span of days, in their order.

    Raises: SourceError naming the source that failed; IntegrityError when two sections have the same code.
    """
    found: dict[str, tuple[str, Section]] = {}
    for source in discover() if sources is None else sources:
        for section in _asked(source, session, span, calendar, now):
            if section.code in found:
                raise IntegrityError(
                    f"{found[section.code][0]} 和 {source.name} 的汇总用了同一个代号“{section.code}”：请改其中一个。",
                    code="circular.source_twice",
                )
            found[section.code] = (source.name, section)
    return tuple(sorted((one for _, one in found.values()), key=lambda one: (one.order, one.code)))


def _asked(
    source: Source, session: Session, span: DateSpan, calendar: WorkCalendar, now: datetime
) -> Iterable[Section]:
    try:
        return source.sections(session, span, calendar, now)
    except DjflowError as error:
        raise SourceError(f"{source.name} 的汇总没有完成：{error.message}") from error
    except Exception as error:
        raise SourceError(f"{source.name} 的汇总出错（{type(error).__name__}），请联系维护人员。") from error


def gather(
    session: Session,
    period: Period,
    policy: KindPolicy,
    calendar: WorkCalendar,
    now: datetime,
    sources: Sequence[Source] | None = None,
) -> Gathered:
    """Return what the programmes say of a period and of the one before, and the agreed items that are late."""

    def told(one: Period) -> tuple[Section, ...]:
        sections = collect(session, one.span, calendar, now, sources)
        return tuple(one for one in sections if not policy.sections or one.code in policy.sections)

    return Gathered(told(period), told(period.previous), late(session, now))


def late(session: Session, now: datetime) -> tuple[Overdue, ...]:
    """Return the agreed items that are open past their day, oldest first."""
    today = civil_date(now)
    items = [one for one in actions.open_items(session) if one.new.due_on < today]
    items.sort(key=lambda one: (one.new.due_on, one.id))
    return tuple(Overdue(one.new.lead, one.new.content, one.new.due_on) for one in items)
