"""Who may apply for whom, at the desk and on the phone; the one form; an application as its maker sees it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from djflow.accounts import service as accounts
from djflow.accounts.model import Account, NewAccount, Role
from djflow.assembly import House, applied, applying, phone, relief, seats
from djflow.assembly.claim_form import FormError, read_claim
from djflow.assembly.seats import Seat
from djflow.core.errors import ConflictError, NotFoundError, RuleError
from djflow.core.ids import PersonId
from djflow.fund.cases import drafts
from djflow.fund.cases import service as cases
from djflow.fund.cases.model import Act, CaseState, Category, Filing, Who
from djflow.fund.cases.service import PhoneCall
from djflow.fund.casework import Request
from djflow.fund.materials.model import MaterialKind, Upload
from djflow.fund.payment import service as payments
from djflow.fund.payment.model import Clerk, NewBatch
from djflow.people import service as people
from djflow.people.model import BranchEntry, Gender, PersonEntry, UnitEntry, UnitKind
from tests.assembly.test_relief import approve, branch
from tests.fund.books import Branch, claim, photo
from tests.fund.payment.till import CSV

__all__ = ["branch"]
FIELDS = {"category": "emergency", "amount": "3000.50", "reason": "房屋被水冲毁", "emergency": "yes"}
PAPERS = ("application_form", "id_copy", "disaster_proof", "bank_card", "commitment", "consent")


def on_phone(house: House, person: PersonId) -> Seat:
    """Return somebody's seat on the phone."""
    return seats.seat_by_link(house, phone.link_for(house, person).rpartition("/")[2])


def account(house: House, login: str, *roles: Role, person: str = "", unit: str = "") -> Account:
    """Make an account."""
    with house.transaction() as session:
        new = NewAccount(login, frozenset(roles), person, unit)
        return accounts.create(session, new, "hash", by="t", now=house.now())


@pytest.fixture
def villages(house: House, branch: Branch) -> Branch:
    """Another township, and a village below the first with a branch of its own."""
    with house.transaction() as session:
        now = house.now()
        units = [
            UnitEntry("V1", "河边村", UnitKind.VILLAGE, 5, parent_code="T1"),
            UnitEntry("T2", "龙街镇", UnitKind.TOWNSHIP, 6),
        ]
        people.put_units(session, units, by="t", now=now)
        entries = [
            BranchEntry("B2", "平安村党支部", "T1", "G8"),
            BranchEntry("B3", "河边村党支部", "V1"),
            BranchEntry("B4", "龙街村党支部", "T2"),
        ]
        people.put_branches(session, entries, by="t", now=now)
        persons = [
            PersonEntry("V11", "何一", Gender.MALE, "V1", branch_code="B3", bank_account="6222000000009919"),
            PersonEntry("V12", "何二", Gender.MALE, "V1"),
            PersonEntry("L11", "龙一", Gender.MALE, "T2", branch_code="B4", bank_account="6222000000009927"),
        ]
        people.put_people(session, persons, by="t", now=now)
        return Branch({**branch.people, **people.person_ids(session, ["V11", "V12", "L11"])})


def codes(house: House, seat: Seat) -> list[str]:
    """Return the codes of the branches a seat files for."""
    return [one.entry.code for one in seats.branches(house, seat)]


def test_each_account_has_its_own_branches(house: House, villages: Branch) -> None:
    """A township's clerk has the branches of the township and its villages, a secretary the own one, others none."""
    assert villages["V11"]
    made = {
        "town": account(house, "town", Role.TOWN_CLERK, unit="T1"),
        "other": account(house, "other", Role.TOWN_CLERK, unit="T2"),
        "secretary": account(house, "secretary", Role.BRANCH_SECRETARY, person="G3"),
        "village": account(house, "village", Role.BRANCH_SECRETARY, person="V12"),
        "clerk": account(house, "clerk", Role.OFFICE_CLERK, person="K1"),
    }
    found = {login: codes(house, seats.seat_of(house, one)) for login, one in made.items()}
    assert found == {
        "town": ["B1", "B2", "B3"],
        "other": ["B4"],
        "secretary": ["B1"],
        "village": ["B3"],
        "clerk": [],
    }


def test_members_of_others_do_not_exist(house: House, villages: Branch) -> None:
    """A branch or a person of another township is not found, whether it exists or not; the own are listed by code."""
    town = seats.seat_of(house, account(house, "town", Role.TOWN_CLERK, unit="T1"))
    assert [one.code for one in seats.members(house, town, "B3")[1]] == ["V11"]
    for code in ("B4", "B404"):
        with pytest.raises(NotFoundError, match="没有这个支部"):
            seats.members(house, town, code)
    for person in (villages["L11"], villages["G9"], PersonId("0")):
        with pytest.raises(NotFoundError, match="没有这名党员"):
            applying.file(house, town, person, {**FIELDS, "emergency": ""})
        with pytest.raises(NotFoundError, match="没有这名党员"):
            applying.blank(house, town, person)


def test_the_clerk_files_for_a_member_and_not_for_oneself(house: House, villages: Branch) -> None:
    """What a branch files says so, is seen by its clerk and by the applicant; the own goes over the own phone."""
    secretary = seats.seat_of(house, account(house, "secretary", Role.BRANCH_SECRETARY, person="G3"))
    with pytest.raises(RuleError, match="自己手机上办"):
        applying.file(house, secretary, villages["G3"], FIELDS)
    assert villages["G3"] not in {one.id for one in seats.members(house, secretary, "B1")[1]}
    made = applying.file(house, secretary, villages["G1"], FIELDS)
    assert (made.filing, made.requested_fen, made.emergency) == (Filing.BRANCH, 300_050, True)
    assert applied.see(house, secretary, made.id).name == "张小明"
    assert applied.see(house, on_phone(house, villages["G1"]), made.id).name == ""
    assert [row.number for row in applied.mine(house, secretary)] == [made.number]
    town = seats.seat_of(house, account(house, "other", Role.TOWN_CLERK, unit="T2"))
    for act in (applied.see, applying.submit, applying.withdraw, applying.changing):
        with pytest.raises(NotFoundError, match="不归您办"):
            act(house, town, made.id)
    alone = applying.file(house, on_phone(house, villages["G4"]), villages["G4"], FIELDS)
    with pytest.raises(NotFoundError):
        applied.see(house, secretary, alone.id)


def test_a_secretary_at_the_desk_does_not_act_on_the_own_case(house: House, villages: Branch) -> None:
    """What the township filed for a secretary is not the secretary's to change at the desk; on the phone it is seen."""
    town = seats.seat_of(house, account(house, "town", Role.TOWN_CLERK, unit="T1"))
    made = applying.file(house, town, villages["G3"], FIELDS)
    secretary = seats.seat_of(house, account(house, "secretary", Role.BRANCH_SECRETARY, person="G3"))
    with pytest.raises(NotFoundError):
        applied.see(house, secretary, made.id)
    assert applied.mine(house, secretary) == ()
    assert applied.see(house, on_phone(house, villages["G3"]), made.id).by_branch


def test_all_faults_of_a_form_are_said_at_once() -> None:
    """Each wrong field has its own sentence and none repeats what was typed."""
    given = {"category": "肺病", "amount": "一万", "reason": "", "income_per_head": "x", "account": "卡号"}
    with pytest.raises(FormError) as caught:
        read_claim(given, PersonId("p"), Filing.SELF)
    assert set(caught.value.problems) == {"category", "amount", "reason", "income_per_head", "account"}
    assert not any(typed in words for words in caught.value.problems.values() for typed in ("肺病", "一万", "卡号忘"))


def test_a_change_keeps_everything_that_is_not_retyped(house: House, branch: Branch) -> None:
    """Reason, family, income, the figure, the account and the household stay when only the amount is changed."""
    first = claim(branch["G7"], payee_account="6222000000000777", household="HK-778", income_fen=60_000)
    case = relief.apply(house, first, by="b")
    seat = on_phone(house, branch["G7"])
    applying.amend(house, seat, case.id, {"category": "regular", "amount": "1500"})
    with house.reading() as session:
        kept = drafts.stated(session, case.id)
        row = cases.require(session, case.id)
        assert row.household_hash is not None
    assert kept == replace(first, requested_fen=150_000, household="")


def test_too_many_drafts_are_refused_and_the_same_one_is_not(house: House, branch: Branch) -> None:
    """Three drafts may wait; a fourth is refused, the same form again is the draft that is there."""
    seat = on_phone(house, branch["G1"])
    made = [applying.file(house, seat, branch["G1"], {**FIELDS, "amount": str(n)}) for n in (100, 200, 300)]
    assert applying.file(house, seat, branch["G1"], {**FIELDS, "amount": "200"}) == made[1]
    with pytest.raises(ConflictError, match="已有 3 件草稿"):
        applying.file(house, seat, branch["G1"], {**FIELDS, "amount": "400"})
    applying.withdraw(house, seat, made[0].id)
    assert applying.file(house, seat, branch["G1"], {**FIELDS, "amount": "400"}).state is CaseState.DRAFT


def test_forty_taps_file_one_draft(house: House, branch: Branch) -> None:
    """However often the form is sent at the same moment, one application with one number is there."""
    seat = on_phone(house, branch["G1"])
    with ThreadPoolExecutor(8) as taps:
        made = list(taps.map(lambda _: applying.file(house, seat, branch["G1"], FIELDS).number, range(40)))
    assert set(made) == {"WF2026-0001"}
    assert len(applied.mine(house, seat)) == 1


def urgent(house: House, branch: Branch) -> str:
    """Bring an emergency that was approved by telephone to the bank's door."""
    seat = on_phone(house, branch["G1"])
    case = applying.file(house, seat, branch["G1"], FIELDS).id
    for kind in PAPERS:
        applying.upload(house, seat, case, kind, (photo(),))
    applying.submit(house, seat, case)
    call = PhoneCall(branch["G5"], branch["G6"], branch["G7"], house.now() - timedelta(minutes=1))
    relief.record_phone(house, case, call, by="o")
    relief.move(house, case, Request(Act.FAST_TRACK, Who.OFFICE), by="o")
    for _ in ("review", "minister"):
        approve(house, case)
    return case


def test_how_far_it_is_and_where_the_money_goes(house: House, branch: Branch) -> None:
    """The way with what is done, now and to come; the payment's state and the last four digits; what is still open."""
    case = urgent(house, branch)
    sight = applied.see(house, on_phone(house, branch["G1"]), case)
    assert [stage.words for stage in sight.way if stage.now] == ["拨付到账"]
    assert [stage.words for stage in sight.way if stage.done][-1] == "公示"
    assert (sight.payment, sight.tail) == ("等待拨付", "0017")
    assert "withdraw" in sight.acts
    assert "submit" not in sight.acts


def test_withdrawal_ends_where_the_banks_file_begins(house: House, branch: Branch) -> None:
    """Until the bank's file is made the applicant takes it back and the payment goes; after that it is refused."""
    case = urgent(house, branch)
    seat = on_phone(house, branch["G1"])
    with house.transaction() as session:
        now = house.now()
        cashier = Clerk("account:c", branch["C1"], frozenset({Role.CASHIER}))
        second = Clerk("account:f", branch["F1"], frozenset({Role.FINANCE_CLERK}))
        batch = payments.make_batch(session, NewBatch("bank", 50, flag_reason="x"), by=cashier, now=now)
        payments.check_batch(session, batch.id, by=second, now=now)
        payments.export_batch(session, batch.id, CSV, by=cashier, now=now)
    with pytest.raises(ConflictError, match="银行文件已经生成"):
        applying.withdraw(house, seat, case)
    assert applied.see(house, seat, case).progress.state is CaseState.READY_TO_PAY


def test_withdrawn_before_the_file_is_withdrawn_once(house: House, branch: Branch) -> None:
    """Taken back before the file, twice: the case ended once and its payment is gone."""
    case = urgent(house, branch)
    seat = on_phone(house, branch["G1"])
    assert applying.withdraw(house, seat, case).state is CaseState.WITHDRAWN
    assert applying.withdraw(house, seat, case).state is CaseState.WITHDRAWN
    sight = applied.see(house, seat, case)
    assert (sight.payment, sight.way, sight.ended, sight.acts) == ("已撤回", (), True, frozenset())


def test_papers_of_an_emergency_may_follow(house: House, branch: Branch) -> None:
    """After a telephone approval papers are taken in although the case goes on; for other cases they are not."""
    seat = on_phone(house, branch["G1"])
    case = urgent(house, branch)
    applying.upload(house, seat, case, "other", (photo(colour="blue"),))
    assert "upload" in applied.see(house, seat, case).acts
    plain = relief.apply(house, claim(branch["G4"]), by="b")
    for kind in house.settings.fund.policy.categories[Category.REGULAR].materials:
        relief.attach(house, plain.id, Upload(MaterialKind(kind), photo()), by="b")
    other = on_phone(house, branch["G4"])
    applying.submit(house, other, plain.id)
    with pytest.raises(ConflictError, match="现在不收"):
        applying.upload(house, other, plain.id, "other", (photo(colour="blue"),))
