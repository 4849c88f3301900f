"""Model of `roster.toml`: rules, prices and posts of the market-day roster, each price with a sentence saying why."""

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from djflow.core.errors import InputError
from djflow.people.model import RANK_LABELS
from djflow.roster.model import LEADER_POST, Rules, Weights
from djflow.settings.fields import AS_TUPLE, Table, Text

RANKS: Mapping[str, int] = MappingProxyType({label: level.grade for level, label in RANK_LABELS.items()})
"""Rank words of the personnel table and their grade; a higher grade is a higher rank."""


def _rank(word: object) -> object:
    if isinstance(word, str) and word not in RANKS:
        raise ValueError(f"没有职级“{word}”，可以写：{'、'.join(RANKS)}。")
    return word


Rank = Annotated[str, BeforeValidator(_rank)]
Points = Annotated[int, Field(ge=0, le=1_000_000)]


class Weight(Table):
    """A price in points and the reason the coordinator reads."""

    value: Points = Field(description="分值", examples=["value = 15"])
    why: Text = Field(description="一句话说明为什么", examples=['why = "换一个单位去，要重新熟悉情况"'])


class WeightTable(Table):
    """The prices the roster is made by."""

    distance_per_km: Weight = Field(description="每公里路程", examples=["[weights.distance_per_km]"])
    not_incumbent: Weight = Field(description="上月没去过这个场的单位", examples=["[weights.not_incumbent]"])
    avoid: Weight = Field(description="安排在本人希望避开的日子或场镇", examples=["[weights.avoid]"])
    fairness: Weight = Field(description="忙闲不均", examples=["[weights.fairness]"])
    quota: Weight = Field(description="单位人次超出或不足应承担数", examples=["[weights.quota]"])
    unfilled: Weight = Field(description="空一个岗位", examples=["[weights.unfilled]"])


class Overrides(Table):
    """Prices a preset changes; the others stay."""

    distance_per_km: Points | None = Field(default=None, description="每公里路程", examples=["distance_per_km = 3"])
    not_incumbent: Points | None = Field(default=None, description="换单位", examples=["not_incumbent = 40"])
    avoid: Points | None = Field(default=None, description="避开日子或场镇", examples=["avoid = 20"])
    fairness: Points | None = Field(default=None, description="忙闲不均", examples=["fairness = 6"])
    quota: Points | None = Field(default=None, description="单位人次", examples=["quota = 60"])
    unfilled: Points | None = Field(default=None, description="空岗", examples=["unfilled = 5000"])

    @property
    def given(self) -> Mapping[str, int]:
        """The prices that are changed."""
        return {name: value for name in Weights.__slots__ if isinstance(value := getattr(self, name, None), int)}


class Preset(Table):
    """A named set of prices offered in the review form."""

    label: Text = Field(description="方案名称", examples=['label = "均衡优先"'])
    why: Text = Field(description="一句话说明什么时候用", examples=['why = "前几个月忙闲差得多时用"'])
    overrides: Overrides = Field(
        default=Overrides(), description="改动的分值", examples=["overrides = { fairness = 6 }"]
    )


class Post(Table):
    """A post at the stall: `heads` people per session unless a market says otherwise; `skill` defaults to the name."""

    name: Text = Field(description="岗位名称", examples=['name = "民政社保"'])
    services: Text = Field(description="公示的服务内容", examples=['services = "低保、养老、医保咨询办理"'])
    skill: str = Field(default="", description="所需专长；留空与岗位同名", examples=['skill = "民政社保"'])
    leader: bool = Field(default=False, description="是否带队领导", examples=["leader = true"])
    heads: int = Field(default=1, ge=0, le=20, description="每场人数", examples=["heads = 1"])

    @property
    def required_skill(self) -> str:
        """The skill a person needs for this post."""
        return self.skill or self.name


class LoadUnits(Table):
    """Load points of one duty by kind of day."""

    workday: int = Field(default=2, ge=1, le=20, description="工作日一次", examples=["workday = 2"])
    weekend: int = Field(default=3, ge=1, le=20, description="周末一次", examples=["weekend = 3"])
    holiday: int = Field(default=4, ge=1, le=20, description="节假日一次", examples=["holiday = 4"])


class RosterSettings(Table):
    """The whole of `roster.toml`."""

    rest_gap_days: int = Field(
        ge=0, le=14, description="同一人两次值班相隔的天数要多于它", examples=["rest_gap_days = 2"]
    )
    max_duties: int = Field(ge=1, le=31, description="每人每月最多值班次数", examples=["max_duties = 5"])
    max_per_department: int = Field(
        default=0, ge=0, le=20, description="同一场最多几人来自同一单位，0 为不限", examples=["max_per_department = 2"]
    )
    min_township: int = Field(default=1, ge=0, le=10, description="每场至少几名镇乡干部", examples=["min_township = 1"])
    min_leader_rank: Rank = Field(description="带队领导的最低职级", examples=['min_leader_rank = "副科"'])
    history_months: int = Field(ge=0, le=24, description="算忙闲时看前几个月", examples=["history_months = 6"])
    standby: bool = Field(default=True, description="每场是否安排一名备勤", examples=["standby = true"])
    substitutions_free: int = Field(
        default=2,
        ge=0,
        le=31,
        description="每人每月有几次不能到岗可由系统直接安排接替，再多转组织部办理",
        examples=["substitutions_free = 2"],
    )
    swap_needs_approval: bool = Field(
        default=False, description="干部之间换班、代班是否要组织部批准", examples=["swap_needs_approval = false"]
    )
    offer_hours: int = Field(
        default=48, ge=1, le=720, description="换班、代班请求几小时内答复有效", examples=["offer_hours = 48"]
    )
    comp_leave: bool = Field(default=True, description="休息日值班是否记补休", examples=["comp_leave = true"])
    time_limit_seconds: float = Field(
        ge=1, le=3600, description="排班计算的时限（秒）", examples=["time_limit_seconds = 60"]
    )
    gap: float = Field(gt=0, le=0.5, description="离最优多近就停（0.005 即千分之五）", examples=["gap = 0.005"])
    quota_tolerance: float = Field(
        default=0.25, ge=0, le=1, description="单位应承担人次的上下浮动", examples=["quota_tolerance = 0.25"]
    )
    load: LoadUnits = Field(default=LoadUnits(), description="忙闲的计分", examples=["[load]"])
    weights: WeightTable = Field(description="各项分值", examples=["[weights.fairness]"])
    presets: Mapping[str, Preset] = Field(default={}, description="备选方案", examples=["[presets.balanced]"])
    posts: Annotated[tuple[Post, ...], AS_TUPLE] = Field(min_length=1, description="岗位", examples=["[[posts]]"])

    @model_validator(mode="after")
    def _names_fit(self) -> Self:
        for what, names in (("岗位", [p.name for p in self.posts]), ("方案", [p.label for p in self.presets.values()])):
            twice = [name for name, count in Counter(names).items() if count > 1]
            if twice:
                raise ValueError(f"{what}“{twice[0]}”写了两次，请删去或改名。")
        wrong = [post.name for post in self.posts if post.leader != (post.name == LEADER_POST)]
        if wrong:
            raise ValueError(f"岗位“{wrong[0]}”：带队的岗位叫“{LEADER_POST}”并写 leader = true，别的岗位不写 leader。")
        return self

    @property
    def heads(self) -> Mapping[str, int]:
        """Heads per post of an ordinary session."""
        return {post.name: post.heads for post in self.posts}

    @property
    def skills(self) -> tuple[str, ...]:
        """The skills a personnel table may name; the leader's post follows from being a leader."""
        return tuple(dict.fromkeys(post.required_skill for post in self.posts if not post.leader))

    def prices(self, preset: str | None = None) -> Weights:
        """Return the solver's weights, changed by the preset of that key or label.

        Raises: InputError when there is no such preset.
        """
        values = {name: getattr(self.weights, name).value for name in WeightTable.model_fields if name != "source"}
        if preset is not None:
            chosen = next((one for key, one in self.presets.items() if preset in (key, one.label)), None)
            if chosen is None:
                labels = "、".join(one.label for one in self.presets.values())
                raise InputError(f"没有名为“{preset}”的方案，可选：{labels}。", code="settings.no_preset")
            values |= chosen.overrides.given
        return Weights(**values)

    def rules(self) -> Rules:
        """Return the solver's hard rules."""
        return Rules(
            rest_gap=self.rest_gap_days,
            min_grades={post.name: RANKS[self.min_leader_rank] for post in self.posts if post.leader},
            max_per_department=self.max_per_department or None,
            min_township=self.min_township,
        )
