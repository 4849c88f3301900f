"""A market's calendar feed and its QR code.

An event keeps its UID from version to version; SEQUENCE is the version of the published month, so that a telephone
that subscribed replaces what changed and strikes what was cancelled. Source: RFC 5545 sections 3.8.4.7 and 3.8.7.4.
"""

import io
from datetime import date, datetime

import segno
from icalendar import Calendar, Event, Timezone

from djflow.core.clock import CIVIL_ZONE
from djflow.roster.views import Board, BoardMarket, BoardSession, SessionState
from djflow.web.public.catalog import Catalog
from djflow.web.words import listed

ZONE_FROM = date(1992, 1, 1)  # the last summer time in China ended in 1991


def market_feed(catalog: Catalog, market: BoardMarket) -> bytes:
    """Return the iCalendar feed of a market's sessions from last month on, cancelled ones marked so."""
    calendar = Calendar()
    calendar.add("prodid", "-//djflow//赶场便民服务//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", f"{market.name}赶场便民服务")
    calendar.add("x-wr-timezone", "Asia/Shanghai")
    calendar.add("refresh-interval;value=duration", "PT6H")
    zone = Timezone.from_tzid("Asia/Shanghai", first_date=ZONE_FROM, last_date=date(2100, 12, 31))
    zone.pop("COMMENT", None)
    calendar.add_component(zone)
    for month in catalog.months:
        board = catalog.board(month) if month >= catalog.this_month.preceding else None
        if board is not None:
            for event in _events(catalog, board, market):
                calendar.add_component(event)
    return bytes(calendar.to_ical())


def _events(catalog: Catalog, board: Board, market: BoardMarket) -> list[Event]:
    events = list[Event]()
    seen: dict[date, int] = {}
    for session in board.sessions:
        if session.market == market.code:
            seen[session.on] = seen.get(session.on, 0) + 1
            events.append(_event(catalog, board, market, session, seen[session.on]))
    return events


def _event(catalog: Catalog, board: Board, market: BoardMarket, session: BoardSession, nth: int) -> Event:
    cancelled = session.state is SessionState.CANCELLED
    event = Event()
    suffix = f"-{nth}" if nth > 1 else ""
    event.add("uid", f"{market.code}-{session.on:%Y%m%d}{suffix}@board.djflow")
    event.add("sequence", board.version)
    event.add("dtstamp", board.published_at)
    event.add("last-modified", board.published_at)
    event.add("dtstart", datetime.combine(session.on, session.start, CIVIL_ZONE))
    event.add("dtend", datetime.combine(session.on, session.end, CIVIL_ZONE))
    event.add("summary", f"{'（已取消）' if cancelled else ''}{market.name}赶场便民服务")
    event.add("location", session.place)
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    event.add("description", _description(catalog, market, session))
    return event


def _description(catalog: Catalog, market: BoardMarket, session: BoardSession) -> str:
    lines = [session.note] if session.note else []
    if session.state is SessionState.PLANNED:
        lines += [f"参加单位：{listed(session.units) or '待定'}", f"服务内容：{listed(session.services) or '待定'}"]
    if market.town_phone:
        lines.append(f"咨询电话：{market.town_phone}")
    if catalog.names.supervision_phone:
        lines.append(f"监督电话：{catalog.names.supervision_phone}")
    return "\n".join(lines)


def qr_code(address: str) -> bytes:
    """Return an SVG picture of the QR code of `address` with its quiet zone."""
    target = io.BytesIO()
    segno.make(address, error="m", micro=False).save(target, kind="svg", scale=4, border=4, light="#fff", nl=False)
    return target.getvalue()
