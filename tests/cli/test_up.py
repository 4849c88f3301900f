"""`djflow up`: refuses what would collide, restarts what crashes, leaves nothing behind."""

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from djflow.cli.main import djflow
from djflow.cli.supervisor import Program, Supervisor, turn_log
from djflow.core.errors import ConflictError
from tests.flows.office import free_ports, until

ROOT = Path(__file__).parents[2]
SLEEPER = (sys.executable, "-c", "import signal; signal.pause()")
TWO = (
    "import signal, subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()']);"
    "print('ready', flush=True); signal.pause()"
)
PARENT_AND_CHILD = (sys.executable, "-c", TWO)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with the example configuration on free ports."""
    shutil.copytree(ROOT / "config", tmp_path / "config")
    web, prefect = free_ports(2)
    file = tmp_path / "config" / "djflow.toml"
    file.write_text(file.read_text("utf-8").replace("4280", str(web)).replace("4200", str(prefect)), "utf-8")
    return tmp_path


def _up(home: Path) -> None:
    djflow.main(["--home", str(home), "up"], standalone_mode=False)


def test_a_taken_port_is_named(home: Path) -> None:
    """A port held by another program is named with the key that changes it, before anything is touched."""
    text = (home / "config" / "djflow.toml").read_text("utf-8")
    port = int(text.partition("[prefect]")[2].partition("port = ")[2].split()[0])
    with socket.create_server(("127.0.0.1", port)), pytest.raises(ConflictError) as refused:
        _up(home)
    assert refused.value.code == "port_taken"
    assert f"端口 {port} 已被占用（进程 {os.getpid()}" in refused.value.message
    assert "[prefect]" in refused.value.message
    assert not (home / ".djflow" / "djflow.db").exists()


def test_a_home_has_one_supervisor(home: Path) -> None:
    """A second `djflow up` in the same home is refused with the process that holds it."""
    (home / ".djflow").mkdir()
    with (home / ".djflow" / "up.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write("4711")
        lock.flush()
        with pytest.raises(ConflictError, match="进程 4711") as refused:
            _up(home)
    assert refused.value.code == "already_running"


def test_a_crashed_program_is_restarted(tmp_path: Path) -> None:
    """A crashed program is announced and started again, each time after a longer wait."""
    said: list[str] = []
    supervisor = Supervisor(tmp_path, dict(os.environ), said.append)
    supervisor.start(Program("sleeper", "睡眠", SLEEPER))
    first = supervisor.pid("sleeper")
    os.kill(first, signal.SIGKILL)

    def restarted() -> int | None:
        supervisor.watch()
        return pid if (pid := supervisor.pid("sleeper")) != first else None

    second = until(restarted, "the restart")
    assert said == [f"睡眠意外退出（代码 -9），1 秒后重新启动。原因见 {tmp_path / 'sleeper.log'}"]
    assert supervisor.crashes("sleeper") == 1
    supervisor.stop()
    assert not psutil.pid_exists(second)


def test_stopping_takes_everything_along(tmp_path: Path) -> None:
    """Stopping ends a program and what it started itself."""
    supervisor = Supervisor(tmp_path, dict(os.environ), lambda _: None)
    supervisor.start(Program("pair", "两个", PARENT_AND_CHILD))
    log = tmp_path / "pair.log"
    until(lambda: True if "ready" in log.read_text("utf-8") else None, "the program")
    pair = [psutil.Process(supervisor.pid("pair")), *psutil.Process(supervisor.pid("pair")).children()]
    assert len(pair) == 2
    supervisor.stop()
    assert psutil.wait_procs(pair, timeout=10)[1] == []


def test_programs_end_with_a_killed_supervisor(tmp_path: Path) -> None:
    """A supervisor killed without goodbye leaves no program behind."""
    code = (
        "import os, sys, time; from pathlib import Path; from djflow.cli.supervisor import Program, Supervisor;"
        f"it = Supervisor(Path({str(tmp_path)!r}), dict(os.environ), print);"
        f"it.start(Program('sleeper', '睡眠', {SLEEPER!r})); print(it.pid('sleeper'), flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as supervisor:
        assert supervisor.stdout is not None
        sleeper = psutil.Process(int(supervisor.stdout.readline()))
        try:
            # Between fork and exec the command line is empty or still that of `leash`.
            until(lambda: True if sleeper.cmdline() == list(SLEEPER) else None, "exec")
        finally:
            supervisor.kill()
        supervisor.wait()
        assert psutil.wait_procs([sleeper], timeout=10)[1] == []


def test_logs_stay_small(tmp_path: Path) -> None:
    """A full log moves on and is emptied in place, the oldest is dropped."""
    log = tmp_path / "web.log"
    for number in range(5):
        log.write_bytes(bytes([65 + number]) * 5_000_000)
        turn_log(log)
    assert log.stat().st_size == 0
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["web.log", "web.log.1", "web.log.2", "web.log.3"]
    assert (tmp_path / "web.log.1").read_bytes()[:1] == b"E"
