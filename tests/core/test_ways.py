"""What a way refuses: an act that may not follow, somebody whose place it is not, a condition that does not hold."""

from datetime import UTC, datetime

import pytest

from djflow.core.errors import ConflictError, RuleError
from djflow.core.ways import Way

LAMP = Way("lamp", {("off", "light"): 1}, {"off": "关着", "on": "开着"}, {"light": "开灯"})
SINCE = datetime(2026, 11, 24, 16, 30, tzinfo=UTC)


def test_an_act_that_may_not_follow_is_refused_with_where_it_is_and_since_when() -> None:
    """The moment is Beijing time."""
    assert LAMP.row("这盏灯", "off", SINCE, "light") == 1
    with pytest.raises(ConflictError) as refused:
        LAMP.row("这盏灯", "on", SINCE, "light")
    assert refused.value.message == "这盏灯已在 2026年11月25日 00:30 变为“开着”，不能开灯：请刷新后查看。"
    assert refused.value.code == "lamp.state"


def test_somebody_whose_place_it_is_not_is_refused() -> None:
    """Who is named may."""
    LAMP.require_may("clerk", {"clerk"}, "light")
    with pytest.raises(RuleError) as refused:
        LAMP.require_may("guest", {"clerk"}, "light", "这盏灯")
    assert (refused.value.message, refused.value.code) == ("您的身份不能开灯这盏灯。", "lamp.who")


def test_a_condition_that_does_not_hold_says_what_is_missing() -> None:
    """An empty sentence holds."""
    LAMP.require("bulb", "")
    with pytest.raises(RuleError) as refused:
        LAMP.require("bulb", "没有灯泡。")
    assert (refused.value.message, refused.value.code) == ("没有灯泡。", "lamp.bulb")
