"""How the board writes dates, hours and lists in Chinese; the filters of its templates."""

from collections.abc import Iterable
from datetime import date, datetime, time

from djflow.core.clock import civil_datetime
from djflow.core.money import yuan_of
from djflow.fund.materials.model import MATERIAL_WORDS, MaterialKind

WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


def weekday(day: date) -> str:
    """Return the weekday: `周六`."""
    return WEEKDAYS[day.weekday()]


def day_title(day: date) -> str:
    """Return day and weekday as people say them: `12月5日 周六`."""
    return f"{day.month}月{day.day}日 {weekday(day)}"


def short_day(day: date) -> str:
    """Return a day where the month is known: `5日 周六`."""
    return f"{day.day}日 {weekday(day)}"


def full_day(day: date) -> str:
    """Return a date with its year: `2026年12月5日`."""
    return f"{day.year}年{day.month}月{day.day}日"


def full_instant(instant: datetime) -> str:
    """Return an aware instant in Shanghai's wall-clock time: `2026年11月25日 9:05`."""
    local = civil_datetime(instant)
    return f"{full_day(local.date())} {clock_time(local.time())}"


def clock_time(at: time) -> str:
    """Return a time of day without a leading zero: `8:30`."""
    return f"{at.hour}:{at.minute:02d}"


def clock(instant: datetime) -> str:
    """Return the time of day of an aware instant in Shanghai: `9:05`."""
    return clock_time(civil_datetime(instant).time())


def hours(start: time, end: time) -> str:
    """Return opening hours: `8:30—12:00`."""
    return f"{clock_time(start)}—{clock_time(end)}"


def listed(names: Iterable[str]) -> str:
    """Return names joined the Chinese way: `人社局、医保局`."""
    return "、".join(names)


def dialled(phone: str) -> str:
    """Return what a telephone dials: digits and a leading plus only."""
    return "".join(sign for sign in phone if sign in "+0123456789")


def paper(kind: MaterialKind) -> str:
    """Return what people call a material: `诊断材料`."""
    return MATERIAL_WORDS[kind]


FILTERS = {
    "clock": clock,
    "day_title": day_title,
    "dialled": dialled,
    "full_day": full_day,
    "full_instant": full_instant,
    "clock_time": clock_time,
    "listed": listed,
    "weekday": weekday,
    "paper": paper,
    "yuan": yuan_of,
}
