"""`djflow roster answers`, `approve-swap`, `link` as a coordinator calls them."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from djflow.assembly import answers, create_house, open_house, phone
from djflow.assembly import roster as desk
from djflow.assembly.house import House
from djflow.cli.main import djflow
from djflow.core.ids import PersonId
from djflow.core.spans import Month
from djflow.demo.load import copy_starter
from djflow.people import service as people
from djflow.roster import service as rosters
from djflow.roster.answers.model import OfferState
from djflow.roster.views import DutyKind
from tests.assembly.conftest import MARKETS
from tests.roster.district import settle

Holding = tuple[str, str, PersonId]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A small district on SQLite whose swaps need approval, with next month published."""
    copy_starter(tmp_path)
    config = tmp_path / "config"
    (config / "markets.toml").write_text(MARKETS, "utf-8")
    text = (config / "roster.toml").read_text("utf-8")
    for name, value in (("time_limit_seconds", "5"), ("min_township", "0"), ("swap_needs_approval", "true")):
        text = re.sub(rf"(?m)^{name} = \S+", f"{name} = {value}", text)
    (config / "roster.toml").write_text(text, "utf-8")
    house = create_house(tmp_path, kind="demo")
    with house.transaction() as session:
        settle(session, house.now())
    desk.publish(house, desk.draft(house, next_month(house), by="test").roster_id, by="test")
    house.database.engine.dispose()
    return tmp_path


def next_month(house: House) -> Month:
    """Return the month after the present one."""
    return Month.of(house.today()).following


def holding(house: House) -> Holding:
    """Return the last session's window duty: session, post, person."""
    with house.reading() as session:
        found = rosters.version_in_force(session, next_month(house))
        assert found is not None
        kept = rosters.content(session, found.roster_id)
    duties = [d for d in kept.duties if d.kind is DutyKind.DUTY and d.post == "综合受理"]
    last = max(duties, key=lambda duty: kept.planned[duty.event].plan.on)
    return last.event, last.post, last.person


def call(home: Path, *arguments: str) -> Result:
    """Run a command."""
    return CliRunner().invoke(djflow, ["--home", str(home), *arguments])


def test_the_office_sees_answers_and_approves(home: Path) -> None:
    """Who confirmed, who has not, which swap waits; approving it puts it in force, twice is once."""
    house = open_house(home)
    month, (event, _, person) = str(next_month(house)), holding(house)
    answers.confirm(house, person, event, by="me")
    choice = phone.choices(house, person, event, swap=False)[-1]
    offer = answers.propose_substitute(house, person, event, choice.code, by="me")
    with house.reading() as session:
        other = people.person_by_code(session, choice.code).id
    assert answers.respond(house, other, offer.id, accept=True, by="me").state is OfferState.ACCEPTED
    value = json.loads(call(home, "roster", "answers", month, "--json").stdout)
    assert value["counts"]["confirmed"] == 1
    assert [one["id"] for one in value["offers"]] == [offer.id]
    text = call(home, "roster", "answers", month).stdout
    assert "已确认 1" in text
    assert "甲" not in text
    for _ in range(2):
        assert call(home, "roster", "approve-swap", offer.id).exit_code == 0
    assert holding(house)[2] == other
    assert json.loads(call(home, "roster", "answers", month, "--json").stdout)["offers"] == []
    house.database.engine.dispose()


def test_a_rejected_swap_changes_nothing(home: Path) -> None:
    """The office may say no; an unknown number is refused in words."""
    house = open_house(home)
    event, _, person = holding(house)
    choice = phone.choices(house, person, event, swap=False)[0]
    offer = answers.propose_substitute(house, person, event, choice.code, by="me")
    assert "不变" in call(home, "roster", "reject-swap", offer.id).stdout
    assert holding(house)[2] == person
    result = call(home, "roster", "approve-swap", "nothing")
    assert result.exception is not None
    assert "没有这项换班请求" in str(result.exception)
    house.database.engine.dispose()


def test_a_lost_phone_gets_a_new_link(home: Path) -> None:
    """The link is the same until the office asks for a new one."""
    first = call(home, "roster", "link", "A01").stdout
    assert re.fullmatch(r"http://127\.0\.0\.1:4280/me/[A-Za-z0-9_-]{22}\n", first)
    assert call(home, "roster", "link", "A01").stdout == first
    assert call(home, "roster", "link", "A01", "--new").stdout not in {first, ""}
