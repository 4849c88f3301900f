"""Processes killed in the middle of their work."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from djflow.core.subject import Subject
from djflow.db.session import Database
from djflow.fund.ledger import service

ROOT = Path(__file__).parents[3]
KILLS = 20


@pytest.mark.slow
def test_a_killed_process_loses_nothing_it_acknowledged(database: Database) -> None:
    """Killed twenty times at any moment, every acknowledged step is whole in the books, and the proof holds."""
    dice, acknowledged = random.Random(7), []  # noqa: S311 - a test's dice
    url = database.engine.url.render_as_string(hide_password=False)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")])}
    for seed in range(1, KILLS + 1):
        command = [sys.executable, "-m", "tests.fund.ledger.crashing", url, str(seed)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, env=environment, text=True) as process:
            assert process.stdout is not None
            lines = [process.stdout.readline() for _ in range(dice.randint(1, 8))]
            process.kill()
            lines += process.stdout.readlines()
        acknowledged += [line.split() for line in lines if line.endswith("\n")]
    assert len(acknowledged) >= KILLS
    with database.reading() as session:
        assert service.verify(session).intact
        for turn, state in acknowledged:
            assert len(service.history(session, Subject("fund.income", f"in-{turn}"))) == 1
            reservation = service.reservation(session, f"case-{turn}")
            assert reservation is not None
            assert reservation.state.value == state
