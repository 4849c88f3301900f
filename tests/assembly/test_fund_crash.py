"""Killed at every named point of every stage, from application to closed: the end is that of a run nothing happened to.

A process that was killed is started anew, the sweeps come, and whoever had asked asks again.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy import text

from djflow.approvals.chains import service as chains
from djflow.assembly import House
from djflow.audit import service as audit
from djflow.core.clock import FixedClock
from djflow.core.errors import DjflowError
from djflow.core.subject import Subject
from djflow.db.engine import open_engine, sqlite_url
from djflow.db.session import Database
from djflow.demo.load import copy_starter
from djflow.fund.ledger import service as ledger
from djflow.fund.ledger.model import AccountCode, Incoming
from djflow.notify.texts import Texts
from djflow.settings.load import load_settings
from tests.assembly import fund_crashing as stages
from tests.assembly.fund_crashing import AFTER_COMMIT, AFTER_SEND, INSIDE, STAGES, at
from tests.assembly.test_crash import address_of
from tests.assembly.test_relief import SOUND
from tests.conftest import NOW, TEST_VAULT
from tests.fund.books import photo
from tests.fund.running.town import settle_staff

ROOT = Path(__file__).parents[2]
Picture = dict[str, Counter[tuple[str, ...]]]
TABLES = {
    "fund_case": "number, state, version, round, approved_fen, since",
    "fund_case_move": "act, before, after, round, at, who",
    "fund_event": "place, state, step",
    "fund_publicity": "level, state, posted_on, ends_on, remaining",
    "approval_case": "version, state, round, step",
    "approval_task": "step, round, state, verdict, due_on",
    "fund_transfer": "seq, kind, account, amount_fen, reason, booked_on",
    "payment_order": "line_key, state, amount_fen",
    "payment_batch": "number, state, line_count, total_fen",
    "notice": "kind, slot, state",
    "message": "state, channel",
}
"""What has to be the same, by table; ids and hashes differ from run to run."""


_SECONDS = re.compile(r"(\d\d:\d\d:\d\d).*")
LEDGER_STAGES = {"minister", "answer"}
"""Where money is kept, and where it is booked as paid."""


def opened(database: Database, home: Path) -> House:
    """Return a house with its people, chains, money and an application on the desk."""
    home.mkdir()
    copy_starter(home)
    settings = load_settings(home)
    settings.state.mkdir()
    house = House(settings, database, Texts(home / "config" / "texts"), FixedClock(NOW), "district")
    with house.transaction() as session:
        settle_staff(session, house.now())
        chains.publish(session, house.settings.approvals.versions, by="test", now=house.now())
        income = Incoming("in-1", AccountCode("fiscal"), 1_000_000, Subject("fund.income", "in-1"))
        ledger.receive(session, income, by="a", second="b", now=house.now())
    for number, entry in enumerate(SOUND["材料"]):
        (home / str(entry["file"])).write_bytes(photo((20 + number, 20)))  # type: ignore[index] # a literal
    (home / "application.json").write_text(json.dumps(SOUND, ensure_ascii=False), "utf-8")
    return house


@pytest.fixture(scope="module")
def calm(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Picture, int]:
    """What a run looks like to which nothing happens, and how many messages arrive."""
    folder = tmp_path_factory.mktemp("calm")
    shutil.copy(sqlite_template, folder / "house.db")
    engine = open_engine(sqlite_url(folder / "house.db"))
    house = opened(Database(engine, TEST_VAULT), folder / "home")
    for moment, stage in STAGES.values():
        stage(at(house, moment))
    send_all(house)
    found = picture(house), len(arrived(house))
    engine.dispose()
    return found


def picture(house: House) -> Picture:
    """Return what has to be the same."""
    with house.reading() as session:
        return {
            table: Counter(tuple(map(plain, row)) for row in session.execute(text(f"SELECT {columns} FROM {table}")))  # noqa: S608 - literals above
            for table, columns in TABLES.items()
        }


def plain(value: object) -> str:
    """Return a value as both databases write it: an instant to the second, without its zone."""
    return _SECONDS.sub(r"\1", str(value))


def send_all(house: House) -> None:
    """Send what waits; later what a dead sender had in its hand; then look once more whether anybody has to be told."""
    for moment in stages.AFTERWARDS:
        stages.messages(at(house, moment))


def arrived(house: House) -> list[str]:
    """Return the keys of the messages that arrived."""
    lines = stages.outlet(house).read_text("utf-8").splitlines()
    return sorted(json.loads(line)["key"] for line in lines)


@contextmanager
def walker(house: House) -> Iterator[Callable[[str, str], str]]:
    """Start the program that does stages in processes of their own."""
    command = [sys.executable, "-m", "tests.assembly.fund_crashing", str(house.home), address_of(house.database)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")])}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None

        def walk(stage: str, point: str) -> str:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(f"{stage} {point}\n")
            process.stdin.flush()
            return process.stdout.readline().strip()

        yield walk
        process.stdin.close()
        assert process.wait() == 0


def ask(house: House, stage: str) -> None:
    """Ask for a stage once more; what was done before may be refused, in words."""
    moment, act = STAGES[stage]
    with suppress(DjflowError):
        act(at(house, moment))


@pytest.mark.slow
def test_a_case_killed_at_every_point_ends_as_if_nothing_had_happened(
    database: Database, tmp_path: Path, calm: tuple[Picture, int]
) -> None:
    """Before the commit nothing is kept, after it everything; asked again nothing is done twice, told or paid twice."""
    house = opened(database, tmp_path / "home")
    killed: Counter[str] = Counter()
    with walker(house) as walk:
        for number, stage in enumerate(STAGES):
            before = picture(house)
            for point in INSIDE if stage in LEDGER_STAGES else INSIDE[number % 2 :: 2]:
                ended = walk(stage, point)
                assert ended in {"killed", "unreached"}, (stage, point)
                killed[point] += ended == "killed"
                assert picture(house) == before, (stage, point)
            killed[AFTER_COMMIT] += walk(stage, AFTER_COMMIT) == "killed"
            stages.sweep(at(house, STAGES[stage][0]))
            ask(house, stage)
            after = picture(house)
            ask(house, stage)
            assert picture(house) == after, stage
        killed[AFTER_SEND] += walk("close", AFTER_SEND) == "killed"
    assert killed == {"after_lock": 11, "after_action": 12, "after_ledger": 2, "before_commit": 12,
                      AFTER_COMMIT: len(STAGES), AFTER_SEND: 1}  # fmt: skip
    send_all(house)
    with house.reading() as session:
        assert ledger.verify(session).intact
        assert audit.verify(session).intact
    there, (wanted, count) = picture(house), calm
    for table in TABLES:
        assert (there[table] - wanted[table], wanted[table] - there[table]) == (Counter(), Counter()), table
    found = arrived(house)
    assert (len(found), len(set(found))) == (count, count)
