"""Who may get what: caps, exclusions, bans, splitting. No database."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from djflow.core.errors import InputError, RuleError
from djflow.core.ids import PersonId
from djflow.fund.cases import rules
from djflow.fund.cases.model import BanReason, CaseId, CaseState, Category, Claim, FundCase
from djflow.fund.cases.rules import Applicant, Ban
from djflow.fund.cases.transitions import COMMITTED
from tests.fund.books import POLICY, at
from tests.fund.test_transitions import CASE

TODAY = date(2026, 11, 18)
CLAIM = Claim(PersonId("p1"), Category.REGULAR, 200_000)
FREE = Applicant(is_member=True, bans=(), others=())
PAID = replace(CASE, id=CaseId("c9"), state=CaseState.PAID, category=Category.TEMPORARY, approved_fen=400_000)


def test_amounts_nobody_can_ask_for() -> None:
    """Zero, negative and absurd amounts are refused."""
    for fen in (0, -1, rules.MAX_FEN + 1):
        with pytest.raises(InputError, match="大于零"):
            rules.require_amount(fen)


@pytest.mark.parametrize(
    ("claim", "applicant", "words"),
    [
        (replace(CLAIM, category=Category.VETERAN), FREE, "没有开设这一类"),
        (replace(CLAIM, requested_fen=300_001), FREE, "每次最多 3000 元"),
        (CLAIM, replace(FREE, is_member=False), "组织关系不在本区"),
        (replace(CLAIM, income_fen=100_001), FREE, "人均月收入超过 1000 元"),
        (CLAIM, replace(FREE, bans=(Ban(BanReason.FALSE_MATERIAL, date(2026, 11, 19)),)), "虚假材料，2026-11-19 以前"),
        (CLAIM, replace(FREE, bans=(Ban(BanReason.SANCTION, date(2027, 1, 1)),)), "受处分处理"),
        (CLAIM, replace(FREE, others=(replace(CASE, state=CaseState.RUNNING),)), "一年只能一次"),
        (CLAIM, replace(FREE, others=(replace(PAID, approved_fen=400_001),)), "最多还能批 1999.99 元"),
    ],
)  # fmt: skip
def test_each_exclusion_is_said(claim: Claim, applicant: Applicant, words: str) -> None:
    """Each rule refuses alone, with the number that matters and nothing personal."""
    (found,) = rules.refusals(claim, applicant, POLICY, TODAY)
    assert words in found


@pytest.mark.parametrize(
    ("claim", "applicant"),
    [
        (replace(CLAIM, requested_fen=300_000), FREE),
        (replace(CLAIM, income_fen=100_000), FREE),
        (CLAIM, replace(FREE, bans=(Ban(BanReason.SANCTION, TODAY),))),
        (CLAIM, replace(FREE, others=(PAID,))),
        (CLAIM, replace(FREE, others=(replace(CASE, state=CaseState.REJECTED),))),
        (CLAIM, replace(FREE, others=(replace(CASE, state=CaseState.DRAFT),))),
        (CLAIM, replace(FREE, others=(replace(CASE, state=CaseState.CLOSED, year=2025),))),
        (
            replace(CLAIM, category=Category.EMERGENCY),
            replace(FREE, others=(replace(CASE, state=CaseState.RUNNING, category=Category.EMERGENCY),)),
        ),
    ],
)
def test_what_is_just_allowed(claim: Claim, applicant: Applicant) -> None:
    """Exactly at a cap, on the day a ban ends, after a refusal, in another year, again in an emergency: all may."""
    assert rules.refusals(claim, applicant, POLICY, TODAY) == ()


@given(st.lists(st.sampled_from(sorted(CaseState)), max_size=6), st.integers(1, 300_000))
def test_nobody_passes_the_year_cap(states: list[CaseState], asked: int) -> None:
    """Whatever a person already has, reserved and paid money plus the new amount never passes the cap unnoticed."""
    others = [
        replace(CASE, id=CaseId(f"c{index}"), state=state, approved_fen=150_000) for index, state in enumerate(states)
    ]
    had = sum(150_000 for state in states if state in COMMITTED)
    assert bool(rules.over_year_cap(asked, others, POLICY, 2026)) == (had + asked > POLICY.year_cap_fen)


def test_an_approval_stays_within_what_was_asked() -> None:
    """More than asked, nothing at all, or above the category's cap cannot be approved."""
    for fen in (0, 200_001):
        assert rules.over_caps(CASE, fen, (), POLICY, 2026)
    large = replace(CASE, requested_fen=400_000)
    assert rules.over_caps(large, 300_001, (), POLICY, 2026)
    assert rules.over_caps(CASE, 200_000, (), POLICY, 2026) == ()


def _near(fen: int, days: int, state: CaseState = CaseState.SUBMITTED) -> FundCase:
    return replace(
        CASE, id=CaseId(f"n{fen}{days}"), requested_fen=fen, made_at=CASE.made_at - timedelta(days=days), state=state
    )


def test_amounts_that_pass_a_threshold_together_are_seen() -> None:
    """Two that stay below a threshold and pass it together are pointed out; far apart, refused or open ones are not."""
    case = replace(CASE, requested_fen=150_000)
    assert [one.id for one in rules.split_parts(case, [_near(100_000, 30)], POLICY)] == ["n10000030"]
    assert rules.split_parts(case, [_near(40_000, 30)], POLICY) == ()
    assert rules.split_parts(case, [_near(100_000, 91)], POLICY) == ()
    assert rules.split_parts(case, [_near(100_000, 30, CaseState.WITHDRAWN)], POLICY) == ()
    assert rules.split_parts(replace(CASE, requested_fen=250_000), [_near(100_000, 5)], POLICY) == ()


def test_only_the_own_account() -> None:
    """A grant goes to the registered account; another one is refused, none at all too."""
    assert rules.require_account("", "6222") == rules.require_account("6222", "6222") == "6222"
    assert rules.require_account("6222", "") == "6222"
    with pytest.raises(RuleError, match="只能付到本人账户"):
        rules.require_account("6223", "6222")
    with pytest.raises(InputError, match="没有收款账号"):
        rules.require_account("", "")


def test_three_years_after_a_leap_day() -> None:
    """A ban that began on the 29th of February ends on the 1st of March."""
    assert rules.ban_until(date(2028, 2, 29), 3) == date(2031, 3, 1)
    assert rules.ban_until(date(2026, 11, 18), 3) == date(2029, 11, 18)


@pytest.mark.parametrize("text", ["\u202e反转", "正\x00常", "回\x1b[31m车"])
def test_control_characters_are_taken_out_of_texts(text: str) -> None:
    """Nothing invisible gets into a text that others read; a text without end is refused."""
    assert all(sign.isprintable() for sign in rules.clean_text(text, "理由"))
    with pytest.raises(InputError, match="最多写 2000 个字"):
        rules.clean_text("长" * 2001, "理由")


def test_a_time_limit_is_counted_in_workdays() -> None:
    """Five workdays over National Day 2026 end on the make-up Saturday's following days; a draft has thirty days."""
    from tests.fund.books import TERMS

    waiting = replace(CASE, state=CaseState.SUBMITTED, since=at("2026-09-28T10:00"))
    assert rules.due_on(waiting, TERMS) == date(2026, 10, 10)
    assert not rules.is_overdue(waiting, TERMS, at("2026-10-10T23:59"))
    assert rules.is_overdue(waiting, TERMS, at("2026-10-11T00:00"))
    assert rules.due_on(replace(CASE, since=at("2026-09-28")), TERMS) == date(2026, 10, 28)
    assert rules.due_on(replace(CASE, state=CaseState.CLOSED), TERMS) is None
