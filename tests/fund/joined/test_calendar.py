"""Cases over National Day 2026: the office works on Sunday 20 September and Saturday 10 October, and rests from 1 to 7.

Every date below was counted by hand on the State Council's notice.
"""

from datetime import date, timedelta
from pathlib import Path

import pytest

from djflow.approvals import service as approvals
from djflow.approvals.model import Outcome
from djflow.approvals.sweeping.service import sweep
from djflow.db.session import Database
from djflow.fund import service as fund
from djflow.fund.cases.model import Act, CaseState, FundCase, Who
from djflow.fund.cases.rules import due_on, is_overdue
from djflow.fund.publicity import service as publicity
from djflow.fund.publicity.model import Level
from tests.fund.books import ACT, TERMS, at
from tests.fund.joined.played import Player
from tests.fund.running.town import DESK, Town, build

S = CaseState
SECOND = timedelta(seconds=1)


@pytest.fixture
def town(database: Database, tmp_path: Path) -> Town:
    """A district with money."""
    return build(database, tmp_path)


def task_due(town: Town, case: FundCase) -> date | None:
    """Return until when whoever is asked has time."""
    with town.database.reading() as session:
        return approvals.cases_about(session, case.subject)[0].waiting[0].due_on


def ends_on(town: Town, case: FundCase, level: Level) -> date:
    """Return the last day of a list."""
    return Player(town).period(case, level).ends_on


def swept(town: Town) -> tuple[Outcome, ...]:
    """Let the sweep look at deadlines."""
    return town.act(lambda s: sweep(s, office=DESK.office, by=ACT, now=town.now)).outcomes


def lists_over(town: Town) -> int:
    """Let the sweep end what is over and return how many lists that were."""
    with town.database.reading() as session:
        found = publicity.due(session, now=town.now)
    for one in found:
        town.act(lambda s, key=one.id: fund.close_period(s, key, DESK, by=ACT, now=town.now))  # type: ignore[misc] # a bound name
    return len(found)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_case_over_national_day(town: Town) -> None:
    """Lists, deadlines, reports and the paused clock count workdays only, the make-up Saturday among them."""
    town.now = at("2026-09-18T10:00")  # Friday; Sunday 20 is a workday, 25 to 27 is Mid-Autumn
    case = town.accepted()
    assert due_on(case, TERMS) == date(2026, 9, 24)
    assert task_due(town, case) == date(2026, 9, 24)
    town.now = at("2026-09-22T10:00")
    town.checked(case)
    town.say(case)
    assert ends_on(town, case, Level.BRANCH) == date(2026, 9, 30)
    town.now = at("2026-09-30T23:59")
    assert lists_over(town) == 0
    town.now = at("2026-10-01T00:00")
    assert lists_over(town) == 1
    assert (town.step(case), task_due(town, case)) == ("town", date(2026, 10, 13))
    town.now = at("2026-10-09T17:59")  # Friday, after office hours: Saturday is the day that is not counted
    town.say(case)
    assert task_due(town, case) == date(2026, 10, 16)
    town.now = at("2026-10-10T09:00")
    town.say(case)
    town.say(case)
    assert town.case(case.id).state is S.PUBLICITY
    assert ends_on(town, case, Level.DISTRICT) == date(2026, 10, 16)
    town.now = at("2026-10-13T12:00")  # only Monday is over
    Player(town).objection(case)
    town.now = at("2026-10-15T12:00")
    Player(town).settle(case, upheld=False)
    assert ends_on(town, case, Level.DISTRICT) == date(2026, 10, 21)
    town.now = at("2026-10-22T00:00")
    assert lists_over(town) == 1
    ready = town.case(case.id)
    assert (ready.state, due_on(ready, TERMS)) == (S.READY_TO_PAY, date(2026, 10, 29))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_nobody_is_late_while_the_office_rests(town: Town) -> None:
    """A task and a returned claim of 28 September are due on Saturday 10 October: reported and expired after it."""
    town.now = at("2026-09-28T10:00")
    asked, returned = town.accepted(), town.accepted("G4")
    town.request(returned, Act.RETURN, Who.BRANCH, "缺签字")
    assert (task_due(town, asked), due_on(town.case(returned.id), TERMS)) == (date(2026, 10, 10), date(2026, 10, 10))
    for quiet in ("2026-10-05T09:00", "2026-10-10T23:59"):
        town.now = at(quiet)
        assert not any(one.escalated for one in swept(town))
        assert not town.act(lambda s: fund.expire(s, returned.id, DESK, by=ACT, now=town.now))
        assert not is_overdue(town.case(asked.id), TERMS, town.now)
    town.now += 60 * SECOND
    assert [len(one.escalated) for one in swept(town)] == [1]
    assert is_overdue(town.case(asked.id), TERMS, town.now)
    assert town.act(lambda s: fund.expire(s, returned.id, DESK, by=ACT, now=town.now))
    assert town.case(returned.id).state is S.EXPIRED
    assert town.case(asked.id).state is S.CHECKING, "silence approves nothing"
