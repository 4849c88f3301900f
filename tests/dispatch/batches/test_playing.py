"""A batch in the hands of people who press whatever there is, in any order; what must always hold is looked at."""

import shutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from itertools import count
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from djflow.approvals import service as approvals
from djflow.approvals.model import Answer, Verdict
from djflow.core.errors import DjflowError
from djflow.db.engine import open_engine, sqlite_url
from djflow.db.session import Database
from djflow.dispatch.batches import checking, deciding, leaving, proposing, publishing, service
from djflow.dispatch.batches.model import BatchId, BatchState, Candidate, CandidateState, Demand, Who
from djflow.dispatch.batches.publicity import service as publicity
from djflow.dispatch.batches.publicity.model import NewObjection, PeriodState, Via
from djflow.dispatch.batches.transitions import ON_THE_WAY
from djflow.dispatch.postings import service as postings
from tests.conftest import NOW, TEST_VAULT
from tests.dispatch.hall import ACT, CADRES, Hall, opened, put, settle

_RUNNING = {"running", "blocked"}
_numbers = count()


class Play:
    """One batch with what may be done to it; `number` chooses among people, posts, verdicts."""

    def __init__(self, database: Database) -> None:
        """Begin with a batch in its survey, of two townships that ask for two each."""
        self.database, self.now = database, NOW
        with database.transaction() as session:
            self.hall: Hall = settle(session, NOW)
            self.id: BatchId = opened(session, self.hall, NOW, places=2).id

    def press(self, what: str, number: int) -> None:
        """Do something, or be refused in words; a refusal leaves nothing half done."""
        before = self.look()
        refused = False
        try:
            with self.database.transaction() as session:
                DOINGS[what](self, session, number)
        except DjflowError:
            refused = True
        assert not refused or self.look() == before, what
        self.hold()

    def look(self) -> tuple[object, ...]:
        """Return everything that an act could change."""
        with self.database.reading() as session:
            return (
                service.require(session, self.id),
                service.candidates(session, self.id),
                service.demands(session, self.id),
                publicity.periods(session, self.id),
                postings.postings(session, batch=self.id, open_only=False),
            )

    def hold(self) -> None:
        """Look at what must always be so."""
        with self.database.reading() as session:
            batch = service.require(session, self.id)
            people = service.candidates(session, self.id)
            demands = {one.id: one for one in service.demands(session, self.id)}
            shown = [one for one in publicity.periods(session, self.id) if one.state in _SHOWN]
            sent = postings.postings(session, batch=self.id)
            approval = deciding.approval_of(session, self.id)
        there = Counter(one.demand for one in people if one.demand)
        assert all(there[key] <= demands[key].places for key in there)
        hanging = {one.candidate: one.state for one in shown}
        for one in people:
            assert (one.state in ON_THE_WAY | {CandidateState.PROPOSED}) == (one.demand is not None)
            wanted = _HANGS.get(one.state)
            assert hanging.get(one.id) == wanted, one.state
        asked = approval is not None and approval.state.value in _RUNNING
        assert asked == (batch.state is BatchState.DECIDING)
        cleared = {one.person for one in people if one.state is CandidateState.CLEARED}
        away = {one.new.person for one in sent}
        assert away == (cleared if batch.state in {BatchState.ACTIVE, BatchState.CLOSING} else set())

    def person(self, session: Session, number: int) -> Candidate:
        """Return one of the nominated."""
        found = sorted(service.candidates(session, self.id), key=lambda one: self.hall.code_of(one.person))
        if not found:
            raise DjflowError("还没有人选。")
        return found[number % len(found)]

    def demand(self, session: Session, number: int) -> Demand:
        """Return one of the demands."""
        found = service.demands(session, self.id)
        return found[number % len(found)]


_SHOWN = {PeriodState.OPEN, PeriodState.FROZEN}
_HANGS = {CandidateState.PUBLICISED: PeriodState.OPEN, CandidateState.HELD: PeriodState.FROZEN}
_Doing = Callable[[Play, Session, int], object]


def _nominate(play: Play, session: Session, number: int) -> None:
    codes = sorted(CADRES)
    put(session, play.hall, service.require(session, play.id), codes[number % len(codes)], now=play.now)


def _decide(play: Play, session: Session, number: int) -> None:
    case = deciding.approval_of(session, play.id)
    task = next((one for one in case.waiting if one.person), None) if case else None
    if case is None or task is None or task.person is None:
        return
    verdict = (Verdict.APPROVE, Verdict.APPROVE, Verdict.APPROVE, Verdict.RETURN_TO_APPLICANT, Verdict.REJECT)
    answer = Answer(task.person, verdict[number % len(verdict)], case.new.content_hash, "意见")
    desk = play.hall.desk
    outcome = approvals.decide(session, task.id, answer, office=desk.office, by=ACT, now=play.now)
    deciding.follow(session, outcome, desk, by=ACT, now=play.now)


def _object(play: Play, session: Session, number: int) -> None:
    periods = publicity.periods(session, play.id)
    if periods:
        new = NewObjection(f"第{number}件反映", Via.PAGE)
        publishing.object_to(session, periods[number % len(periods)].id, new, play.hall.desk, by="page", now=play.now)


def _settle(play: Play, session: Session, number: int) -> None:
    waiting = [one for one in publicity.objections(session, play.id) if one.waits]
    if waiting:
        key, upheld = waiting[number % len(waiting)].id, number % 2 == 0
        publishing.settle_objection(session, key, "已核实", play.hall.desk, upheld=upheld, by=ACT, now=play.now)


def _sweep(play: Play, session: Session, number: int) -> None:
    play.now += timedelta(days=number)
    for one in publicity.due(session, now=play.now):
        publishing.close_period(session, one.id, by=ACT, now=play.now)
    publishing.bring_forward(session, play.id, play.hall.desk, by=ACT, now=play.now)


def _submit(play: Play, session: Session, number: int) -> None:
    _ = number
    batch = service.require(session, play.id)
    deciding.submit(session, play.id, batch.round, play.hall.desk, by=ACT, now=play.now)


def _leave(play: Play, session: Session, number: int) -> None:
    key = play.person(session, number).id
    leaving.withdraw(session, play.id, key, "家里有事", play.hall.desk, who=Who.UNIT, by=ACT, now=play.now)


def _undemand(play: Play, session: Session, number: int) -> None:
    if number % 3 == 0:
        key = play.demand(session, number).id
        leaving.withdraw_demand(session, play.id, key, "不再需要", play.hall.desk, by=ACT, now=play.now)


def _end(play: Play, session: Session, number: int) -> None:
    if number % 7 == 0:
        publishing.cancel(session, play.id, "政策调整", play.hall.desk, by=ACT, now=play.now)


DOINGS: Mapping[str, _Doing] = {
    "grant": lambda p, s, _: service.grant(s, p.id, p.hall.desk, by=ACT, now=p.now),
    "call": lambda p, s, _: service.call(s, p.id, p.hall.desk, by=ACT, now=p.now),
    "nominate": _nominate,
    "close": lambda p, s, _: checking.close_nominations(s, p.id, p.hall.desk, by=ACT, now=p.now),
    "again": lambda p, s, _: service.ask_again(s, p.id, "人数不够", p.hall.desk, by=ACT, now=p.now),
    "propose": lambda p, s, _: proposing.propose(s, p.id, p.hall.desk, by=ACT, now=p.now),
    "submit": _submit,
    "take_back": lambda p, s, _: deciding.take_back(s, p.id, p.hall.desk, by=ACT, now=p.now),
    "decide": _decide,
    "post": lambda p, s, _: publishing.post(s, p.id, p.hall.desk, by=ACT, now=p.now),
    "go_on": lambda p, s, _: publishing.go_on(s, p.id, p.hall.desk, by=ACT, now=p.now),
    "activate": lambda p, s, _: publishing.activate(s, p.id, p.hall.desk, by=ACT, now=p.now),
    "object": _object,
    "settle": _settle,
    "leave": _leave,
    "undemand": _undemand,
    "sweep": _sweep,
    "end": _end,
}
_WAY = (
    "grant", "call", "nominate", "nominate", "nominate", "nominate", "close", "propose", "submit", "decide", "decide",
    "decide", "post", "object", "settle", "sweep", "sweep",
)  # fmt: skip
"""The straight way, into which everything else is thrown."""
_thrown = st.lists(
    st.tuples(st.integers(0, len(_WAY)), st.sampled_from(sorted(DOINGS)), st.integers(0, 12)), max_size=14
)


@given(thrown=_thrown, numbers=st.lists(st.integers(0, 12), min_size=len(_WAY), max_size=len(_WAY)))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_pressed_the_batch_stays_sound(
    sqlite_template: Path, tmp_path: Path, thrown: Sequence[tuple[int, str, int]], numbers: Sequence[int]
) -> None:
    """On its way with anything thrown in: posts are never overfilled, clocks and states agree, refusals change nothing.

    Approvers are asked exactly while the batch is with them, and exactly those cleared are sent.
    """
    path = tmp_path / f"house-{next(_numbers)}.db"
    shutil.copy(sqlite_template, path)
    engine = open_engine(sqlite_url(path))
    play = Play(Database(engine, TEST_VAULT))
    for place, what in enumerate(_WAY):
        for at, thrown_in, number in thrown:
            if at == place:
                play.press(thrown_in, number)
        play.press(what, numbers[place])
    engine.dispose()
    path.unlink()


def test_the_straight_way_sends_people(sqlite_template: Path, tmp_path: Path) -> None:
    """Without anything thrown in, the way ends with people sent: the test above does play something."""
    path = tmp_path / "house.db"
    shutil.copy(sqlite_template, path)
    engine = open_engine(sqlite_url(path))
    play = Play(Database(engine, TEST_VAULT))
    for what in (one for one in _WAY if one not in {"object", "settle"}):
        play.press(what, 12 if what == "sweep" else 0 if what != "nominate" else next(_numbers))
    with play.database.reading() as session:
        assert service.require(session, play.id).state is BatchState.ACTIVE
        assert postings.postings(session, batch=play.id)
    engine.dispose()
