"""The demonstration district's accounts."""

from pathlib import Path

from djflow.accounts import service as accounts
from djflow.accounts.model import Role
from djflow.assembly import House, create_house, doorway, relief
from djflow.assembly.approvals import vacancies
from djflow.core.spans import Month
from djflow.demo.accounts import FILE, load_accounts
from djflow.demo.load import copy_starter
from djflow.demo.people import demo_people, load_people
from djflow.demo.relief import load_relief
from djflow.fund.cases import service as cases
from djflow.fund.cases.model import CaseState
from djflow.fund.publicity.model import Level


def district(home: Path) -> House:
    """A demonstration district with its people only."""
    copy_starter(home)
    house = create_house(home, kind="demo")
    with house.transaction() as session:
        load_people(session, demo_people(house.settings.townships, Month(2026, 12)), by="demo", now=house.now())
    return house


def test_every_role_that_approves_is_held_and_everybody_can_log_in(tmp_path: Path) -> None:
    """Loaded twice the accounts are there once; their file is the owner's alone and its password opens the desk."""
    house = district(tmp_path)
    assert load_accounts(house, by="demo")
    assert not load_accounts(house, by="demo")
    assert vacancies(house) == ()
    with house.reading() as session:
        made = accounts.accounts(session)
    assert {Role.FINANCE_CLERK, Role.CASHIER, Role.AUDITOR_READONLY} <= {role for one in made for role in one.roles}
    assert len({one.person for one in made}) == len(made)
    path = house.state / FILE
    assert path.stat().st_mode & 0o077 == 0
    text = path.read_text(encoding="utf-8")
    password = text.partition("都是 ")[2].partition("，")[0]
    assert doorway.log_in(house, "zuzhike", password, ip="127.0.0.1", old_token="") is not None
    assert all(f"\n{one.login} " in text for one in made)


def test_two_applications_are_on_their_way(tmp_path: Path) -> None:
    """One waits for its branch, the other hangs on the branch's list; loaded twice they are there once."""
    house = district(tmp_path)
    load_accounts(house, by="demo")
    assert load_relief(house, by="demo")
    assert not load_relief(house, by="demo")
    with house.reading() as session:
        states = [one.state for one in cases.waiting(session, *CaseState)]
    assert sorted(states) == [CaseState.CHECKING, CaseState.SUBMITTED]
    (line,) = relief.public_list(house, Level.BRANCH)
    assert "*" in line.name
