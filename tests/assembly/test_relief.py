"""The door to the fund's applications: a file in, a case out, sweeps that bring everything forward once."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from djflow.approvals import service as approvals
from djflow.approvals.chains import service as chains
from djflow.approvals.model import Answer, Verdict
from djflow.assembly import House, case_view, relief
from djflow.assembly.application_file import read_application
from djflow.audit import service as audit
from djflow.core.clock import FixedClock
from djflow.core.errors import ConflictError, DjflowError, InputError, NotFoundError, RuleError
from djflow.core.subject import Subject
from djflow.fund.cases.model import Act, CaseState, Category, Filing, Who
from djflow.fund.cases.service import PhoneCall
from djflow.fund.casework import Request
from djflow.fund.checks.model import Deliberation, Visit
from djflow.fund.ledger import service as ledger
from djflow.fund.ledger.model import AccountCode, Incoming
from djflow.fund.materials.model import MaterialKind, Upload
from djflow.fund.publicity.model import Level, NewObjection, Via
from tests.fund.books import SECRETS, Branch, at, claim, photo
from tests.fund.running.town import settle_staff

SOUND = {
    "申请人": "G1",
    "类别": "临时帮扶类",
    "金额": "3000.50",
    "困难情况": "肺部疾病，手术花费大",
    "家庭情况": "两个孩子上学",
    "收入情况": "每月吃低保",
    "人均月收入": "600",
    "户号": "HK-778",
    "材料": [
        {"kind": kind, "file": f"{kind}.jpg"}
        for kind in ("application_form", "id_copy", "membership", "medical", "bank_card", "commitment", "consent")
    ],
}
Moment = Callable[[str], House]


@pytest.fixture
def branch(house: House) -> Branch:
    """A branch with its people in the small house."""
    with house.transaction() as session:
        branch = settle_staff(session, house.now())
        chains.publish(session, house.settings.approvals.versions, by="test", now=house.now())
        income = Incoming("in-1", AccountCode("fiscal"), 1_000_000, Subject("fund.income", "in-1"))
        ledger.receive(session, income, by="a", second="b", now=house.now())
        return branch


def approve(house: House, case_id: str) -> None:
    """Let whoever is asked agree."""
    with house.reading() as session:
        approval = approvals.cases_about(session, Subject("fund.application", case_id))[0]
    task = approval.waiting[0]
    assert task.person is not None
    relief.decide(house, task.id, Answer(task.person, Verdict.APPROVE, approval.new.content_hash), by="test")


@pytest.fixture
def desk(tmp_path: Path) -> Callable[..., Path]:
    """Writes an application file with its photographs beside it, changed as asked; None leaves a key out."""

    def write(**changes: object) -> Path:
        values = {key: value for key, value in {**SOUND, **changes}.items() if value is not None}
        for number, entry in enumerate(SOUND["材料"]):
            (tmp_path / str(entry["file"])).write_bytes(photo((20 + number, 20)))  # type: ignore[index] # a literal
        path = tmp_path / "application.json"
        path.write_text(json.dumps(values, ensure_ascii=False), "utf-8")
        return path

    return write


def test_a_complete_file_is_submitted(house: House, branch: Branch, desk: Callable[..., Path]) -> None:
    """An application with all its materials gets its number and goes to the branch; nothing personal is shown."""
    _ = branch
    done = relief.apply_file(house, desk(), by="cli")
    assert (done.case.number, done.case.state, done.missing) == ("WF2026-0001", CaseState.SUBMITTED, ())
    assert done.case.requested_fen == 300_050
    shown = case_view.show(house, "WF2026-0001")
    assert shown == case_view.show(house, done.case.id)
    words = json.dumps(shown, ensure_ascii=False) + "\n".join(case_view.told(house, done.case.id))
    assert not any(secret in words for secret in (*SECRETS, str(done.case.applicant)))
    assert '"kind": "application_form", "media": "jpeg"' in words
    assert shown["due_on"] == "2026-11-25"
    with house.reading() as session:
        assert not any(secret in str(audit.latest(session)) for secret in SECRETS)


def test_an_incomplete_file_stays_a_draft(house: House, branch: Branch, desk: Callable[..., Path]) -> None:
    """What lacks a proof is kept as a draft and says what is missing; so is what asks to stay one."""
    _ = branch
    done = relief.apply_file(house, desk(材料=[{"kind": "id_copy", "file": "id_copy.jpg"}]), by="cli")
    assert done.case.state is CaseState.DRAFT
    assert "诊断材料" in done.missing
    asked = relief.apply_file(house, desk(申请人="G3", 草稿=True), by="cli")
    assert (asked.case.state, asked.missing) == (CaseState.DRAFT, ())


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"金额": 3000.5}, "应是加引号的元"),
        ({"金额": True}, "应是加引号的元"),
        ({"金额": None}, "缺少“金额”"),
        ({"金额": "３０００"}, "半角数字"),
        ({"金额": "30,00"}, "半角数字"),
        ({"金额": "1e3"}, "半角数字"),
        ({"金额": "5_000"}, "半角数字"),
        ({"金额": "30.005"}, "半角数字"),
        ({"金额": "-1"}, "大于零"),
        ({"金额": -5}, "大于零"),
        ({"金额": "0"}, "大于零"),
        ({"金额": "5000.01"}, "每次最多 5000 元"),
        ({"申请人": "G404"}, "没有工号"),
        ({"申请人": "G9"}, "组织关系不在本区"),
        ({"申请人": 7}, "加引号的文字"),
        ({"类别": "大病类"}, "没有这个类别"),
        ({"支部": "B2"}, "不在所写的支部"),
        ({"收款账号": "6217000011112220"}, "只能付到本人账户"),
        ({"收款账号": "卡号忘了"}, "8 到 32 位数字"),
        ({"应急": True}, "只有突发救助类"),
        ({"应急": "yes"}, "true 或 false"),
        ({"申报方式": "别人"}, "本人、支部"),
        ({"金 额": "1"}, "是不是“金额”"),
        ({"amount": "1"}, "写了两次"),
        ({"材料": "id.jpg"}, "应是一个列表"),
        ({"材料": [{"kind": "x", "file": "id_copy.jpg"}]}, "没有这种材料"),
        ({"材料": [{"kind": "id_copy"}]}, "kind 和 file"),
        ({"材料": [{"kind": "id_copy", "file": "../../etc/passwd"}]}, "同一个目录"),
        ({"材料": [{"kind": "id_copy", "file": "/etc/passwd"}]}, "同一个目录"),
        ({"材料": [{"kind": "id_copy", "file": "missing.jpg"}]}, "读不出来"),
        ({"材料": [{"kind": "id_copy", "file": "application.json"}]}, "只收 PDF、JPG、PNG"),
    ],
)
def test_a_bad_file_is_refused_whole(
    house: House, branch: Branch, desk: Callable[..., Path], changes: dict[str, object], words: str
) -> None:
    """Each fault is one sentence without anything private in it, and nothing at all is filed."""
    _ = branch
    with pytest.raises(DjflowError, match=words) as caught:
        relief.apply_file(house, desk(**changes), by="cli")
    assert not any(secret in caught.value.message for secret in (*SECRETS, "6217000011112220"))
    with pytest.raises(NotFoundError):
        case_view.show(house, "WF2026-0001")


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{", b'{"a": 1, "a": 2}', b"\xff\xfe\x00", b"[" * 100_000, b"\x00" * (1024 * 1024 + 1)]
)
def test_a_file_that_is_no_application(tmp_path: Path, content: bytes) -> None:
    """No JSON, another value, a key twice, foreign bytes, endless nesting, a huge file: each is refused in words."""
    path = tmp_path / "a.json"
    path.write_bytes(content)
    with pytest.raises(InputError):
        read_application(path, max_file_bytes=1000)
    with pytest.raises(InputError, match="没有文件"):
        read_application(tmp_path / "none.json", max_file_bytes=1000)


def test_programs_may_write_english_keys(desk: Callable[..., Path], tmp_path: Path) -> None:
    """English keys, an amount as a whole number, a branch that files for its member."""
    desk()
    values = {"applicant": "G1", "category": "regular", "amount": 2000, "reason": "x", "branch": "B1"}
    path = tmp_path / "english.json"
    path.write_text(json.dumps(values))
    filed = read_application(path, max_file_bytes=1000)
    assert (filed.amount_fen, filed.category, filed.filing) == (200_000, Category.REGULAR, Filing.BRANCH)


def test_the_whole_way_to_payment(house: House, at_moment: Moment, branch: Branch, desk: Callable[..., Path]) -> None:
    """From the file through vote, visits, departments, publicity and approval to the payment desk, swept twice."""
    case = relief.apply_file(house, desk(), by="cli").case
    relief.move(house, case.id, Request(Act.ACCEPT, Who.BRANCH), by="b")
    paper = relief.attach(house, case.id, Upload(MaterialKind.MINUTES, photo(colour="blue")), by="b")
    vote = Deliberation(date(2026, 11, 18), 5, 5, 0, 0, (branch["G3"],), 300_000, paper.id, recused=True)
    relief.deliberate(house, case.id, vote, by="b")
    for code in ("G3", "G4"):
        relief.visit(house, case.id, Visit(branch[code], date(2026, 11, 18), consistent=True), by="t")
    approve(house, case.id)
    assert relief.sweep(at_moment("2026-11-25T23:59"), by="sweep").ended_periods == 0
    assert relief.sweep(at_moment("2026-11-26T00:01"), by="sweep").ended_periods == 1
    later = at_moment("2026-11-26T09:00")
    approve(later, case.id)
    with pytest.raises(RuleError, match="部门核对还差：民政"):
        approve(later, case.id)
    from tests.fund.test_checks import table

    for department in house.settings.fund.policy.departments:
        answers = table(house.home / "c.xlsx", (case.number, "无出入", None))
        assert relief.import_crosscheck(later, answers, department, by="o").created == 1
    for _ in ("review", "deputy", "minister"):
        approve(later, case.id)
    (line,) = relief.public_list(later, Level.DISTRICT)
    assert line.text == "张*明，幸福村党支部，临时帮扶类，3000元"
    over = at_moment("2026-12-04T00:01")
    assert relief.sweep(over, by="sweep").ended_periods == 1
    assert relief.sweep(over, by="sweep") == relief.Swept(0, 0, 0, 0)
    seen = relief.progress(over, case.id)
    assert (seen.words, seen.holder, seen.amount_fen) == ("等待拨付", "财务", 300_000)
    assert [words for words, _ in seen.steps] == ["提交", "受理", "送审", "批准", "结束公示"]


@pytest.fixture
def at_moment(house: House) -> Moment:
    """The same house at another moment."""
    return lambda moment: replace(house, clock=FixedClock(at(moment)))


def test_a_sweep_heals_what_a_crash_left(house: House, at_moment: Moment, branch: Branch) -> None:
    """An emergency is paid at once, its list ended later; a forgotten draft expires; a second sweep finds nothing."""
    urgent = claim(branch["G1"], category=Category.EMERGENCY, emergency=True)
    case = relief.apply(house, urgent, by="b")
    for kind in ("application_form", "id_copy", "disaster_proof", "bank_card", "commitment", "consent"):
        relief.attach(house, case.id, Upload(MaterialKind(kind), photo()), by="b")
    relief.move(house, case.id, Request(Act.SUBMIT, Who.BRANCH), by="b")
    call = PhoneCall(branch["G5"], branch["G6"], branch["G7"], house.now() - timedelta(minutes=1))
    relief.record_phone(house, case.id, call, by="o")
    relief.move(house, case.id, Request(Act.FAST_TRACK, Who.OFFICE), by="o")
    for _ in ("review", "minister"):
        approve(house, case.id)
    relief.apply(house, claim(branch["G3"]), by="b")
    assert relief.public_list(house, Level.DISTRICT)[0].text.endswith("突发救助类（应急），2000元")
    assert case_view.show(house, case.id)["state"] == "ready_to_pay"
    assert relief.sweep(house, by="sweep") == relief.Swept(0, 0, 0, 0)
    assert relief.sweep(at_moment("2026-12-20T03:00"), by="sweep") == relief.Swept(1, 1, 0, 0, 0, 1)
    assert relief.sweep(at_moment("2026-12-20T03:05"), by="sweep") == relief.Swept(0, 0, 0, 0)
    assert case_view.show(house, case.id)["state"] == "ready_to_pay"
    assert relief.tidy(at_moment("2026-12-20T04:00"), by="night") == (0, 0)
    assert case_view.show(house, "WF2026-0002")["state"] == "expired"


def test_objections_and_appeals_through_the_door(house: House, at_moment: Moment, branch: Branch) -> None:
    """An objection to a branch's list is settled with a reason; a refused case may be appealed, then changed."""
    case = relief.apply(house, claim(branch["G1"]), by="b")
    with pytest.raises(ConflictError, match="不能受理"):
        relief.move(house, case.id, Request(Act.ACCEPT, Who.BRANCH), by="b")
    for kind in house.settings.fund.policy.categories[Category.REGULAR].materials:
        relief.attach(house, case.id, Upload(MaterialKind(kind), photo()), by="b")
    relief.move(house, case.id, Request(Act.SUBMIT, Who.BRANCH), by="b")
    relief.move(house, case.id, Request(Act.ACCEPT, Who.BRANCH), by="b")
    with pytest.raises(RuleError, match="不能单独办理"):
        relief.move(house, case.id, Request(Act.APPROVE, Who.APPROVAL), by="b")
    period = relief.post(house, case.id, Level.BRANCH, by="b")
    made = relief.object_to(house, period.id, NewObjection("他有车", Via.PAGE), by="page")
    relief.settle_objection(at_moment("2026-11-20T10:00"), made.id, "属实", upheld=True, by="o")
    new = relief.appeal(at_moment("2026-11-21T10:00"), case.id, "车已报废", by="b")
    changed = relief.amend(house, new.id, claim(branch["G1"], requested_fen=100_000), by="b")
    assert (changed.appeal_of, changed.requested_fen) == (case.id, 100_000)
    told = case_view.told(house, new.number)
    assert told[0] == "WF2026-0002  定期帮扶类  1000元  支部 B1"
