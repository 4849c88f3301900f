"""Prefect forgets, programs crash, the supervisor is killed: the draft comes back, nothing is left running."""

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from djflow.assembly import open_house
from djflow.assembly import roster as desk
from djflow.core.spans import Month
from djflow.fund.cases.model import Act
from tests.flows.fund_cases import crowd, hung_long, times
from tests.flows.office import Office, launch, moved_in, publications, until

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("prefect"), pytest.mark.timeout(900)]
MONTH = Month(2027, 6)


def _gone(processes: list[psutil.Process]) -> bool | None:
    return True if not psutil.wait_procs(processes, timeout=0.1)[1] else None


def _crash(office: Office, words: str) -> None:
    """Kill the program whose command line holds `words` and wait until another one has taken its place."""
    victim = office.pids_of(words)[0]
    os.kill(victim, signal.SIGKILL)

    def replaced() -> bool | None:
        return True if [pid for pid in office.pids_of(words) if pid != victim] else None

    until(replaced, f"the restart of {words}")
    assert "意外退出（代码 -9），1 秒后重新启动" in office.printed.read_text("utf-8")


@pytest.fixture
def launched() -> Iterator[Callable[[Path], Office]]:
    """A way to start `djflow up` that leaves nothing running behind a failed test."""
    offices: list[Office] = []

    def start(home: Path) -> Office:
        offices.append(launch(home))
        return offices[-1]

    yield start
    for office in offices:
        if office.process.poll() is None:
            office.stop()


def test_the_draft_comes_back_for_review(demo_home: Path, tmp_path: Path, launched: Callable[[Path], Office]) -> None:
    """Prefect's database is deleted in the middle of a review: after a restart the draft is published, once.

    A case of the fund whose list had hung long enough meanwhile goes on to payment, once.
    """
    home = moved_in(demo_home, tmp_path)
    house = open_house(home)
    draft = desk.draft(house, MONTH, by="cli")

    office = launched(home)
    office.waiting(MONTH)
    _crash(office, "djflow.web")
    running = office.processes()
    assert len(running) >= 3
    office.stop(signal.SIGINT)
    assert _gone(running)
    shutil.rmtree(home / ".djflow" / "prefect")
    known = crowd(house, 3)
    hung = hung_long(house, known.ids[0], known.ids[1:], tmp_path)

    office = launched(home)
    run = office.waiting(MONTH)
    office.question(run)
    assert f"Resume）→ http://127.0.0.1:{office.api.base_url.port}/v2/runs/flow-run/" in until(
        lambda: text if "等待审核" in (text := office.printed.read_text("utf-8")) else None, "the notice of the review"
    )
    assert office.answer(run, decision="发布") == "ACCEPT"
    assert office.ended(run) == ("COMPLETED", "2027年6月值班表已发布。")
    assert publications(house, draft.roster_id) == 1
    until(lambda: times(house, hung, Act.END_PUBLICITY) or None, "the case that waited")
    assert times(house, hung, Act.END_PUBLICITY) == 1
    house.database.engine.dispose()

    running = office.processes()
    office.process.kill()
    office.process.wait()
    until(lambda: _gone(running), "the end of every program")
    office.api.close()
