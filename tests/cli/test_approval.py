"""`djflow approval` as the office calls it: a new link, reports of 不是我, what came of them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from djflow.approvals import service as approvals
from djflow.approvals.model import Answer, Verdict
from djflow.assembly import House, approval_acts, create_house, relief
from djflow.cli.main import djflow
from djflow.demo.load import copy_starter
from djflow.fund.cases.model import Who
from tests.fund.books import Branch
from tests.fund.running.town import settle_staff
from tests.web.me.approvers import case_of, emergency, token_for


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[tuple[House, Branch]]:
    """A home with a branch and staff."""
    copy_starter(tmp_path)
    house = create_house(tmp_path, kind="demo")
    with house.transaction() as session:
        branch = settle_staff(session, house.now())
    yield house, branch
    house.database.engine.dispose()


def call(house: House, *words: str) -> Result:
    """Run a command."""
    return CliRunner().invoke(djflow, ["--home", str(house.home), "approval", *words])


def test_a_new_link_and_a_report_are_seen_to(opened: tuple[House, Branch]) -> None:
    """The office ends a lost link by sending a new one, lists a report and notes what it found."""
    house, branch = opened
    subject = emergency(house, branch)
    old, case = token_for(house, subject), case_of(house, subject)
    number = relief.progress(house, subject.id).number
    assert "1 位审批人重新发链接" in call(house, "link", number).output
    assert token_for(house, subject) != old
    assert "没有待核实的报告" in call(house, "denials").output
    task = case.waiting[0].id
    relief.decide(house, task, Answer(branch["K1"], Verdict.APPROVE, case.new.content_hash), by="t")
    made = approval_acts.deny(house, task, branch["K1"], by="k")
    assert [one["id"] for one in json.loads(call(house, "denials", "--json").stdout)] == [made.id]
    assert call(house, "settle", made.id, "--note", "电话核实").exit_code == 2
    done = call(house, "settle", made.id, "--note", "电话核实", "--finding", "stands")
    assert "审批有效" in done.output
    with house.reading() as session:
        assert approvals.case(session, case.id).state.value == "running"
    relief.withdraw(house, subject.id, who=Who.BRANCH, by="b")
    assert "不等人审批" in str(call(house, "link", number).exception)
