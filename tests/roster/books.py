"""A synthetic month as the office would have it: 14 markets, 76 sessions, 32 units, 320 invented people."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time

from djflow.calendar.lunar import lunar_label
from djflow.core.ids import PersonId, RosterId, UnitId
from djflow.core.spans import Month
from djflow.roster.model import LEADER_POST
from djflow.roster.views import (
    Board,
    BoardChange,
    BoardMarket,
    BoardMarketDay,
    BoardSession,
    DutyKind,
    DutyLine,
    GapLine,
    PersonLoad,
    Quality,
    RosterBook,
    RosterState,
    SessionState,
)

MONTH = Month(2026, 12)
POSTS = (LEADER_POST, "民政社保", "农业技术", "法律政策", "医疗卫生", "综合受理")
DEPARTMENTS = (
    *("区人社局", "区民政局", "区农业农村局", "区司法局", "区卫生健康局", "区医保局", "区教育局", "区公安分局"),
    *("区自然资源局", "区市场监管局", "区税务局", "区信访局", "区住房城乡建设局", "区交通运输局", "区水利局"),
    *("区林业局", "区退役军人局", "区残联", "区妇联", "区行政审批局"),
)
TOWNS = (
    *("青山镇", "白水镇", "石桥镇", "龙潭镇", "柳溪镇", "三河镇", "黄坪乡", "大田乡", "马鞍镇", "云台镇", "南华镇"),
    "北碚坝乡",
)
MARKETS = (
    ("青山场", "青山镇", "逢1、4、7", (1, 4, 7, 11, 17, 24)),
    ("白水场", "白水镇", "逢2、5、8", (2, 5, 12, 18, 25)),
    ("石桥场", "石桥镇", "逢3、6、9", (3, 6, 13, 19, 23, 29)),
    ("龙潭场", "龙潭镇", "逢5、10", (5, 10, 15, 20, 25, 30)),
    ("柳溪场", "柳溪镇", "农历逢一、四、七", (3, 9, 16, 22, 26)),
    ("三河场", "三河镇", "星期日", (6, 13, 20, 27)),
    ("黄坪场", "黄坪乡", "赶辰戌", (2, 8, 14, 20, 26)),
    ("大田场", "大田乡", "逢2、7", (2, 7, 12, 17, 22, 27)),
    ("马鞍场", "马鞍镇", "逢3、8", (3, 8, 13, 18, 23, 28)),
    ("云台场", "云台镇", "逢4、9", (4, 9, 14, 19, 24, 29)),
    ("南华场", "南华镇", "逢1、6", (1, 6, 11, 16, 21, 26)),
    ("北碚坝场", "北碚坝乡", "农历逢五、十", (4, 8, 13, 18, 23, 28)),
    ("古楼场", "青山镇", "百日场", (5, 12, 19, 26)),
    ("石门场", "龙潭镇", "农历逢二、五、八", (1, 7, 10, 16, 31)),
)
SERVICES = ("社保医保办理", "民政救助咨询", "农技指导", "法律援助", "健康义诊", "证照代办")
SURNAMES = "赵钱孙周吴郑冯陈褚卫蒋沈韩杨朱秦尤许何吕施孔曹严魏陶姜戚谢邹喻窦章"
GIVEN = ("喆", "雨欣", "志远", "国栋", "晓彤", "建军", "梦琪", "文博", "丽娟", "俊熙")
HOLDER_GAPS = {(11, "法律政策"), (23, "医疗卫生"), (40, "法律政策"), (61, LEADER_POST)}


@dataclass(slots=True)
class _Person:
    number: int
    name: str
    unit: int
    leader: bool
    post: str
    skill: str
    history: int
    load: int = 0
    days: list[int] = field(default_factory=list)

    @property
    def id(self) -> PersonId:
        return PersonId(f"p{self.number:04d}")

    @property
    def code(self) -> str:
        return f"C{self.number:05d}"

    def is_free(self, day: int) -> bool:
        return all(abs(day - other) > 2 for other in self.days)


def unit_names() -> tuple[str, ...]:
    """The units in official order: departments, then township offices."""
    return (*DEPARTMENTS, *(f"{town}政府" for town in TOWNS))


def _people() -> list[_Person]:
    found = []
    for n in range(320):
        unit = n % 32
        skill = POSTS[1 + unit % 4] if unit < 20 else POSTS[5]
        leader = n // 32 in {0, 1, 2}
        title = ("副局长" if unit < 20 else "党委委员") if leader else ("科员" if n % 3 else "一级主任科员")
        name = SURNAMES[n % len(SURNAMES)] + GIVEN[n // len(SURNAMES) % len(GIVEN)]
        found.append(_Person(n + 1, name, unit, leader, title, LEADER_POST if leader else skill, (n * 7919) % 6))
    return found


def _markets() -> tuple[BoardMarket, ...]:
    return tuple(
        BoardMarket(
            code=f"M{i:02d}",
            name=name,
            township=town,
            rule=rule,
            rule_described=rule,
            place=f"{town}{name}便民服务点",
            start=time(9),
            end=time(12),
            town_phone=f"0830-555{i:04d}",
            served="每场",
        )
        for i, (name, town, rule, _) in enumerate(MARKETS, start=1)
    )


def _sessions(markets: tuple[BoardMarket, ...]) -> list[tuple[BoardMarket, date]]:
    days = [(date(2026, 12, day), i) for i, (_, _, _, ds) in enumerate(MARKETS) for day in ds]
    return [(markets[i], on) for on, i in sorted(days)]


def _units_of(on: date) -> int:
    return 3 if on.weekday() >= 5 else 2


def _line(market: BoardMarket, on: date, post: str, kind: DutyKind, who: _Person) -> DutyLine:
    return DutyLine(
        event=f"{market.code}@{on.isoformat()}",
        on=on,
        market=market.code,
        market_name=market.name,
        township=market.township,
        place=market.place,
        start=market.start,
        end=market.end,
        post=post,
        kind=kind,
        person=who.id,
        person_code=who.code,
        person_name=who.name,
        person_post=who.post,
        unit=UnitId(f"u{who.unit:02d}"),
        unit_name=unit_names()[who.unit],
        unit_order=who.unit + 1,
        units=_units_of(on) if kind is DutyKind.DUTY else 0,
        rest_day=on.weekday() >= 5,
    )


def _choose(people: list[_Person], post: str, on: date, *, standby: bool = False) -> _Person | None:
    fit = [p for p in people if ((standby and not p.leader) or p.skill == post) and p.is_free(on.day)]
    return min(fit, key=lambda p: (p.history + p.load + len(p.days), p.number), default=None)


def _staff(number: int, market: BoardMarket, on: date, people: list[_Person]) -> tuple[list[DutyLine], list[GapLine]]:
    lines, gaps = [], []
    needs = [*POSTS, POSTS[-1]] if number % 3 == 0 else list(POSTS)
    for post in needs:
        who = None if (number, post) in HOLDER_GAPS else _choose(people, post, on)
        if who is None:
            why = f"当日能承担“{post}”的人员已在其他场次值班或未满间隔天数，可增补具备该业务的人员。"
            gaps.append(GapLine(f"{market.code}@{on.isoformat()}", on, market.name, post, 1, why))
            continue
        who.days.append(on.day)
        who.load += _units_of(on)
        lines.append(_line(market, on, post, DutyKind.DUTY, who))
    reserve = _choose(people, "", on, standby=True)
    if reserve is not None:
        reserve.days.append(on.day)
        lines.append(_line(market, on, "", DutyKind.STANDBY, reserve))
    return lines, gaps


def _board_session(market: BoardMarket, on: date, lines: list[DutyLine], gaps: list[GapLine]) -> BoardSession:
    duties = [line for line in lines if line.kind is DutyKind.DUTY]
    leader = next((line for line in duties if line.post == LEADER_POST), None)
    units = sorted({(line.unit_order, line.unit_name) for line in duties})
    return BoardSession(
        market=market.code,
        on=on,
        lunar=lunar_label(on),
        place=market.place,
        start=market.start,
        end=market.end,
        state=SessionState.PLANNED,
        units=tuple(name for _, name in units),
        services=SERVICES,
        leader=f"{leader.person_name}（{leader.unit_name}{leader.person_post}）" if leader else "",
        gaps=tuple(gap.post for gap in gaps),
    )


def _loads(people: list[_Person], lines: list[DutyLine]) -> tuple[PersonLoad, ...]:
    duties = Counter(line.person for line in lines if line.kind is DutyKind.DUTY)
    found = []
    for leader in (True, False):
        group = [p for p in people if p.leader is leader]
        target = round(sum(p.history + p.load for p in group) / len(group))
        found += [
            PersonLoad(
                p.id, p.code, p.name, unit_names()[p.unit], p.unit + 1, leader, p.history, p.load, duties[p.id], target
            )
            for p in group
        ]
    return tuple(sorted(found, key=lambda load: (load.unit_order, load.person_code)))


def december_book(state: RosterState = RosterState.REVIEW, version: int = 1) -> RosterBook:
    """The book of December 2026; the same on every machine."""
    people, markets = _people(), _markets()
    lines: list[DutyLine] = []
    gaps: list[GapLine] = []
    sessions = []
    for number, (market, on) in enumerate(_sessions(markets)):
        own_lines, own_gaps = _staff(number, market, on, people)
        lines += own_lines
        gaps += own_gaps
        sessions.append(_board_session(market, on, own_lines, own_gaps))
    places = sum(line.kind is DutyKind.DUTY for line in lines) + len(gaps)
    parts = {"distance": 3184, "continuity": 915, "wishes": 60, "fairness": 1452, "quota": 240}
    objective = sum(parts.values()) + 5000 * len(gaps)
    published = None if state is RosterState.REVIEW else datetime(2026, 11, 20, 2, 30, tzinfo=UTC)
    return RosterBook(
        id=RosterId("0193f3a2c4d57e8f9a0b1c2d3e4f5061"),
        district="清江区",
        department="中共清江区委组织部",
        month=MONTH,
        version=version,
        round=1,
        state=state,
        created_at=datetime(2026, 11, 18, 1, 0, tzinfo=UTC),
        published_at=published,
        lines=tuple(lines),
        gaps=tuple(gaps),
        loads=_loads(people, lines),
        sessions=tuple(sessions),
        markets=markets,
        quality=Quality(
            objective=objective,
            bound=objective / 1.0042,
            gap=0.0042,
            status="proven",
            seconds=18.4,
            places=places,
            unfilled=len(gaps),
            min_unfilled_proven=len(gaps),
            township_missing=0,
            parts=parts,
        ),
        weights={"distance_per_km": 1, "not_incumbent": 15, "avoid": 10, "fairness": 3, "quota": 40, "unfilled": 5000},
    )


def with_cancelled_session(book: RosterBook, index: int = 0) -> RosterBook:
    """The book after one market was closed; its people stay listed, as they were told before."""
    closed = replace(book.sessions[index], state=SessionState.CANCELLED, note="场镇停市")
    return replace(book, sessions=(*book.sessions[:index], closed, *book.sessions[index + 1 :]))


def december_board() -> Board:
    """The public board of the same month, published, with one change line."""
    book = december_book(RosterState.PUBLISHED, version=2)
    return Board(
        district=book.district,
        department=book.department,
        supervision_phone="0830-5550000",
        month=book.month,
        version=book.version,
        published_at=datetime(2026, 11, 20, 2, 30, tzinfo=UTC),
        markets=book.markets,
        market_days=tuple(BoardMarketDay(s.market, s.on, s.lunar) for s in book.sessions),
        sessions=book.sessions,
        changes=(BoardChange(date(2026, 11, 26), "因道路施工，原定12月3日石桥场服务调整为12月6日。"),),
    )
