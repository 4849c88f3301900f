"""The way of a posting as a table for the manual, made from the same data that moves postings."""

from collections.abc import Mapping
from types import MappingProxyType

from djflow.dispatch.postings.model import ACT_WORDS, POSTING_WORDS, Limit, Who
from djflow.dispatch.postings.transitions import TRANSITIONS, Guard

WHO_WORDS: Mapping[Who, str] = MappingProxyType(
    {
        Who.CADRE: "本人",
        Who.HOST: "接收单位",
        Who.OFFICE: "干部科",
        Who.APPROVAL: "审批流程",
        Who.CLOCK: "到期自动",
    }
)
GUARD_WORDS: Mapping[Guard, str] = MappingProxyType(
    {
        Guard.NONE: "",
        Guard.NO_TALK: "这类批次不要谈话记录，到了开始日",
        Guard.STARTED: "到了开始日",
        Guard.ASSESSED: "接收单位填了意见",
        Guard.NEAR_END: "到了期满考核的日子",
        Guard.GRADED: "期满考核已定等次",
        Guard.EXTENDABLE: "不超过最长月数，该报批的已批，不碰下一次派出",
        Guard.PAPERS: "文书都已印发",
    }
)
LIMIT_WORDS: Mapping[Limit, str] = MappingProxyType(
    {
        Limit.TALK: "任期开始前",
        Limit.REPORT: "开始后 `report_days` 天",
        Limit.CONFIRM: "报到后 `confirm_workdays` 个工作日",
        Limit.MIDTERM: "任期的 `midterm_percent` %",
        Limit.FINAL: "期满前 `final_review_days` 天",
        Limit.TERM: "期满日",
        Limit.ARCHIVE: "`archive_days` 天",
    }
)


def way_table() -> tuple[str, ...]:
    """Return the lines of a Markdown table: from where, what, by whom, if what, to where, within which limit."""
    lines = ["| 现在 | 办什么 | 谁办 | 条件 | 变为 | 期限 |", "|---|---|---|---|---|---|"]
    for row in TRANSITIONS:
        who = "、".join(WHO_WORDS[one] for one in Who if one in row.who)
        limit = LIMIT_WORDS[row.limit] if row.limit else ""
        cells = (
            POSTING_WORDS[row.state],
            ACT_WORDS[row.act],
            who,
            GUARD_WORDS[row.guard],
            POSTING_WORDS[row.then],
            limit,
        )
        lines.append(f"| {' | '.join(cells)} |")
    return tuple(lines)
