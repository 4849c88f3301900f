"""Why one place stays empty although the month adds up."""

import pytest

from djflow.roster.alone import account
from djflow.roster.model import Assignment, Cadre, CadreId, EventId, Rules
from tests.roster.months import DESK, LAW, cadre, day, event, month

PLACE = EventId("A@05")


def sits(name: str, place: str, post: str = DESK) -> Assignment:
    """Return a duty."""
    return Assignment(EventId(place), post, CadreId(name))


def test_everybody_who_could_come_is_counted_under_what_keeps_him() -> None:
    """Leave, duty that day, rest gap, cap and grade: each qualified person counts once, and the sentence has them."""
    people = [
        cadre("假", unavailable=frozenset({day(5)})), cadre("班"), cadre("歇"), cadre("满", max_duties=1),
        cadre("低", grade=-1), cadre("律", skills=[LAW]),
    ]  # fmt: skip
    sessions = [event("A", 5), event("B", 5), event("C", 6), event("D", 20)]
    problem = month(sessions, people, rules=Rules(rest_gap=2, min_grades={DESK: 0}))
    roster = [sits("班", "B@05"), sits("歇", "C@06"), sits("满", "D@20")]
    assert account(problem, roster, PLACE, DESK) == (
        "12月5日这一场“综合受理”需要 1 人，能安排 0 人，缺 1 人：其余有资格的 5 人中，请假 1 人、不合条件 1 人、"
        "当天已有值班 1 人、未满休息间隔 1 人、已到月上限 1 人；最省的办法是请 1 名已到月上限的人员多值一次。"
    )


@pytest.mark.parametrize(
    ("people", "roster", "words"),
    [
        ([cadre("闲")], [], "可以上 1 人；请从“可以上”的人员中指定"),
        ([cadre("歇")], [sits("歇", "C@06")], "请 1 名未满休息间隔的人员提前到岗"),
        ([cadre("刚", recent=(day(4),))], [], "未满休息间隔 1 人；最省的办法是请 1 名未满休息间隔的人员提前到岗"),
        ([cadre("假", unavailable=frozenset({day(5)}))], [], "请假人员中有 1 人改期到岗"),
        ([cadre("同"), cadre("坐", skills=[LAW])], [sits("坐", "A@05", LAW)], "放宽同一单位在一场的人数"),
        ([cadre("律", skills=[LAW])], [], "没有其他有资格的人员；最省的办法是再增加 1 名有“综合受理”资格的人员"),
    ],
)
def test_the_cheapest_way_out_is_named(people: list[Cadre], roster: list[Assignment], words: str) -> None:
    """A free person is pointed out; else the one rule whose loosening costs least; else recruits."""
    sessions = [event("A", 5, {DESK: 1, LAW: 1}), event("C", 6)]
    problem = month(sessions, people, rules=Rules(rest_gap=2, max_per_department=1))
    assert words in account(problem, roster, PLACE, DESK)
