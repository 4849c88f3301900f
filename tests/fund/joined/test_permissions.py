"""Who may do what in which state: one table, and every cell of it tried on the real service."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from djflow.approvals import service as approvals
from djflow.approvals.model import Answer, Verdict
from djflow.core.errors import ConflictError, RuleError
from djflow.db.engine import open_engine, sqlite_url
from djflow.db.session import Database
from djflow.fund import service as fund
from djflow.fund.cases import service as cases
from djflow.fund.cases.model import Act, CaseState, FundCase, Who
from djflow.fund.casework import expire
from djflow.fund.payment import orders
from tests.conftest import TEST_VAULT
from tests.fund.books import ACT, TERMS, claim
from tests.fund.joined.played import PLAYS, Held, Player, checked, small_chain
from tests.fund.running.town import DESK, Town, build

S = CaseState
LETTERS: Mapping[str, Who] = {
    "a": Who.APPLICANT,
    "b": Who.BRANCH,
    "o": Who.OFFICE,
    "p": Who.APPROVAL,
    "l": Who.LEDGER,
    "c": Who.CASHIER,
    "u": Who.PUBLIC,
    "k": Who.CLOCK,
}
TABLE = """
               submit accept start fast_track return resubmit reject withdraw hand_over close
draft          ab     -      -     -          -      -        -      ab       -         -
submitted      -      bo     -     o?         bo     -        o      ab       -         -
checking       -      -      o?    o?         bop    -        op     ab       -         -
running        -      -      -     -          p      -        p      ab       -         -
returned       -      -      -     -          -      ab       -      ab       -         -
waiting_budget -      -      -     -          -      -        o      ab       -         -
publicity      -      -      -     -          -      -        -      ab       -         -
frozen         -      -      -     -          -      -        -      ab       -         -
ready_to_pay   -      -      -     -          -      -        -      ab       -         -
sent           -      -      -     -          -      -        -      -        -         -
payment_failed -      -      -     -          -      -        o      ab       -         -
paid           -      -      -     -          -      -        -      -        bo        -
follow_up      -      -      -     -          -      -        -      -        -         bo
closed         -      -      -     -          -      -        -      -        -         -
rejected       -      -      -     -          -      -        -      -        -         -
withdrawn      -      -      -     -          -      -        -      =        -         -
expired        -      -      -     -          -      -        -      -        -         -
clawed_back    -      -      -     -          -      -        -      -        -         -
"""
"""For each state and act the letters of those who may; `?`: they may, but a condition is not met; `=`: done before."""
UNMET = {
    "fund.checked": "unmet",
    "fund.phoned": "unmet",
    "payment.at_the_bank": "fund.state",  # the till speaks before the case does
    "payment.paid": "fund.state",
}
WAYS: Mapping[CaseState, tuple[str, ...]] = {
    S.RUNNING: (),
    S.RETURNED: ("return",),
    S.REJECTED: ("refuse",),
    S.WAITING_BUDGET: ("approve",),
    S.PUBLICITY: ("approve", "money_arrives", "serve"),
    S.FROZEN: ("approve", "money_arrives", "serve", "objection"),
    S.READY_TO_PAY: ("approve", "money_arrives", "serve", "list_ends"),
    S.WITHDRAWN: ("approve", "money_arrives", "serve", "list_ends", "batch", "withdraw"),
    S.SENT: ("approve", "money_arrives", "serve", "list_ends", "batch", "send"),
    S.PAYMENT_FAILED: ("approve", "money_arrives", "serve", "list_ends", "batch", "send", "bank_failed"),
    S.PAID: ("approve", "money_arrives", "serve", "list_ends", "batch", "send", "bank_paid"),
    S.FOLLOW_UP: ("approve", "money_arrives", "serve", "list_ends", "batch", "send", "bank_paid", "hand_over"),
    S.CLOSED: ("approve", "money_arrives", "serve", "list_ends", "batch", "send", "bank_paid", "hand_over", "close"),
    S.CLAWED_BACK: ("approve", "money_arrives", "serve", "list_ends", "batch", "send", "bank_paid", "refund"),
}
"""How a case comes from the last approver to a state."""


@dataclass(frozen=True, slots=True)
class Place:
    """A town without money and a case before its last approver; what a test does is undone."""

    town: Town
    running: FundCase

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Undo whatever happens inside."""
        now = self.town.now
        assert isinstance(self.town.database, Held)
        with self.town.database.undone():
            yield
        self.town.now = now


@pytest.fixture(scope="module")
def place(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A town with almost no money, in a transaction that is thrown away."""
    folder = tmp_path_factory.mktemp("town")
    shutil.copy(sqlite_template, folder / "house.db")
    engine = open_engine(sqlite_url(folder / "house.db"))
    database = Database(engine, TEST_VAULT)
    with database._session(writing=True) as session:
        town = build(Held(database, session), folder, small_chain(), first_fen=100)
        yield Place(town, checked(town, "G1")[0])
    engine.dispose()


@pytest.fixture
def town(place: Place) -> Iterator[Town]:
    """The town, for one test."""
    with place.undone():
        yield place.town


def rows() -> dict[CaseState, dict[Act, str]]:
    """Return the table by state and act."""
    head, *lines = TABLE.strip("\n").splitlines()
    acts = [Act(word) for word in head.split()]
    cells = {line.split()[0]: line.split()[1:] for line in lines}
    return {CaseState(state): dict(zip(acts, words, strict=True)) for state, words in cells.items()}


def brought_to(place: Place, state: CaseState) -> FundCase:
    """Return a case in a state."""
    town = place.town
    if state in WAYS:
        for name in WAYS[state]:
            PLAYS[name](Player(town), place.running)
        return town.case(place.running.id)
    if state is S.CHECKING:
        return town.accepted("G4", requested_fen=200_000)

    def filed(session: Session) -> FundCase:
        case = cases.apply(session, claim(town["G4"]), TERMS, by=ACT, now=town.now)
        if state is S.SUBMITTED:
            return fund.submit(session, case.id, DESK, who=Who.APPLICANT, by=ACT, now=town.now)
        if state is S.EXPIRED:
            town.later(40)
            assert expire(session, case.id, TERMS, by=ACT, now=town.now)
        return cases.get(session, case.id)

    return town.act(filed)


def expected(cell: str, letter: str) -> str:
    """Return what a cell says to somebody: done, or the code of the refusal."""
    if cell == "=":
        return "done"
    if cell == "-":
        return "fund.state"
    if letter not in cell:
        return "fund.who"
    return "unmet" if "?" in cell else "done"


def answer(place: Place, case: FundCase, act: Act, who: Who) -> str:
    """Try an act and return what the service said."""
    try:
        place.town.request(case, act, who, "理由")
    except (ConflictError, RuleError) as refusal:
        return UNMET.get(refusal.code, refusal.code)
    return "done"


def picture(town: Town, case: FundCase) -> tuple[object, ...]:
    """Return everything about a case."""
    with town.database.reading() as session:
        found = orders.history(session, case.subject), approvals.cases_about(session, case.subject)
    return town.case(case.id), town.money(), *found


@pytest.mark.parametrize("state", list(CaseState))
@pytest.mark.usefixtures("town")
def test_every_cell_of_the_table(place: Place, state: CaseState) -> None:
    """Whoever may, does it; whoever may not, or too early or late, is told so and nothing changes."""
    case = brought_to(place, state)
    before = picture(place.town, case)
    assert case.state is state
    for act, cell in rows()[state].items():
        for letter, who in LETTERS.items():
            wanted = expected(cell, letter)
            with place.undone() if wanted == "done" else nullcontext():  # what is refused leaves nothing to undo
                assert answer(place, case, act, who) == wanted, (state, act, who)
    for code in DECIDERS:
        said = decision(place, case, code)
        allowed = state is S.RUNNING and code in {"D1", "D2"}
        assert (said == "done") == allowed, (state, code, said)
    assert picture(place.town, case) == before


DECIDERS = ("D1", "D2", "K1", "M1", "C1", "O1", "G1", "G2", "G3")
"""Both deputies, who are asked; others of office and till; the applicant, a relative, the branch's secretary."""


def decision(place: Place, case: FundCase, code: str) -> str:
    """Let somebody decide what lies with the deputies, or ever lay there, and return what the service said."""
    town = place.town
    with town.database.reading() as session:
        found = approvals.cases_about(session, case.subject)
    if not found:
        return "nothing"
    tasks = [one for one in reversed(found[0].tasks) if one.step == "deputy"]
    task = next((one for one in tasks if one.person == town[code]), tasks[0])
    said = Answer(town[code], Verdict.APPROVE, found[0].new.content_hash)
    with place.undone():
        try:
            town.act(lambda s: fund.decide(s, task.id, said, DESK, by=ACT, now=town.now))
        except (ConflictError, RuleError) as refusal:
            return refusal.code
        return "done"


def test_what_follows_by_itself_is_asked_for_by_nobody(place: Place, town: Town) -> None:
    """Money, lists and payments move on by approvals, clocks and the till; nobody moves them by hand."""
    by_hand = {act for row in rows().values() for act in row}
    for act in set(Act) - by_hand:
        for who in Who:
            with pytest.raises(RuleError, match="不能单独办理"):
                town.request(place.running, act, who, "理由")
