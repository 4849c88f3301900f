"""Typed forms of batches: the key of a batch and the answer to a proposal. Codes and numbers, never a name."""

import re
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from djflow.assembly.dispatch_batches import Pair
from flows.forms import Review

MIN_REASON = 2
_WHERE = "*看完说明，在最后填写“决定”，再按 Resume。*"
_PAIR = re.compile(r"(?P<ban>不派)?(?P<person>[A-Za-z0-9_-]{1,40})[@＠](?P<post>[0-9]{1,3})")
_BETWEEN = re.compile(r"[\s、，,;；]+")

# Prefect overwrites a parameter's title with its Python name; only the extra schema survives.
BatchKey = Annotated[
    str,
    Field(
        pattern=r"^[0-9a-f]{32}$",
        json_schema_extra={
            "title": "批次编号",
            "description": "工作台的批次页面上写着。",
        },
    ),
]


class Choice(StrEnum):
    """What the coordinator may answer to a proposal."""

    SUBMIT = "送审"
    AGAIN = "重新拟定"
    CANCEL = "取消本批"


class ProposalReview(Review):
    """The answer to a proposal."""

    decision: Choice = Field(
        title="决定", description="送审后由审批人在自己的页面上批；重新拟定会再来一稿；取消后这一批不再办。"
    )
    pins: str = Field(
        default="",
        max_length=400,
        title="指定和排除",
        description="重新拟定时用：写“工号@岗位序号”指定，前面加“不派”排除，如 A001@2、不派A007@1。",
    )
    reason: str = Field(default="", max_length=200, title="理由", description="取消必填；不要写姓名和病情。")

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """The pairs settled or excluded, in the order written."""
        found = (_PAIR.fullmatch(word) for word in _BETWEEN.split(self.pins.strip()) if word)
        return tuple(Pair(one["person"], int(one["post"]), banned=bool(one["ban"])) for one in found if one)

    @property
    def complaint(self) -> str:
        """What is wrong with the answer, in Chinese; empty when it can be acted upon."""
        words = [word for word in _BETWEEN.split(self.pins.strip()) if word]
        if self.decision is Choice.CANCEL and len(self.reason.strip()) < MIN_REASON:
            return f"上次的答复没有被接受：取消时必须写明理由（至少{MIN_REASON}个字）。请再答复一次。"
        if self.decision is Choice.AGAIN and len(self.pairs) != len(words):
            return "上次的答复没有被接受：“指定和排除”要写成“工号@岗位序号”，几个用顿号隔开。请再答复一次。"
        return ""


def review_form(text: str, complaint: str) -> type[ProposalReview]:
    """Return the form with `text` above it, headed by `complaint` if any."""
    heading = f"**⚠️ {complaint}**\n\n" if complaint else ""
    return ProposalReview.with_initial_data(description=f"{heading}{_WHERE}\n\n{text}")
