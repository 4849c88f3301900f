"""What keeps the house in order: the record's proof, next year's holidays, the board."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text

from djflow.assembly import House, filing, upkeep
from djflow.assembly import roster as desk
from djflow.core.ids import PersonId
from djflow.core.spans import Month
from djflow.notify import service as notify
from djflow.people import service as people
from tests.assembly.test_roster import DECEMBER


@pytest.fixture
def published(house: House, ids: dict[str, PersonId]) -> desk.Published:
    """December, published on 18 November."""
    assert ids
    return desk.publish(house, desk.draft(house, DECEMBER, by="test").roster_id, by="test")


def test_a_broken_record_is_alarmed(house: House, published: desk.Published) -> None:
    """Whoever edits the record past its triggers is found, and the coordinator is told."""
    assert published.version == 1
    assert upkeep.verify_audit(house).intact
    drop = {
        "sqlite": "DROP TRIGGER audit_entry_no_update",
        "postgresql": "DROP TRIGGER audit_entry_guard ON audit_entry",
    }[house.database.engine.dialect.name]
    with house.database.engine.begin() as connection:
        connection.execute(text(drop))
        connection.execute(text("UPDATE audit_entry SET actor = 'x' WHERE seq = 3"))
    assert upkeep.verify_audit(house).broken_at == 3
    with house.reading() as session:
        assert "operator_alert" in [notice["kind"] for notice in notify.listing(session)]


@pytest.mark.parametrize(("on", "alarmed"), [(date(2026, 10, 31), False), (date(2026, 11, 1), True)])
def test_a_missing_holiday_file_is_alarmed_from_november(house: House, on: date, *, alarmed: bool) -> None:
    """Next year's file is missed from November on, not before."""
    watch = upkeep.holiday_watch(house, on)
    assert (watch.year, watch.present, watch.alarmed) == (2027, False, alarmed)


def test_the_board_shows_what_was_published(house: House, published: desk.Published) -> None:
    """The board has the month, its market days with the unknown market left out, and a new revision per version."""
    source = upkeep.board_source(house)
    board = source.board(DECEMBER)
    assert board is not None
    assert (board.version, len(board.sessions), source.months()) == (published.version, 3, (DECEMBER,))
    assert {day.market for day in board.market_days} == {"DACANG", "LONGJIE"}
    assert [market.rule for market in source.markets()] == ["公历逢1、5、8", "星期六", None]
    assert source.board(Month(2027, 5)) is None
    before = source.revision()
    desk.declare_closure(house, "DACANG", DECEMBER.span, notice="整修市场", by="test")
    assert source.revision() > before
    assert {day.closed for day in source.market_days(DECEMBER) if day.market == "DACANG"} == {"整修市场"}


def test_no_name_reaches_the_public_or_prefect(house: House, published: desk.Published) -> None:
    """Board and review hold no name but the leaders'; telephone numbers are the offices'."""
    with house.reading() as session:
        names = [card.name for card in people.cadres(session) if not card.is_leader]
    board = repr(upkeep.board_source(house).board(DECEMBER))
    review = desk.review_markdown(house, published.roster_id)
    assert not [name for name in names if name in board or name in review]


def test_the_files_are_made_on_demand(house: House, published: desk.Published) -> None:
    """Coordinators fetch Excel, pictures, calendars and the notice; an unknown name gives nothing."""
    source = upkeep.file_source(house)
    for name, head in (("赶场值班表.xlsx", b"PK"), ("值班均衡.png", b"\x89PNG"), ("个人日历.zip", b"PK")):
        content = source.file("roster", published.roster_id, name)
        assert content is not None
        assert content.startswith(head)
    assert source.file("roster", published.roster_id, "别的.xlsx") is None
    assert source.file("roster", "0" * 32, "赶场值班表.xlsx") is None
    assert source.file("other", published.roster_id, "赶场值班表.xlsx") is None


def test_links_open_only_with_the_house_key(house: House, published: desk.Published) -> None:
    """Links of a draft carry no public notice; those of a version do; another house's key does not open them."""
    labels = set(filing.links(house, published.roster_id))
    assert {"赶场值班表", "个人日历", "值班均衡", "值班热力图", "赶场服务公示", "公示网页"} == labels
    other = replace(house.vault, pepper=bytes(32))
    assert other.derived("file-links") != upkeep.link_key(house)
