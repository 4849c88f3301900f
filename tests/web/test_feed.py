"""A market's calendar and its QR code."""

from dataclasses import replace
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from icalendar import Calendar, Event

from djflow.roster.views import SessionState
from djflow.web.app import create_app
from djflow.web.public.feed import qr_code
from djflow.web.public.memory import MemoryBoardSource
from tests.web.conftest import CLOCK, Visitor
from tests.web.sample_board import DECEMBER


def events(visitor: Visitor, code: str) -> list[Event]:
    """Return the events of a market's feed."""
    calendar = Calendar.from_ical(visitor.text(f"/market/{code}.ics"))
    return [part for part in calendar.walk("VEVENT") if isinstance(part, Event)]


def test_feed_holds_the_market_s_sessions_in_shanghai_time(visitor: Visitor, source: MemoryBoardSource) -> None:
    """Each session is an event at its hours in Shanghai, at its place, with departments and office telephones."""
    mine = [one for one in source.boards[DECEMBER].sessions if one.market == "QH01"]
    found = events(visitor, "QH01")
    assert len(found) == len(mine) > 0
    start = found[0].start
    assert isinstance(start, datetime)
    assert start.astimezone(UTC) == datetime(mine[0].on.year, mine[0].on.month, mine[0].on.day, 0, 30, tzinfo=UTC)
    assert str(found[0]["location"]) == mine[0].place
    assert "区" in str(found[0]["description"])
    assert visitor.ask("/market/QH01.ics").headers["content-type"] == "text/calendar; charset=utf-8"
    assert "TZID:Asia/Shanghai" in visitor.text("/market/QH01.ics")


def test_events_keep_their_uid_and_count_versions(visitor: Visitor, source: MemoryBoardSource) -> None:
    """After an amendment the same session keeps its UID, with a higher sequence number."""
    before = events(visitor, "QH01")
    board = source.boards[DECEMBER]
    source.boards = {DECEMBER: replace(board, version=3)}
    source.number += 1
    after = events(visitor, "QH01")
    assert [str(one["uid"]) for one in before] == [str(one["uid"]) for one in after]
    assert len({str(one["uid"]) for one in after}) == len(after)
    assert {one.sequence for one in before} == {2}
    assert {one.sequence for one in after} == {3}


def test_a_cancelled_session_is_cancelled_in_the_calendar(visitor: Visitor, source: MemoryBoardSource) -> None:
    """A cancelled session stays in the feed as cancelled, with its reason."""
    gone = next(one for one in source.boards[DECEMBER].sessions if one.state is SessionState.CANCELLED)
    event = next(one for one in events(visitor, gone.market) if f"{gone.on:%Y%m%d}" in str(one["uid"]))
    assert str(event["status"]) == "CANCELLED"
    assert "（已取消）" in str(event["summary"])
    assert gone.note in str(event["description"])


def test_two_sessions_of_one_day_are_two_events(source: MemoryBoardSource) -> None:
    """A market served morning and afternoon has two events with different UIDs."""
    board = source.boards[DECEMBER]
    first = next(one for one in board.sessions if one.market == "QH01")
    source.boards = {DECEMBER: replace(board, sessions=(*board.sessions, first))}
    found = [str(one["uid"]) for one in events(Visitor(create_app(source, clock=CLOCK)), "QH01")]
    assert len(found) == len(set(found)) == 3


def test_no_person_is_named_in_the_calendar(visitor: Visitor, source: MemoryBoardSource) -> None:
    """The feed names departments, not the team leader: calendars are copied far and kept long."""
    text = visitor.text("/market/QH01.ics").replace("\r\n ", "")
    leaders = {one.leader[:3] for one in source.boards[DECEMBER].sessions if one.leader}
    assert not [leader for leader in leaders if leader in text]


def test_a_market_without_sessions_has_an_empty_calendar(visitor: Visitor) -> None:
    """A market that is not served yet has a calendar to subscribe to, without events."""
    assert events(visitor, "QH36") == []


def test_qr_code_is_a_picture_of_the_market_s_address(source: MemoryBoardSource) -> None:
    """The code holds the configured public address, else the address the visitor used."""
    named = Visitor(create_app(source, clock=CLOCK, public_url="https://board.example.cn/"))
    used = Visitor(create_app(source, clock=CLOCK))
    drawn = named.ask("/market/QH01/qr.svg")
    assert drawn.headers["content-type"] == "image/svg+xml"
    assert ET.fromstring(drawn.content).tag.endswith("svg")  # noqa: S314 - our own picture
    assert drawn.content == qr_code("https://board.example.cn/market/QH01")
    assert used.ask("/market/QH01/qr.svg").content == qr_code("http://board.test/market/QH01")


def test_a_forged_host_gets_no_qr_code(visitor: Visitor) -> None:
    """A host name that no browser would send is refused."""
    assert visitor.ask("/market/QH01/qr.svg", host="evil.test/<script>").status_code == 400
