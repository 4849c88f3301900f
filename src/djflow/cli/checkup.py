"""What `djflow doctor` looks at; each check is handed what it needs and returns one or more findings."""

import errno
import http.client
import os
import shutil
import socket
import stat
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from djflow.calendar.workdays import WorkCalendar, YearSource
from djflow.core.errors import ConfigError, DjflowError, KeyFileError
from djflow.documents.official.fonts import choose, missing
from djflow.settings.load import check, load_settings
from djflow.settings.problems import errors_of, notices_of
from djflow.settings.schema import PrefectSettings, Settings, WebSettings

MIN_PYTHON = (3, 11)
LOW_DISK_MB, NO_DISK_MB = 1000, 200
ALARM_MONTH = 11
"""From November on the next year's holiday notice is expected any day."""

CHINESE_FONTS = (
    "Noto Sans CJK",
    "Noto Serif CJK",
    "Noto Sans SC",
    "Source Han Sans",
    "Source Han Serif",
    "WenQuanYi",
    "SimHei",
    "SimSun",
    "Microsoft YaHei",
    "PingFang",
    "FandolSong",
    "FandolHei",
)
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class State(StrEnum):
    """How a check ended; BAD keeps djflow from working."""

    OK = "ok"
    NOTICE = "notice"
    BAD = "bad"


_UNWRITABLE = {
    errno.EROFS: "那里挂载成了只读：请重新挂载为可写，或用 --home 换到可写的磁盘",
    errno.ENOSPC: "磁盘已满：请清理磁盘",
}
MARKS: Mapping[State, str] = {State.OK: "✓", State.NOTICE: "！", State.BAD: "✗"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report: what was looked at, how it is, and the remedy (empty when nothing is to be done)."""

    name: str
    state: State
    what: str
    fix: str = ""

    @property
    def line(self) -> str:
        """The finding as people read it."""
        return f"{MARKS[self.state]} {self.name}：{self.what}" + (f"\n    → {self.fix}" if self.fix else "")


def python(version: tuple[int, int]) -> Finding:
    """Check the version of Python."""
    text = f"{version[0]}.{version[1]}"
    if version >= MIN_PYTHON:
        return Finding("Python", State.OK, text)
    return Finding(
        "Python", State.BAD, f"{text} 太旧，需要 3.11 以上", "sudo apt-get install python3.11 python3.11-venv"
    )


def fonts(installed: Iterable[str]) -> Finding:
    """Check whether a font with Chinese characters is among the installed font names."""
    found = sorted({name for name in installed if name.startswith(CHINESE_FONTS)})
    if found:
        return Finding("中文字体", State.OK, found[0])
    return Finding(
        "中文字体", State.NOTICE, "没有找到，图片里的汉字会显示成方框", "sudo apt-get install fonts-noto-cjk"
    )


def document_fonts(families: Collection[str]) -> Finding:
    """Check whether official documents can be set as PDF, and in their own types; a .docx needs no font here."""
    try:
        choose(families)
    except ConfigError:
        return Finding(
            "公文字体", State.NOTICE, "没有，公文只出 .docx，不出 PDF", "sudo apt-get install fonts-noto-cjk"
        )
    lacking = missing(families)
    if not lacking:
        return Finding("公文字体", State.OK, "小标宋、仿宋、楷体、黑体都有开放字体可用")
    fix = "要 PDF 也用仿宋、楷体：sudo apt-get install texlive-lang-chinese"
    return Finding("公文字体", State.NOTICE, f"没有{'、'.join(lacking)}，PDF 里用宋体代替（.docx 不受影响）", fix)


def browser(found: str | None) -> Finding:
    """Check for a browser, which only tests and pictures of the manual need."""
    if found:
        return Finding("浏览器", State.OK, found)
    return Finding(
        "浏览器",
        State.NOTICE,
        "没有找到 Chromium（只有测试和截图用得到）",
        "sudo apt-get install chromium",
    )


def installed_browser() -> str | None:
    """Return the path of the first known browser, or None."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def disk(free_mb: int) -> Finding:
    """Check the free space, in megabytes, where the state folder is."""
    if free_mb < NO_DISK_MB:
        return Finding("磁盘", State.BAD, f"只剩 {free_mb} MB", "请清理磁盘，至少留出 1 GB")
    if free_mb < LOW_DISK_MB:
        return Finding("磁盘", State.NOTICE, f"只剩 {free_mb} MB", "请尽快清理磁盘")
    return Finding("磁盘", State.OK, f"剩 {free_mb // 1000} GB")


def writable(home: Path) -> Finding:
    """Check that the home and its state folder take files."""
    if not home.is_dir():
        return Finding("写权限", State.BAD, f"没有目录 {home}", "请核对 --home，或运行 djflow init")
    for folder in (home, home / ".djflow"):
        if not folder.exists() and folder != home:
            continue
        try:
            with tempfile.NamedTemporaryFile(dir=folder):
                pass
        except OSError as error:
            remedy = _UNWRITABLE.get(error.errno or 0, f"sudo chown -R $USER {folder}")
            return Finding("写权限", State.BAD, f"{folder} 写不进去", remedy)
    return Finding("写权限", State.OK, f"{home} 可以写")


def port(name: str, address: WebSettings | PrefectSettings, probe: str) -> Finding:
    """Check that a port is free, or that what listens there answers `probe` as djflow's own service does."""
    at = f"{address.host}:{address.port}"
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((address.host, address.port))
        except OverflowError:
            return Finding(name, State.BAD, f"{at} 不是可用的端口", "请在 config/djflow.toml 里改 port")
        except OSError:
            pass
        else:
            return Finding(name, State.OK, f"{at} 空闲")
    if answers(address.host, address.port, probe):
        return Finding(name, State.OK, f"{at} 正由本系统使用")
    return Finding(
        name,
        State.BAD,
        f"{at} 被别的程序占用",
        f"关掉那个程序（ss -ltnp | grep {address.port}），或在 config/djflow.toml 里换 port",
    )


def answers(host: str, number: int, path: str) -> bool:
    """Return whether something at the port answers `path` with 200 or with 503 within a second."""
    connection = http.client.HTTPConnection(host, number, timeout=1)
    try:
        connection.request("GET", path)
        reply = connection.getresponse()
        body = reply.read(4096)
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    is_json = "json" in (reply.headers.get("content-type") or "")
    return is_json and (body.strip() == b"true" or b'"status"' in body)


def key_file(path: Path) -> Finding:
    """Check that the key file is there and readable by its owner only."""
    if not path.exists():
        return Finding(
            "密钥文件",
            State.BAD,
            f"没有 {path}",
            "新建的区运行 djflow db upgrade 时会生成；用过的区请从备份恢复原来的密钥文件",
        )
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode != stat.S_IRUSR | stat.S_IWUSR:
        return Finding("密钥文件", State.BAD, f"权限是 {mode:o}，别人也能读", f"chmod 600 {path}")
    return Finding("密钥文件", State.OK, "在，只有本人可读")


def configuration(home: Path) -> Finding:
    """Check the configuration as `djflow check-config` does."""
    from djflow.assembly import checking  # noqa: PLC0415 - loads what sends

    problems = checking.problems(home, os.environ)
    errors, notices = errors_of(problems), notices_of(problems)
    if errors:
        first = errors[0]
        return Finding(
            "配置", State.BAD, f"{len(errors)} 处错误，如 config/{first.file} {first.sentence}", "djflow check-config"
        )
    if notices:
        return Finding("配置", State.NOTICE, f"没有错误，{len(notices)} 处待确认或提醒", "djflow check-config")
    return Finding("配置", State.OK, "没有错误")


def channels(settings: Settings, environ: Mapping[str, str]) -> Finding:
    """List the channels whose secrets are not set in the environment."""
    from djflow.assembly import checking  # noqa: PLC0415 - loads what sends

    lacking = checking.missing_variables(settings.channels, environ)
    if lacking:
        listed = "；".join(f"{key} 缺 {'、'.join(names)}" for key, names in lacking.items())
        fix = "在发送程序和网页的环境里设好（systemd 用 EnvironmentFile，密钥不要写进配置文件），再重新启动"
        return Finding("渠道", State.NOTICE, f"密钥没有设置，渠道会停用：{listed}", fix)
    used = [entry.key for entry in settings.channels.entries if entry.enabled]
    return Finding("渠道", State.OK, f"{'、'.join(used)} 的密钥都设了")


def database(home: Path, settings: Settings) -> Iterator[Finding]:
    """Check that the house opens: key fingerprint, database, version."""
    if not settings.database.url and not (settings.state / "djflow.db").exists():
        yield Finding("数据库", State.BAD, "还没有建", "djflow db upgrade（djflow up 也会建）")
        return
    from djflow.assembly import open_house  # noqa: PLC0415 - loads SQLAlchemy
    from djflow.db.upgrade import current_version, newest_version  # noqa: PLC0415 - the same

    try:
        house = open_house(home)
    except KeyFileError as error:
        yield Finding("数据库", State.BAD, error.message, "从备份恢复 .djflow/keys.json")
        return
    except DjflowError as error:
        fix = "djflow db upgrade" if "版本太旧" in error.message else "按上面的提示处理后再运行一次"
        yield Finding("数据库", State.BAD, error.message, fix)
        return
    try:
        at, newest = current_version(house.database.engine), newest_version()
    finally:
        house.database.engine.dispose()
    if at == newest:
        yield Finding("数据库", State.OK, f"可用，版本 {newest}，密钥对得上")
    else:
        yield Finding("数据库", State.BAD, f"版本 {at or '空'}，应为 {newest}", "djflow db upgrade")


def holiday_file(calendar: WorkCalendar, today: date) -> Finding:
    """Check that next year's holiday notice is known; from November on its absence is an alarm."""
    year = today.year + 1
    source = calendar.source_of(year)
    if source is YearSource.OFFICE:
        return Finding("放假安排", State.OK, f"{year} 年已录入")
    if source is YearSource.PUBLISHED:
        return Finding("放假安排", State.OK, f"{year} 年用程序自带的数据")
    what = f"{year} 年的放假通知还没有录入，只按法定节假日推算，没有调休"
    fix = f"国务院办公厅通知公布后，照 config/holidays/{today.year}.toml 的格式建 config/holidays/{year}.toml"
    return Finding("放假安排", State.NOTICE if today.month >= ALARM_MONTH else State.OK, what, fix)


def unknown_markets(settings: Settings) -> Finding:
    """List the markets whose rule the office does not know yet."""
    names = [town.name for town in settings.markets if not all(rule.rule.is_known for rule in town.rules)]
    if names:
        return Finding("场期", State.NOTICE, f"{'、'.join(names)} 的场期未知，不排班", "问清后写进 config/markets.toml")
    return Finding("场期", State.OK, f"{len(settings.markets)} 个场的场期都清楚")


def approvers(home: Path) -> Finding:
    """List the roles that an approval chain asks for and that nobody holds."""
    from djflow.assembly import open_house  # noqa: PLC0415 - loads SQLAlchemy
    from djflow.assembly.approvals import vacancies  # noqa: PLC0415 - the same

    try:
        house = open_house(home)
    except DjflowError:
        return Finding("审批人员", State.NOTICE, "数据库打不开，没有检查", "先处理上面的问题")
    try:
        missing = vacancies(house)
    finally:
        house.database.engine.dispose()
    if not missing:
        return Finding("审批人员", State.OK, "每个审批角色都有人")
    shown = "；".join(one.sentence for one in missing[:3])
    more = f"，等 {len(missing)} 处" if len(missing) > 3 else ""
    return Finding("审批人员", State.NOTICE, f"{shown}{more}", "用 djflow account 给有关同志加上角色")


def named_people(home: Path) -> Finding:
    """List whom notices.toml names and who is not in the register: escalations would pass them over."""
    from djflow.assembly import open_house, reach  # noqa: PLC0415 - loads SQLAlchemy

    try:
        house = open_house(home)
    except DjflowError:
        return Finding("联络员", State.NOTICE, "数据库打不开，没有检查", "先处理上面的问题")
    try:
        strangers = reach.strangers(house)
    finally:
        house.database.engine.dispose()
    if not strangers:
        return Finding("联络员", State.OK, "notices.toml 里写的人都在人员登记里")
    shown = "；".join(strangers[:3]) + (f"，等 {len(strangers)} 处" if len(strangers) > 3 else "")
    return Finding("联络员", State.NOTICE, shown, "改 config/notices.toml 里的工号或单位代号，或先登记这位同志")


def clock_zone(names: tuple[str, str]) -> Finding:
    """Tell the machine's time zone; djflow counts by Beijing time in any case."""
    return Finding("时区", State.OK, f"本机 {names[0]}；本系统一律按北京时间")


def settings_or_none(home: Path) -> Settings | None:
    """Return the settings, or None when the configuration has errors (which `configuration` tells)."""
    return None if errors_of(check(home)) else load_settings(home)
