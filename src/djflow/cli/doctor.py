"""`djflow doctor`: names what is missing and how to mend it.

Exit 0 when djflow can work, 1 when something must be mended first.
"""

import os
import shutil
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click

from djflow.cli import checkup
from djflow.cli.checkup import Finding, State
from djflow.cli.frame import answer, home_of, json_option
from djflow.core.clock import SystemClock, civil_date
from djflow.documents.official.pdf import font_families
from djflow.settings.schema import PrefectSettings, WebSettings


@click.command(short_help="体检：缺什么、怎么补")
@json_option
@click.pass_context
def doctor(context: click.Context, *, as_json: bool) -> None:
    """检查本机和本区：缺什么、怎么补。全部可用时退出码为 0，有必须处理的为 1。."""
    findings = tuple(examine(home_of(context), civil_date(SystemClock().now())))
    usable = all(finding.state is not State.BAD for finding in findings)
    value = {
        "usable": usable,
        "checks": [{"name": f.name, "state": f.state.value, "what": f.what, "fix": f.fix} for f in findings],
    }
    last = "可以使用。" if usable else "有 ✗ 的要先处理。"
    answer(value, as_json=as_json, text=lambda: "\n".join([*(finding.line for finding in findings), last]))
    if not usable:
        context.exit(1)


def examine(home: Path, today: date) -> Iterator[Finding]:
    """Yield every finding about this machine and the house at `home`."""
    yield checkup.python(sys.version_info[:2])
    yield checkup.clock_zone(time.tzname)
    yield checkup.fonts(_installed_fonts())
    yield checkup.document_fonts(font_families())
    yield checkup.browser(checkup.installed_browser())
    standing = next(folder for folder in (home, *home.parents) if folder.exists())
    yield checkup.disk(shutil.disk_usage(standing).free // 1_000_000)
    yield checkup.writable(home)
    yield checkup.configuration(home)
    settings = checkup.settings_or_none(home)
    yield checkup.port("网页端口", settings.web if settings else WebSettings(), "/health")
    yield checkup.port("Prefect 端口", settings.prefect if settings else PrefectSettings(), "/api/health")
    if settings is None:
        return
    yield checkup.key_file(settings.state / "keys.json")
    yield from checkup.database(home, settings)
    yield checkup.channels(settings, os.environ)
    yield checkup.approvers(home)
    yield checkup.named_people(home)
    yield checkup.holiday_file(settings.calendar, today)
    yield checkup.unknown_markets(settings)


def _installed_fonts() -> frozenset[str]:
    from matplotlib.font_manager import fontManager  # noqa: PLC0415 - takes half a second to load

    return frozenset(font.name for font in fontManager.ttflist)
