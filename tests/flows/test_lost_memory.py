"""Prefect forgets, programs crash, the supervisor is killed: the draft comes back, nothing is left running."""

import shutil
import signal
from pathlib import Path

import psutil
import pytest

from djflow.assembly import open_house
from djflow.assembly import roster as desk
from djflow.core.spans import Month
from tests.flows.office import Office, launch, moved_in, publications, until

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("prefect"), pytest.mark.timeout(900)]
MONTH = Month(2027, 6)


def _gone(processes: list[psutil.Process]) -> bool | None:
    return True if not psutil.wait_procs(processes, timeout=0.1)[1] else None


def _crash(office: Office, words: str) -> None:
    """Kill the program whose command line holds `words` and wait until another one has taken its place."""
    victim = next(each for each in office.processes() if words in " ".join(each.cmdline()))
    victim.kill()

    def replaced() -> bool | None:
        others = [each for each in office.processes() if words in " ".join(each.cmdline()) and each.pid != victim.pid]
        return True if others else None

    until(replaced, f"the restart of {words}")
    assert "意外退出（代码 -9），1 秒后重新启动" in office.printed.read_text("utf-8")


def test_the_draft_comes_back_for_review(demo_home: Path, tmp_path: Path) -> None:
    """Prefect's database is deleted in the middle of a review: after a restart the draft is published, once."""
    home = moved_in(demo_home, tmp_path)
    house = open_house(home)
    draft = desk.draft(house, MONTH, by="cli")

    office = launch(home)
    office.waiting(MONTH)
    _crash(office, "djflow.cli.main import main; main()")
    running = office.processes()
    assert len(running) >= 3
    office.stop(signal.SIGINT)
    assert _gone(running)
    shutil.rmtree(home / ".djflow" / "prefect")

    office = launch(home)
    run = office.waiting(MONTH)
    office.question(run)
    assert f"等待审核 → http://127.0.0.1:{office.api.base_url.port}/runs/flow-run/" in until(
        lambda: text if "等待审核" in (text := office.printed.read_text("utf-8")) else None, "the notice of the review"
    )
    assert office.answer(run, decision="发布") == "ACCEPT"
    assert office.ended(run) == ("COMPLETED", "2027年6月值班表已发布。")
    assert publications(house, draft.roster_id) == 1
    house.database.engine.dispose()

    running = office.processes()
    office.process.kill()
    office.process.wait()
    until(lambda: _gone(running), "the end of every program")
    office.api.close()
