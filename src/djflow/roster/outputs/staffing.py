"""A book looked at session by session: who stands where, who waits, which places are empty.

Sessions without a single person still appear: a place that nobody fills must not vanish from the paper.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from typing import TypeAlias

from djflow.roster.model import LEADER_POST
from djflow.roster.views import BoardSession, DutyKind, DutyLine, GapLine, RosterBook, SessionState

_Key: TypeAlias = tuple[str, date]


@dataclass(frozen=True, slots=True)
class Staffing:
    """One session with its people; `duties` and `standby` keep the book's order."""

    market: str
    market_name: str
    township: str
    on: date
    lunar: str
    place: str
    start: time
    end: time
    is_cancelled: bool
    is_rest_day: bool
    leader: str
    services: tuple[str, ...]
    note: str
    duties: tuple[DutyLine, ...]
    standby: tuple[DutyLine, ...]
    gaps: tuple[GapLine, ...]

    def at_post(self, post: str) -> tuple[DutyLine, ...]:
        """Return who stands at `post`."""
        return tuple(line for line in self.duties if line.post == post)

    def gap_at(self, post: str) -> int:
        """Return how many places of `post` stay empty."""
        return sum(gap.count for gap in self.gaps if gap.post == post)


def staffings(book: RosterBook) -> tuple[Staffing, ...]:
    """Return every session of the book in the book's order, with its people and empty places."""
    lines: dict[_Key, list[DutyLine]] = defaultdict(list)
    for line in book.lines:
        lines[line.market, line.on].append(line)
    gaps = _gaps(book)
    names = {market.code: (market.name, market.township) for market in book.markets}
    return tuple(
        _staffing(session, names.get(session.market, (session.market, "")), lines[key], gaps[key])
        for session in book.sessions
        for key in [(session.market, session.on)]
    )


def post_order(book: RosterBook) -> tuple[str, ...]:
    """Return the book's posts: the team leader first, the rest as they first appear."""
    seen = dict.fromkeys([line.post for line in duties_of(book.lines)] + [gap.post for gap in book.gaps])
    return (*(p for p in seen if p == LEADER_POST), *(p for p in seen if p != LEADER_POST))


def duties_of(lines: Iterable[DutyLine]) -> tuple[DutyLine, ...]:
    """Return the lines of people who stand at the stall."""
    return tuple(line for line in lines if line.kind is DutyKind.DUTY)


def standby_of(lines: Iterable[DutyLine]) -> tuple[DutyLine, ...]:
    """Return the lines of people who wait to step in."""
    return tuple(line for line in lines if line.kind is DutyKind.STANDBY)


def post_words(line: DutyLine) -> str:
    """Return the post a person stands at, or `备勤`."""
    return "备勤" if line.kind is DutyKind.STANDBY else line.post


def in_official_order(book: RosterBook) -> dict[str, tuple[DutyLine, ...]]:
    """Return the book's lines by unit name, units in official order, lines in the book's order."""
    units = sorted({(line.unit_order, line.unit_name) for line in book.lines})
    found: dict[str, list[DutyLine]] = {name: [] for _, name in units}
    for line in book.lines:
        found[line.unit_name].append(line)
    return {name: tuple(lines) for name, lines in found.items()}


def cancelled_sessions(book: RosterBook) -> frozenset[_Key]:
    """Return market code and date of every session that does not take place."""
    return frozenset((s.market, s.on) for s in book.sessions if s.state is SessionState.CANCELLED)


def _gaps(book: RosterBook) -> dict[_Key, list[GapLine]]:
    codes = {market.name: market.code for market in book.markets}
    events = {line.event: line.market for line in book.lines}
    found: dict[_Key, list[GapLine]] = defaultdict(list)
    for gap in book.gaps:
        found[events.get(gap.event, codes.get(gap.market_name, gap.market_name)), gap.on].append(gap)
    return found


def _staffing(session: BoardSession, names: tuple[str, str], lines: list[DutyLine], gaps: list[GapLine]) -> Staffing:
    return Staffing(
        market=session.market,
        market_name=names[0],
        township=names[1],
        on=session.on,
        lunar=session.lunar,
        place=session.place,
        start=session.start,
        end=session.end,
        is_cancelled=session.state is SessionState.CANCELLED,
        is_rest_day=any(line.rest_day for line in lines) if lines else session.on.weekday() >= 5,
        leader=session.leader,
        services=session.services,
        note=session.note,
        duties=duties_of(lines),
        standby=standby_of(lines),
        gaps=tuple(gaps),
    )
