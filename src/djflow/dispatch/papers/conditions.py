"""The conditions of a kind of batch as a call says them: the hard rules in the office's words, one sentence each."""

from collections.abc import Mapping
from types import MappingProxyType

from djflow.dispatch.policy.model import KindPolicy, Rule, RuleKind, Strictness
from djflow.dispatch.policy.words import EDUCATION_WORDS, Education
from djflow.people.model import RANK_LABELS, RankLevel

_SENTENCES: Mapping[RuleKind, str] = MappingProxyType(
    {
        RuleKind.AGE_MAX: "年龄不超过{value}周岁。",
        RuleKind.EDUCATION: "具有{value}以上学历。",
        RuleKind.PARTY_MEMBER: "是中共正式党员。",
        RuleKind.SERVICE_YEARS: "工作满{value}年。",
        RuleKind.RANK: "职级在{value}以上。",
        RuleKind.APPRAISALS: "近{value}年年度考核均为称职以上等次。",
        RuleKind.DISCIPLINE: "没有正在接受审查调查或者在处分影响期内的情形。",
        RuleKind.HEALTH: "身体健康，能够坚持正常工作。",
        RuleKind.RETIREMENT: "距法定退休年龄{value}年以上。",
        RuleKind.COOLDOWN: "上次派出期满已满{value}个月，自愿报名的除外。",
        RuleKind.UNFINISHED_TASK: "没有尚未完成的组织交办任务。",
    }
)
"""What a call tells everybody; rules about single persons and places are checked, not announced."""


def conditions(policy: KindPolicy) -> tuple[str, ...]:
    """Return the conditions of a policy in the order of its rules."""
    return tuple(
        _SENTENCES[rule.kind].format(value=_words(rule))
        for rule in policy.rules
        if rule.strictness is Strictness.HARD and rule.kind in _SENTENCES
    )


def _words(rule: Rule) -> str:
    if rule.kind is RuleKind.EDUCATION and rule.value in set(Education):
        return EDUCATION_WORDS[Education(rule.value)]
    if rule.kind is RuleKind.RANK and rule.value in set(RankLevel):
        return RANK_LABELS[RankLevel(rule.value)]
    return str(rule.value)
