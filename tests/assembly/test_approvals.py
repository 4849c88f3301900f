"""Approvals of a house: what a case would meet, who is missing, chains in force, links and codes as they leave."""

import json
import shutil
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner

from djflow.accounts import service as accounts
from djflow.accounts.model import NewAccount, Role
from djflow.approvals import service
from djflow.approvals.chains import service as chains
from djflow.approvals.model import NewCase, Place
from djflow.assembly import House, create_house, open_house, outbox
from djflow.assembly.approval_office import office_of
from djflow.assembly.approvals import explain, sweep, vacancies
from djflow.assembly.phone import link_from
from djflow.cli.main import djflow
from djflow.core.errors import ConfigError, InputError, NotFoundError
from djflow.core.ids import PersonId
from djflow.core.subject import Subject
from djflow.notify import service as notify
from djflow.notify import store as notices
from djflow.people import service as people
from djflow.people.model import BranchEntry

HOLDERS = {
    "C01": Role.TOWN_ORG_COMMISSIONER,
    "C02": Role.TOWN_SECRETARY,
    "A01": Role.DEPT_MINISTER,
    "A02": Role.DEPT_DEPUTY,
    "A03": Role.OFFICE_CLERK,
    "A04": Role.FINANCE_CLERK,
}


@pytest.fixture
def staffed(house: House, ids: dict[str, PersonId]) -> House:
    """The small house with a branch and an account for every approving role."""
    assert ids
    with house.transaction() as session:
        people.put_branches(session, [BranchEntry("B1", "大仓村党支部", "T1", "C03")], by="test", now=house.now())
        for code, role in HOLDERS.items():
            roles = {role, Role.CADRE_CLERK} if role is Role.OFFICE_CLERK else {role}
            new = NewAccount(f"u-{code.lower()}", frozenset(roles), code)
            accounts.create(session, new, "hash", by="test", now=house.now())
        chains.publish(session, house.settings.approvals.versions, by="test", now=house.now())
    return house


def opened(house: House, number: str = "1") -> None:
    """Open an application at the branch."""
    with house.transaction() as session:
        branch = people.branches(session)[0].id
        new = NewCase(
            Subject("test.grant", number),
            "fund.application",
            "温暖基金申请",
            "h",
            100_000,
            None,
            Place(None, branch),
        )
        service.open_case(session, new, office=office_of(house), by="test", now=house.now())


def test_explain_names_people_and_dates(staffed: House) -> None:
    """A case of 5,000 yuan at a branch would meet these people by these days, workdays counted."""
    steps = explain(staffed, "fund.application", "5000", "B1")
    assert [(one.step.id, one.approvers, str(one.deadline_on)) for one in steps][:6] == [
        ("branch", ("甲C03",), "2026-11-25"),
        ("branch_notice", ("甲C03",), "2026-12-02"),
        ("town", ("甲C01",), "2026-12-09"),
        ("review", ("甲A03",), "2026-12-14"),
        ("deputy", ("甲A02",), "2026-12-21"),
        ("minister", ("甲A01",), "2026-12-28"),
    ]
    assert not any(one.blocked for one in steps)
    assert steps[0].as_json() == {
        "step": "branch",
        "name": "支部受理和民主评议",
        "kind": "approve",
        "approvers": ["甲C03"],
        "deadline_on": "2026-11-25",
    }
    assert "meeting" in {one.step.id for one in explain(staffed, "fund.application", "5000.01", "B1")}


@pytest.mark.parametrize("amount", ["5e3", "５０００", "1.001", "", "+5", "10,00"])
def test_an_amount_that_is_none_is_refused(staffed: House, amount: str) -> None:
    """Money is written as plain yuan with at most two decimals."""
    with pytest.raises(InputError, match="半角数字"):
        explain(staffed, "fund.application", amount)


def test_unknown_kinds_and_branches_are_named(staffed: House) -> None:
    """The sentence says what could be written instead."""
    with pytest.raises(NotFoundError, match=r"fund\.application、fund\.emergency、fund\.festival"):
        explain(staffed, "fund.other", "1")
    with pytest.raises(NotFoundError, match="没有编号为 B9 的支部"):
        explain(staffed, "fund.application", "1", "B9")


def test_a_role_nobody_holds_in_a_township_is_listed(house: House, staffed: House) -> None:
    """With everybody in place nothing is missing; without the commissioner the township is named."""
    assert vacancies(staffed) == ()
    with house.transaction() as session:
        account = accounts.account_by_login(session, "u-c01")
        accounts.set_disabled(session, account.id, disabled=True, by="test", now=house.now())
    assert [one.sentence for one in vacancies(house)] == [
        "大仓镇没有镇（乡）组织委员，“党内温暖工程基金申请”的“镇街审核和入户核实”没有人办",
        "大仓镇没有镇（乡）组织委员，“节日慰问名单”的“镇街审核”没有人办",
    ]


def test_the_sweep_reminds_and_escalates(staffed: House, at: Callable[[str], House]) -> None:
    """Two workdays later the secretary is reminded, after the fifth it is reported; once each."""
    opened(staffed)
    assert sweep(staffed)["cases"] == 0
    friday, thursday = at("2026-11-20T09:00"), at("2026-11-26T09:00")
    assert sweep(friday)["reminded"] == 1
    assert sweep(friday)["cases"] == 0
    assert sweep(thursday)["escalated"] == 1
    assert sweep(thursday)["cases"] == 0


def test_messages_keep_a_reference_and_leave_with_the_link(staffed: House) -> None:
    """What is stored about an approver's link opens nothing; the sender makes the link of it."""
    opened(staffed)
    with staffed.transaction() as session:
        (row,) = notify.listing(session)
        notice = notices.notices(session, [row["id"]])[row["id"]]
        reference = outbox.link(session, notice, staffed.now())
    assert reference.startswith("approve:")
    link = link_from(staffed, reference)
    assert "/me/approve/" in link
    assert reference.partition(":")[2] not in link


def test_a_changed_version_stops_the_program(tmp_path: Path) -> None:
    """A chain that was in force is not changed under its version: the house does not open, and the command says why."""
    shutil.copytree(Path(str(files("djflow") / "starter")), tmp_path / "config")
    create_house(tmp_path, kind="demo").database.engine.dispose()
    open_house(tmp_path).database.engine.dispose()
    asked = ["--home", str(tmp_path), "chain", "explain", "--kind", "fund.application", "--amount", "5000", "--json"]
    shown = CliRunner().invoke(djflow, asked)
    assert [one["step"] for one in json.loads(shown.output)][-1] == "follow_up"
    file = tmp_path / "config" / "approvals.toml"
    file.write_text(file.read_text("utf-8").replace("max_returns = 2", "max_returns = 3", 1), "utf-8")
    with pytest.raises(ConfigError, match="请把 version 加 1"):
        open_house(tmp_path)
