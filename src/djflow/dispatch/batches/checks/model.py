"""What a rule found about a nomination, and what a person made of it. Words are stored and never renamed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from djflow.dispatch.batches.model import CandidateId
from djflow.dispatch.eligibility.model import Verdict
from djflow.dispatch.policy.model import RuleKind, Strictness

ANYWHERE = ""
RULE_WORDS: Mapping[RuleKind, str] = MappingProxyType(
    {
        RuleKind.AGE_MAX: "年龄",
        RuleKind.EDUCATION: "学历",
        RuleKind.PARTY_MEMBER: "正式党员",
        RuleKind.SERVICE_YEARS: "工作年限",
        RuleKind.RANK: "职级",
        RuleKind.APPRAISALS: "年度考核",
        RuleKind.DISCIPLINE: "廉洁纪律",
        RuleKind.HEALTH: "身体条件",
        RuleKind.RETIREMENT: "临近退休",
        RuleKind.PROFESSION: "职业",
        RuleKind.NOT_TO_BORROW: "不得借调",
        RuleKind.UNFINISHED_TASK: "在办任务",
        RuleKind.CARE: "照顾情形",
        RuleKind.COOLDOWN: "选派间隔",
        RuleKind.OTHER_BATCH: "其他批次",
        RuleKind.COUPLE: "夫妻同驻",
        RuleKind.STATUTORY_DUTY: "法定职责",
        RuleKind.OWN_UNIT: "本单位",
        RuleKind.NATIVE_PLACE: "籍贯回避",
        RuleKind.RELATIVE: "亲属回避",
    }
)
"""What a rule is called at the head of a column."""


@dataclass(frozen=True, slots=True)
class Found:
    """A finding; `place` is the host unit it is about, empty for wherever somebody goes."""

    rule: RuleKind
    verdict: Verdict
    strictness: Strictness
    detail: str
    basis: str
    place: str = ANYWHERE


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding kept with a nomination; `settled` is what a person made of one to be checked, with a reason."""

    id: str
    candidate: CandidateId
    found: Found
    at: datetime
    settled: Verdict | None = None
    settled_by: str = ""
    settled_at: datetime | None = None
    reason: str = field(default="", repr=False)

    @property
    def verdict(self) -> Verdict:
        """What holds: the person's verdict where there is one."""
        return self.settled or self.found.verdict

    @property
    def waits(self) -> bool:
        """Whether a person still has to look."""
        return self.verdict is Verdict.CHECK

    @property
    def forbids(self) -> bool:
        """Whether it keeps somebody from going."""
        return self.verdict is Verdict.FAIL and self.found.strictness is Strictness.HARD
