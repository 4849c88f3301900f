"""What `djflow up` keeps under its roof, and how a person hears of it: progress, addresses, drafts that wait."""

import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from djflow.cli.ports import answers, ask
from djflow.cli.supervisor import Program, Supervisor
from djflow.core.errors import DjflowError
from djflow.settings.schema import Settings, WebSettings

READY_FILE = "runner.ready"
SENDER_READY_FILE = "sender.ready"
_START_SECONDS = 180.0
_MOST_CRASHES = 3
_LOOK_SECONDS = 0.2
_EARLY_SECONDS, _NEWS_SECONDS, _LATER_NEWS_SECONDS = 300.0, 3.0, 20.0


class StartError(DjflowError):
    """A part of djflow does not start."""

    code = "start"


@dataclass(slots=True)
class Roof:
    """One district's programs; `began` is when the person pressed return, by the monotonic clock."""

    settings: Settings
    say: Callable[[str], None]
    began: float
    _told: set[str] = field(default_factory=set)

    def run(self, prepare: Callable[[], None]) -> None:
        """Start everything, tell the addresses, then watch until interrupted.

        `prepare` makes the house ready; Prefect's server, which does not need it, starts meanwhile.

        Raises: StartError when a part does not come up.
        """
        supervisor = Supervisor(self.settings.state / "logs", environment_of(self.settings), self.say)
        self._ready_file.unlink(missing_ok=True)
        self._sender_file.unlink(missing_ok=True)
        try:
            server, *others = all_programs = programs(self.settings.home)
            self.say(f"正在启动：{'、'.join(program.title for program in all_programs)} …")
            supervisor.start(server)
            prepare()
            for program in others:
                supervisor.start(program)
            self._wait(supervisor, {program.key: program.title for program in all_programs})
            self._welcome()
            self._stay(supervisor)
        finally:
            self.say("正在停止…")
            supervisor.stop()

    @property
    def _ready_file(self) -> Path:
        return self.settings.state / READY_FILE

    @property
    def _sender_file(self) -> Path:
        return self.settings.state / SENDER_READY_FILE

    def _wait(self, supervisor: Supervisor, waiting: dict[str, str]) -> None:
        ready: Mapping[str, Callable[[], bool]] = {
            "prefect": lambda: answers(f"{_local(self.settings.prefect)}/api/health"),
            "web": lambda: answers(f"{_local(self.settings.web)}/health"),
            "runner": self._ready_file.exists,
            "sender": self._sender_file.exists,
        }
        since = time.monotonic()
        while waiting:
            time.sleep(_LOOK_SECONDS)
            supervisor.watch()
            for key in [key for key in waiting if ready[key]()]:
                self.say(f"  ✓ {waiting.pop(key)}就绪（{time.monotonic() - self.began:.1f} 秒）")
            stuck = [key for key in waiting if supervisor.crashes(key) >= _MOST_CRASHES]
            if stuck or time.monotonic() - since > _START_SECONDS:
                key = (stuck or list(waiting))[0]
                log = self.settings.state / "logs" / f"{key}.log"
                raise StartError(f"{waiting[key]}没有启动成功。请看 {log} 的最后几行，或运行 djflow doctor 找原因。")

    def _welcome(self) -> None:
        line = "─" * 56
        self.say(line)
        self.say(f"  {self.settings.district.name} · djflow 已启动（{time.monotonic() - self.began:.1f} 秒）")
        self.say(f"  协调台（审核、运行、日志）  {coordination(self.settings)}")
        self.say(f"  公示网页                    {self.settings.web.address}")
        self.say(f"  日志                        {self.settings.state / 'logs'}")
        for path in self.settings.state.glob("demo-accounts.txt"):
            self.say(f"  工作台 {self.settings.web.address}/desk，示范账号和密码在 {path}")
        self.say("  按 Ctrl-C 停止全部服务")
        self.say(line)

    def _stay(self, supervisor: Supervisor) -> None:
        since, asked = time.monotonic(), 0.0
        while True:
            time.sleep(_LOOK_SECONDS)
            supervisor.watch()
            now = time.monotonic()
            pause = _NEWS_SECONDS if now - since < _EARLY_SECONDS else _LATER_NEWS_SECONDS
            if now - asked > pause:
                asked = now
                self._news()

    def _news(self) -> None:
        """Tell of every run that waits for an answer, once."""
        question = {"flow_runs": {"state": {"type": {"any_": ["PAUSED"]}}}, "limit": 50}
        found = ask(f"{_local(self.settings.prefect)}/api/flow_runs/filter", question)
        for run in found if isinstance(found, list) else []:
            name, number = run["name"], run["id"]
            if number not in self._told:
                self._told.add(number)
                page = f"{coordination(self.settings)}/runs/flow-run/{number}"
                self.say(f"{name}：等待审核（右上角 ⋮ 里选 Resume）→ {page}")


def programs(home: Path) -> tuple[Program, ...]:
    """Return what runs under the roof, in starting order."""
    python = sys.executable
    return (
        Program("prefect", "Prefect 服务", (python, "-m", "flows.server")),
        Program("web", "网页", (python, "-m", "djflow.web", str(home))),
        Program("sender", "发送", (python, "-m", "djflow.cli.sender", str(home))),
        Program("runner", "流程", (python, "-m", "flows.register")),
    )


def coordination(settings: Settings) -> str:
    """Return the address of Prefect's pages as coordinators use them."""
    return f"{settings.prefect.address}/v2"


def environment_of(settings: Settings) -> Mapping[str, str]:
    """Return the environment of every program: where things are, nothing sent to anybody outside."""
    address, ours = settings.prefect, _local(settings.prefect)
    local = ",".join(filter(None, [os.environ.get("no_proxy", ""), "127.0.0.1", "localhost", address.host]))
    return os.environ | {
        "DJFLOW_HOME": str(settings.home),
        "PREFECT_HOME": str(settings.state / "prefect"),
        "PREFECT_PROFILES_PATH": str(settings.state / "prefect" / "profiles.toml"),
        "PREFECT_API_URL": f"{ours}/api",
        "PREFECT_UI_URL": coordination(settings),
        "PREFECT_UI_API_URL": f"{address.address}/api",
        "PREFECT_SERVER_API_HOST": address.host,
        "PREFECT_SERVER_API_PORT": str(address.port),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        # In the older pages choice fields open only by their small arrow, and the graph drops Chinese names.
        "PREFECT_SERVER_UI_V2_ENABLED": "true",
        "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": f"P{settings.retention.prefect_days}D",
        "PREFECT_RUNNER_POLL_FREQUENCY": "1",
        "PREFECT_CLI_PROMPT": "false",
        "PREFECT_CLI_COLORS": "false",
        "PREFECT_LOGGING_COLORS": "false",
        "DO_NOT_TRACK": "1",
        "PYTHONUNBUFFERED": "1",
        "PYTHONIOENCODING": "utf-8",
        "no_proxy": local,
        "NO_PROXY": local,
    }


def _local(address: WebSettings) -> str:
    """Return the address as seen from this machine; a server on all addresses is asked on the loopback."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(address.host, address.host)  # noqa: S104 - only compared
    return f"http://{host}:{address.port}"
