"""The door to batches: the sweep heals what a stop left behind, one batch in trouble stops no other, codes only."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from djflow.assembly import House, dispatch_batches
from djflow.assembly.dispatch_batches import Pair
from djflow.assembly.dispatch_batches_board import board, object_to
from djflow.assembly.relief_board import Words
from djflow.core.clock import FixedClock
from djflow.core.errors import NotFoundError
from djflow.dispatch.batches import publishing, service
from djflow.dispatch.batches.model import BatchState
from djflow.dispatch.batches.publicity import service as publicity
from djflow.dispatch.postings import service as postings
from djflow.people import service as people
from tests.web.desk.batch_office import hang, open_district, settle_all, staffed, the_batch


@pytest.fixture
def district(tmp_path: Path) -> Iterator[House]:
    """The demonstration district with a batch in its check, and who decides about it."""
    house = open_district(tmp_path / "home")
    staffed(house)
    yield house
    house.database.engine.dispose()


def at(house: House, moment: str) -> House:
    """Return the house at another moment."""
    return replace(house, clock=FixedClock(datetime.fromisoformat(f"{moment}+08:00")))


def test_the_sweep_ends_names_and_sends_people_once(district: House) -> None:
    """After the last day one sweep ends every name and sends everybody; a second one finds nothing."""
    hang(district)
    later = at(district, "2026-11-26T00:13")
    first = dispatch_batches.sweep(later, by="schedule")
    assert (first.ended, first.moved, first.blocked) == (6, 1, ())
    assert dispatch_batches.sweep(later, by="schedule") == dispatch_batches.Swept(0, 0, 0, ())
    with district.reading() as session:
        assert len(postings.postings(session, batch=the_batch(district).id)) == 6


def test_what_a_stop_left_behind_is_found_again(district: House) -> None:
    """Stopped after the names were ended and before anybody was sent, the next sweep sends them."""
    hang(district)
    later = at(district, "2026-11-26T00:13")
    with district.reading() as session:
        due = publicity.due(session, now=later.now())
    for one in due:
        dispatch_batches.act(
            later,
            lambda session, _desk, now, key=one.id: publishing.close_period(  # type: ignore[misc] # the default binds the loop
                session, key, by="schedule", now=now
            ),
        )
    assert the_batch(district).state is BatchState.PUBLICITY
    assert dispatch_batches.sweep(later, by="schedule").moved == 1
    assert the_batch(district).state is BatchState.ACTIVE


def test_a_batch_in_trouble_stops_no_other(district: House) -> None:
    """A host closed after the decision keeps its batch from going, is said, and nobody is sent by half."""
    hang(district)
    batch = the_batch(district)
    with district.transaction() as session:
        host = service.demands(session, batch.id)[0].new.unit
        unit = next(one for one in people.units(session) if one.id == host)
        people.put_units(session, [replace(unit.entry, active=False)], by="test", now=district.now())
    found = dispatch_batches.sweep(at(district, "2026-11-26T00:13"), by="schedule")
    assert found.moved == 0
    assert len(found.blocked) == 1
    assert batch.title in found.blocked[0]
    assert "停用" in found.blocked[0]
    with district.reading() as session:
        assert postings.postings(session, batch=batch.id) == ()


def test_prefect_sees_codes_and_no_names(district: House) -> None:
    """Tables and text that leave for Prefect hold person codes, never a name; pins are given by code and number."""
    settle_all(district)
    batch = dispatch_batches.propose(district, the_batch(district).id, by="test")
    with district.reading() as session:
        cards = people.people_by_ids(session, [one.person for one in service.candidates(session, batch.id)])
    shown = str(
        (
            dispatch_batches.demand_rows(district, batch.id),
            dispatch_batches.proposal_rows(district, batch.id),
            dispatch_batches.review_markdown(district, batch.id),
            dispatch_batches.board_rows(district),
        )
    )
    assert all(card.code in shown for card in cards.values())
    assert not any(card.name in shown for card in cards.values())
    code = min(card.code for card in cards.values())
    assert dispatch_batches.pin_numbered(district, batch.id, Pair(code, 2), by="test")
    with pytest.raises(NotFoundError, match="序号为 9"):
        dispatch_batches.pin_numbered(district, batch.id, Pair(code, 9), by="test")
    with pytest.raises(NotFoundError):
        dispatch_batches.pin_numbered(district, batch.id, Pair("X999", 1), by="test")


def test_the_board_masks_names_where_the_office_wants_it(district: House) -> None:
    """Names hang whole or masked as configured; an objection from the page gets a receipt and stops one name."""
    hang(district)
    (sheet,) = board(district).sheets
    assert len(sheet.lines) == 6
    assert not any("*" in line.name for line in sheet.lines)
    table = district.settings.dispatch
    masked = table.model_copy(update={"publicity": table.publicity.model_copy(update={"mask_names": True})})
    hidden = replace(district, settings=replace(district.settings, dispatch=masked))
    assert all("*" in line.name for line in board(hidden).sheets[0].lines)
    heard = object_to(district, sheet.lines[0].period, Words("他没有驻过村"))
    assert heard.in_time
    assert [line.frozen for line in board(district).sheets[0].lines].count(True) == 1
    assert board(at(district, "2026-11-26T00:01")).sheets[0].lines[0].frozen
