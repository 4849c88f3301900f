"""A batch from its publicity to its end: clocks, objections, replacements, sending, closing, cancelling."""

from datetime import date, datetime, timedelta

import pytest

from djflow.core.errors import ConflictError, InputError, RuleError
from djflow.core.spans import DateSpan
from djflow.db.session import Database
from djflow.dispatch.batches import deciding, leaving, publishing, service
from djflow.dispatch.batches.model import BatchState, CandidateState, Who
from djflow.dispatch.batches.publicity import service as publicity
from djflow.dispatch.batches.publicity.model import NewObjection, ObjectionState, PeriodState, Via
from djflow.dispatch.postings import service as postings
from djflow.dispatch.postings.model import NewPosting
from djflow.inbox import service as inbox
from djflow.inbox.model import ItemKind
from tests.dispatch.hall import ACT, FIRST, Hall, called, decided, hung, put, settle, states, vote

PAGE = NewObjection("他去年受过处理", Via.PAGE)


@pytest.fixture
def hall(database: Database, now: datetime) -> Hall:
    """A small district."""
    with database.transaction() as session:
        return settle(session, now)


def _later(now: datetime, days: int) -> datetime:
    return now + timedelta(days=days)


def test_names_hang_five_workdays_and_people_are_sent(database: Database, hall: Hall, now: datetime) -> None:
    """On the sixth workday names come down, everybody is cleared, and each has one posting, however often it runs."""
    with database.transaction() as session:
        batch = hung(session, hall, now)
        assert publishing.post(session, batch.id, hall.desk, by=ACT, now=now).state is BatchState.PUBLICITY
        periods = publicity.periods(session, batch.id)
        assert {one.ends_on for one in periods} == {date(2026, 11, 25)}
        last_day = datetime.fromisoformat("2026-11-25T23:59+08:00")
        after = datetime.fromisoformat("2026-11-26T00:10+08:00")
        assert not any(publishing.close_period(session, one.id, by=ACT, now=last_day) for one in periods)
        assert all(publishing.close_period(session, one.id, by=ACT, now=after) for one in periods)
        assert not any(publishing.close_period(session, one.id, by=ACT, now=after) for one in periods)
        assert publishing.bring_forward(session, batch.id, hall.desk, by=ACT, now=after)
        assert not publishing.bring_forward(session, batch.id, hall.desk, by=ACT, now=after)
        sent = postings.postings(session, batch=batch.id)
        chosen = {one.person for one in service.candidates(session, batch.id) if one.state is CandidateState.CLEARED}
    assert {one.new.person for one in sent} == chosen
    assert len(sent) == 2
    assert {one.span.first for one in sent} == {FIRST}


def test_an_objection_stops_one_name_only(database: Database, hall: Hall, now: datetime) -> None:
    """The name objected to stands still, the other runs on; dismissed, the rest is counted from that day on."""
    with database.transaction() as session:
        batch = hung(session, hall, now)
        one, other = publicity.periods(session, batch.id)
        heard = publishing.object_to(session, one.id, PAGE, hall.desk, by="page", now=_later(now, 2))
        again = publishing.object_to(session, one.id, PAGE, hall.desk, by="page", now=_later(now, 2))
        assert heard == again
        assert sorted(states(session, hall, batch.id).values()) == ["held", "publicised", "reserve", "reserve"]
        after = datetime.fromisoformat("2026-11-26T00:10+08:00")
        assert publishing.close_period(session, other.id, by=ACT, now=after)
        assert not publishing.close_period(session, one.id, by=ACT, now=after)
        assert not publishing.bring_forward(session, batch.id, hall.desk, by=ACT, now=after)
        with pytest.raises(InputError):
            publishing.settle_objection(session, heard.id, " ", hall.desk, upheld=False, by="k1", now=after)
        publishing.settle_objection(session, heard.id, "查无此事", hall.desk, upheld=False, by="k1", now=after)
        with pytest.raises(ConflictError):
            publishing.settle_objection(session, heard.id, "再查", hall.desk, upheld=True, by="k2", now=after)
        resumed = publicity.period(session, one.id)
        # One whole workday had hung before the objection; four are left, counted from the day after.
        assert (resumed.state, resumed.remaining, resumed.ends_on) == (PeriodState.OPEN, 4, date(2026, 12, 2))
        done = datetime.fromisoformat("2026-12-03T00:10+08:00")
        assert publishing.close_period(session, one.id, by=ACT, now=done)
        assert publishing.bring_forward(session, batch.id, hall.desk, by=ACT, now=done)
        assert service.require(session, batch.id).state is BatchState.ACTIVE


def test_an_upheld_objection_drops_and_replaces(database: Database, hall: Hall, now: datetime) -> None:
    """Upheld, somebody is dropped, the next best is proposed, decided and hangs the whole time; the other runs on."""
    with database.transaction() as session:
        batch = hung(session, hall, now)
        one, other = publicity.periods(session, batch.id)
        heard = publishing.object_to(session, one.id, PAGE, hall.desk, by="page", now=now)
        day = _later(now, 1)
        left = publishing.settle_objection(session, heard.id, "属实", hall.desk, upheld=True, by="k1", now=day)
        assert left.state is CandidateState.DROPPED
        found = service.require(session, batch.id)
        assert found.state is BatchState.PROPOSED
        assert sorted(states(session, hall, batch.id).values()) == ["dropped", "proposed", "publicised", "reserve"]
        deciding.submit(session, batch.id, found.round, hall.desk, by=ACT, now=day)
        for code in ("K1", "P1", "M1"):
            vote(session, hall, batch.id, code, day)
        after = datetime.fromisoformat("2026-11-26T00:10+08:00")
        assert publishing.close_period(session, other.id, by=ACT, now=after)
        publishing.post(session, batch.id, hall.desk, by=ACT, now=after)
        (new,) = [o for o in publicity.periods(session, batch.id) if o.state is PeriodState.OPEN]
        assert (new.posted_on, new.ends_on) == (date(2026, 11, 26), date(2026, 12, 3))
        done = datetime.fromisoformat("2026-12-04T00:10+08:00")
        assert publishing.close_period(session, new.id, by=ACT, now=done)
        assert publishing.bring_forward(session, batch.id, hall.desk, by=ACT, now=done)
        assert len(postings.postings(session, batch=batch.id)) == 2


def test_who_steps_back_while_the_name_hangs_is_replaced(database: Database, hall: Hall, now: datetime) -> None:
    """The name comes down at once and the next best is proposed; without a next best the batch goes on."""
    with database.transaction() as session:
        batch = hung(session, hall, now, "A1", "B1", "B2")
        gone, stays = [one for one in service.candidates(session, batch.id) if one.demand]
        leaving.withdraw(session, batch.id, gone.id, "身体原因", hall.desk, who=Who.PERSON, by=ACT, now=now)
        again = leaving.withdraw(session, batch.id, gone.id, "", hall.desk, who=Who.PERSON, by=ACT, now=now)
        assert again.state is CandidateState.WITHDRAWN
        assert len(publicity.shown(session)) == 1
        assert service.require(session, batch.id).state is BatchState.PROPOSED
        publishing.go_on(session, batch.id, hall.desk, by=ACT, now=now)
        assert service.require(session, batch.id).state is BatchState.PUBLICITY
        for one in service.candidates(session, batch.id):
            if one.state is CandidateState.RESERVE:
                leaving.drop(session, batch.id, one.id, "另有任务", hall.desk, by=ACT, now=now)
        leaving.withdraw(session, batch.id, stays.id, "身体原因", hall.desk, who=Who.PERSON, by=ACT, now=now)
        assert service.require(session, batch.id).state is BatchState.PUBLICITY
        with pytest.raises(RuleError, match="没有可以派出"):
            publishing.activate(session, batch.id, hall.desk, by=ACT, now=now)


def test_a_late_objection_stops_nothing(database: Database, hall: Hall, now: datetime) -> None:
    """After the last day an objection is kept and answered, but stops nothing; a letter that came in time does."""
    with database.transaction() as session:
        batch = hung(session, hall, now)
        one, other = publicity.periods(session, batch.id)
        after = datetime.fromisoformat("2026-11-26T09:00+08:00")
        publishing.close_period(session, one.id, by=ACT, now=after)
        late = publishing.object_to(session, one.id, PAGE, hall.desk, by="page", now=after)
        assert late.state is ObjectionState.LATE
        received = datetime.fromisoformat("2026-11-25T16:00+08:00")
        letter = NewObjection("来信反映", Via.HAND, received_at=received)
        heard = publishing.object_to(session, one.id, letter, hall.desk, by="k1", now=after)
        assert heard.state is ObjectionState.OPEN
        assert "held" in states(session, hall, batch.id).values()
        with pytest.raises(RuleError, match="代登记"):
            publishing.settle_objection(session, heard.id, "不属实", hall.desk, upheld=False, by="k1", now=after)
        assert publicity.period(session, other.id).state is PeriodState.OPEN


def test_somebody_posted_meanwhile_keeps_the_batch_from_sending(database: Database, hall: Hall, now: datetime) -> None:
    """Who was sent elsewhere meanwhile is named as the reason, and nobody is sent by half."""
    after = datetime.fromisoformat("2026-11-26T00:10+08:00")
    with database.transaction() as session:
        batch = hung(session, hall, now)
        for period in publicity.periods(session, batch.id):
            publishing.close_period(session, period.id, by=ACT, now=after)
        first, *_ = [one for one in service.candidates(session, batch.id) if one.demand]
        new = NewPosting(
            "other", "b0", batch.kind, 1, first.person, first.unit, hall.units["T1"], "队员",
            DateSpan(FIRST, date(2027, 12, 31)),
        )  # fmt: skip
        postings.appoint(session, new, terms=hall.desk.terms, by=ACT, now=after)
    with pytest.raises(ConflictError, match="两个批次"), database.transaction() as session:
        publishing.bring_forward(session, batch.id, hall.desk, by=ACT, now=after)
    with database.transaction() as session:
        assert service.require(session, batch.id).state is BatchState.PUBLICITY
        assert postings.postings(session, batch=batch.id) == ()


def test_a_batch_closes_when_everybody_is_back(database: Database, hall: Hall, now: datetime) -> None:
    """Nobody is cancelled while away; when all postings have ended the closing begins; archived, it closes."""
    after = datetime.fromisoformat("2026-11-26T00:10+08:00")
    start = datetime.fromisoformat("2027-01-05T09:00+08:00")
    with database.transaction() as session:
        batch = hung(session, hall, now)
        for period in publicity.periods(session, batch.id):
            publishing.close_period(session, period.id, by=ACT, now=after)
        publishing.bring_forward(session, batch.id, hall.desk, by=ACT, now=after)
        with pytest.raises(RuleError, match="2 人在派"):
            publishing.cancel(session, batch.id, "不办了", hall.desk, by=ACT, now=after)
        first, *_ = [one for one in service.candidates(session, batch.id) if one.demand]
        with pytest.raises(ConflictError, match="已经派出"):
            leaving.drop(session, batch.id, first.id, "不派了", hall.desk, by=ACT, now=after)
        assert not publishing.bring_forward(session, batch.id, hall.desk, by=ACT, now=start)
        for posting in postings.postings(session, batch=batch.id):
            postings.cancel(session, posting.id, "未成行", terms=hall.desk.terms, by=ACT, now=start)
        assert publishing.bring_forward(session, batch.id, hall.desk, by=ACT, now=start)
        closed = publishing.archive(session, batch.id, hall.desk, by=ACT, now=start)
        assert closed.state is BatchState.CLOSED


@pytest.mark.parametrize("way", [called, decided, hung])
def test_a_batch_is_cancelled_from_anywhere(database: Database, hall: Hall, now: datetime, way: object) -> None:
    """Cancelled with a reason, its approval, names and boxes end; twice is once."""
    with database.transaction() as session:
        batch = way(session, hall, now)  # type: ignore[operator] # one of the ways above
        if way is called:
            put(session, hall, batch, "A1", now=now)
        with pytest.raises(InputError):
            publishing.cancel(session, batch.id, "", hall.desk, by=ACT, now=now)
        first = publishing.cancel(session, batch.id, "政策调整", hall.desk, by=ACT, now=now)
        assert publishing.cancel(session, batch.id, "", hall.desk, by=ACT, now=now) == first
        assert first.state is BatchState.CANCELLED
        assert set(states(session, hall, batch.id).values()) == {"dropped"}
        assert publicity.shown(session) == ()
        waiting = inbox.raised(session, [ItemKind.BATCH_DEMAND, ItemKind.BATCH_NOMINATE, ItemKind.BATCH_WORK])
        assert waiting == frozenset()
