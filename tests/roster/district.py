"""A small district for roster tests: two departments, one township, two markets, ten people."""

from datetime import datetime, time

from sqlalchemy.orm import Session

from djflow.calendar.market import parse_rule
from djflow.calendar.service_rule import parse_service_rule
from djflow.calendar.town import DatedRule, Hours, MarketTown, ServicePoint
from djflow.calendar.workdays import DayKind
from djflow.core.ids import PersonId
from djflow.core.spans import Month
from djflow.people import service as people
from djflow.people.model import Gender, PersonEntry, RankLevel, UnitEntry, UnitKind
from djflow.roster.model import LEADER_POST, Rules
from djflow.roster.planning import MarketPlan, PlannedSession, Policy, Post
from djflow.roster.reading import Frame
from djflow.roster.record import Duty, Gap, Kept, Load, StoredSession
from djflow.roster.service import DraftInput
from djflow.roster.views import BoardMarket, DutyKind, Quality

MONTH = Month(2026, 12)
POSTS = (Post(LEADER_POST, LEADER_POST, True, ""), Post("综合受理", "综合受理", False, "事项受理、帮办代办"))
POLICY = Policy(
    posts=POSTS,
    rules=Rules(rest_gap=1),
    load={DayKind.WORKDAY: 2, DayKind.MAKEUP: 2, DayKind.WEEKEND: 3, DayKind.HOLIDAY: 4},
    max_duties=5,
    quota_tolerance=1.25,
    standby=True,
    comp_leave=True,
)
UNITS = (
    UnitEntry("HR", "人力资源和社会保障局", UnitKind.DISTRICT_UNIT, 1, short_name="人社局", seat=(0.0, 0.0)),
    UnitEntry("LAW", "司法局", UnitKind.DISTRICT_UNIT, 2, seat=(1.0, 0.0)),
    UnitEntry("T1", "大仓镇", UnitKind.TOWNSHIP, 3, seat=(10.0, 0.0)),
)
CODES = ("A01", "A02", "A03", "A04", "B01", "B02", "B03", "C01", "C02", "C03")
LEADERS = {"A01", "B01", "C01"}


def town(code: str = "dacang", rule: str = "公历逢1、5、8", service: str = "每月第1、3场") -> MarketTown:
    """Return a market town."""
    return MarketTown(
        code=code,
        name={"dacang": "大仓", "longjie": "龙街"}.get(code, code),
        township="大仓镇",
        rules=(DatedRule(parse_rule(rule), rule),),
        service_hours=Hours(time(9), time(12)),
        service_points=(ServicePoint("便民服务中心", "集镇街口"),),
        service=parse_service_rule(service),
        town_phone="0872-000-0101",
    )


def plans() -> tuple[MarketPlan, ...]:
    """Return two markets, one by the solar calendar and one on Saturdays."""
    needs = {LEADER_POST: 1, "综合受理": 1}
    saturday = town("longjie", "星期六", "每月最后一场")
    return (MarketPlan(town(), 8.0, 1.0, needs), MarketPlan(saturday, 5.0, 5.0, needs))


def settle(session: Session, now: datetime) -> dict[str, PersonId]:
    """Put the district's units and people into the house and return code → person."""
    people.put_units(session, UNITS, by="test", now=now)
    unit_of = {"A": "HR", "B": "LAW", "C": "T1"}
    entries = [
        PersonEntry(
            code=code,
            name=f"甲{code}",
            gender=Gender.FEMALE,
            unit_code=unit_of[code[0]],
            rank=RankLevel.DEPUTY_SECTION if code in LEADERS else RankLevel.CLERK,
            is_leader=code in LEADERS,
            post_title="副局长" if code in LEADERS else "科员",
            skills=frozenset({"综合受理"}),
        )
        for code in CODES
    ]
    people.put_people(session, entries, by="test", now=now)
    return dict(people.person_ids(session, CODES))


def session_of(market: str, day: int, *, rest_day: bool = False) -> StoredSession:
    """Return a December session."""
    on = MONTH.first.replace(day=day)
    plan = PlannedSession(
        event=f"{market}@{on}",
        market=market,
        market_name=town(market).name,
        township="大仓镇",
        on=on,
        lunar="十一月初一",
        place="集镇街口",
        start=time(9),
        end=time(12),
        units=3 if rest_day else 2,
        rest_day=rest_day,
        needs={LEADER_POST: 1, "综合受理": 1},
    )
    return StoredSession(plan)


def kept(ids: dict[str, PersonId]) -> Kept:
    """Return a complete little roster: three sessions, one of them on a Saturday, with one empty place."""
    sessions = (session_of("dacang", 1), session_of("dacang", 8), session_of("longjie", 26, rest_day=True))
    first, second, third = (s.plan.event for s in sessions)
    duties = (
        Duty(first, LEADER_POST, ids["A01"]),
        Duty(first, "综合受理", ids["C02"]),
        Duty(first, "", ids["A02"], DutyKind.STANDBY),
        Duty(second, LEADER_POST, ids["B01"]),
        Duty(second, "综合受理", ids["A03"]),
        Duty(third, LEADER_POST, ids["C01"]),
    )
    gaps = (Gap(third, "综合受理", 1, "这一天无人可派。"),)
    return Kept(sessions, duties, gaps, tuple(Load(person, 3, 4) for person in sorted(ids.values())))


QUALITY = Quality(
    objective=120,
    bound=118.5,
    gap=0.0127,
    status="proven",
    seconds=1.5,
    places=6,
    unfilled=1,
    min_unfilled_proven=1,
    township_missing=0,
    parts={"distance": 40, "continuity": 30, "wishes": 0, "fairness": 50, "quota": 0},
)


def draft(ids: dict[str, PersonId]) -> DraftInput:
    """Return a draft of December."""
    return DraftInput(MONTH, kept(ids), QUALITY, {"fairness": 3, "unfilled": 5000})


def frame() -> Frame:
    """Return the frame of the public board."""
    markets = tuple(
        BoardMarket(t.code, t.name, t.township, t.rules[0].text, "", "集镇街口", time(9), time(12), t.town_phone, "")
        for t in (town(), town("longjie", "星期六"))
    )
    return Frame("示范区", "示范区委组织部", "0872-000-0001", markets, POSTS)
