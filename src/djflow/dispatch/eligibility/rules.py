"""Holds every rule of a kind against what is known of a person and of the place.

Whatever is not known is to be checked and says so; a decided verdict does not turn round when more becomes known.
Source: handbook of the domain, section 2.2.
"""

from collections.abc import Iterable
from datetime import date

from djflow.core.spans import Month
from djflow.dispatch.eligibility.asking import Asked
from djflow.dispatch.eligibility.model import Facts, Finding, Place, Verdict
from djflow.dispatch.eligibility.months import month_after, months_between
from djflow.dispatch.eligibility.personal import PERSONAL
from djflow.dispatch.eligibility.recusal import RECUSAL
from djflow.dispatch.policy.model import KindPolicy, RetirementAge, RuleKind, Strictness
from djflow.people.model import Gender, RankLevel

PLACE_RULES = frozenset({RuleKind.OWN_UNIT, RuleKind.NATIVE_PLACE, RuleKind.RELATIVE})
"""Rules about the pair of a person and a host; without a host they say nothing."""

HOST_RULES = PLACE_RULES | {RuleKind.COUPLE}
"""Rules whose answer depends on the host; the others say the same wherever somebody goes."""

_JUDGES = {**PERSONAL, **RECUSAL}


def findings(policy: KindPolicy, facts: Facts, place: Place | None, on: date) -> tuple[Finding, ...]:
    """Return what every rule of a kind says of a person sent on a day, in the policy's order.

    Rules about the host are left out while `place` is None.
    """
    return tuple(
        _finding(Asked(rule, policy, facts, place, on))
        for rule in policy.rules
        if place is not None or rule.kind not in PLACE_RULES
    )


def findings_at(policy: KindPolicy, facts: Facts, place: Place, on: date) -> tuple[Finding, ...]:
    """Return what only the rules that depend on the host say, in the policy's order; for many pairs quickly."""
    return tuple(_finding(Asked(rule, policy, facts, place, on)) for rule in policy.rules if rule.kind in HOST_RULES)


def _finding(asked: Asked) -> Finding:
    verdict, detail = _JUDGES[asked.rule.kind](asked)
    return Finding(asked.rule.kind, verdict, asked.rule.strictness, detail, asked.rule.basis)


def eligible(found: Iterable[Finding]) -> Verdict:
    """Return what hard rules say together: fails if one fails, else to be checked if one is, else passes."""
    hard = {one.verdict for one in found if one.strictness is Strictness.HARD}
    return next((verdict for verdict in (Verdict.FAIL, Verdict.CHECK) if verdict in hard), Verdict.PASS)


def retirement_month(
    ages: Iterable[RetirementAge], gender: Gender | None, rank: RankLevel | None, birth: Month | None
) -> Month | None:
    """Return in which month somebody retires, None when it cannot be known.

    Source: 2024-09-13 decision of the National People's Congress's committee on raising the age step by step.
    """
    if gender is None or rank is None or birth is None:
        return None
    fitting = [one for one in ages if one.gender is gender and one.from_rank.grade <= rank.grade]
    if not fitting:
        return None
    age = max(fitting, key=lambda one: one.from_rank.grade)
    late = 0
    if age.first_birth is not None and birth >= age.first_birth:
        late = min(age.most_months, months_between(age.first_birth, birth.first) // age.step_months + 1)
    return month_after(birth, 12 * age.years + late)
