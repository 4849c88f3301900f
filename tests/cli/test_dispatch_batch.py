"""`djflow dispatch batch` as other programs call it: open, list, show, propose; codes and no names."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from djflow.cli.main import djflow
from djflow.core.errors import InputError
from djflow.dispatch.batches import service
from djflow.people import service as people
from tests.web.desk.batch_office import open_district, settle_all, the_batch


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a batch in its check, every point settled."""
    house = open_district(tmp_path / "home")
    settle_all(house)
    house.database.engine.dispose()
    return tmp_path / "home"


def call(home: Path, *words: str) -> Result:
    """Run a command."""
    return CliRunner().invoke(djflow, ["--home", str(home), "dispatch", "batch", *words])


def test_a_batch_is_opened_listed_and_shown(home: Path) -> None:
    """A new batch stands first in the list; a kind there is not is refused in words."""
    made = call(home, "create", "upward", "上派第一批", "--starts", "2099-03-01", "--json")
    assert made.exit_code == 0, made.output
    assert json.loads(made.stdout)["state"] == "draft"
    assert [one["title"] for one in json.loads(call(home, "list", "--json").stdout)] == [
        "上派第一批",
        "2027年第一批驻村干部",
    ]
    assert "需求摸底" in call(home, "show", "上派第一批").stdout
    wrong = call(home, "create", "sideways", "别的", "--starts", "2099-03-01")
    assert isinstance(wrong.exception, InputError)
    assert "rural" in wrong.exception.message


def test_a_proposal_is_made_with_codes_only(home: Path) -> None:
    """Proposed from the command line, everybody appears by code and nobody by name."""
    told = call(home, "propose", "2027年第一批驻村干部")
    assert told.exit_code == 0, told.output
    assert "已证明最优" in told.stdout
    shown = call(home, "show", "2027年第一批驻村干部", "--json")
    value = json.loads(shown.stdout)
    assert (value["state"], value["round"], len(value["proposal"])) == ("proposed", 1, 8)
    house = open_district(home)
    with house.reading() as session:
        cards = people.people_by_ids(session, [o.person for o in service.candidates(session, the_batch(house).id)])
    house.database.engine.dispose()
    assert all(card.code in shown.stdout for card in cards.values())
    assert not any(card.name in shown.stdout for card in cards.values())
