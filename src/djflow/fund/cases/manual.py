"""The way of an application as a table for the manual, made from the same data that moves cases."""

from collections.abc import Mapping
from types import MappingProxyType

from djflow.fund.cases.model import ACT_WORDS, STATE_WORDS, Limit, Who
from djflow.fund.cases.transitions import TRANSITIONS, Guard

WHO_WORDS: Mapping[Who, str] = MappingProxyType(
    {
        Who.APPLICANT: "申请人",
        Who.BRANCH: "支部",
        Who.OFFICE: "组织部",
        Who.APPROVAL: "审批流程",
        Who.LEDGER: "资金账",
        Who.CASHIER: "财务",
        Who.PUBLIC: "群众",
        Who.CLOCK: "到期自动",
    }
)
GUARD_WORDS: Mapping[Guard, str] = MappingProxyType(
    {
        Guard.NONE: "",
        Guard.COMPLETE: "材料齐全、符合条件",
        Guard.CHECKED: "评议、公示、入户、部门核对、疑点都已办完",
        Guard.PHONED: "已登记电话批准",
        Guard.WITHIN_CAPS: "不超过申请额、类别上限和每人每年上限",
        Guard.PUBLICIZED: "公示期满",
        Guard.UNDISPUTED: "异议都有结论",
        Guard.OVERDUE: "已过期限",
        Guard.SETTLED: "应急的材料和公示已补齐",
    }
)
LIMIT_WORDS: Mapping[Limit, str] = MappingProxyType(
    {limit: f"limits.{limit.value}" for limit in Limit},
)


def way_table() -> tuple[str, ...]:
    """Return the lines of a Markdown table: from where, what, by whom, if what, to where, within which limit."""
    lines = ["| 现在 | 做什么 | 谁 | 条件 | 变为 | 期限 |", "|---|---|---|---|---|---|"]
    for row in TRANSITIONS:
        who = "、".join(WHO_WORDS[one] for one in Who if one in row.who)
        limit = f"`{LIMIT_WORDS[row.limit]}`" if row.limit else ""
        cells = (STATE_WORDS[row.state], ACT_WORDS[row.act], who, GUARD_WORDS[row.guard], STATE_WORDS[row.then], limit)
        lines.append(f"| {' | '.join(cells)} |")
    return tuple(lines)
