"""Before approval: duplicates become questions, departments answer in Excel, two visit, the branch votes."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from openpyxl import Workbook
from sqlalchemy import text

from djflow.audit import service as audit
from djflow.core.errors import ConflictError, DjflowError, InputError, NotFoundError, RuleError
from djflow.db.session import Database
from djflow.fund import casework
from djflow.fund.cases import service as cases
from djflow.fund.cases.model import Act, CaseState, Category, Who
from djflow.fund.checks import crosscheck
from djflow.fund.checks import service as checks
from djflow.fund.checks.model import Finding, FlagKind, Visit
from djflow.people.excel.intake import Importer
from djflow.people.model import ImportReport
from tests.fund.books import (
    ACT,
    POLICY,
    TERMS,
    Branch,
    all_checked,
    at,
    checking,
    claim,
    minutes,
    move,
    settle,
    submitted,
    vote,
)

DAY = date(2026, 11, 18)
SHARED = "6222000000009992"


@pytest.fixture
def branch(database: Database, now: datetime) -> Branch:
    """A branch with its people."""
    with database.transaction() as session:
        return settle(session, now)


def kinds(database: Database, case_id: str) -> list[FlagKind]:
    """Return the questions about a case in the order of their names."""
    with database.reading() as session:
        return sorted(one.kind for one in checks.flags_of(session, case_id))


def test_duplicates_are_asked_about_and_never_refused(database: Database, branch: Branch, now: datetime) -> None:
    """Same household, same account, same person: the case goes on, both carry the flag, a person gives a reason."""
    with database.transaction() as session:
        first = submitted(session, claim(branch["G7"], payee_account=SHARED, household=" hk 778 "), now)
        family = submitted(session, claim(branch["G3"], household="ＨＫ778"), now)
        account = submitted(session, claim(branch["G8"], payee_account=SHARED), now)
        alone = submitted(session, claim(branch["G4"], household="HK779"), now)
    assert kinds(database, family.id) == [FlagKind.SAME_HOUSEHOLD, FlagKind.SPLIT]
    assert kinds(database, account.id) == [FlagKind.SAME_ACCOUNT]
    assert kinds(database, alone.id) == []
    assert len(kinds(database, first.id)) == 3, "the older case is linked too"
    with database.transaction() as session:
        move(session, family, Act.ACCEPT, Who.BRANCH, now)
        assert "有 2 条疑点还没有人写明理由" in checks.gaps(session, cases.get(session, family.id), POLICY)
        assert "疑点" not in "".join(checks.gaps(session, cases.get(session, first.id), POLICY))
        for flag in checks.flags_of(session, family.id):
            with pytest.raises(InputError, match="写明核实情况"):
                checks.settle_flag(session, flag.id, " ", by=ACT, now=now)
            checks.settle_flag(session, flag.id, "已分户，核实过户口本", by=ACT, now=now)
            with pytest.raises(ConflictError, match="已经有人处理"):
                checks.settle_flag(session, flag.id, "再写一次", by=ACT, now=now)
        assert "疑点" not in "".join(checks.gaps(session, cases.get(session, family.id), POLICY))
        assert "户口本" not in str(session.execute(text("SELECT * FROM fund_flag")).all())
        assert "户口本" not in str(audit.latest(session))
        with pytest.raises(NotFoundError):
            checks.settle_flag(session, "none", "理由", by=ACT, now=now)


def test_the_window_has_an_end(database: Database, branch: Branch, now: datetime) -> None:
    """An application longer ago than the window is nobody's business any more; comparing twice asks once."""
    long_ago = now - timedelta(days=POLICY.duplicate_months * 31 + 1)
    with database.transaction() as session:
        submitted(session, claim(branch["G1"], category=Category.REGULAR), long_ago)
        case = submitted(session, claim(branch["G1"]), now)
        assert checks.flags_of(session, case.id) == ()
        other = cases.apply(session, claim(branch["G1"], category=Category.TEMPORARY), TERMS, by=ACT, now=now)
        asked = {one.kind for one in checks.compare(session, other.id, POLICY, by=ACT, now=now)}
        assert asked == {FlagKind.SAME_PERSON, FlagKind.SPLIT}
        again = checks.compare(session, other.id, POLICY, by=ACT, now=now)
        assert len(again) == len({(one.kind, one.other) for one in again})


def test_withdrawn_and_draft_applications_are_no_duplicates(database: Database, branch: Branch, now: datetime) -> None:
    """Whoever took an application back and files again is not asked about it."""
    with database.transaction() as session:
        first = submitted(session, claim(branch["G1"]), now)
        casework.withdraw(session, first.id, TERMS, who=Who.APPLICANT, by=ACT, now=now)
        cases.apply(session, claim(branch["G1"]), TERMS, by=ACT, now=now)
        assert checks.flags_of(session, submitted(session, claim(branch["G1"]), now).id) == ()


@pytest.mark.parametrize(
    ("code", "changes", "words"),
    [
        ("G1", {}, "不能是申请人本人或其亲属"),
        ("G2", {}, "不能是申请人本人或其亲属"),
        ("G3", {"visited_on": date(2026, 11, 19)}, "今天或以前"),
        ("G3", {"visited_on": date(2026, 11, 17)}, "在申请之后"),
    ],
)
def test_who_may_not_verify_at_home(
    database: Database, branch: Branch, now: datetime, code: str, changes: dict[str, date], words: str
) -> None:
    """The applicant, a relative of the register, a day before the application or in the future are refused."""
    with database.transaction() as session:
        case = checking(session, claim(branch["G1"]), now)
        seen = replace(Visit(branch[code], DAY, consistent=True), **changes)  # type: ignore[arg-type] # a day
        with pytest.raises(DjflowError, match=words):
            checks.visit(session, case.id, seen, by=ACT, now=now)


def test_two_different_people_visit(database: Database, branch: Branch, now: datetime) -> None:
    """One visitor twice is one; two make it complete, and what one of them doubts stops the case."""
    with database.transaction() as session:
        case = checking(session, claim(branch["G1"]), now)
        for _ in range(2):
            checks.visit(session, case.id, Visit(branch["G3"], DAY, consistent=True, note="肺病"), by=ACT, now=now)
        assert "入户核实还差 1 人" in checks.gaps(session, case, POLICY)
        checks.visit(session, case.id, Visit(branch["G4"], DAY, consistent=False), by=ACT, now=now)
        assert "入户核实情况与申请不一致" in checks.gaps(session, case, POLICY)
        checks.visit(session, case.id, Visit(branch["G4"], DAY, consistent=True), by=ACT, now=now)
        assert "入户" not in "".join(checks.gaps(session, case, POLICY))
        assert "肺病" not in str(session.execute(text("SELECT * FROM fund_visit")).all())
        notes = checks.look(session, case.id, by="reviewer", now=now)
        assert notes.visits == ((branch["G3"], "肺病"),)
        assert "肺病" not in str(notes)
        assert audit.latest(session)[0].action == "fund.look_notes"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"votes_for": 5}, "相加应等于到会人数"),
        ({"votes_for": 6, "against": -1}, "相加应等于到会人数"),
        ({"present": 0, "votes_for": 0, "against": 0}, "相加应等于到会人数"),
        ({"present": 2, "votes_for": 2, "against": 0}, "少于规定的 3 人"),
        ({"recused": False}, "离场回避"),
        ({"known": ("G1",)}, "离场回避"),
        ({"known": ("G3", "G2")}, "离场回避"),
        ({"known": ("G3", "G3")}, "名单有重复"),
        ({"known": ("G3", "G4", "G5", "G6", "G7", "G8")}, "多于到会人数"),
        ({"minutes": ""}, "没有附评议记录"),
        ({"minutes": "f" * 32}, "没有附评议记录"),
        ({"proposed_fen": 200_001}, "不超过申请的金额"),
        ({"proposed_fen": 0}, "大于零"),
        ({"held_on": date(2026, 11, 19)}, "今天或以前"),
    ],
)
def test_a_vote_that_does_not_hold_is_refused(  # the meeting's rules, one by one
    database: Database, branch: Branch, tmp_path: Path, now: datetime, changes: dict[str, object], words: str
) -> None:
    """Numbers that do not add up, somebody who stayed in the room, missing minutes: each has its sentence."""
    with database.transaction() as session:
        case = checking(session, claim(branch["G1"]), now)
        paper = minutes(session, case, tmp_path, now)
        if isinstance(known := changes.get("known"), tuple):
            changes = {**changes, "known": tuple(branch[code] for code in known)}
        with pytest.raises(DjflowError, match=words):
            checks.deliberate(session, case.id, vote(paper, **changes), POLICY, by=ACT, now=now)


def test_a_vote_is_about_what_is_asked_for_now(
    database: Database, branch: Branch, tmp_path: Path, now: datetime
) -> None:
    """Half is not enough; what passed is proposed; when the amount changes, the branch votes anew."""
    with database.transaction() as session:
        case = checking(session, claim(branch["G1"]), now)
        paper = minutes(session, case, tmp_path, now)
        half = vote(paper, present=4, votes_for=2, against=2)
        checks.deliberate(session, case.id, half, POLICY, by=ACT, now=now)
        assert "支部评议没有过半数赞成" in checks.gaps(session, case, POLICY)
        checks.deliberate(
            session, case.id, vote(paper, proposed_fen=150_000), POLICY, by=ACT, now=now + timedelta(hours=1)
        )
        assert cases.get(session, case.id).amount_fen == 150_000
        assert "评议" not in "".join(checks.gaps(session, case, POLICY))
        move(session, case, Act.RETURN, Who.OFFICE, now, reason="金额写错")
        changed = cases.amend(session, case.id, claim(branch["G1"], requested_fen=180_000), TERMS, by=ACT, now=now)
        assert changed.proposed_fen is None
        assert "支部还没有就现在申请的金额评议" in checks.gaps(session, changed, POLICY)


def test_minutes_of_another_case_are_no_minutes(
    database: Database, branch: Branch, tmp_path: Path, now: datetime
) -> None:
    """A paper that belongs to another application does not count."""
    with database.transaction() as session:
        case = checking(session, claim(branch["G1"]), now)
        foreign = minutes(session, checking(session, claim(branch["G3"]), now), tmp_path, now)
        with pytest.raises(InputError, match="没有附评议记录"):
            checks.deliberate(session, case.id, vote(foreign), POLICY, by=ACT, now=now)


def test_checks_are_taken_while_a_case_is_checked(
    database: Database, branch: Branch, tmp_path: Path, now: datetime
) -> None:
    """Before acceptance and after approval began nothing can be added to the checks."""
    with database.transaction() as session:
        case = submitted(session, claim(branch["G1"]), now)
        with pytest.raises(ConflictError, match="不在核查阶段"):
            checks.visit(session, case.id, Visit(branch["G3"], DAY, consistent=True), by=ACT, now=now)
        move(session, case, Act.ACCEPT, Who.BRANCH, now)
        with pytest.raises(RuleError, match="核查还没有做完"):
            move(session, case, Act.START, Who.OFFICE, now)
        all_checked(session, case, branch, tmp_path, now)
        with pytest.raises(RuleError, match=r"^核查还没有做完：支部公示还没有结束。$"):
            move(session, case, Act.START, Who.OFFICE, now)
        assert cases.get(session, case.id).state is CaseState.CHECKING


def table(path: Path, *rows: tuple[object, ...]) -> Path:
    """Write a department's answers."""
    book = Workbook()
    assert book.active is not None
    book.active.title = "部门核对"
    for row in (("申请编号", "核对结果", "说明"), *rows):
        book.active.append(list(row))
    book.save(path)
    return path


def test_a_department_answers_in_one_table(database: Database, branch: Branch, tmp_path: Path, now: datetime) -> None:
    """A good table counts once; what does not fit becomes a question, and what is missing is named by department."""
    with database.transaction() as session:
        first = checking(session, claim(branch["G1"]), now)
        second = checking(session, claim(branch["G3"]), now)
        answers = table(tmp_path / "1.xlsx", (first.number, "无出入", None), (second.number, "有出入", "名下有车"))
        importer = Importer(ACT, now)
        rehearsed, _ = crosscheck.import_results(session, answers, "民政", POLICY, replace(importer, dry_run=True))
        assert rehearsed == ImportReport(2, 2, 0, 0)
        assert checks.crosschecks_of(session, first.id) == ()
        assert crosscheck.import_results(session, answers, "民政", POLICY, importer)[0] == ImportReport(2, 2, 0, 0)
        assert crosscheck.import_results(session, answers, "民政", POLICY, importer)[0] == ImportReport(2, 0, 0, 2)
        assert [one.finding for one in checks.crosschecks_of(session, second.id)] == [Finding.HIT]
        assert [one.kind for one in checks.flags_of(session, second.id)] == [FlagKind.DEPARTMENT]
        assert "部门核对还差：医保" in checks.gaps(session, first, POLICY)
        assert "有车" not in str(session.execute(text("SELECT * FROM fund_crosscheck")).all())
        assert "有车" not in str(audit.latest(session))


def test_every_bad_row_is_listed_and_nothing_counts(
    database: Database, branch: Branch, tmp_path: Path, now: datetime
) -> None:
    """Unknown number, case not being checked, missing or odd finding, hit without words, twice: all are listed."""
    with database.transaction() as session:
        good = checking(session, claim(branch["G1"]), now)
        early = submitted(session, claim(branch["G3"]), now)
        answers = table(
            tmp_path / "1.xlsx",
            (good.number, "无出入", None),
            ("WF2026-9999", "无出入", None),
            (early.number, "无出入", None),
            (good.number, "无出入", None),
            (f"{good.number}x", None, None),
            (f"{good.number}y", "也许", None),
            (f"{good.number}z", "有出入", None),
        )
        report, _ = crosscheck.import_results(session, answers, "民政", POLICY, Importer(ACT, now))
        places = [(one.row, one.column) for one in report.rejected]
        assert places == [
            (3, "申请编号"),
            (4, "申请编号"),
            (5, "申请编号"),
            (6, "申请编号"),
            (6, "核对结果"),
            (7, "申请编号"),
            (7, "核对结果"),
            (8, "申请编号"),
            (8, "说明"),
        ]
        assert (report.created, checks.crosschecks_of(session, good.id)) == (0, ())
        with pytest.raises(InputError, match="可以写：民政、医保"):
            crosscheck.import_results(session, answers, "税务", POLICY, Importer(ACT, now))


def test_the_empty_table_can_be_handed_out(tmp_path: Path) -> None:
    """A department gets a table with drop-downs and no names in it."""
    crosscheck.write_template(tmp_path / "核对.xlsx")
    assert (tmp_path / "核对.xlsx").stat().st_size > 1000


def test_everything_done_a_case_goes_to_approval(
    database: Database, branch: Branch, tmp_path: Path, now: datetime
) -> None:
    """With vote, visits, departments and the branch's publicity done, the office sends the case to approval."""
    from tests.fund.books import running

    with database.transaction() as session:
        case = running(session, branch, tmp_path, now)
        assert case.state is CaseState.RUNNING
        assert [one.after for one in casework.case_file(session, case.id, TERMS).moves] == [
            CaseState.SUBMITTED,
            CaseState.CHECKING,
            CaseState.RUNNING,
        ]
        assert at("2026-11-26T08:00") == case.since
