"""One rule of `dispatch.toml`: which values it takes and what is wrong with those written."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Literal, TypeVar

from pydantic import BeforeValidator, Field

from djflow.dispatch.policy.model import Rule, RuleKind, Strictness
from djflow.dispatch.policy.words import BORROWING_WORDS, EDUCATION_WORDS, PROFESSION_WORDS, Borrowing, Profession
from djflow.people.model import RANK_LABELS
from djflow.settings.fields import Table, Text

W = TypeVar("W", bound=StrEnum)

_RANGES: Mapping[RuleKind, tuple[int, int]] = MappingProxyType(
    {
        RuleKind.AGE_MAX: (18, 70),
        RuleKind.SERVICE_YEARS: (0, 40),
        RuleKind.APPRAISALS: (1, 5),
        RuleKind.HEALTH: (1, 60),
        RuleKind.RETIREMENT: (0, 20),
        RuleKind.COOLDOWN: (1, 120),
    }
)


def _plain(labels: Mapping[W, str]) -> Mapping[str, str]:
    return {word.value: label for word, label in labels.items()}


_WORDS: Mapping[RuleKind, Mapping[str, str]] = MappingProxyType(
    {RuleKind.EDUCATION: _plain(EDUCATION_WORDS), RuleKind.RANK: _plain(RANK_LABELS)}
)
_CLASSES: Mapping[RuleKind, Mapping[str, str]] = MappingProxyType(
    {RuleKind.PROFESSION: _plain(PROFESSION_WORDS), RuleKind.NOT_TO_BORROW: _plain(BORROWING_WORDS)}
)
_MAY_LACK_VALUE = frozenset({RuleKind.HEALTH})
_NEVER_COUNTED = frozenset({Borrowing.PROBATION, Profession.OFFICE})
_MOST_YEARS = 20


def _classes(value: object) -> tuple[tuple[str, int], ...]:
    if isinstance(value, list | tuple) and all(isinstance(one, str) for one in value):
        return tuple((str(one), 0) for one in value)
    if isinstance(value, dict) and all(
        isinstance(years, int) and not isinstance(years, bool) and 0 <= years <= _MOST_YEARS for years in value.values()
    ):
        return tuple((str(one), int(years)) for one, years in value.items())
    raise ValueError(
        f'要写成列表，如 ["school_teacher"]，或带年数的表，如 {{ new_servant = 3 }}，年数 0 到 {_MOST_YEARS}。'
    )


def _value(value: object) -> object:
    readable = isinstance(value, int | str) and not isinstance(value, bool)
    if not readable:
        raise ValueError("要写成整数或加引号的等级。")
    return value


Value = Annotated[int | str, BeforeValidator(_value)]
Classes = Annotated[tuple[tuple[str, int], ...], BeforeValidator(_classes)]


class RuleTable(Table):
    """A rule as the office writes it; its name is the table's."""

    basis: Text = Field(description="依据", examples=['basis = "借调管理规定"'])
    strictness: Literal["hard", "soft"] = Field(
        default="hard", description="硬性（hard）还是倾向（soft）", examples=['strictness = "soft"']
    )
    value: Value | None = Field(default=None, description="数值或等级", examples=["value = 45"])
    classes: Classes = Field(default=(), description="说的是哪几类人", examples=['classes = ["school_teacher"]'])

    def rule(self, kind: RuleKind) -> Rule:
        """Return the rule as it is judged."""
        return Rule(kind, self.basis, Strictness(self.strictness), self.value, self.classes)


def rule_fault(kind: RuleKind, table: RuleTable) -> tuple[str, str, str] | None:
    """Return what is wrong with a rule as key, what, fix; None when nothing is."""
    checks: tuple[Callable[[RuleKind, RuleTable], tuple[str, str, str] | None], ...] = (_value_fault, _classes_fault)
    return next((found for check in checks if (found := check(kind, table)) is not None), None)


def _value_fault(kind: RuleKind, table: RuleTable) -> tuple[str, str, str] | None:
    value = table.value
    if kind in _RANGES:
        low, high = _RANGES[kind]
        if value is None and kind in _MAY_LACK_VALUE:
            return None
        if not isinstance(value, int) or not low <= value <= high:
            return (
                "value",
                "这条规则要有数值。" if value is None else f"“{value}”不行。",
                f"请写 {low} 到 {high} 的整数。",
            )
        return None
    if kind in _WORDS:
        if value not in set(_WORDS[kind]):
            words = "、".join(f"{word}（{label}）" for word, label in _WORDS[kind].items())
            said = "这条规则要有等级。" if value is None else f"没有“{value}”这个等级。"
            return "value", said, f"可以写：{words}。"
        return None
    return None if value is None else ("value", "这条规则不用填数值。", "请删去 value。")


def _classes_fault(kind: RuleKind, table: RuleTable) -> tuple[str, str, str] | None:
    if kind not in _CLASSES:
        return None if not table.classes else ("classes", "这条规则不分哪几类人。", "请删去 classes。")
    known = _CLASSES[kind]
    listed = "、".join(f"{word}（{label}）" for word, label in known.items())
    if not table.classes:
        return "classes", "没有写说的是哪几类人。", f"可以写：{listed}。"
    names = [name for name, _ in table.classes]
    strange = [name for name in names if name not in set(known)]
    if strange:
        return "classes", f"没有“{strange[0]}”这类人。", f"可以写：{listed}。"
    if len(set(names)) != len(names):
        return "classes", "同一类人写了两次。", "请删去一个。"
    counted = [
        name for name, years in table.classes if years and (kind is RuleKind.PROFESSION or name in _NEVER_COUNTED)
    ]
    return ("classes", f"“{counted[0]}”不按录用年数算。", "请把它的年数写成 0。") if counted else None
