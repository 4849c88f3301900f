"""Typed forms of circulars: the period asked for and the answer to a draft. No names of people."""

from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, Field

from flows.forms import MIN_REASON, Review, blank

_WHERE = "*看完初稿，在最后填写“决定”，再按 Resume。*"

# Prefect overwrites a parameter's title with its Python name; only the extra schema survives.
PeriodText = Annotated[
    str,
    BeforeValidator(blank),
    Field(
        pattern=r"^([0-9]{4}(-(0[1-9]|1[0-2]|Q[1-4]|H[12]))?)?$",
        json_schema_extra={
            "title": "通报哪一期",
            "description": "月写成 2026-11，季度 2026-Q4，半年 2026-H1，全年 2026；不填就是上个月。",
        },
    ),
]


class Verdict(StrEnum):
    """What the coordinator may answer to a draft."""

    HAND = "转公文送签"
    BACK = "退回修改"
    DROP = "取消这份通报"


class CircularReview(Review):
    """The answer to a circular's draft."""

    decision: Verdict = Field(
        title="决定",
        description="转公文后由核稿人、签发人在自己的页面上批；退回后在工作台改段落再送审；取消后这一期可以重新汇总。",
    )
    reason: str = Field(default="", max_length=200, title="理由", description="退回、取消必填；不要写姓名。")

    @property
    def complaint(self) -> str:
        """What is wrong with the answer, in Chinese; empty when it can be acted upon."""
        if self.decision is not Verdict.HAND and len(self.reason.strip()) < MIN_REASON:
            return f"上次的答复没有被接受：选择“{self.decision}”时必须写明理由（至少{MIN_REASON}个字）。请再答复一次。"
        return ""


def review_form(text: str, complaint: str) -> type[CircularReview]:
    """Return the form with `text` above it, headed by `complaint` if any."""
    heading = f"**⚠️ {complaint}**\n\n" if complaint else ""
    return CircularReview.with_initial_data(description=f"{heading}{_WHERE}\n\n{text}")
