"""`djflow up` as tests use it: start it, ask Prefect, answer reviews, stop it."""

import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict, TypeVar

import httpx
import psutil
import pytest

from djflow.assembly import House
from djflow.audit.service import history
from djflow.core.spans import Month
from djflow.core.subject import Subject

ROSTER = "赶场值班表/生成值班表"
SWEEP = "审核补漏/审核补漏"
FINAL = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}
UNDER_WAY = "concurrency limit reached"
"""What Prefect says to a run it cancels because another one of the same deployment, maybe a planned one, is at it."""
PATIENCE = 240.0
T = TypeVar("T")


class Details(TypedDict):
    """What a state knows besides its type."""

    pause_key: str | None


class State(TypedDict):
    """Where a run is."""

    type: str
    message: str | None
    state_details: Details


class Run(TypedDict):
    """A run as Prefect tells it."""

    deployment_id: str
    name: str
    tags: list[str]
    state_type: str
    state: State


def until(found: Callable[[], T | None], what: str) -> T:
    """Ask again and again until there is an answer; fail with `what` when there is none in time."""
    deadline, pause = time.monotonic() + PATIENCE, threading.Event()
    while time.monotonic() < deadline:
        answer = found()
        if answer is not None:
            return answer
        pause.wait(0.3)
    pytest.fail(f"waited in vain for {what}")


@dataclass(frozen=True, slots=True)
class Office:
    """A running djflow: its home, Prefect's API and what the supervisor printed."""

    home: Path
    api: httpx.Client
    process: subprocess.Popen[bytes]
    printed: Path

    def post(self, path: str, body: object) -> httpx.Response:
        """Send JSON to Prefect; a busy database (503) is asked again, as Prefect's own client does."""

        def replied() -> httpx.Response | None:
            reply = self.api.post(path, json=body)
            return None if reply.status_code == httpx.codes.SERVICE_UNAVAILABLE else reply

        return until(replied, f"Prefect's reply to {path}")

    def start(self, deployment: str, **parameters: str) -> str:
        """Start a run by hand and return its id."""
        found = self.api.get(f"/deployments/name/{deployment}").raise_for_status().json()
        made = self.post(f"/deployments/{found['id']}/create_flow_run", {"parameters": parameters})
        return str(made.raise_for_status().json()["id"])

    def run(self, number: str) -> Run:
        """Return a run as Prefect sees it."""
        found: Run = self.api.get(f"/flow_runs/{number}").raise_for_status().json()
        return found

    def ended(self, number: str) -> tuple[str, str]:
        """Wait for a run's end and return its state's type and message."""
        found = until(lambda: it if (it := self.run(number))["state_type"] in FINAL else None, f"the end of {number}")
        return found["state_type"], str(found["state"]["message"])

    def carried_out(self, deployment: str, number: str = "", **parameters: str) -> tuple[str, str]:
        """Return how a run by hand ended (`number`: one started before); one cancelled for another is started anew."""
        tries = iter([number] if number else [])

        def otherwise() -> tuple[str, str] | None:
            end = self.ended(next(tries, "") or self.start(deployment, **parameters))
            return None if end[0] == "CANCELLED" and UNDER_WAY in end[1] else end

        return until(otherwise, f"a run of {deployment}")

    def question(self, number: str, *, after: str = "") -> str:
        """Wait until a run asks a question whose key is not `after`, and return the key."""

        def asked() -> str | None:
            state = self.run(number)["state"]
            assert state["type"] not in FINAL, state
            key = str(state["state_details"]["pause_key"])
            # The form is stored a moment after the state.
            is_there = self.api.get(f"/flow_runs/{number}/input/suspended-{key}-schema").status_code == 200
            return key if state["type"] == "PAUSED" and key != after and is_there else None

        return until(asked, f"a question of {number}")

    def text_above(self, number: str, key: str) -> str:
        """Return the Markdown above the form."""
        return str(self.api.get(f"/flow_runs/{number}/input/suspended-{key}-description").raise_for_status().json())

    def answer(self, number: str, **fields: str) -> str:
        """Hand in the form and return whether Prefect accepted it: ACCEPT, REJECT or ABORT."""
        reply = self.post(f"/flow_runs/{number}/resume", {"run_input": fields})
        return str(reply.raise_for_status().json()["status"])

    def waiting(self, month: Month) -> str:
        """Wait until a roster run of the month asks its question, and return the run's id."""

        def found() -> str | None:
            query = {"flow_runs": {"state": {"type": {"any_": ["PAUSED"]}}}}
            runs = self.post("/flow_runs/filter", query).raise_for_status().json()
            return next((str(run["id"]) for run in runs if run["name"].startswith(month.title)), None)

        return until(found, f"the review of {month}")

    def artifacts(self, number: str) -> Mapping[str, str]:
        """Return the artifacts a run left by key; each key once."""
        left = self.post("/artifacts/filter", {"flow_runs": {"id": {"any_": [number]}}}).raise_for_status().json()
        assert len({each["key"] for each in left}) == len(left)
        return {each["key"]: str(each["data"]) for each in left}

    def processes(self) -> list[psutil.Process]:
        """Return everything that runs under the supervisor."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def pids_of(self, words: str) -> list[int]:
        """Return the programs under the supervisor whose command line holds `words`."""
        found = []
        for process in self.processes():
            with suppress(psutil.NoSuchProcess):  # also what has ended but is not yet collected
                found += [process.pid] if words in " ".join(process.cmdline()) else []
        return found

    def stop(self, number: signal.Signals = signal.SIGINT) -> None:
        """Stop the supervisor as Ctrl-C does, or with another signal."""
        self.process.send_signal(number)
        self.process.wait(60)
        self.api.close()


def launch(home: Path) -> Office:
    """Start `djflow up` and wait until it says that it is up."""
    printed = home / "printed.txt"
    port = re.findall(r"^port = ([0-9]+)", (home / "config" / "djflow.toml").read_text("utf-8"), re.MULTILINE)[1]
    command = [sys.executable, "-c", "from djflow.cli.main import main; main()", "--home", str(home), "up"]
    with printed.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out)
    api = httpx.Client(base_url=f"http://127.0.0.1:{port}/api", timeout=30, trust_env=False)
    office = Office(home, api, process, printed)

    def is_up() -> bool | None:
        assert process.poll() is None, printed.read_text("utf-8")
        return True if "djflow 已启动" in printed.read_text("utf-8") else None

    until(is_up, "djflow up")
    return office


def free_ports(count: int) -> list[int]:
    """Return ports that are free now."""
    doors = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(door.getsockname()[1]) for door in doors]
    for door in doors:
        door.close()
    return ports


def moved_in(demo_home: Path, home: Path) -> Path:
    """Copy the demonstration to `home` and give it ports of its own."""
    shutil.copytree(demo_home, home, dirs_exist_ok=True)
    file = home / "config" / "djflow.toml"
    ports = dict(zip(("4280", "4200"), map(str, free_ports(2)), strict=True))
    # One pass over whole numbers: a free port may itself begin with 4200.
    file.write_text(re.sub(r"\b(4280|4200)\b", lambda found: ports[found[0]], file.read_text("utf-8")), "utf-8")
    return home


def publications(house: House, roster_id: str) -> int:
    """Return how often the record says that this roster was published."""
    with house.reading() as session:
        return sum(entry.action == "roster.publish" for entry in history(session, Subject("roster.roster", roster_id)))
