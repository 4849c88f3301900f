"""Every kind of batch goes its way by the rules the office laid down for it."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from djflow.assembly import House, dispatch_batches
from djflow.dispatch.batches import checking, nominating, service
from djflow.dispatch.batches.desk import Desk
from djflow.dispatch.batches.model import Batch, BatchState, NewBatch, NewDemand, Nomination
from djflow.dispatch.policy.model import KIND_WORDS, BatchKind
from djflow.people import service as people
from djflow.people.model import UnitKind
from tests.web.desk.batch_office import open_district, staffed

FIRST = date(2027, 3, 1)


@pytest.fixture
def district(tmp_path: Path) -> Iterator[House]:
    """The demonstration district, and who decides in it."""
    house = open_district(tmp_path / "home")
    staffed(house)
    yield house
    house.database.engine.dispose()


def collected(house: House, kind: BatchKind) -> Batch:
    """Open a batch of a kind with one post, let a unit of the right sort nominate two, and end the nominations."""
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
        free = [new for new in news if not nominating.refusals(session, service.require(session, batch.id), [new])]
        nominating.nominate(session, batch.id, free[:2], by="test", now=now)
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
