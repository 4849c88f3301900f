"""The desk's use cases on both databases: scope, acts for somebody else, and nothing half-written."""

from datetime import date

import pytest

from djflow.accounts import service as accounts
from djflow.accounts.model import Account, Act, NewAccount, Role
from djflow.approvals import service as approvals
from djflow.assembly import House, fund_board, fund_desk, fund_scope, fund_sheet, relief
from djflow.assembly.fund_acts import DeskAct
from djflow.assembly.fund_board import Filters
from djflow.assembly.fund_desk import Call, ForOther, HomeVisit, Vote
from djflow.core.errors import ConflictError, DjflowError, InputError, NotFoundError, RuleError
from djflow.core.ids import PersonId
from djflow.fund.behalf import service as behalf
from djflow.fund.behalf.model import BehalfAct
from djflow.fund.cases import service as cases
from djflow.fund.cases.model import CaseState, Category, Claim, FundCase
from djflow.fund.materials import service as materials
from djflow.people import service as people
from djflow.people.model import Gender, PersonEntry, UnitEntry, UnitKind
from tests.assembly.conftest import house
from tests.assembly.test_relief import approve
from tests.fund.books import SECRETS, photo
from tests.web.desk.fund_office import FundOffice, recorded, settle_office

__all__ = ["house"]

HOME = HomeVisit(("G4", "G5"), date(2026, 11, 18), consistent=True, note="家里确有困难")
WHY = ForOther("支部没有网络", "D2")


@pytest.fixture
def office(house: House) -> FundOffice:
    """Everybody at their desks."""
    return settle_office(house)


def vote(minutes: bytes) -> Vote:
    """Return a vote of five for 2,000 yuan."""
    return Vote(date(2026, 11, 18), 5, 5, 0, 0, ("G3",), 200_000, recused=True, minutes=minutes)


def asked(office: FundOffice, case: FundCase) -> set[PersonId | None]:
    """Return who is asked to approve a case now."""
    with office.house.reading() as session:
        return {task.person for task in approvals.cases_about(session, case.subject)[0].waiting}


def test_a_village_belongs_to_its_township(office: FundOffice) -> None:
    """A case of somebody in a village below a township is seen by the township's office, and not by another one."""
    with office.house.transaction() as session:
        now = office.house.now()
        people.put_units(session, [UnitEntry("V1", "幸福村", UnitKind.VILLAGE, 9, parent_code="T1")], by="t", now=now)
        person = PersonEntry("V11", "何四", Gender.FEMALE, "V1", branch_code="B2", bank_account="6222000000000090")
        people.put_people(session, [person], by="t", now=now)
        villager = people.person_by_code(session, "V11").id
    case = relief.apply(office.house, Claim(villager, Category.REGULAR, 100_000, reason="困难"), by="b")
    seen = {
        name: [line.number for line in fund_board.board(office.house, office.account(name), Filters()).lines]
        for name in ("town", "branch", "other-branch", "other-town", "deputy", "finance")
    }
    mine = [case.number]
    assert seen == {
        "town": mine, "branch": [], "other-branch": mine, "other-town": [], "deputy": mine, "finance": []
    }  # fmt: skip


def test_roles_do_not_lend_each_other_their_place(office: FundOffice) -> None:
    """Whoever is secretary of one branch and clerk of another township may vote in the one, visit in the other."""
    case = office.checking()
    with office.house.transaction() as session:
        new = NewAccount("both", frozenset({Role.BRANCH_SECRETARY, Role.TOWN_CLERK}), "", "T2")
        made = accounts.create(session, new, "hash", by="t", now=office.house.now())
        linked = accounts.account_of(session, made.id)
        both = Account(
            linked.id, linked.login, office.branch["G3"], linked.unit, linked.roles, False, linked.password_at, None, 0,
            False,
        )  # fmt: skip
        assert fund_scope.scope_of(session, both, Act.FUND_BRANCH).covers(case)
        assert not fund_scope.scope_of(session, both, Act.FUND_VISIT).covers(case)
    with pytest.raises(NotFoundError, match="不属于您的范围"):
        fund_desk.visit(office.house, both, case.number, HOME, ForOther())
    fund_desk.deliberate(office.house, both, case.number, vote(photo(colour="blue")), ForOther())
    assert "登记入户核实" not in str(fund_sheet.sheet(office.house, both, case.number).acts)


def test_a_unit_account_only_reads(office: FundOffice) -> None:
    """An account of a township without a person sees its cases and handles none."""
    case = office.checking()
    with office.house.transaction() as session:
        new = NewAccount("dacang", frozenset({Role.TOWN_CLERK}), "", "T1")
        unit = accounts.create(session, new, "hash", by="t", now=office.house.now())
    sheet = fund_sheet.sheet(office.house, unit, case.number)
    assert sheet.acts == ()
    with pytest.raises(RuleError, match="本人的账号"):
        fund_desk.visit(office.house, unit, case.number, HOME, ForOther())


def test_a_refusal_leaves_nothing(office: FundOffice) -> None:
    """A vote that cannot be, a second person who is a relative: neither minutes nor a line of the record stay."""
    case = office.checking()
    before = recorded(office, case)
    clerk, branch = office.account("clerk"), office.account("branch")
    paper = vote(photo(colour="blue"))
    attempts = (
        lambda: fund_desk.deliberate(office.house, clerk, case.id, paper, ForOther("没有网络", "G2")),
        lambda: fund_desk.deliberate(office.house, clerk, case.id, paper, ForOther("没有网络", "")),
        lambda: fund_desk.deliberate(office.house, clerk, case.id, paper, ForOther("", "D2")),
        lambda: fund_desk.deliberate(office.house, branch, case.id, vote(b""), ForOther()),
        lambda: fund_desk.deliberate(office.house, branch, case.id, vote(b"MZ\x90"), ForOther()),
        lambda: fund_desk.visit(office.house, clerk, case.id, HOME, ForOther("没有网络", "G404")),
        lambda: fund_desk.step(office.house, clerk, case.id, DeskAct.WITHDRAW),
        lambda: fund_desk.settle_flag(office.house, clerk, case.id, "0", "没有问题"),
    )
    for attempt in attempts:
        with pytest.raises(DjflowError) as caught:
            attempt()
        assert not any(secret in caught.value.message for secret in SECRETS)
    assert recorded(office, case) == before
    with office.house.reading() as session:
        assert behalf.of_case(session, case.id) == ()
        assert "minutes" not in {one.kind.value for one in materials.materials_of(session, case.id)}


def test_whoever_was_asked_already_is_replaced(office: FundOffice) -> None:
    """A clerk who was asked to review and then acts for the township is asked no longer; the superior is."""
    case = office.urgent()
    first = office.account("clerk")
    call = Call("M1", office.house.now())
    fund_desk.phone(office.house, first, case.number, call, ForOther("洪水", "O1"))
    assert fund_desk.step(office.house, first, case.number, DeskAct.FAST_TRACK).state is CaseState.RUNNING
    assert asked(office, case) == {office.branch["K1"]}
    with office.house.reading() as session:
        second = next(one for one in accounts.accounts(session) if one.login == "u-k1")
    fund_desk.visit(office.house, second, case.number, HOME, WHY)
    replaced = asked(office, case)
    assert replaced
    assert not replaced & {office.branch["K1"], office.branch["K2"]}
    with office.house.reading() as session:
        acts = {one.act: one.person for one in behalf.of_case(session, case.id)}
    assert acts == {BehalfAct.PHONE: office.branch["K2"], BehalfAct.VISIT: office.branch["K1"]}


def test_an_own_act_bars_nobody(office: FundOffice) -> None:
    """The township that records its own visit, the branch its own vote: nothing is for somebody else."""
    case = office.checking()
    fund_desk.deliberate(office.house, office.account("branch"), case.id, vote(photo(colour="blue")), ForOther())
    fund_desk.visit(office.house, office.account("town"), case.id, HOME, ForOther())
    with office.house.reading() as session:
        assert behalf.hands(session, case.id) == frozenset()
    assert asked(office, case) == {office.branch["G3"]}


def test_who_approved_settles_no_objection(office: FundOffice) -> None:
    """Fresh hands are asked for: neither an approver of the case nor who typed the letter in."""
    case = office.voted()
    with office.house.reading() as session:
        fund_desk.require_fresh_hands(session, case, office.branch["G3"])
    approve(office.house, case.id)
    with office.house.reading() as session, pytest.raises(RuleError, match="另一位同志"):
        fund_desk.require_fresh_hands(session, case, office.branch["G3"])


def test_a_case_is_withdrawn_once(office: FundOffice) -> None:
    """What was withdrawn is told as such to whoever comes later; the paper is there once."""
    case = office.checking()
    clerk, branch = office.account("clerk"), office.account("branch")
    paper = ForOther("不需要了", "D2", photo(colour="green"))
    assert fund_desk.withdraw(office.house, branch, case.id, paper).state is CaseState.WITHDRAWN
    with pytest.raises(ConflictError, match="已撤回"):
        fund_desk.withdraw(office.house, clerk, case.id, paper)
    with pytest.raises(InputError, match="签字"):
        fund_desk.withdraw(office.house, clerk, office.urgent().id, ForOther("不需要了", "D2"))
    with office.house.reading() as session:
        kinds = [one.kind.value for one in materials.materials_of(session, case.id)]
        assert kinds.count("written_request") == 1
        assert cases.get(session, case.id).state is CaseState.WITHDRAWN
