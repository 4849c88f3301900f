"""Typed forms as coordinators see them: parameters of the deployments and the answer to a review.

Parameters are ids, dates and codes only: Prefect stores, shows and logs them.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from prefect.input import RunInput
from pydantic import BeforeValidator, Field, create_model

from djflow.core.spans import Month


def blank(given: object) -> object:
    """Return the empty text for nothing, which runs of earlier releases were given."""
    return "" if given is None else given


# Prefect overwrites a parameter's title with its Python name; only the extra schema survives. What may be left out is
# an empty text: for `str | None` the form asks for a type first.
MonthText = Annotated[
    str,
    BeforeValidator(blank),
    Field(
        pattern=r"^([0-9]{4}-(0[1-9]|1[0-2]))?$",
        json_schema_extra={"title": "月份", "description": "写成 2026-12；不填就是计划开始时间的下一个月。"},
    ),
]
MarketCode = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9_-]{1,40}$",
        json_schema_extra={
            "title": "场镇代码",
            "description": "config/markets.toml 里的 code，也可以用 djflow market list 查看。",
        },
    ),
]
FirstDay = Annotated[date, Field(json_schema_extra={"title": "停场第一天"})]
LastDay = Annotated[date, Field(json_schema_extra={"title": "停场最后一天", "description": "含这一天。"})]
NoticeKind = Annotated[
    Literal["镇政府通知", "区政府通知", "防汛防灾通知", "疫情防控通知", "道路施工通知"],
    Field(json_schema_extra={"title": "停场依据", "description": "会印在公示上。"}),
]

AS_CONFIGURED = "按配置的权重"
MIN_REASON = 2
_WHERE = "*看完说明，在最后填写“决定”，再按 Resume。*"


class Decision(StrEnum):
    """What the coordinator may answer to a draft."""

    PUBLISH = "发布"
    REGENERATE = "重新生成"
    VOID = "作废"


class Review(RunInput):
    """An answer that says itself what is wrong with it."""

    @property
    def complaint(self) -> str:
        """What is wrong with the answer, in Chinese; empty when it can be acted upon."""
        return ""


class RosterReview(Review):
    """The answer to a roster's draft; `weighting` is narrowed to the configured presets by `review_form`."""

    decision: Decision = Field(
        title="决定", description="发布后立即公示并通知；重新生成会再来一稿；作废后本月不再自动生成。"
    )
    weighting: str = Field(default=AS_CONFIGURED, title="权重方案", description="只在重新生成时用。")
    reason: str = Field(default="", max_length=200, title="理由", description="重新生成、作废必填；不要写姓名和病情。")

    @property
    def complaint(self) -> str:
        """What is wrong with the answer, in Chinese; empty when it can be acted upon."""
        if self.decision is not Decision.PUBLISH and len(self.reason.strip()) < MIN_REASON:
            return f"上次的答复没有被接受：选择“{self.decision}”时必须写明理由（至少{MIN_REASON}个字）。请再答复一次。"
        return ""


def review_form(presets: Mapping[str, str], text: str, complaint: str) -> type[RosterReview]:
    """Return the form with the presets' labels as choices and `text` above it, headed by `complaint` if any."""
    plain = RosterReview.model_fields["weighting"]
    form = create_model(
        "RosterReview",
        __base__=RosterReview,
        weighting=(
            str,
            Field(
                default=AS_CONFIGURED,
                title=plain.title,
                description=plain.description,
                json_schema_extra={"enum": [AS_CONFIGURED, *presets.values()]},
            ),
        ),
    )
    heading = f"**⚠️ {complaint}**\n\n" if complaint else ""
    return form.with_initial_data(description=f"{heading}{_WHERE}\n\n{text}")


def preset_of(presets: Mapping[str, str], label: str) -> str | None:
    """Return the key of the preset labelled `label`, None for the configured weights."""
    return next((key for key, shown in presets.items() if shown == label), None)


def month_meant(month: str | None, on: date) -> Month:
    """Return the month asked for, or the one after civil date `on`.

    Raises: InputError when the text is not a month.
    """
    return Month.parse(month) if month else Month.of(on).following
