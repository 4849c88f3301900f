"""Reads `<home>/config/`, lists everything that is wrong with it, and builds `Settings` when nothing is."""

import difflib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path as FilePath
from typing import Annotated

from pydantic import Field

from djflow.calendar.holidays import HolidayYear, holiday_year
from djflow.calendar.market import RuleKind
from djflow.calendar.service_rule import ServiceSelector
from djflow.calendar.town import unserved_dates
from djflow.core.errors import ConfigError
from djflow.documents.official.markup import read_text
from djflow.notify.paper_samples import PAPER_SAMPLES
from djflow.notify.texts import Texts
from djflow.settings.channels_file import CODED, Channels
from djflow.settings.fields import AS_TUPLE, DATABASE_ADDRESS, Table, Text
from djflow.settings.market_file import MarketsFile
from djflow.settings.money_files import MoneyFiles
from djflow.settings.notices_file import NoticesFile, notices_problems, template_notices
from djflow.settings.problems import Problem, Severity, errors_of
from djflow.settings.programme_files import ProgrammeFiles
from djflow.settings.reading import FileText, Reading, read_model
from djflow.settings.roster_file import RosterSettings
from djflow.settings.schema import DEPLOYMENTS, DjflowFile, SchedulesFile, Settings

DATABASE_URL_VARIABLE = "DJFLOW_DATABASE_URL"
"""Environment variable that wins over `database.url`, so that a password need not stand in a file."""

_URL_PASSWORD = re.compile(r"://[^/:@]+:[^/@]+@")
_DATABASE_URL = re.compile(DATABASE_ADDRESS)
_YEAR_FILE = re.compile(r"[0-9]{4}\.toml")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class _DaysOffTable(Table):
    """A holiday as typed from the notice."""

    name: Text = Field(description="假期名称", examples=['name = "春节"'])
    first: date = Field(description="第一天", examples=["first = 2027-02-05"])
    last: date | None = Field(default=None, description="最后一天（含）", examples=["last = 2027-02-11"])


class _HolidayFile(Table):
    """A holiday file; what its dates mean is checked by the calendar."""

    year: int = Field(ge=1950, le=2100, description="年份", examples=["year = 2027"])
    source: Text = Field(description="放假通知的名称和文号", examples=['source = "国办发明电〔2026〕7号"'])
    note: str = Field(default="", description="备注", examples=['note = ""'])
    days_off: Annotated[tuple[_DaysOffTable, ...], AS_TUPLE] = Field(
        min_length=1, description="放假", examples=["[[days_off]]"]
    )
    makeup_workdays: Annotated[tuple[date, ...], AS_TUPLE] = Field(
        default=(), description="调休上班的日子", examples=["makeup_workdays = [2027-02-13]"]
    )


@dataclass(frozen=True, slots=True)
class _House:
    """All files of one configuration folder as they were read."""

    djflow: Reading[DjflowFile]
    roster: Reading[RosterSettings]
    markets: Reading[MarketsFile]
    schedules: Reading[SchedulesFile]
    channels: Reading[Channels]
    notices: Reading[NoticesFile]
    money: MoneyFiles
    programmes: ProgrammeFiles
    holidays: Mapping[int, HolidayYear]
    problems: tuple[Problem, ...]


def check(home: FilePath) -> tuple[Problem, ...]:
    """Return every finding about `<home>/config/`, by file and line."""
    return _read(home).problems


def load_settings(home: FilePath) -> Settings:
    """Return the settings of the home.

    Raises: ConfigError listing every error with file, line and key.
    """
    house = _read(home)
    errors = errors_of(house.problems)
    if errors:
        listing = "\n".join(f"config/{problem.file} {problem.sentence}" for problem in errors)
        raise ConfigError(f"配置有 {len(errors)} 处错误，改好后再试：\n{listing}")
    djflow, roster, markets = house.djflow.value, house.roster.value, house.markets.value
    schedules, channels, notices = house.schedules.value, house.channels.value, house.notices.value
    money, programmes = house.money.values, house.programmes.values
    if not (djflow and roster and markets and schedules and channels and notices):
        raise _impossible()
    if not (money and programmes):
        raise _impossible()
    url = _database_url(djflow.database.url)
    phone = djflow.district.supervision_phone
    return Settings(
        home=home,
        district=djflow.district,
        database=djflow.database.model_copy(update={"url": url}),
        web=djflow.web,
        prefect=djflow.prefect,
        sending=djflow.sending,
        retention=djflow.retention,
        answers=djflow.answers,
        roster=roster,
        markets=tuple(market.town(markets.defaults, roster.posts, phone) for market in markets.markets),
        services={market.code: market.plan(markets.defaults, roster.posts) for market in markets.markets},
        schedules=schedules.schedules,
        channels=channels,
        notices=notices,
        ledger=money.ledger,
        approvals=money.approvals,
        fund=money.fund,
        payments=money.payments,
        dispatch=programmes.dispatch,
        documents=programmes.documents,
        meetings=programmes.meetings,
        circulars=programmes.circulars,
        holidays=house.holidays,
    )


def _database_url(configured: str) -> str:
    given = os.environ.get(DATABASE_URL_VARIABLE)
    if not given:
        return configured
    if not _DATABASE_URL.fullmatch(given):
        raise ConfigError(
            f"环境变量 {DATABASE_URL_VARIABLE} 的写法不对，应如 postgresql://用户:密码@主机/库名；不用它就删去。"
        )
    return given


def _read(home: FilePath) -> _House:
    folder = home / "config"
    djflow = read_model(folder, "djflow.toml", DjflowFile)
    roster = read_model(folder, "roster.toml", RosterSettings)
    markets = read_model(folder, "markets.toml", MarketsFile)
    schedules = read_model(folder, "schedules.toml", SchedulesFile)
    channels = read_model(folder, "channels.toml", Channels)
    notices = read_model(folder, "notices.toml", NoticesFile)
    money = MoneyFiles.read(folder)
    programmes = ProgrammeFiles.read(folder)
    files = (djflow, roster, markets, schedules, channels, notices, money, programmes)
    holidays, holiday_problems = _read_holidays(folder)
    if not folder.is_dir():
        missing = Problem(
            "", 0, "", f"{home} 下没有 config 目录。", "请先运行 djflow init，或用 --home 指到本区的目录。"
        )
        return _House(*files, {}, (missing,))
    problems = (
        *djflow.problems,
        *_password_notice(djflow),
        *roster.problems,
        *markets.problems,
        *_market_problems(markets, roster.value),
        *schedules.problems,
        *_schedule_problems(schedules),
        *channels.problems,
        *notices.problems,
        *_notices_problems(folder, notices, channels.value, djflow.value),
        *_secret_notices(channels),
        *money.problems(),
        *programmes.problems(money.approvals.value),
        *holiday_problems,
        *_text_problems(folder),
    )
    found = tuple(sorted(problems, key=_place))
    return _House(*files, holidays, found)


def _impossible() -> AssertionError:
    return AssertionError("a file without model and without error")


def _place(problem: Problem) -> tuple[str, int, str]:
    return (problem.file, problem.line, problem.key)


def _password_notice(djflow: Reading[DjflowFile]) -> Iterator[Problem]:
    if djflow.file and djflow.value and _URL_PASSWORD.search(djflow.value.database.url):
        yield djflow.file.problem(
            ("database", "url"),
            "数据库密码写在了配置文件里。",
            f"建议改放到环境变量 {DATABASE_URL_VARIABLE}。",
            Severity.NOTICE,
        )


def _market_problems(markets: Reading[MarketsFile], roster: RosterSettings | None) -> Iterator[Problem]:
    if markets.file is None or markets.value is None:
        return
    if not markets.value.markets:
        yield markets.file.problem((), "还没有场镇，排不了班。", "填好场镇表后运行 djflow init 导入。", Severity.NOTICE)
    for position, market in enumerate(markets.value.markets):
        path = ("markets", position)
        for post in market.heads if roster else ():
            if roster and post not in roster.heads:
                near = difflib.get_close_matches(post, roster.heads, n=1, cutoff=0.3)
                fix = f"是不是“{near[0]}”？" if near else f"可以写：{'、'.join(roster.heads)}。"
                yield markets.file.problem((*path, "heads", post), f"roster.toml 里没有岗位“{post}”。", fix)
        rules = [(("rule",), market.rule)] if market.rule else []
        rules += [(("rules", index, "text"), one.text) for index, one in enumerate(market.rules)]  # type: ignore[misc] # paths of two lengths
        for inner, printed in rules:
            if printed.rule.kind is RuleKind.UNKNOWN:
                yield markets.file.problem(
                    (*path, *inner),
                    f"“{market.name}”的场期还不知道，只列出，不排班。",
                    "问清后照实填写。",
                    Severity.NOTICE,
                )
        yield from _unserved(markets.file, path, market.name, markets.value)


def _secret_notices(channels: Reading[Channels]) -> Iterator[Problem]:
    if channels.file is None or channels.value is None:
        return
    for place, channel in enumerate(channels.value.channels):
        for name in channel.variables if channel.enabled else ():
            if not os.environ.get(name):
                field = "url" if f"${{{name}}}" in channel.url else "receipt_secret"
                yield channels.file.problem(
                    ("channels", place, field),
                    f"渠道“{channel.key}”要用的环境变量 {name} 在这里没有设置。",
                    "请确认发送通知的服务那里设好了。",
                    Severity.NOTICE,
                )


def _unserved(file: FileText, path: tuple[str, int], name: str, markets: MarketsFile) -> Iterator[Problem]:
    market = markets.markets[path[1]]
    town = market.town(markets.defaults, (), "")
    if town.service.selector is not ServiceSelector.FIXED_DATES:
        return
    gaps = unserved_dates(town, min(town.service.dates), max(town.service.dates))
    if gaps:
        days = "、".join(str(day) for day in gaps)
        yield file.problem(
            (*path, "service"), f"“{name}”的服务日期 {days} 不逢场。", "请核对日期或场期。", Severity.NOTICE
        )


def _schedule_problems(schedules: Reading[SchedulesFile]) -> Iterator[Problem]:
    if schedules.file is None or schedules.value is None:
        return
    for key in schedules.value.schedules:
        if key not in DEPLOYMENTS:
            near = difflib.get_close_matches(key, DEPLOYMENTS, n=1, cutoff=0.5)
            fix = f"是不是 {near[0]}？" if near else f"只有：{'、'.join(DEPLOYMENTS)}。"
            yield schedules.file.problem(("schedules", key), f"没有“{key}”这项定时工作。", fix)
    for key in DEPLOYMENTS:
        if key not in schedules.value.schedules:
            yield schedules.file.problem(
                ("schedules", key), f"缺少定时工作“{key}”。", "不想让它自己运行，可写上并设 paused = true。"
            )


def _notices_problems(
    folder: FilePath, notices: Reading[NoticesFile], channels: Channels | None, djflow: DjflowFile | None
) -> Iterator[Problem]:
    if notices.file and notices.value and channels and djflow:
        known = tuple(entry.key for entry in channels.entries if entry.enabled)
        texts = Texts(folder / "texts")
        yield from notices_problems(notices.file, notices.value, known, texts, djflow.district.signature)
        coded = [one.key for one in channels.entries if one.enabled and one.url.startswith(CODED)]
        yield from template_notices(notices.file, notices.value, coded)


def _read_holidays(folder: FilePath) -> tuple[Mapping[int, HolidayYear], tuple[Problem, ...]]:
    years: dict[int, HolidayYear] = {}
    problems: list[Problem] = []
    for path in sorted((folder / "holidays").glob("*.toml")):
        name = f"holidays/{path.name}"
        if not _YEAR_FILE.fullmatch(path.name):
            problems.append(Problem(name, 0, "", "文件名应是年份。", "改成如 2027.toml。"))
            continue
        reading = read_model(folder, name, _HolidayFile)
        problems += reading.problems
        if reading.file is None or reading.value is None:
            continue
        if str(reading.value.year) != path.stem:
            problems.append(
                reading.file.problem(("year",), f"年份 {reading.value.year} 与文件名不一致。", "请改年份或改文件名。")
            )
            continue
        try:
            years[reading.value.year] = holiday_year(reading.file.content)
        except ConfigError as error:
            problems.append(Problem(name, _line_of_date(reading.file, error.message), "", error.message, ""))
    return years, tuple(problems)


def _line_of_date(file: FileText, message: str) -> int:
    found = _DATE.search(message)
    at = file.text.find(found.group()) if found else -1
    return file.text.count("\n", 0, at) + 1 if at >= 0 else 1


def _text_problems(folder: FilePath) -> Iterator[Problem]:
    texts = Texts(folder / "texts")
    faults = texts.faults()
    for fault in faults:
        yield Problem(f"texts/{fault.file}", fault.line, "", fault.what, fault.fix)
    wrong = {fault.file for fault in faults}
    for name, sample in PAPER_SAMPLES.items():
        if f"{name}.j2" not in wrong:
            yield from _document_problems(texts, name, sample)


def _document_problems(texts: Texts, name: str, sample: Mapping[str, object]) -> Iterator[Problem]:
    """Yield what keeps a document's text from being set, once its values are known to fit."""
    try:
        read_text(texts.render(name, **sample))
    except ConfigError as error:
        yield Problem(f"texts/{name}.j2", 0, "", error.message, "写法见文件开头的说明。")
