"""The conditions of a call, from the rules of its kind."""

from dataclasses import replace

from djflow.dispatch.papers.conditions import conditions
from djflow.dispatch.policy.model import Rule, RuleKind, Strictness
from tests.dispatch.posted import RURAL


def test_hard_rules_are_said_in_words() -> None:
    """Hard rules that concern everybody are announced with their figures; soft ones and those about places are not."""
    rules = (
        Rule(RuleKind.AGE_MAX, "办法", value=45),
        Rule(RuleKind.EDUCATION, "办法", value="bachelor"),
        Rule(RuleKind.RANK, "办法", value="clerk"),
        Rule(RuleKind.HEALTH, "办法", Strictness.SOFT),
        Rule(RuleKind.NATIVE_PLACE, "办法"),
        Rule(RuleKind.PARTY_MEMBER, "办法"),
    )
    assert conditions(replace(RURAL, rules=rules)) == (
        "年龄不超过45周岁。",
        "具有本科以上学历。",
        "职级在科员以上。",
        "是中共正式党员。",
    )
