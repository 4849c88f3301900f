"""`djflow demo remove`: only when asked for, never below a running house, and whole."""

import fcntl
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import inspect

from djflow.assembly import create_house
from djflow.cli.main import djflow
from djflow.core.errors import ConflictError
from djflow.db.session import Database
from djflow.db.upgrade import downgrade
from djflow.demo.load import copy_starter
from djflow.settings.load import DATABASE_URL_VARIABLE


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with an empty demonstration district."""
    folder = tmp_path / "home"
    copy_starter(folder)
    create_house(folder, kind="demo").database.engine.dispose()
    return folder


def _remove(home: Path, said: str = "", *words: str) -> Result:
    return CliRunner().invoke(djflow, ["--home", str(home), "demo", "remove", *words], input=said)


@pytest.mark.parametrize("word", ["y", "Y", "是"])
def test_a_yes_throws_it_away(home: Path, word: str) -> None:
    """The state goes, the configuration stays; a word that is no answer is asked again in Chinese."""
    shown = _remove(home, f"也许\n{word}\n")
    assert shown.exit_code == 0
    assert "请输入" in shown.output
    assert "Error" not in shown.output
    assert not (home / ".djflow").exists()
    assert (home / "config" / "djflow.toml").exists()


@pytest.mark.parametrize("word", ["", "n", "否"])
def test_anything_but_a_yes_keeps_it(home: Path, word: str) -> None:
    """Return alone gives up."""
    assert _remove(home, f"{word}\n").exit_code == 1
    assert (home / ".djflow" / "djflow.db").exists()


def test_a_running_house_is_not_thrown_away(home: Path) -> None:
    """While `djflow up` holds the home nothing is removed below it."""
    with (home / ".djflow" / "up.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write("4711")
        lock.flush()
        refused = _remove(home, "", "--yes")
    assert isinstance(refused.exception, ConflictError)
    assert "进程 4711" in refused.exception.message
    assert (home / ".djflow" / "keys.json").exists()


def test_its_tables_go_from_the_offices_own_database_too(
    tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the data lie outside the home no table is left behind without its key."""
    downgrade(database.engine, "base")
    monkeypatch.setenv(DATABASE_URL_VARIABLE, database.engine.url.render_as_string(hide_password=False))
    copy_starter(tmp_path)
    create_house(tmp_path, kind="demo").database.engine.dispose()
    assert _remove(tmp_path, "", "--yes").exit_code == 0
    assert set(inspect(database.engine).get_table_names()) <= {"alembic_version"}
    assert not (tmp_path / ".djflow").exists()
