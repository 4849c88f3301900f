"""Keeps a few programs running: starts them, restarts a crashed one, stops all of them, and never leaves one behind.

Each program is the head of its own process group, so that what it started itself goes with it, and is tied to the
supervisor's life by `leash`.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from djflow.cli.leash import PARENT_VARIABLE

_FIRST_WAIT, _LONGEST_WAIT = 1.0, 30.0
_STEADY_SECONDS = 60.0
_GRACE_SECONDS = 8.0
_LOG_BYTES, _LOG_COUNT = 5_000_000, 3


@dataclass(frozen=True, slots=True)
class Program:
    """Something to keep running; `title` is what people call it, `key` names its log file."""

    key: str
    title: str
    command: tuple[str, ...]


@dataclass(slots=True)
class _Child:
    program: Program
    process: subprocess.Popen[bytes]
    started: float
    crashes: int = 0
    restart_at: float | None = None


@dataclass(slots=True)
class Supervisor:
    """The programs under one roof; `say` prints a line for people, `logs` is the folder of their output."""

    logs: Path
    environment: Mapping[str, str]
    say: Callable[[str], None]
    _children: dict[str, _Child] = field(default_factory=dict)

    def start(self, program: Program) -> None:
        """Start a program."""
        self._children[program.key] = _Child(program, self._spawn(program), time.monotonic())

    def watch(self) -> None:
        """Look once: announce what crashed, restart it when its waiting time is over, turn full logs."""
        now = time.monotonic()
        for child in self._children.values():
            if child.restart_at is not None:
                if now >= child.restart_at:
                    child.process, child.started, child.restart_at = self._spawn(child.program), now, None
            elif (code := child.process.poll()) is not None:
                self._plan_restart(child, code, now)
            turn_log(self.log_of(child.program))

    def crashes(self, key: str) -> int:
        """Return how often a program has crashed in a row."""
        return self._children[key].crashes

    def pid(self, key: str) -> int:
        """Return the process id of a program, that of the last one while it waits for its restart."""
        return self._children[key].process.pid

    def stop(self) -> None:
        """Ask every program to end, latest first; kill what does not."""
        children = [child for child in reversed(self._children.values()) if child.restart_at is None]
        for child in children:
            _signal_group(child.process, signal.SIGTERM)
        deadline = time.monotonic() + _GRACE_SECONDS
        for child in children:
            with suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.1, deadline - time.monotonic()))
            _signal_group(child.process, signal.SIGKILL)
            child.process.wait()
        self._children.clear()

    def log_of(self, program: Program) -> Path:
        """Return the file that holds a program's output."""
        return self.logs / f"{program.key}.log"

    def _plan_restart(self, child: _Child, code: int, now: float) -> None:
        _signal_group(child.process, signal.SIGKILL)  # what it started itself must not go on beside its successor
        child.crashes = 1 if now - child.started > _STEADY_SECONDS else child.crashes + 1
        wait = min(_FIRST_WAIT * 2 ** (child.crashes - 1), _LONGEST_WAIT)
        child.restart_at = now + wait
        log = self.log_of(child.program)
        self.say(f"{child.program.title}意外退出（代码 {code}），{wait:.0f} 秒后重新启动。原因见 {log}")

    def _spawn(self, program: Program) -> subprocess.Popen[bytes]:
        self.logs.mkdir(parents=True, exist_ok=True)
        with self.log_of(program).open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "djflow.cli.leash", *program.command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**self.environment, PARENT_VARIABLE: str(os.getpid())},
                start_new_session=True,
            )


def turn_log(log: Path) -> None:
    """Keep a log small: a full one is copied to `.1`, older ones move on, the fourth is dropped.

    The file itself is emptied in place, because the program goes on writing to it.
    """
    if not log.exists() or log.stat().st_size < _LOG_BYTES:
        return
    for number in range(_LOG_COUNT - 1, 0, -1):
        older = log.with_name(f"{log.name}.{number}")
        if older.exists():
            older.replace(log.with_name(f"{log.name}.{number + 1}"))
    shutil.copyfile(log, log.with_name(f"{log.name}.1"))
    os.truncate(log, 0)


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)
