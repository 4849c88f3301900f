"""Tables of a batch in Excel: taken whole or not at all, every bad row listed with its column."""

from datetime import datetime
from pathlib import Path

import pytest

from djflow.core.errors import ConflictError
from djflow.db.session import Database
from djflow.dispatch.batches import service
from djflow.dispatch.batches.tabular import (
    DemandRow,
    NominationRow,
    demands_form,
    import_demands,
    import_nominations,
    nominations_form,
)
from djflow.people.excel.intake import Importer
from djflow.people.excel.outgo import write_table
from tests.dispatch.hall import ACT, Hall, called, opened, put, settle, states


@pytest.fixture
def hall(database: Database, now: datetime) -> Hall:
    """A small district."""
    with database.transaction() as session:
        return settle(session, now)


def test_bad_nominations_are_all_listed_and_none_is_taken(
    database: Database, hall: Hall, now: datetime, tmp_path: Path
) -> None:
    """Unknown person, unknown unit, unknown wish, twice, another unit's person: each row says what is wrong."""
    path = tmp_path / "n.xlsx"
    rows = [
        NominationRow("A1", "D1"),
        NominationRow("X9", "D1"),
        NominationRow("A2", "D9"),
        NominationRow("A3", "D1", frozenset({"T9"})),
        NominationRow("A1", "D1"),
        NominationRow("B1", "D1"),
    ]
    write_table(path, nominations_form(), rows, "推荐人选表")
    with database.transaction() as session:
        batch = called(session, hall, now)
        report = import_nominations(session, batch.id, path, Importer(ACT, now))
        assert [(one.row, one.column) for one in report.rejected] == [
            (5, "工号"), (6, "单位编码"), (7, "意向单位编码"), (8, "工号"), (9, "工号"),
        ]  # fmt: skip
        assert (report.created, service.candidates(session, batch.id)) == (0, ())


def test_a_table_of_nominations_twice_is_once(database: Database, hall: Hall, now: datetime, tmp_path: Path) -> None:
    """A good table is taken, judged only when asked, and again it changes nothing; a unit speaks for itself alone."""
    path = tmp_path / "n.xlsx"
    rows = [NominationRow("A1", "D1", frozenset({"T1"}), volunteers=True), NominationRow("B1", "D2", himself=True)]
    write_table(path, nominations_form(), rows, "推荐人选表")
    with database.transaction() as session:
        batch = called(session, hall, now)
        judged = import_nominations(session, batch.id, path, Importer(ACT, now, dry_run=True))
        assert (judged.created, service.candidates(session, batch.id)) == (2, ())
        foreign = import_nominations(session, batch.id, path, Importer(ACT, now), only=hall.units["D1"])
        assert [one.row for one in foreign.rejected] == [5]
        first = import_nominations(session, batch.id, path, Importer(ACT, now))
        again = import_nominations(session, batch.id, path, Importer(ACT, now))
        assert (first.created, again.created, again.unchanged) == (2, 0, 2)
        assert states(session, hall, batch.id) == {"A1": "nominated", "B1": "nominated"}
        kept = {hall.code_of(one.person): one for one in service.candidates(session, batch.id)}
    assert (kept["A1"].wishes, kept["A1"].volunteers) == ((hall.units["T1"],), True)
    assert kept["B1"].himself


def test_a_table_of_demands_is_taken_whole(database: Database, hall: Hall, now: datetime, tmp_path: Path) -> None:
    """An unknown unit keeps the whole table out; mended, it adds and corrects; after the quota nothing is taken."""
    path = tmp_path / "d.xlsx"
    with database.transaction() as session:
        batch = opened(session, hall, now)
        write_table(path, demands_form(), [DemandRow("T1", "驻村队员", 3), DemandRow("T9", "队员", 1)], "选派需求表")
        refused = import_demands(session, batch.id, path, hall.desk, Importer(ACT, now))
        assert [(one.row, one.column) for one in refused.rejected] == [(5, "接收单位编码")]
        assert [one.new.places for one in service.demands(session, batch.id)] == [1, 1]
        rows = [DemandRow("T1", "驻村队员", 3), DemandRow("T2", "农技员", 2, "农业技术", women=1)]
        write_table(path, demands_form(), rows, "选派需求表")
        report = import_demands(session, batch.id, path, hall.desk, Importer(ACT, now))
        assert (report.created, report.updated, report.unchanged) == (1, 1, 0)
        assert sorted(one.new.places for one in service.demands(session, batch.id)) == [1, 2, 3]
        service.grant(session, batch.id, hall.desk, by=ACT, now=now)
        with pytest.raises(ConflictError, match="不再收需求"):
            import_demands(session, batch.id, path, hall.desk, Importer(ACT, now))


def test_a_closed_call_takes_no_table(database: Database, hall: Hall, now: datetime, tmp_path: Path) -> None:
    """Before the call nothing is nominated, by table or by form."""
    path = tmp_path / "n.xlsx"
    write_table(path, nominations_form(), [NominationRow("A1", "D1")], "推荐人选表")
    with database.transaction() as session:
        batch = opened(session, hall, now)
        with pytest.raises(ConflictError, match="不收推荐"):
            import_nominations(session, batch.id, path, Importer(ACT, now))
        with pytest.raises(ConflictError):
            put(session, hall, batch, "A1", now=now)
