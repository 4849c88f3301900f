"""The words people read for states, verdicts, kinds of steps, quorums and powers of approvals."""

from collections.abc import Mapping
from types import MappingProxyType

from djflow.approvals.chains.model import Conflict, Power, QuorumKind, StepKind
from djflow.approvals.model import CaseState, Origin, TaskState, Verdict

STEP_LABELS: Mapping[StepKind, str] = MappingProxyType(
    {
        StepKind.APPROVE: "审批",
        StepKind.PUBLICITY: "公示",
        StepKind.PAY: "拨付",
        StepKind.FOLLOW_UP: "回访",
    }
)

QUORUM_LABELS: Mapping[QuorumKind, str] = MappingProxyType(
    {
        QuorumKind.ANY: "或签",
        QuorumKind.ALL: "会签",
        QuorumKind.SEQUENTIAL: "依次签",
        QuorumKind.RATIO: "票决",
    }
)

CONFLICT_LABELS: Mapping[Conflict, str] = MappingProxyType(
    {
        Conflict.SELF: "本人、代办人或推荐人",
        Conflict.RELATIVE: "亲属",
        Conflict.SAME_HOUSEHOLD: "同住家庭成员",
        Conflict.EARLIER_STEP: "已办过前面的步骤",
    }
)

POWER_LABELS: Mapping[Power, str] = MappingProxyType(
    {
        Power.RETURN_TO_APPLICANT: "退回申请人",
        Power.RETURN_TO_PREVIOUS: "退回上一步",
        Power.TRANSFER: "转办",
        Power.ADD_BEFORE: "前加签",
        Power.ADD_AFTER: "后加签",
        Power.SUPPLEMENT: "要求补正",
    }
)

VERDICT_LABELS: Mapping[Verdict, str] = MappingProxyType(
    {
        Verdict.APPROVE: "同意",
        Verdict.REJECT: "不同意",
        Verdict.ABSTAIN: "弃权",
        Verdict.RETURN_TO_APPLICANT: "退回申请人",
        Verdict.RETURN_TO_PREVIOUS: "退回上一步",
        Verdict.SUPPLEMENT: "要求补正",
    }
)

CASE_LABELS: Mapping[CaseState, str] = MappingProxyType(
    {
        CaseState.RUNNING: "审批中",
        CaseState.BLOCKED: "无人可批",
        CaseState.SUPPLEMENT: "等待补正",
        CaseState.PAUSED: "暂停",
        CaseState.RETURNED: "已退回",
        CaseState.APPROVED: "已办结",
        CaseState.REJECTED: "不予通过",
        CaseState.WITHDRAWN: "已撤回",
        CaseState.EXPIRED: "逾期未补正",
    }
)

TASK_LABELS: Mapping[TaskState, str] = MappingProxyType(
    {
        TaskState.QUEUED: "排队",
        TaskState.WAITING: "待办",
        TaskState.DECIDED: "已办",
        TaskState.HANDED_OVER: "已转办",
        TaskState.ENDED: "无需再办",
    }
)

ORIGIN_LABELS: Mapping[Origin, str] = MappingProxyType(
    {
        Origin.ROLE: "按职务",
        Origin.NAMED: "指定",
        Origin.SUBSTITUTE: "回避代审",
        Origin.TRANSFER: "转办",
        Origin.ADDED_BEFORE: "前加签",
        Origin.ADDED_AFTER: "后加签",
        Origin.OWNER: "经办",
    }
)
