"""`djflow up`: Prefect's server, the flow runner and the web pages under one roof, with progress people can read."""

import fcntl
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from djflow.cli.frame import home_of, progress
from djflow.cli.ports import holder, is_free
from djflow.cli.roof import Roof
from djflow.core.errors import ConflictError
from djflow.settings.load import load_settings
from djflow.settings.schema import Settings


@click.command("up")
@click.option("--demo", is_flag=True, help="目录还空着时，先装入示范区。")
@click.pass_context
def up(context: click.Context, *, demo: bool) -> None:
    """启动全套服务：Prefect、流程、网页；按 Ctrl-C 全部停下。."""
    began = time.monotonic()
    home = home_of(context)
    with only_one(home), _stoppable():
        if demo and not (home / "config").exists():
            _copy_starter(home)
        settings = load_settings(home)
        _check_ports(settings)
        Roof(settings, progress, began).run(lambda: _prepare(home, demo=demo))


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Hold the home's lock, so that no two supervisors share a database.

    Raises: ConflictError naming the process that holds it.
    """
    state = home / ".djflow"
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (state / "up.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            number = lock.read().strip() or "未知"
            raise ConflictError(
                f"这个目录（{home}）已有一套 djflow 在运行（进程 {number}）。请用那一套，或先停掉它：kill {number}。",
                code="already_running",
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


@contextmanager
def _stoppable() -> Iterator[None]:
    """Turn a closed terminal and SIGTERM into the same quiet end as Ctrl-C, also when started in the background."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, signal.default_int_handler) for number in numbers}
    try:
        yield
    except KeyboardInterrupt:
        progress("已停止。")
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _check_ports(settings: Settings) -> None:
    wanted = {"prefect": (settings.prefect, "Prefect"), "web": (settings.web, "网页")}
    for section, (address, title) in wanted.items():
        if not is_free(address.host, address.port):
            raise ConflictError(
                f"{title}要用的端口 {address.port} 已被占用{holder(address.port)}。"
                f"请停掉占用它的程序，或在 config/djflow.toml 的 [{section}] 里把 port 改成别的端口。",
                code="port_taken",
            )


def _copy_starter(home: Path) -> None:
    from djflow.demo.load import copy_starter  # noqa: PLC0415 - the demonstration only

    copy_starter(home)


def _prepare(home: Path, *, demo: bool) -> None:
    """Load what is missing of the demonstration if asked, then create or migrate the database."""
    from djflow.assembly.house import upgrade_house  # noqa: PLC0415 - the database loads after the checks

    if demo:
        from djflow.demo.load import load  # noqa: PLC0415 - the demonstration only

        load(home, say=progress)
    upgrade_house(home)
