"""Two at once at a batch: one of them does it, the other is told in words, nothing is done by half."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier

import pytest
from sqlalchemy.orm import Session

from djflow.core.errors import ConflictError, DjflowError
from djflow.db.session import Database
from djflow.dispatch.batches import deciding, leaving, proposing, publishing, service
from djflow.dispatch.batches.model import BatchState, CandidateState, Who
from djflow.dispatch.batches.publicity import service as publicity
from djflow.dispatch.batches.publicity.model import NewObjection, ObjectionState, PeriodState, Via
from djflow.dispatch.postings import service as postings
from tests.dispatch.hall import ACT, Hall, hung, proposed, settle

AFTER = datetime.fromisoformat("2026-11-26T00:00+08:00")
LAST = datetime.fromisoformat("2026-11-25T23:59+08:00")
Deed = Callable[[Session], object]


@pytest.fixture
def hall(database: Database, now: datetime) -> Hall:
    """A small district."""
    with database.transaction() as session:
        return settle(session, now)


def at_once(database: Database, deeds: Sequence[Deed]) -> list[object]:
    """Do things at the same moment, each in a transaction of its own; return what each gave, or how it was refused."""
    gate = Barrier(len(deeds))

    def done(deed: Deed) -> object:
        gate.wait(10)
        try:
            with database.transaction() as session:
                return deed(session)
        except DjflowError as error:
            return error

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(done, deeds))


def test_two_proposals_at_once_are_one(database: Database, hall: Hall, now: datetime) -> None:
    """Two people press 重新拟定 about the same round: there is one new round, the other is told to look again."""
    with database.transaction() as session:
        batch = proposed(session, hall, now)

    def again(session: Session) -> object:
        return proposing.propose(session, batch.id, hall.desk, by=ACT, now=now, seen_round=1)

    found = at_once(database, [again, again, again])
    assert sum(isinstance(one, ConflictError) for one in found) == 2
    with database.reading() as session:
        assert service.require(session, batch.id).round == 2


def test_submitted_and_changed_at_once_agree(database: Database, hall: Hall, now: datetime) -> None:
    """Submitting and somebody stepping back at the same moment: approvers are asked about what is so afterwards."""
    with database.transaction() as session:
        batch = proposed(session, hall, now)
        gone = next(one for one in service.candidates(session, batch.id) if one.demand)
    at_once(
        database,
        [
            lambda session: deciding.submit(session, batch.id, 1, hall.desk, by=ACT, now=now),
            lambda session: leaving.withdraw(
                session, batch.id, gone.id, "家里有事", hall.desk, who=Who.UNIT, by=ACT, now=now
            ),
        ],
    )
    with database.reading() as session:
        found = service.require(session, batch.id)
        case = deciding.approval_of(session, batch.id)
        if found.state is BatchState.DECIDING:
            assert case is not None
            assert case.new.content_hash == proposing.fingerprint(session, found)
        else:
            assert (found.state, case) == (BatchState.PROPOSED, None)


def test_who_steps_back_as_publicity_ends_is_not_sent(database: Database, hall: Hall, now: datetime) -> None:
    """Stepping back while the sweep ends the last names: whoever is out has no posting, whoever has one is not out."""
    with database.transaction() as session:
        batch = hung(session, hall, now, "A1", "B1")
        periods = publicity.periods(session, batch.id)
        gone = next(one for one in service.candidates(session, batch.id) if one.demand)

    def sweep(session: Session) -> object:
        ended = [publishing.close_period(session, one.id, by=ACT, now=AFTER) for one in periods]
        publishing.bring_forward(session, batch.id, hall.desk, by=ACT, now=AFTER)
        return ended

    at_once(
        database,
        [
            sweep,
            lambda session: leaving.withdraw(
                session, batch.id, gone.id, "家里有事", hall.desk, who=Who.UNIT, by=ACT, now=AFTER
            ),
        ],
    )
    with database.transaction() as session:
        publishing.bring_forward(session, batch.id, hall.desk, by=ACT, now=AFTER)
        sent = {one.new.person for one in postings.postings(session, batch=batch.id)}
        states = {one.person: one.state for one in service.candidates(session, batch.id)}
    assert sent == {person for person, state in states.items() if state is CandidateState.CLEARED}
    assert states[gone.person] in {CandidateState.WITHDRAWN, CandidateState.CLEARED}


def test_an_objection_of_the_last_minute_and_the_sweep(database: Database, hall: Hall, now: datetime) -> None:
    """An objection typed in at midnight that came in time stops its name, whoever comes first; nobody is sent then."""
    with database.transaction() as session:
        batch = hung(session, hall, now, "A1", "B1")
        one, other = publicity.periods(session, batch.id)
    letter = NewObjection("来信反映", Via.HAND, received_at=LAST)
    found = at_once(
        database,
        [
            lambda session: publishing.object_to(session, one.id, letter, hall.desk, by="k1", now=AFTER),
            lambda session: publishing.close_period(session, one.id, by=ACT, now=AFTER),
            lambda session: publishing.close_period(session, other.id, by=ACT, now=AFTER),
        ],
    )
    assert not any(isinstance(said, DjflowError) for said in found)
    with database.transaction() as session:
        assert publicity.period(session, one.id).state is PeriodState.FROZEN
        assert [said.state for said in publicity.objections(session, batch.id)] == [ObjectionState.OPEN]
        assert not publishing.bring_forward(session, batch.id, hall.desk, by=ACT, now=AFTER)
        assert postings.postings(session, batch=batch.id) == ()
