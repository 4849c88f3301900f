"""`djflow calendar`: market days of a printed rule, workday deadlines, lunar days. Needs no database, no Prefect."""

import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from djflow.cli.frame import answer, home_of, json_option, progress
from djflow.core.errors import ConfigError, InputError

if TYPE_CHECKING:
    from djflow.calendar.holidays import HolidayYear

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_COUNT = re.compile(r"[+-]?[0-9]{1,9}", re.ASCII)
_WEEKDAYS = "一二三四五六日"


@click.group("calendar", help="日历：赶场日、工作日、农历。")
def calendar() -> None:
    """Hold the calendar commands."""


@calendar.command("market-days", help="列出场期规则在一段日期里的全部赶场日。")
@click.option("--rule", "text", required=True, metavar="规则", help="场期规则，如“农历逢一、四、七”“逢5、10”“赶辰戌”。")
@click.option("--first", "first_text", required=True, metavar="日期", help="第一天，如 2026-12-01。")
@click.option("--last", "last_text", required=True, metavar="日期", help="最后一天（含）。")
@click.option(
    "--day31", type=click.Choice(["hold", "skip"]), default="hold", help="公历31日：照赶或不赶（只管尾数规则）。"
)
@click.option(
    "--small-month", type=click.Choice(["skip", "hold_on_29"]), default="skip", help="农历小月没有三十：跳过或改廿九。"
)
@json_option
def market_days_command(
    *, text: str, first_text: str, last_text: str, day31: str, small_month: str, as_json: bool
) -> None:
    """List the market days of a printed rule."""
    from djflow.calendar.market import (  # noqa: PLC0415 - `djflow --help` stays instant
        Day31,
        MarketPolicies,
        SmallMonth,
        describe,
        market_days,
        parse_rule,
    )

    rule = parse_rule(text)
    first, last = parse_date(first_text), parse_date(last_text)
    policies = MarketPolicies(day31=Day31(day31), small_month=SmallMonth(small_month))
    days = market_days(rule, first, last, policies)
    if not rule.is_known:
        progress("规则是“未知”：可以保存和公示，但排不出赶场日。")
    elif rule.has_no_days:
        progress("规则是“不定期”：没有固定赶场日，请列出日期，例如“不定期：2026-12-05、2026-12-19”。")
    heading = f"{describe(rule)}：{first} 至 {last} 共 {len(days)} 天"
    answer(
        [day.isoformat() for day in days],
        as_json=as_json,
        text=lambda: "\n".join([heading, *(_line(day) for day in days)]),
    )


@calendar.command(
    "add-workdays",
    help="从某日起数若干个工作日（当天不算，负数往前数）。",
    context_settings={"ignore_unknown_options": True},  # a negative number is no option
)
@click.argument("start_text", metavar="日期")
@click.argument("count_text", metavar="天数")
@json_option
@click.pass_context
def add_workdays_command(context: click.Context, *, start_text: str, count_text: str, as_json: bool) -> None:
    """Count workdays from a date."""
    from djflow.calendar.workdays import WorkCalendar  # noqa: PLC0415 - `djflow --help` stays instant

    start = parse_date(start_text)
    if not _COUNT.fullmatch(count_text):
        raise InputError(f"工作日天数“{count_text}”不是整数，请写如 5 或 -5。", code="bad_number")
    deadline = WorkCalendar(_office_years(home_of(context))).add_workdays(start, int(count_text))
    note = "（暂定：有年份的放假通知尚未录入，通知公布后请重算）" if deadline.provisional else ""
    answer(
        {"date": deadline.date.isoformat(), "provisional": deadline.provisional},
        as_json=as_json,
        text=lambda: f"{_line(deadline.date)}{note}",
    )


@calendar.command("lunar", help="把公历日期换算成农历和干支。")
@click.argument("day_text", metavar="日期")
@json_option
def lunar_command(*, day_text: str, as_json: bool) -> None:
    """Convert a civil date into its lunar day."""
    from djflow.calendar.lunar import ganzhi_day, lunar_day  # noqa: PLC0415 - `djflow --help` stays instant

    day = parse_date(day_text)
    lunar = lunar_day(day)
    value = {
        "year": lunar.year,
        "month": lunar.month,
        "day": lunar.day,
        "leap": lunar.leap,
        "ganzhi_day": ganzhi_day(day),
    }
    answer(value, as_json=as_json, text=lambda: f"{lunar.long_label} {ganzhi_day(day)}日")


def parse_date(text: str) -> date:
    """Return the civil date written `2026-12-01`.

    Raises: InputError with the form expected.
    """
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise InputError(f"日期“{text}”不对，应为存在的日期，写法如 2026-12-01。", code="bad_date")


def _line(day: date) -> str:
    from djflow.calendar.lunar import lunar_label  # noqa: PLC0415 - `djflow --help` stays instant

    lunar = lunar_label(day)
    return f"{day} 星期{_WEEKDAYS[day.weekday()]}" + (f" 农历{lunar}" if lunar else "")


def _office_years(home: Path) -> dict[int, "HolidayYear"]:
    # Only the holiday files are read, so that deadlines can be counted before the rest of the house is configured.
    import tomllib  # noqa: PLC0415 - `djflow --help` stays instant

    from djflow.calendar.holidays import holiday_year  # noqa: PLC0415 - as above

    years: dict[int, HolidayYear] = {}
    for path in sorted((home / "config" / "holidays").glob("*.toml")):
        try:
            filed = holiday_year(tomllib.loads(path.read_text(encoding="utf-8")))
        except (ConfigError, tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
            why = error.message if isinstance(error, ConfigError) else "文件打不开或不是有效的 TOML，请检查格式。"
            raise ConfigError(f"{path}：{why}", code="calendar.holiday_file") from error
        if filed.year in years:
            raise ConfigError(
                f"{path}：{filed.year} 年已有另一个节假日文件，请只留一个。", code="calendar.holiday_file"
            )
        years[filed.year] = filed
    return years
