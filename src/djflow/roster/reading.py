"""Builds what others see of a stored roster: the office's book, the public board, differences between versions."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from djflow.core.clock import civil_date
from djflow.core.errors import NotFoundError
from djflow.core.ids import PersonId, RosterId
from djflow.core.spans import Month
from djflow.people import service as people
from djflow.people.model import PersonCard
from djflow.roster import store
from djflow.roster.planning import Post
from djflow.roster.record import Duty, Gap, Kept, StoredSession
from djflow.roster.tables import RosterRow
from djflow.roster.views import (
    Board,
    BoardChange,
    BoardMarket,
    BoardMarketDay,
    BoardSession,
    DifferenceLine,
    DutyKind,
    DutyLine,
    GapLine,
    PersonLoad,
    Quality,
    RosterBook,
    SessionState,
    VersionLine,
)

_Changed = tuple[str, date, str]
"""What a change line is about: market, date, and `units`, `leader` or `cancelled`."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What the configuration adds to a stored roster."""

    district: str
    department: str
    supervision_phone: str
    markets: tuple[BoardMarket, ...]
    posts: tuple[Post, ...]


def book(session: Session, roster_id: RosterId, frame: Frame) -> RosterBook:
    """Return everything the office prints from one version.

    Raises: NotFoundError when there is no such roster.
    """
    row = _row(session, roster_id)
    kept = store.content(session, roster_id)
    cards = _cards(session, kept)
    return RosterBook(
        id=roster_id,
        district=frame.district,
        department=frame.department,
        month=Month.parse(row.month),
        version=row.version,
        round=row.round,
        state=row.state,
        created_at=row.created_at,
        published_at=row.published_at,
        lines=_lines(kept, cards),
        gaps=tuple(
            GapLine(gap.event, s.plan.on, s.plan.market_name, gap.post, gap.count, gap.why)
            for gap, s in _gaps_in_order(kept)
        ),
        loads=_loads(kept, cards),
        sessions=_board_sessions(kept, cards, frame),
        markets=frame.markets,
        quality=quality_of(row),
        weights=json.loads(row.weights),
    )


def _row(session: Session, roster_id: RosterId) -> RosterRow:
    row = store.roster_row(session, roster_id)
    if row is None:
        raise NotFoundError("没有这份值班表：请用 djflow roster list 查看现有的值班表。")
    return row


def board(session: Session, month: Month, market_days: tuple[BoardMarketDay, ...], frame: Frame) -> Board | None:
    """Return a month as the public sees it, None while nothing is published."""
    month_row = store.month_row(session, month)
    if month_row is None or month_row.current_id is None:
        return None
    rows = store.versions(session, month)
    contents = [store.content(session, RosterId(row.id)) for row in rows]
    cards = people.people_by_ids(session, sorted({duty.person for kept in contents for duty in kept.duties}))
    current = next(index for index, row in enumerate(rows) if row.id == month_row.current_id)
    first = rows[0].published_at
    if first is None:
        raise NotFoundError("这个月的值班表没有发布时间：请运行 djflow audit verify 核对记录。")
    changes: dict[_Changed, tuple[int, BoardChange]] = {}
    for index in range(1, current + 1):
        on = civil_date(rows[index].published_at or first)
        for what, sentence in _public_changes(contents[index - 1], contents[index], cards, frame):
            _supersede(changes, what)
            changes[what] = (index, BoardChange(on, sentence))
    return Board(
        district=frame.district,
        department=frame.department,
        supervision_phone=frame.supervision_phone,
        month=month,
        version=rows[current].version,
        published_at=rows[current].published_at or first,
        markets=frame.markets,
        market_days=market_days,
        sessions=_board_sessions(contents[current], cards, frame),
        changes=tuple(line for _, line in sorted(changes.values(), key=lambda told: -told[0])),
    )


def _supersede(changes: dict[_Changed, tuple[int, BoardChange]], what: _Changed) -> None:
    """Take away what the board said before about the same thing; of a cancelled session only that is left."""
    market, on, part = what
    for known in (part, "units", "leader") if part == "cancelled" else (part, "cancelled"):
        changes.pop((market, on, known), None)


def revision(session: Session) -> int:
    """Return a number that grows with every published version and every closure."""
    return store.revision(session)


def published_months(session: Session) -> tuple[Month, ...]:
    """Return the months that have a version in force, ascending."""
    return tuple(Month.parse(row.month) for row in store.months(session) if row.current_id)


def quality(session: Session, roster_id: RosterId) -> Quality:
    """Return how good a roster is.

    Raises: NotFoundError when there is no such roster.
    """
    return quality_of(_row(session, roster_id))


def quality_of(row: RosterRow) -> Quality:
    """Return how good a stored roster is."""
    found = json.loads(row.quality)
    return Quality(
        objective=found["objective"],
        bound=found["bound"],
        gap=found["gap"],
        status=found["status"],
        seconds=found["seconds"],
        places=found["places"],
        unfilled=found["unfilled"],
        min_unfilled_proven=found["min_unfilled_proven"],
        township_missing=found["township_missing"],
        parts=found["parts"],
        changed=found.get("changed"),  # versions of earlier releases did not count
        changed_proven=found.get("changed_proven"),
    )


def versions(session: Session, month: Month) -> tuple[VersionLine, ...]:
    """Return the published versions of a month, newest first."""
    rows = store.versions(session, month)
    return tuple(VersionLine(RosterId(r.id), r.version, r.published_at, r.cause, r.state) for r in reversed(rows))


def version_difference(session: Session, roster_id: RosterId) -> tuple[DifferenceLine, ...]:
    """Return what a version changed against the one it was made from; empty for a first version."""
    row = store.roster_row(session, roster_id)
    if row is None or row.base_id is None:
        return ()
    before = store.content(session, RosterId(row.base_id))
    after = store.content(session, roster_id)
    codes = {person: card.code for person, card in _cards(session, before, after).items()}
    return difference_lines(before, after, codes)


def difference_lines(before: Kept, after: Kept, codes: Mapping[PersonId, str]) -> tuple[DifferenceLine, ...]:
    """Return the places that differ; people who leave and people who come are paired per session and post."""
    sessions = {s.plan.event: s for s in (*before.sessions, *after.sessions)}
    old, new = _by_place(before), _by_place(after)
    lines: list[DifferenceLine] = []
    for event, post in sorted({*old, *new}, key=lambda place: (sessions[place[0]].plan.on, place)):
        gone = sorted(codes.get(person, "") for person in old[event, post] - new[event, post])
        come = sorted(codes.get(person, "") for person in new[event, post] - old[event, post])
        session = sessions[event]
        for index in range(max(len(gone), len(come))):
            left = gone[index] if index < len(gone) else None
            joined = come[index] if index < len(come) else None
            why = session.note if session.state is SessionState.CANCELLED else ""
            lines.append(DifferenceLine(event, session.plan.on, session.plan.market_name, post, left, joined, why))
    return tuple(lines)


def _by_place(kept: Kept) -> defaultdict[tuple[str, str], set[PersonId]]:
    planned = kept.planned
    places: defaultdict[tuple[str, str], set[PersonId]] = defaultdict(set)
    for duty in kept.duties:
        if duty.event in planned:
            places[duty.event, "备勤" if duty.kind is DutyKind.STANDBY else duty.post].add(duty.person)
    return places


def _cards(session: Session, *contents: Kept) -> Mapping[PersonId, PersonCard]:
    ids = {duty.person for kept in contents for duty in kept.duties}
    ids |= {load.person for kept in contents for load in kept.loads}
    return people.people_by_ids(session, sorted(ids))


def _sessions_in_order(kept: Kept, frame: Frame | None = None) -> list[StoredSession]:
    order = {market.code: index for index, market in enumerate(frame.markets)} if frame else {}
    last = len(order)
    return sorted(kept.sessions, key=lambda s: (s.plan.on, order.get(s.plan.market, last), s.plan.event))


def _gaps_in_order(kept: Kept) -> list[tuple[Gap, StoredSession]]:
    sessions = {s.plan.event: s for s in kept.sessions}
    pairs = [(gap, sessions[gap.event]) for gap in kept.gaps]
    return sorted(pairs, key=lambda pair: (pair[1].plan.on, pair[0]))


def _lines(kept: Kept, cards: Mapping[PersonId, PersonCard]) -> tuple[DutyLine, ...]:
    by_event: defaultdict[str, list[Duty]] = defaultdict(list)
    for duty in kept.duties:
        by_event[duty.event].append(duty)
    lines: list[DutyLine] = []
    for session in _sessions_in_order(kept):
        plan = session.plan
        if session.state is SessionState.CANCELLED:
            continue
        posts = {post: index for index, post in enumerate(plan.needs)}
        for duty in sorted(by_event[plan.event], key=lambda d: (d.kind is DutyKind.STANDBY, posts.get(d.post, 99), d)):
            card = cards[duty.person]
            lines.append(
                DutyLine(
                    event=plan.event,
                    on=plan.on,
                    market=plan.market,
                    market_name=plan.market_name,
                    township=plan.township,
                    place=plan.place,
                    start=plan.start,
                    end=plan.end,
                    post=duty.post,
                    kind=duty.kind,
                    person=duty.person,
                    person_code=card.code,
                    person_name=card.name,
                    person_post=card.post_title,
                    unit=card.unit_id,
                    unit_name=card.unit_name,
                    unit_order=card.unit_order,
                    units=plan.units if duty.kind is DutyKind.DUTY else 0,
                    rest_day=plan.rest_day,
                )
            )
    return tuple(lines)


def _loads(kept: Kept, cards: Mapping[PersonId, PersonCard]) -> tuple[PersonLoad, ...]:
    planned = kept.planned
    points: Counter[PersonId] = Counter()
    duties: Counter[PersonId] = Counter()
    for duty in kept.duties:
        if duty.kind is DutyKind.DUTY and duty.event in planned:
            points[duty.person] += planned[duty.event].plan.units
            duties[duty.person] += 1
    loads = [(cards[load.person], load) for load in kept.loads if load.person in cards]
    return tuple(
        PersonLoad(
            person=load.person,
            person_code=card.code,
            person_name=card.name,
            unit_name=card.unit_name,
            unit_order=card.unit_order,
            leader=card.is_leader,
            history=load.history,
            load=points[load.person],
            duties=duties[load.person],
            target=load.target,
        )
        for card, load in sorted(loads, key=lambda pair: (pair[0].unit_order, pair[0].code))
    )


def _board_sessions(kept: Kept, cards: Mapping[PersonId, PersonCard], frame: Frame) -> tuple[BoardSession, ...]:
    by_event: defaultdict[str, list[Duty]] = defaultdict(list)
    for duty in kept.duties:
        if duty.kind is DutyKind.DUTY:
            by_event[duty.event].append(duty)
    gaps: defaultdict[str, list[str]] = defaultdict(list)
    for gap in kept.gaps:
        gaps[gap.event].append(gap.post)
    return tuple(
        _board_session(stored, by_event[stored.plan.event], gaps[stored.plan.event], cards, frame)
        for stored in _sessions_in_order(kept, frame)
    )


def _board_session(
    stored: StoredSession, duties: list[Duty], gaps: list[str], cards: Mapping[PersonId, PersonCard], frame: Frame
) -> BoardSession:
    plan = stored.plan
    held = {duty.post for duty in duties}
    services = [post.services for post in frame.posts if post.name in held and post.services]
    leading = {post.name for post in frame.posts if post.leader}
    leaders = [cards[duty.person] for duty in duties if duty.post in leading and duty.person in cards]
    return BoardSession(
        market=plan.market,
        on=plan.on,
        lunar=plan.lunar,
        place=plan.place,
        start=plan.start,
        end=plan.end,
        state=stored.state,
        units=_units_in_order(cards[duty.person] for duty in duties if duty.person in cards),
        services=tuple(services),
        leader="、".join(f"{card.name}（{card.unit_name}{card.post_title}）" for card in leaders),
        gaps=tuple(gaps),
        note=stored.note,
    )


def _units_in_order(cards: Iterable[PersonCard]) -> tuple[str, ...]:
    units = {(card.unit_order, card.unit_code): card.unit_name for card in cards}
    return tuple(name for _, name in sorted(units.items()))


def _public_changes(
    before: Kept, after: Kept, cards: Mapping[PersonId, PersonCard], frame: Frame
) -> list[tuple[_Changed, str]]:
    """Return a public sentence per change of a session: cancelled, other units, another leader; no names but his."""
    old = {(s.market, s.on): s for s in _board_sessions(before, cards, frame)}
    names = {market.code: market.name for market in frame.markets}
    sentences: list[tuple[_Changed, str]] = []
    for new in _board_sessions(after, cards, frame):
        was = old.get((new.market, new.on))
        head = f"{new.on.month}月{new.on.day}日{names.get(new.market, new.market)}"
        if was is None or (was.state, was.units, was.leader) == (new.state, new.units, new.leader):
            continue
        if new.state is SessionState.CANCELLED:
            sentence = f"{new.note or f'{head}的服务取消'}。".replace("。。", "。")
            sentences.append(((new.market, new.on, "cancelled"), sentence))
            continue
        if was.units != new.units:
            sentence = f"{head}的参加单位调整为：{'、'.join(new.units) or '待定'}。"
            sentences.append(((new.market, new.on, "units"), sentence))
        if was.leader != new.leader:
            sentence = f"{head}的带队领导调整为：{new.leader or '待定'}。"
            sentences.append(((new.market, new.on, "leader"), sentence))
    return sentences
