"""Who may not go where: own unit, native place, relatives, husband and wife."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from djflow.core.ids import UnitId
from djflow.core.spans import DateSpan
from djflow.dispatch.eligibility.model import Kin, Verdict
from djflow.dispatch.eligibility.rules import findings
from djflow.dispatch.policy.model import BatchKind, RuleKind
from djflow.dispatch.policy.words import KeyRole
from djflow.people.model import Relation
from tests.dispatch.eligibility.known import (
    BROTHER,
    CHIEF,
    HOME,
    HOST,
    ON,
    OTHER_TOWN,
    POLICIES,
    SOUND,
    SPOUSE,
    TOWN,
    asking,
    judged,
    rule,
    says,
)

PASS, FAIL, CHECK = Verdict.PASS, Verdict.FAIL, Verdict.CHECK


def test_nobody_is_sent_to_the_own_unit() -> None:
    """The host is not the person's own unit."""
    assert says(rule(RuleKind.OWN_UNIT), SOUND) is PASS
    assert says(rule(RuleKind.OWN_UNIT), replace(SOUND, unit=TOWN)) is FAIL


@pytest.mark.parametrize(
    ("town", "known", "township", "verdict"),
    [
        (TOWN, True, TOWN, FAIL),
        (OTHER_TOWN, True, TOWN, PASS),
        (None, True, TOWN, PASS),
        (None, False, TOWN, CHECK),
        (None, False, None, PASS),
    ],
)
def test_nobody_is_sent_to_the_township_of_the_native_place(
    town: UnitId | None,
    known: bool,  # noqa: FBT001 # the case itself
    township: UnitId | None,
    verdict: Verdict,
) -> None:
    """A host of the district itself lies in no township; from outside the district nobody is at home here."""
    facts = replace(SOUND, native_town=town, native_known=known)
    assert says(rule(RuleKind.NATIVE_PLACE), facts, place=replace(HOST, township=township)) is verdict


KIN = (Kin(BROTHER, Relation.SIBLING, HOME),)


def test_a_relative_in_command_at_the_host_bars() -> None:
    """A brother who leads the township is a direct superior."""
    assert says(rule(RuleKind.RELATIVE), replace(SOUND, kin=KIN)) is PASS
    there = replace(HOST, command=frozenset({CHIEF, BROTHER}))
    assert says(rule(RuleKind.RELATIVE), replace(SOUND, kin=KIN), place=there) is FAIL


@pytest.mark.parametrize("role", list(KeyRole))
def test_a_relative_in_a_key_post_at_the_host_bars(role: KeyRole) -> None:
    """Personnel, finance, discipline and audit each bar, and the finding names the post but nobody."""
    there = replace(HOST, key_posts=HOST.key_posts | {(role, BROTHER)}, key_complete=False)
    found = judged(rule(RuleKind.RELATIVE), replace(SOUND, kin=KIN, kin_complete=False), place=there)
    assert found.verdict is FAIL
    assert BROTHER not in found.detail


def test_relatives_and_key_posts_must_be_known_for_a_pass() -> None:
    """A register nobody checked, or a host whose posts are not all known, is to be checked."""
    assert says(rule(RuleKind.RELATIVE), replace(SOUND, kin_complete=False)) is CHECK
    vague = replace(HOST, key_complete=False)
    assert says(rule(RuleKind.RELATIVE), replace(SOUND, kin=KIN), place=vague) is CHECK
    assert says(rule(RuleKind.RELATIVE), SOUND, place=vague) is PASS


@pytest.mark.parametrize(
    ("villages", "verdict"),
    [
        ((), PASS),
        ((DateSpan(date(2026, 1, 1), ON),), FAIL),
        ((DateSpan(date(2025, 1, 1), ON - timedelta(days=1)),), PASS),
        ((DateSpan(date(2029, 2, 28), date(2030, 1, 1)),), FAIL),
        ((DateSpan(date(2029, 3, 1), date(2030, 1, 1)),), PASS),
    ],
)
def test_husband_and_wife_are_not_in_villages_at_the_same_time(
    villages: tuple[DateSpan, ...], verdict: Verdict
) -> None:
    """One day together is enough; before and after each other is allowed."""
    facts = replace(SOUND, kin=(Kin(SPOUSE, Relation.SPOUSE, HOME, villages),))
    assert says(rule(RuleKind.COUPLE), facts) is verdict


def test_only_villages_and_only_the_spouse_count_for_couples() -> None:
    """A brother in a village does not bar, nor a spouse when the host is no village."""
    always = (DateSpan(date(2026, 1, 1), date(2030, 1, 1)),)
    assert says(rule(RuleKind.COUPLE), replace(SOUND, kin=(Kin(BROTHER, Relation.SIBLING, HOME, always),))) is PASS
    married = replace(SOUND, kin=(Kin(SPOUSE, Relation.SPOUSE, HOME, always),))
    community = asking(rule(RuleKind.COUPLE), POLICIES[BatchKind.COMMUNITY])
    (found,) = findings(community, married, replace(HOST, village=""), ON)
    assert found.verdict is PASS
    assert says(rule(RuleKind.COUPLE), replace(SOUND, kin_complete=False)) is CHECK
