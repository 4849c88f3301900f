"""Opening a house: what belongs together stays together, and nothing is overwritten."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from djflow.assembly import create_house, open_house
from djflow.core.errors import ConfigError, ConflictError, DatabaseUnavailableError, KeyFileError
from djflow.core.subject import Subject
from djflow.db.engine import open_engine, sqlite_url
from djflow.db.session import Database
from djflow.db.store import fact, state_fact
from djflow.db.vault import new_vault, write_key_file
from djflow.demo.load import copy_starter


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with the starter configuration and nothing else."""
    copy_starter(tmp_path)
    return tmp_path


def test_a_new_house_has_key_database_and_kind(home: Path) -> None:
    """Creating a house makes a key file only its owner reads, a migrated database, and remembers what it is."""
    house = create_house(home, kind="demo")
    assert house.is_demo
    assert house.key_file.stat().st_mode & 0o777 == 0o600
    assert house.state.stat().st_mode & 0o077 == 0
    before = house.key_file.read_bytes()
    assert create_house(home, kind="demo").key_file.read_bytes() == before


def test_a_demonstration_does_not_become_a_district(home: Path) -> None:
    """A home of one kind refuses to become the other."""
    create_house(home, kind="demo")
    with pytest.raises(ConflictError, match="示范区"):
        create_house(home, kind="district")


def test_a_house_without_database_says_what_to_run(home: Path) -> None:
    """Opening an empty home names the command that makes the database."""
    (home / ".djflow").mkdir()
    with pytest.raises(DatabaseUnavailableError, match="djflow db upgrade"):
        open_house(home)


def test_a_lost_key_file_is_named_and_none_is_made(home: Path) -> None:
    """Without its key file a house does not open, neither by opening nor by creating it again."""
    key_file = create_house(home).key_file
    key_file.unlink()
    for opening in (open_house, create_house):
        with pytest.raises(KeyFileError, match="备份"):
            opening(home)
    assert not key_file.exists()


def test_a_foreign_key_file_is_refused(home: Path) -> None:
    """A key file of another house is refused and stays as it is."""
    key_file = create_house(home).key_file
    write_key_file(key_file, new_vault(), replace=True)
    foreign = key_file.read_bytes()
    with pytest.raises(KeyFileError, match="不是这个数据库的"):
        open_house(home)
    assert key_file.read_bytes() == foreign


def test_a_damaged_key_file_is_refused(home: Path) -> None:
    """A cut key file is called damaged."""
    key_file = create_house(home).key_file
    key_file.write_text(key_file.read_text()[:40])
    with pytest.raises(KeyFileError, match="已损坏"):
        open_house(home)


def test_an_empty_folder_has_no_configuration(tmp_path: Path) -> None:
    """A folder without config/ is told how to begin."""
    with pytest.raises(ConfigError, match="config"):
        open_house(tmp_path)


def test_a_locked_database_asks_to_try_again(home: Path) -> None:
    """A database that another program holds refuses the change in one sentence, and nothing is saved."""
    house = create_house(home)
    path = house.state / "djflow.db"
    engine = open_engine(sqlite_url(path), busy_ms=50)
    database = Database(engine, house.vault)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(DatabaseUnavailableError, match="稍后再试"), database.transaction() as session:
            state_fact(session, "x", "1")
    finally:
        holder.close()
        engine.dispose()


def test_a_full_disk_saves_nothing(home: Path) -> None:
    """When the disk is full the change is refused as a whole and the clerk is told to make room."""
    house = create_house(home)
    with house.database.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()

    def write_much() -> None:
        with house.transaction() as session:
            session.connection().exec_driver_sql(f"PRAGMA max_page_count = {pages}")
            for number in range(5000):
                state_fact(session, f"n{number}", "x" * 200)

    with pytest.raises(DatabaseUnavailableError, match="磁盘已满"):
        write_much()


FULL = """
import resource, signal, sys
from djflow.cli.frame import run
from djflow.cli.main import djflow
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))
sys.exit(run(djflow))
"""


@pytest.mark.parametrize("words", [("market", "closures"), ("keys", "rotate"), ("doctor",)])
def test_no_room_at_all_is_said_in_one_sentence(home: Path, words: tuple[str, ...]) -> None:
    """Where the disk takes not one page more even opening the database fails: nothing breaks, the disk is named."""
    create_house(home).database.engine.dispose()
    command = (sys.executable, "-c", FULL, "--home", str(home), *words)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "磁盘多半已满或有故障" in done.stdout + done.stderr
    assert "程序出了错" not in done.stdout + done.stderr


def test_a_read_only_database_saves_nothing(home: Path) -> None:
    """A database that may only be read refuses the change and names the folder to look at."""
    house = create_house(home)
    engine = open_engine(f"sqlite:///file:{house.state / 'djflow.db'}?mode=ro&uri=true")
    database = Database(engine, house.vault)
    with pytest.raises(DatabaseUnavailableError, match=r"只读的，本次操作没有保存：请检查 .djflow"):
        _state(database)
    engine.dispose()
    with house.reading() as session:
        assert fact(session, "x") is None


def _state(database: Database) -> None:
    with database.transaction() as session:
        state_fact(session, "x", "1")


def test_subjects_print_and_parse() -> None:
    """What is printed as a subject is read back as the same subject."""
    subject = Subject("roster.session", "DACANG@2026-12-01")
    assert Subject.parse(str(subject)) == subject
