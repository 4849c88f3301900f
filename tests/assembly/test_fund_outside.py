"""What comes from outside into a case, a department's table and a file of the branch, through the door."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from djflow.approvals import service as approvals
from djflow.approvals.chains import service as chains
from djflow.approvals.model import Answer, Verdict
from djflow.assembly import House, relief
from djflow.core.clock import FixedClock, civil_date
from djflow.core.errors import InputError
from djflow.fund.cases import service as cases
from djflow.fund.cases.model import Act, CaseState, Who
from djflow.fund.casework import Request
from djflow.fund.checks.model import Visit
from djflow.fund.materials.model import MaterialKind, Upload
from tests.fund.books import BANK, Branch, at, card, claim, photo, vote
from tests.fund.running.town import settle_staff
from tests.fund.test_checks import table


@pytest.fixture
def branch(house: House) -> Branch:
    """A branch with its people in the small house."""
    with house.transaction() as session:
        branch = settle_staff(session, house.now())
        chains.publish(session, house.settings.approvals.versions, by="test", now=house.now())
        return branch


def state(house: House, case_id: str) -> CaseState:
    """Return where a case is."""
    with house.reading() as session:
        return cases.get(session, case_id).state


def test_the_last_department_lets_a_case_go_on(house: House, branch: Branch, tmp_path: Path) -> None:
    """Everything else is done; each table is taken, and with the last one the case goes to its approvers by itself."""
    case = relief.apply(house, claim(branch["G1"]), by="b")
    for place, kind in enumerate(house.settings.fund.policy.categories[case.category].materials):
        relief.attach(house, case.id, Upload(MaterialKind(kind), photo((30 + place, 30))), by="b")
    relief.submit(house, case.id, who=Who.BRANCH, by="b")
    relief.move(house, case.id, Request(Act.ACCEPT, Who.BRANCH), by="b")
    paper = relief.attach(house, case.id, Upload(MaterialKind.MINUTES, photo(colour="blue")), by="b")
    today = civil_date(house.now())
    relief.deliberate(house, case.id, vote(paper.id, held_on=today), by="b")
    for visitor in ("O1", "D2"):
        relief.visit(house, case.id, Visit(branch[visitor], today, consistent=True), by="o")
    with house.reading() as session:
        approval = approvals.cases_about(session, case.subject)[0]
    task = approval.waiting[0]
    assert task.person is not None
    relief.decide(house, task.id, Answer(task.person, Verdict.APPROVE, approval.new.content_hash), by="b")
    later = replace(house, clock=FixedClock(at("2026-11-30T09:00")))
    relief.sweep(later, by="sweep")
    *others, last = later.settings.fund.policy.departments
    for department in others:
        source = table(tmp_path / f"{department}.xlsx", (case.number, "无出入", None))
        assert relief.import_crosscheck(later, source, department, by="o").created == 1
        assert state(later, case.id) is CaseState.CHECKING
    source = table(tmp_path / "last.xlsx", (case.number, "无出入", None))
    assert relief.import_crosscheck(later, source, last, by="o", dry_run=True).created == 1
    assert state(later, case.id) is CaseState.CHECKING
    assert relief.import_crosscheck(later, source, last, by="o").created == 1
    assert state(later, case.id) is CaseState.RUNNING
    assert relief.sweep(later, by="sweep").left_behind == 0


def file_of(folder: Path, **values: object) -> Path:
    """Write an application that stays a draft."""
    plain = {"申请人": "G8", "类别": "老党员关怀类", "金额": "500", "困难情况": "手术花费大", "草稿": True}
    path = folder / "a.json"
    path.write_text(json.dumps({**plain, **values}, ensure_ascii=False), "utf-8")
    return path


def test_a_file_may_name_the_bank(house: House, branch: Branch, tmp_path: Path) -> None:
    """Without a bank the application is taken and says what it lacks before payment; a bank that is none is refused."""
    assert branch.people
    bare = relief.apply_file(house, file_of(tmp_path, 收款账号=card(8)), by="c")
    assert bare.unpayable == ("开户行",)
    known = relief.apply_file(house, file_of(tmp_path, 收款账号=card(8), 开户行=BANK), by="c")
    assert known.unpayable == ()
    assert relief.apply_file(house, file_of(tmp_path, 申请人="G3"), by="c").unpayable == ()
    with pytest.raises(InputError, match="开户行应写"):
        relief.apply_file(house, file_of(tmp_path, 收款账号=card(8), 开户行="农行"), by="c")
    for account, words in ((card(8)[:-1] + "x", "8 到 32 位"), (card(8)[:-2] + "00", "校验位")):
        with pytest.raises(InputError, match=words):
            relief.apply_file(house, file_of(tmp_path, 收款账号=account), by="c")
