"""The way of a circular, and how accepted claims change figures."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from djflow.circulars import rules
from djflow.circulars.model import (
    ACT_WORDS,
    OVER,
    STATE_WORDS,
    Act,
    CircularId,
    CircularState,
    Correction,
    CorrectionId,
    Gathered,
    Snapshot,
    Verdict,
    Who,
)
from djflow.circulars.transitions import BY_STATE_AND_ACT, TRANSITIONS, Facts, require_guards, require_may
from djflow.core.errors import InputError, NotFoundError, RuleError
from djflow.core.ids import UnitId
from djflow.core.sections import Figure
from tests.circulars.told import UNITS, named, october, section, snapshot

NOW = datetime(2026, 11, 18, 1, 0, tzinfo=UTC)


def test_the_way_is_whole() -> None:
    """Each act from a state is one row; every state is reached, and left unless it is the end."""
    assert len(BY_STATE_AND_ACT) == len(TRANSITIONS)
    reached = {CircularState.COLLECTED}
    for _ in CircularState:
        reached |= {row.then for row in TRANSITIONS if row.state in reached}
    assert reached == set(CircularState)
    assert {row.state for row in TRANSITIONS} == set(CircularState) - OVER
    assert {row.act for row in TRANSITIONS} == set(Act) == set(ACT_WORDS)
    assert set(STATE_WORDS) == set(CircularState)


def test_nothing_is_issued_that_was_not_reviewed() -> None:
    """Every way to the register leads through the review, and only the reviewer opens it."""
    ways = [row for row in TRANSITIONS if row.then is CircularState.HANDED]
    assert [(row.state, row.act, row.who) for row in ways] == [
        (CircularState.REVIEW, Act.HAND, frozenset({Who.REVIEWER}))
    ]
    with pytest.raises(RuleError, match="您的身份不能转公文办理"):
        require_may(ways[0], Who.CLOCK)


@given(st.integers(0, 3), st.integers(0, 3))
def test_confirmation_ends_only_when_nobody_waits(waiting: int, undecided: int) -> None:
    """Units that may still answer and claims nobody decided both keep it open."""
    row = BY_STATE_AND_ACT[CircularState.CONFIRMING, Act.CLOSE]
    if waiting or undecided:
        with pytest.raises(RuleError, match="不能结束核对"):
            require_guards(row, Facts(waiting, undecided))
    else:
        require_guards(row, Facts(waiting, undecided))


def claim(unit: str, shown: Figure, claimed: Figure, code: str = "present") -> Correction:
    """Return an accepted claim."""
    return Correction(
        CorrectionId("x"), CircularId("c"), UNITS[unit], "market", code, shown, claimed, Verdict.ACCEPTED, NOW, "test"
    )


RATES = st.builds(lambda part, more: Figure(part, part + more), st.integers(0, 99), st.integers(0, 99))


@given(st.dictionaries(st.sampled_from(["HR", "LAW", "T1"]), RATES, min_size=1), st.data())
def test_totals_follow_their_units(rates: dict[str, Figure], data: st.DataObject) -> None:
    """After any accepted claims a total that was the sum still is; no other unit changes; the old figures stay."""
    found = Snapshot(
        (section({UNITS[code]: {"present": figure} for code, figure in rates.items()}),), (), named(*sorted(rates))
    )
    unit = data.draw(st.sampled_from(sorted(rates)))
    claimed = data.draw(RATES)
    after = rules.corrected(found, [claim(unit, rates[unit], claimed)])
    assert rules.sums_up(after.sections[0], "present")
    assert after.sections[0].units[UNITS[unit]]["present"] == claimed
    assert found.sections[0].units[UNITS[unit]]["present"] == rates[unit]
    assert rules.changed(found, after) <= {UNITS[unit]}
    assert rules.corrected(after, [claim(unit, rates[unit], rates[unit])]) == after


def test_a_total_that_is_no_sum_stands() -> None:
    """The district's own count is not made from its units' figures."""
    told = snapshot().sections[0]
    odd = replace(snapshot(), sections=(replace(told, totals={**told.totals, "served": Figure(99)}),))
    after = rules.corrected(odd, [claim("T1", Figure(12), Figure(13), "served")])
    assert after.sections[0].totals["served"] == Figure(99)
    assert after.sections[0].units[UNITS["T1"]]["served"] == Figure(13)


def test_a_unit_nobody_registered_is_refused() -> None:
    """Figures of a unit that the unit table does not know are no figures to print."""
    with pytest.raises(NotFoundError, match="有 3 个单位在数据里，但单位表里没有"):
        rules.frozen(october(UNITS), [])
    assert rules.frozen(Gathered(()), []) == Snapshot((), (), ())


@pytest.mark.parametrize(("text", "sentence"), [("", "请写明更正理由"), ("长" * 201, "有 201 个字，最多 200 个")])
def test_reasons_are_short_and_there(text: str, sentence: str) -> None:
    """A reason is asked for and kept short."""
    with pytest.raises(InputError, match=sentence):
        rules.require_words(text, "更正理由")


def test_a_unit_sees_only_what_is_its_own() -> None:
    """No other unit, no total, no note."""
    for mine, other in product(UNITS.values(), repeat=2):
        part = rules.of_unit(snapshot(), mine)
        assert mine == other or UnitId(other) not in rules.concerned(part)
        assert all(not one.totals and not one.notes for one in part.sections)
