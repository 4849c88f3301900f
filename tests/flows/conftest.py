"""A demonstration district under `djflow up`, with a real Prefect server on free ports, once for the whole session."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from djflow.assembly import House, open_house
from djflow.demo.load import copy_starter, load
from tests.flows.office import Office, launch, moved_in


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demonstration district that is quick to roster; every test copies it."""
    home = tmp_path_factory.mktemp("demo")
    copy_starter(home)
    file = home / "config" / "roster.toml"
    quick = file.read_text("utf-8").replace("time_limit_seconds = 60", "time_limit_seconds = 2")
    file.write_text(quick, "utf-8")
    load(home).database.engine.dispose()
    return home


@pytest.fixture(scope="session")
def office(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The running djflow that tests share; each test takes a month of its own."""
    running = launch(moved_in(demo_home, tmp_path_factory.mktemp("office")))
    yield running
    running.stop()


@pytest.fixture
def house(office: Office) -> Iterator[House]:
    """The same house seen from the command line."""
    opened = open_house(office.home)
    yield opened
    opened.database.engine.dispose()
