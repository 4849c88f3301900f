"""`djflow web`: serve the public pages of this house."""

import os
import sys

import click

from djflow.cli.frame import home_of


@click.command("web", help="启动公示网页。")
@click.option("--host", default="", metavar="地址", help="监听的地址；缺省用 config/djflow.toml 里的 [web]。")
@click.option("--port", type=click.IntRange(0, 65535), metavar="端口", help="监听的端口；缺省用 [web]，0 表示任选。")
@click.pass_context
def web(context: click.Context, host: str, port: int | None) -> None:
    """Become the program that serves the pages; the command line and the pages do not import one another."""
    command = (sys.executable, "-m", "djflow.web", str(home_of(context)), host, "" if port is None else str(port))
    os.execv(sys.executable, command)  # noqa: S606 - no shell on purpose
