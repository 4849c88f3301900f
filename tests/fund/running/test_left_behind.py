"""What comes from outside a case, a department's table or the reason for a flag, brings the case forward."""

from pathlib import Path

import pytest

from djflow.db.session import Database
from djflow.fund import service as fund
from djflow.fund.cases.model import CaseState, FundCase
from djflow.fund.checks import store as checks_store
from djflow.fund.checks.model import FlagKind
from tests.fund.books import ACT
from tests.fund.running.town import DESK, Town, build


@pytest.fixture
def town(database: Database, tmp_path: Path) -> Town:
    """A district with 10,000 yuan."""
    return build(database, tmp_path)


def left_behind(town: Town) -> tuple[str, ...]:
    """Return what a sweep would bring forward."""
    with town.database.reading() as session:
        return fund.left_behind(session, DESK, now=town.now)


def waits_for_a_reason(town: Town) -> FundCase:
    """Bring a case as far as it goes with an open flag."""
    case = town.checked(town.accepted())
    town.act(lambda s: checks_store.add_flag(s, FlagKind.DEPARTMENT, case.id, None, "department:民政", now=town.now))
    town.say(case)
    town.close_lists()
    assert (town.case(case.id).state, town.step(case)) == (CaseState.CHECKING, "town")
    return case


def test_a_case_whose_checks_are_done_is_found(town: Town) -> None:
    """While a person still has to give a reason it is not; when the reason is there, and nobody acts, the sweep is."""
    case = waits_for_a_reason(town)
    assert left_behind(town) == ()
    with town.database.transaction() as session:
        (flag,) = checks_store.flags_of(session, case.id)
        row = checks_store.locked_flag(session, flag.id)
        assert row is not None
        checks_store.settle_flag(session, row, "已核实", by=ACT, now=town.now)
    assert left_behind(town) == (case.id,)
    done = town.act(lambda session: fund.bring_forward(session, case.id, DESK, by=ACT, now=town.now))
    assert done.state is CaseState.RUNNING
    assert left_behind(town) == ()
