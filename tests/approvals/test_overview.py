"""What the desk reads of cases: rights as a table, somebody's list, all open cases, one case as each may see it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from djflow.accounts import service as accounts
from djflow.accounts.model import Account, Act, NewAccount, Role
from djflow.accounts.rules import PERMISSIONS
from djflow.approvals import service
from djflow.approvals.chains.model import Power, QuorumKind
from djflow.approvals.delegation import service as delegation
from djflow.approvals.model import Answer, Case, CaseState, TaskState, Verdict
from djflow.approvals.moves import begin
from djflow.approvals.overview import rules
from djflow.approvals.overview import service as overview
from djflow.approvals.overview.model import Hat, Right, Standing, Viewer, Wish
from djflow.core.clock import civil_date
from djflow.core.errors import ConflictError, NotFoundError
from djflow.core.ids import BranchId, PersonId
from djflow.core.spans import DateSpan
from djflow.people import service as people
from djflow.people.model import KinshipEntry, Relation
from tests.approvals.offices import (
    CLERKS,
    DEPUTIES,
    MINISTER,
    OFFICE,
    TOWN,
    Town,
    chain,
    fresh,
    grant,
    person,
    settle_office,
    step,
    world,
)

ROLE_HATS = {Role.OFFICE_CLERK: Hat.COORDINATOR, Role.AUDITOR_READONLY: Hat.INSPECTOR}
TABLE = {
    #                  see, opinions, print, decide, urge, reassign
    Hat.ASKED: (True, True, True, True, False, False),
    Hat.APPROVER: (True, True, True, False, False, False),
    Hat.COORDINATOR: (True, True, True, False, True, True),
    Hat.INSPECTOR: (True, True, True, False, False, False),
    Hat.BRANCH: (True, False, False, False, True, False),
    Hat.CONCERNED: (True, False, False, False, False, False),
}
DESK = {
    Act.APPROVAL_READ: set(Role) - {Role.PUBLIC_VIEWER, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN},
    Act.APPROVAL_BOARD: {Role.OFFICE_CLERK, Role.BRANCH_SECRETARY, Role.AUDITOR_READONLY},
    Act.APPROVAL_DECIDE: set(Role)
    - {Role.PUBLIC_VIEWER, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN, Role.AUDITOR_READONLY},
    Act.APPROVAL_URGE: {Role.OFFICE_CLERK, Role.BRANCH_SECRETARY},
    Act.APPROVAL_REASSIGN: {Role.OFFICE_CLERK},
}


def test_every_hat_may_do_what_the_table_says() -> None:
    """Acts × capacities: only whoever is asked decides; coordinator and branch urge; the branch reads no opinion."""
    rights = (Right.SEE, Right.READ_OPINIONS, Right.PRINT, Right.DECIDE, Right.URGE, Right.REASSIGN)
    assert set(rights) == set(Right)
    found = {hat: tuple(right in rules.rights(frozenset({hat})) for right in rights) for hat in Hat}
    assert found == TABLE


def test_every_role_may_do_what_the_table_says() -> None:
    """Acts × roles: the three administrators approve nothing, whoever audits decides nothing."""
    assert {act: set(PERMISSIONS[act]) for act in Act if act.value.startswith("approval_")} == DESK


def begun() -> Case:
    """Return a case that waits for `boss` and `chief`, filed at the branch b1 for `applicant`."""
    there = world(chain(step("one", MINISTER, QuorumKind.ALL), step("two", DEPUTIES)), dept_minister=("boss", "chief"))
    case = fresh(household=frozenset({person("wife")}))
    case = replace(case, new=replace(case.new, place=replace(case.new.place, branch=BranchId("b1"))))
    return begin(case, there, case.opened_at).case


@pytest.mark.parametrize("role", sorted(set(Role)))
def test_a_role_alone_never_decides(role: Role) -> None:
    """A stranger with any role sees a case only as coordinator or inspector, and decides it in no role."""
    there = world(chain(step("one", MINISTER, QuorumKind.ALL), step("two", DEPUTIES)), dept_minister=("boss", "chief"))
    viewer = Viewer(person("stranger"), frozenset({role}))
    hats = rules.hats(begun(), viewer, there)
    assert hats == ({ROLE_HATS[role]} if role in ROLE_HATS else set())
    assert Right.DECIDE not in rules.rights(hats)


@pytest.mark.parametrize("state", sorted(set(CaseState)))
def test_a_case_is_decided_while_it_runs_only(state: CaseState) -> None:
    """Acts × states: whoever was asked goes on seeing the case in every state, and decides it in one."""
    there = world(chain(step("one", MINISTER, QuorumKind.ALL), step("two", DEPUTIES)), dept_minister=("boss", "chief"))
    viewer = Viewer(person("stand-in"), frozenset(), {person("boss"): frozenset({"test.grant"})})
    other = Viewer(person("stand-in"), frozenset(), {person("boss"): frozenset({"test.other"})})
    case = replace(begun(), state=state)
    for asked in (viewer, Viewer(person("chief"), frozenset())):
        found = rules.rights(rules.hats(case, asked, there))
        assert Right.SEE in found
        assert (Right.DECIDE in found) is (state is CaseState.RUNNING)
    assert rules.hats(case, other, there) == set()


@pytest.mark.parametrize("who", ["applicant", "wife", "brother"])
def test_the_applicants_people_look_at_nothing(who: str) -> None:
    """Whoever applies, lives with them or is kin has no right as coordinator, inspector or secretary."""
    there = world(chain(step("one", MINISTER, QuorumKind.ALL), step("two", DEPUTIES)), dept_minister=("boss", "chief"))
    there = replace(there, staffing=replace(there.staffing, kin=frozenset({person("brother")})))
    roles = frozenset({Role.OFFICE_CLERK, Role.AUDITOR_READONLY, Role.BRANCH_SECRETARY})
    viewer = Viewer(person(who), roles, branches=frozenset({BranchId("b1")}))
    assert rules.hats(begun(), viewer, there) == set()


def test_a_clerk_who_is_asked_decides_as_a_person() -> None:
    """A coordinator to whom the task was given decides it as its person; the role adds nothing to that."""
    there = world(chain(step("one", CLERKS), step("two", DEPUTIES)), office_clerk=("k", "l"))
    case = fresh()
    case = begin(case, there, case.opened_at).case
    roles = frozenset({Role.OFFICE_CLERK})
    assert Hat.ASKED in rules.hats(case, Viewer(person("k"), roles), there)
    assert Hat.ASKED not in rules.hats(case, Viewer(person("m"), roles), there)
    assert Hat.ASKED not in rules.hats(case, Viewer(None, roles), there)
    paused = replace(case, state=CaseState.PAUSED)
    assert rules.hats(paused, Viewer(person("k"), frozenset()), there) == {Hat.APPROVER}


def test_copied_and_told_persons_see_without_opinions() -> None:
    """Who is copied in once a step has passed, or told that a step is late, may see; before that they may not."""
    chained = chain(step("one", TOWN, cc=(CLERKS,), escalate_to=MINISTER), step("two", DEPUTIES))
    there = world(chained, town_org_commissioner=("t",), dept_deputy=("d",), office_clerk=("k",), dept_minister=("m",))
    case = fresh()
    case = begin(case, there, case.opened_at).case
    clerk, minister = Viewer(person("k"), frozenset()), Viewer(person("m"), frozenset())
    assert rules.hats(case, clerk, there) == rules.hats(case, minister, there) == set()
    late = replace(case, tasks=tuple(replace(task, escalated_at=case.opened_at) for task in case.tasks))
    assert rules.hats(late, minister, there) == {Hat.CONCERNED}
    assert rules.hats(replace(case, step="two"), clerk, there) == {Hat.CONCERNED}


def test_choices_leave_out_what_was_used_up() -> None:
    """A step offers what its chain allows, a vote abstention too, an added signer only yes and no."""
    full = step("one", TOWN)
    chained = chain(full, step("two", DEPUTIES), max_returns=1)
    there = world(chained, town_org_commissioner=("t",))
    case = fresh()
    case = begin(case, there, case.opened_at).case
    task = case.tasks[0]
    every = set(Verdict) - {Verdict.ABSTAIN}
    assert set(rules.choices(case, task, full, chained)) == every
    assert rules.choices(case, task, full, chained)[0] is Verdict.APPROVE
    used = replace(case, returns=1)
    assert set(rules.choices(used, task, full, chained)) == {Verdict.APPROVE, Verdict.REJECT, Verdict.SUPPLEMENT}
    vote = step("one", TOWN, QuorumKind.RATIO, may=frozenset({Power.TRANSFER}))
    assert rules.choices(case, task, vote, chained) == (Verdict.APPROVE, Verdict.REJECT, Verdict.ABSTAIN)


@pytest.fixture
def town(session: Session, now: datetime) -> Town:
    """The small office with the grant chain in force."""
    return settle_office(session, now)


def viewer_of(session: Session, login: str, now: datetime) -> Viewer:
    """Return an account of the small office as somebody who looks."""
    return overview.viewer_of(session, accounts.account_by_login(session, login), now=now)


def auditor(session: Session, now: datetime) -> Account:
    """Return the account of somebody who inspects."""
    new = NewAccount("auditor", frozenset({Role.AUDITOR_READONLY}), unit_code="DEPT")
    return accounts.create(session, new, "hash", by="test", now=now)


def opened(session: Session, town: Town, number: int, now: datetime, **more: object) -> Case:
    """Open a case."""
    return service.open_case(session, grant(town, str(number), **more), office=OFFICE, by="test", now=now).case


def say(session: Session, case: Case, who: PersonId, now: datetime, verdict: Verdict = Verdict.APPROVE) -> Case:
    """Answer what waits for somebody."""
    task = next(task for task in case.waiting if task.person == who)
    answer = Answer(who, verdict, case.new.content_hash, "张三家里困难")
    return service.decide(session, task.id, answer, office=OFFICE, by="test", now=now).case


def test_the_list_shows_own_and_represented_tasks(session: Session, town: Town, now: datetime) -> None:
    """One's own tasks and those of whom one represents today, late ones marked, the first due first, page by page."""
    first = opened(session, town, 1, now)
    later = now + timedelta(days=1)
    opened(session, town, 2, later)
    span = DateSpan(civil_date(now), civil_date(now))
    delegation.delegate(session, town["S1"], town["T2"], span, by="t", now=now, kind="test.grant")
    own = overview.mine(session, viewer_of(session, "u-s1", now), now=now + timedelta(days=30))
    assert [(line.title, line.late, line.principal) for line in own.lines] == [
        ("测试申请 WF-1", True, ""),
        ("测试申请 WF-2", True, ""),
    ]
    acting = overview.mine(session, viewer_of(session, "u-t2", now), now=now)
    assert {(line.title, line.late, line.principal) for line in acting.lines} == {
        ("测试申请 WF-1", False, "甲S1"),
        ("测试申请 WF-2", False, "甲S1"),
    }
    assert overview.mine(session, viewer_of(session, "u-t2", later), now=later).lines == ()
    assert overview.mine(session, viewer_of(session, "u-s1", now), now=now, kind="other").lines == ()
    say(session, first, town["S1"], now)
    left = overview.mine(session, viewer_of(session, "u-s1", now), now=now)
    assert ([line.title for line in left.lines], left.more) == (["测试申请 WF-2"], False)


def test_a_long_list_has_pages(session: Session, town: Town, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """No line is lost and none is shown twice between the pages of a list or of the board."""
    monkeypatch.setattr(overview, "PAGE", 2)
    for number in range(5):
        opened(session, town, number, now + timedelta(seconds=number))
    viewer = viewer_of(session, "u-s1", now)
    pages = [overview.mine(session, viewer, now=now, page=page) for page in (1, 2, 3)]
    assert [page.more for page in pages] == [True, True, False]
    assert len({line.task_id for page in pages for line in page.lines}) == 5
    clerk, late = viewer_of(session, "u-k1", now), now + timedelta(days=20)
    for standing in (Standing.ALL, Standing.LATE):
        seen, wish, more = list[str](), Wish(standing), True
        while more:
            board = overview.board(session, clerk, wish, now=late)
            seen += [line.title for line in board.lines]
            wish, more = replace(wish, after=board.lines[-1].case_id, after_day=board.lines[-1].due_on), board.more
        assert seen == [f"测试申请 WF-{number}" for number in range(5)]


def test_the_board_finds_cases_by_where_they_stand(session: Session, town: Town, now: datetime) -> None:
    """All, late, returned, by kind, township and number: each with age, step, office, and the counts of each kind."""
    walking = opened(session, town, 1, now)
    second = opened(session, town, 2, now + timedelta(seconds=1))
    back = say(session, second, town["S1"], now, Verdict.RETURN_TO_APPLICANT)
    done = opened(session, town, 3, now)
    service.withdraw(session, done.id, office=OFFICE, by="t", now=now)
    clerk, late = viewer_of(session, "u-k1", now), now + timedelta(days=20)

    def titles(moment: datetime = now, **wish: object) -> list[str]:
        wanted = Wish(**wish)  # type: ignore[arg-type] # fields of a wish
        return [line.title[-1] for line in overview.board(session, clerk, wanted, now=moment).lines]

    assert titles() == ["1", "2"]
    assert titles(standing=Standing.LATE) == []
    assert titles(late, standing=Standing.LATE) == ["1"]
    assert titles(standing=Standing.RETURNED) == ["2"]
    assert titles(kind="test.grant", unit=str(town.place.unit), title="WF-2") == ["2"]
    assert titles(title="%") == titles(kind="x") == titles(unit="x") == []
    board = overview.board(session, clerk, Wish(), now=late)
    assert (board.counts[Standing.ALL], board.counts[Standing.LATE], board.counts[Standing.RETURNED]) == (2, 1, 1)
    first, last = board.lines
    assert (first.holder, first.step, first.age_days, first.late) == ("党支部书记 甲S1", "branch步", 20, True)
    assert (last.state, last.holder, last.late) == ("已退回", "申请人", False)
    assert (walking.state, back.state) == (CaseState.RUNNING, CaseState.RETURNED)


def test_a_secretary_sees_the_own_branch_only(session: Session, town: Town, now: datetime) -> None:
    """The board of a branch's secretary holds the branch's cases; of somebody without a branch it is empty."""
    opened(session, town, 1, now)
    opened(session, town, 2, now, place=replace(town.place, branch=None))
    mine = overview.board(session, viewer_of(session, "u-s1", now), Wish(), now=now)
    assert ([line.title for line in mine.lines], mine.counts[Standing.ALL]) == (["测试申请 WF-1"], 1)
    other = overview.board(session, viewer_of(session, "u-d1", now), Wish(), now=now)
    assert (other.lines, other.counts[Standing.ALL]) == ((), 0)
    inspector = overview.viewer_of(session, auditor(session, now), now=now)
    assert overview.board(session, inspector, Wish(), now=now).counts[Standing.ALL] == 2


def test_opinions_are_for_whom_they_are_for(session: Session, town: Town, now: datetime) -> None:
    """Approvers, coordinator and inspector read opinions; strangers are told that there is no such case."""
    case = say(session, opened(session, town, 1, now), town["S1"], now)

    def opinion(viewer: Viewer) -> str:
        view = overview.case_view(session, case.id, viewer, office=OFFICE, now=now)
        return view.sheet.rounds[0].lines[0].opinion

    for login in ("u-s1", "u-t1", "u-k1"):
        assert opinion(viewer_of(session, login, now)) == "张三家里困难"
    assert opinion(overview.viewer_of(session, auditor(session, now), now=now)) == "张三家里困难"
    for login in ("u-d1", "u-x1", "u-c1"):
        with pytest.raises(NotFoundError) as stranger:
            overview.case_view(session, case.id, viewer_of(session, login, now), office=OFFICE, now=now)
        with pytest.raises(NotFoundError) as nothing:
            overview.case_view(session, case.id[:-1], viewer_of(session, login, now), office=OFFICE, now=now)  # type: ignore[arg-type] # no such case
        assert stranger.value.message == nothing.value.message


def test_a_branch_that_only_watches_reads_nothing(session: Session, town: Town, now: datetime) -> None:
    """A secretary who was not asked sees where the branch's case stands, without amount, opinions or check code."""
    case = opened(session, town, 1, now, barred=frozenset({town["S1"]}))
    say(session, case, case.waiting[0].person, now)  # type: ignore[arg-type] # it has a person
    view = overview.case_view(session, case.id, viewer_of(session, "u-s1", now), office=OFFICE, now=now)
    assert view.rights == {Right.SEE, Right.URGE}
    shown = view.sheet.rounds[0]
    assert (shown.lines[0].verdict, shown.lines[0].opinion, shown.amount_fen) == ("同意", "", 0)
    assert (view.amount_fen, view.sheet.check_code) == (None, "")
    assert [one.place for one in view.path[:3]] == ["done", "now", "ahead"]


def test_kin_of_the_applicant_do_not_coordinate(session: Session, town: Town, now: datetime) -> None:
    """A clerk who is a relative of the applicant is told that there is no such case."""
    case = opened(session, town, 1, now)
    people.record_kinship(session, KinshipEntry(town["P1"], town["K1"], Relation.SIBLING), by="t", now=now)
    with pytest.raises(NotFoundError):
        overview.case_view(session, case.id, viewer_of(session, "u-k1", now), office=OFFICE, now=now)


def test_a_delegation_is_not_passed_on(session: Session, town: Town, now: datetime) -> None:
    """Who is represented in those days cannot stand in for another in them; afterwards they can."""
    today = civil_date(now)
    delegation.delegate(session, town["D1"], town["D2"], DateSpan(today, today), by="t", now=now)
    with pytest.raises(ConflictError, match="不能再转托"):
        delegation.delegate(session, town["M1"], town["D1"], DateSpan(today, today), by="t", now=now)
    day = today + timedelta(days=1)
    delegation.delegate(session, town["M1"], town["D1"], DateSpan(day, day), by="t", now=now)
    known = delegation.known_to(session, town["D1"], today)
    assert [(one.principal, one.delegate) for one in known] == [(town["D1"], town["D2"]), (town["M1"], town["D1"])]
    assert delegation.known_to(session, town["D1"], day + timedelta(days=1)) == ()


def test_a_case_that_stands_still_says_why(session: Session, town: Town, now: datetime) -> None:
    """A case nobody can decide is found as blocked, with the reason, on nobody's list."""
    account = accounts.account_by_login(session, "u-t1")
    accounts.set_disabled(session, account.id, disabled=True, by="t", now=now)
    case = say(session, opened(session, town, 1, now), town["S1"], now)
    assert case.state is CaseState.BLOCKED
    assert all(task.state is not TaskState.WAITING for task in case.tasks)
    (line,) = overview.board(session, viewer_of(session, "u-k1", now), Wish(Standing.BLOCKED), now=now).lines
    assert (line.holder, bool(line.blocked)) == ("无人可批", True)
    assert overview.mine(session, viewer_of(session, "u-t1", now), now=now).lines == ()
