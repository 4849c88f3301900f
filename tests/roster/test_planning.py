"""From facts to a month's problem."""

from collections import Counter
from dataclasses import replace
from datetime import date

from djflow.calendar.town import Closure
from djflow.calendar.workdays import WorkCalendar
from djflow.core.ids import PersonId, UnitId
from djflow.core.spans import DateSpan, Month
from djflow.people.model import PersonCard, PersonStatus, RankLevel, Unit, UnitKind
from djflow.roster.model import LEADER_POST, Weights
from djflow.roster.planning import Facts, MarketPlan, build_problem, plan_sessions, targets
from tests.roster.district import CODES, LEADERS, MONTH, POLICY, UNITS, plans, town

CALENDAR = WorkCalendar({})
UNIT_OF = {"A": "HR", "B": "LAW", "C": "T1"}


def _person(code: str) -> PersonCard:
    unit = UNIT_OF[code[0]]
    return PersonCard(
        id=PersonId(f"p-{code}"),
        code=code,
        name=f"甲{code}",
        unit_id=UnitId(unit),
        unit_code=unit,
        unit_name=unit,
        unit_order=1,
        unit_kind=UnitKind.TOWNSHIP if unit == "T1" else UnitKind.DISTRICT_UNIT,
        seat=(0.0, 0.0),
        post_title="",
        rank=RankLevel.DEPUTY_SECTION if code in LEADERS else RankLevel.CLERK,
        is_leader=code in LEADERS,
        skills=frozenset({"综合受理", "别的专长"}),
        max_duties=2 if code == "A04" else None,
        avoid_weekdays=frozenset(),
        avoid_towns=frozenset(),
        status=PersonStatus.RETIRED if code == "B03" else PersonStatus.ACTIVE,
    )


def _facts(month: Month = MONTH, markets: tuple[MarketPlan, ...] | None = None) -> Facts:
    return Facts(
        month=month,
        markets=plans() if markets is None else markets,
        closures=(),
        units=tuple(Unit(UnitId(entry.code), entry) for entry in UNITS),
        people=tuple(_person(code) for code in CODES),
        history={PersonId("p-A01"): 6},
    )


def test_sessions_follow_market_and_service_rules() -> None:
    """大仓 (1·5·8, first and third market) is served on the 1st and 8th, 龙街 on the last Saturday."""
    sessions = plan_sessions(_facts(), POLICY, CALENDAR)
    assert [s.event for s in sessions] == ["dacang@2026-12-01", "dacang@2026-12-08", "longjie@2026-12-26"]
    assert [(s.units, s.rest_day) for s in sessions] == [(2, False), (2, False), (3, True)]


def test_a_make_up_workday_counts_as_a_workday_and_a_holiday_most() -> None:
    """Saturday 10 October 2026 is a make-up workday; 1 October is a holiday."""
    daily = MarketPlan(town("daily", "天天", "每场"), 0.0, 0.0, {"综合受理": 1})
    sessions = {s.on: s for s in plan_sessions(_facts(Month(2026, 10), (daily,)), POLICY, CALENDAR)}
    assert [(sessions[date(2026, 10, d)].units, sessions[date(2026, 10, d)].rest_day) for d in (1, 10, 11, 12)] == [
        (4, True),
        (2, False),
        (3, True),
        (2, False),
    ]


def test_a_closed_market_has_no_session() -> None:
    """A closure takes the session out; the others stay."""
    closure = Closure("dacang", DateSpan(date(2026, 12, 8), date(2026, 12, 9)), "防汛", "防汛")
    sessions = plan_sessions(replace(_facts(), closures=(closure,)), POLICY, CALENDAR)
    assert [s.event for s in sessions] == ["dacang@2026-12-01", "longjie@2026-12-26"]


def test_a_market_without_rule_is_never_rostered() -> None:
    """A market whose rule is unknown has no session and does no harm."""
    unknown = MarketPlan(town("weizhi", "未知", "每场"), 0.0, 0.0, {"综合受理": 1})
    assert plan_sessions(_facts(markets=(unknown,)), POLICY, CALENDAR) == ()


def test_people_become_cadres() -> None:
    """Leaders may lead, skills without a post are left out, the personal cap counts, who serves no longer is away."""
    facts = _facts()
    problem = build_problem(facts, POLICY, plan_sessions(facts, POLICY, CALENDAR), Weights(), name="t")
    cadres = {str(cadre.id): cadre for cadre in problem.cadres}
    assert cadres["A01"].skills == {LEADER_POST, "综合受理"}
    assert cadres["A02"].skills == {"综合受理"}
    assert (cadres["A01"].history, cadres["A04"].max_duties, cadres["A03"].max_duties) == (6, 2, 5)
    assert cadres["B03"].unavailable == frozenset(MONTH.span)
    assert {str(d.id): d.kind for d in problem.departments}["T1"] == "town"


def test_fair_targets_share_what_is_carried_and_what_comes() -> None:
    """Leaders share 7 points of leading and 6 carried among three; the others 7 among seven."""
    facts = _facts()
    problem = build_problem(facts, POLICY, plan_sessions(facts, POLICY, CALENDAR), Weights(), name="t")
    found = {str(code): target for code, target in targets(problem).items()}
    assert (found["A01"], found["A02"]) == (4, 1)
    assert Counter(found.values()) == {4: 3, 1: 7}
