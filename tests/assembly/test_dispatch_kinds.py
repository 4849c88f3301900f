"""Every kind of batch goes its way by the rules the office laid down for it."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from djflow.assembly import House, dispatch_batches
from djflow.core.clock import FixedClock
from djflow.core.ids import PersonId
from djflow.core.spans import DateSpan
from djflow.dispatch.batches import checking, nominating, publishing, service
from djflow.dispatch.batches.desk import Desk
from djflow.dispatch.batches.model import Batch, BatchState, NewBatch, NewDemand, Nomination
from djflow.dispatch.policy.model import KIND_WORDS, BatchKind
from djflow.dispatch.postings import service as postings
from djflow.dispatch.reserve import service as reserve
from djflow.dispatch.reserve.model import MemberState
from djflow.notify import service as notify
from djflow.people import service as people
from djflow.people.model import UnitKind
from tests.web.desk.batch_office import decide, open_district, staffed, the_batch

FIRST = date(2027, 3, 1)


@pytest.fixture
def district(tmp_path: Path) -> Iterator[House]:
    """The demonstration district, and who decides in it."""
    house = open_district(tmp_path / "home")
    staffed(house)
    yield house
    house.database.engine.dispose()


def collected(house: House, kind: BatchKind, known: Collection[PersonId] = ()) -> Batch:
    """Open a batch of a kind with one post, let units nominate two, or all `known` ones, and end the nominations."""
    batch = dispatch_batches.create(house, NewBatch(kind, f"{KIND_WORDS[kind]}一批", FIRST, seed=1), by="test")

    def fill(session: Session, desk: Desk, now: datetime) -> None:
        units = {unit.id: unit for unit in people.units(session)}
        sorts = {UnitKind.DISTRICT_UNIT, UnitKind.TOWNSHIP}
        host = next(one for one in units.values() if one.entry.kind is UnitKind.DISTRICT_UNIT)
        if kind is not BatchKind.UPWARD:
            host = next(one for one in units.values() if one.entry.kind is UnitKind.TOWNSHIP)
        service.put_demand(session, batch.id, NewDemand(host.id, "岗位", 2), desk, by="test", now=now)
        service.grant(session, batch.id, desk, by="test", now=now)
        service.call(session, batch.id, desk, by="test", now=now)
        invited = {one.unit for one in service.shares(session, batch.id) if one.quota}
        assert {units[unit].entry.kind for unit in invited} <= sorts
        news = [(card.unit_id, Nomination(card.id)) for card in people.cadres(session) if card.unit_id in invited]
        if known:
            cards = people.people_by_ids(session, known).values()
            invited = {one.unit for one in service.shares(session, batch.id) if one.most}
            news = [(card.unit_id, Nomination(card.id)) for card in cards if card.unit_id in invited]
        free = [new for new in news if not nominating.refusals(session, service.require(session, batch.id), [new])]
        nominating.nominate(session, batch.id, free if known else free[:2], by="test", now=now)
        assert checking.close_nominations(session, batch.id, desk, by="test", now=now).state is BatchState.CHECKING

    dispatch_batches.act(house, fill)
    return batch


@pytest.mark.parametrize("kind", list(BatchKind))
def test_every_kind_is_called_checked_and_judged(district: House, kind: BatchKind) -> None:
    """Under the configured rules each kind calls, collects, and gives everybody a verdict by every one of its rules."""
    batch = collected(district, kind)
    policy = district.settings.dispatch.terms(district.settings.calendar).valid(kind, district.today())
    assert policy is not None
    with district.reading() as session:
        people_in = service.candidates(session, batch.id)
        found = checking.findings_of(session, people_in)
    assert len(people_in) == 2
    for findings in found.values():
        judged = {one.found.rule for one in findings}
        assert {rule.kind for rule in policy.rules} >= judged
        assert len(judged) >= len(policy.rules) - 3
        assert all(one.found.basis for one in findings)


def sent(house: House, kind: BatchKind) -> tuple[House, Batch]:
    """Bring a batch of a kind through proposal, decision and publicity; return the house on the day it goes.

    The people whose profiles are complete are those of the demonstration's batch, which is cancelled for it.
    """
    first = the_batch(house)
    with house.reading() as session:
        known = {one.person for one in service.candidates(session, first.id)}
    dispatch_batches.cancel(house, first.id, "换一批", by="test")
    batch = collected(house, kind, known)
    with house.reading() as session:
        waiting = checking.findings_of(session, service.candidates(session, batch.id))
    for one in (finding for found in waiting.values() for finding in found if finding.waits):
        dispatch_batches.act(
            house,
            lambda session, _desk, now, key=one.id: checking.settle(  # type: ignore[misc] # the default binds the loop
                session, batch.id, key, "看过材料", passes=True, by="test", now=now
            ),
        )
    ready = dispatch_batches.propose(house, batch.id, by="test")
    dispatch_batches.submit(house, batch.id, ready.round, by="test")
    decide(house, batch)
    dispatch_batches.act(house, lambda session, desk, now: publishing.post(session, batch.id, desk, by="test", now=now))
    later = replace(house, clock=FixedClock(datetime.fromisoformat("2026-12-01T00:13+08:00")))
    assert dispatch_batches.sweep(later, by="schedule").moved == 1
    return later, batch


def test_a_batch_of_the_reserve_puts_people_on_the_list(district: House) -> None:
    """Nobody is posted; everybody cleared stands on the list, is due in a year, told once, however often it runs."""
    later, batch = sent(district, BatchKind.RESERVE)
    dispatch_batches.sweep(later, by="schedule")
    with later.reading() as session:
        listed = reserve.listing(session)
        cleared = [one.person for one in service.candidates(session, batch.id) if one.demand]
        assert postings.postings(session, batch=batch.id, open_only=False) == ()
        told = [row for row in notify.listing(session) if row["kind"] == "reserve_outcome"]
    assert cleared
    assert sorted(one.person for one in listed) == sorted(cleared)
    assert {one.state for one in listed} == {MemberState.LISTED}
    assert {one.review_on for one in listed} == {date(2027, 12, 1)}
    assert len(told) == len(cleared)


def test_a_batch_of_the_task_force_sends_for_three_months(district: House) -> None:
    """Three months of absence stand in the house, and no day more."""
    later, batch = sent(district, BatchKind.TASKFORCE)
    with later.reading() as session:
        gone = postings.postings(session, batch=batch.id)
        away = people.unavailable_days(session, DateSpan(FIRST, date(2027, 7, 1)))
    assert gone
    for one in gone:
        assert one.span.last <= date(2027, 6, 1)
        assert max(away[one.new.person]) == one.span.last
