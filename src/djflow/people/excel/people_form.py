"""The office's table of people: 工号 姓名 性别 … 状态."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any

from djflow.core.errors import InputError
from djflow.people import rules
from djflow.people.excel import cells
from djflow.people.excel.form import Field, Form
from djflow.people.excel.sheet import Cell
from djflow.people.model import (
    GENDER_LABELS,
    RANK_LABELS,
    STATUS_LABELS,
    Branch,
    PersonEntry,
    PersonStatus,
    RankLevel,
    Unit,
)

RANK_ALIASES: Mapping[str, RankLevel] = {
    **{f"{label}级": rank for rank, label in RANK_LABELS.items() if label.endswith(("科", "处"))},
    "股": RankLevel.SECTION_MEMBER,
    "科员级": RankLevel.CLERK,
    "一级科员": RankLevel.CLERK,
    "二级科员": RankLevel.CLERK,
    "四级主任科员": RankLevel.DEPUTY_SECTION,
    "三级主任科员": RankLevel.DEPUTY_SECTION,
    "二级主任科员": RankLevel.SECTION,
    "一级主任科员": RankLevel.SECTION,
    "四级调研员": RankLevel.DEPUTY_DIVISION,
    "三级调研员": RankLevel.DEPUTY_DIVISION,
    "二级调研员": RankLevel.DIVISION,
    "一级调研员": RankLevel.DIVISION,
}
"""Grades of the civil service and the level of post they answer to.

Source: 公务员职务与职级并行规定 (2019), article 14.
"""

_Shown = Callable[[str, Callable[[str], str]], Callable[[PersonEntry], str]]


@dataclass(frozen=True, slots=True)
class Directory:
    """What units or branches are called in tables: codes by code, full name and short name; the name to write."""

    what: str
    codes: Mapping[str, frozenset[str]]
    names: Mapping[str, str]

    def read(self, cell: Cell) -> str:
        """Return the code of what a cell names.

        Raises: InputError for an unknown name or one that several share.
        """
        name = cells.text(cell)
        found = self.codes.get(name, frozenset())
        if len(found) > 1:
            raise InputError(f"有几个{self.what}都叫“{name}”：请改填编码（{'、'.join(sorted(found))}）。")
        if not found:
            raise InputError(f"没有{self.what}“{name}”：请先导入{self.what}表，或核对名称。")
        return next(iter(found))


def unit_directory(units: Iterable[Unit]) -> Directory:
    """Return the directory of units: full name, short name and code all lead to a unit."""
    known = tuple(units)
    return _directory("单位", [(unit.code, unit.name, unit.short_name) for unit in known])


def branch_directory(branches: Iterable[Branch]) -> Directory:
    """Return the directory of branches."""
    return _directory("支部", [(branch.entry.code, branch.entry.name, branch.entry.name) for branch in branches])


def _directory(what: str, known: Collection[tuple[str, str, str]]) -> Directory:
    codes = dict[str, set[str]]()
    for code, name, short in known:
        for word in (code, name, short):
            codes.setdefault(word, set()).add(code)
    counts = Counter(name for _, name, _ in known)
    names = {code: name if counts[name] == 1 and codes[name] == {code} else code for code, name, _ in known}
    return Directory(what, {word: frozenset(found) for word, found in codes.items()}, names)


def people_form(
    units: Directory, branches: Directory, skills: Collection[str], *, full: bool = True
) -> Form[PersonEntry]:
    """Return the table of people for a house; without `full`, numbers are written masked."""

    def shown(key: str, mask: Callable[[str], str]) -> Callable[[PersonEntry], str]:
        return lambda entry: getattr(entry, key) if full else mask(getattr(entry, key))

    return Form(
        "人员",
        "code",
        (
            *_who(),
            *_place(units, branches),
            *_duty(skills),
            *_numbers(shown),
            *_life(),
        ),
        lambda values: PersonEntry(**values),
        _parts,
        (
            "按“工号”认人：已有的工号是修改，没有的工号是新增；同一人不要换工号。",
            "整张表要么全部导入，要么一行也不导入；有错时逐行列出原因，改好后重新导入即可。",
            "选填的单元格留空表示保持原来的内容；要清空请填“无”。删掉整列表示不改这一列。",
            "工号、手机号码、身份证号、银行账号必须是文本格式，模板已设好，请用“选择性粘贴—数值”粘贴。",
            "打码导出的号码（带 * 号）可以原样导回，不会改动原号码。",
        ),
    )


def _parts(entry: PersonEntry) -> Mapping[str, Any]:
    return {field.name: getattr(entry, field.name) for field in fields(PersonEntry)}


def _who() -> tuple[Field[PersonEntry], ...]:
    return (
        Field(
            "code", "工号", cells.code, attrgetter("code"), "必填，全区唯一，字母或数字", required=True, as_text=True
        ),
        Field("name", "姓名", cells.short_text(30), attrgetter("name"), "必填", required=True),
        Field(
            "gender",
            "性别",
            cells.choice(GENDER_LABELS),
            lambda entry: GENDER_LABELS[entry.gender],
            "必填，男或女",
            required=True,
            choices=tuple(GENDER_LABELS.values()),
            width=6,
        ),
        Field(
            "birth",
            "出生年月",
            cells.month,
            lambda entry: str(entry.birth) if entry.birth else None,
            "如 1985-03",
            as_text=True,
        ),
    )


def _place(units: Directory, branches: Directory) -> tuple[Field[PersonEntry], ...]:
    return (
        Field(
            "unit_code",
            "单位",
            units.read,
            lambda entry: units.names[entry.unit_code],
            "必填，单位全称、简称或编码",
            required=True,
            choices=tuple(units.names.values()),
            width=28,
        ),
        Field(
            "branch_code",
            "党支部",
            branches.read,
            lambda entry: branches.names[entry.branch_code] if entry.branch_code else None,
            "支部名称或编号",
            empty="",
            choices=tuple(branches.names.values()),
            width=24,
        ),
        Field("post_title", "职务", cells.short_text(50), attrgetter("post_title"), "如 副局长", empty="", width=16),
    )


def _duty(skills: Collection[str]) -> tuple[Field[PersonEntry], ...]:
    order = {skill: place for place, skill in enumerate(skills)}
    return (
        Field(
            "rank",
            "职级",
            cells.choice(RANK_LABELS, RANK_ALIASES),
            lambda entry: RANK_LABELS[entry.rank],
            "必填，也可填“四级主任科员”等公务员职级",
            required=True,
            choices=tuple(RANK_LABELS.values()),
        ),
        Field(
            "is_leader",
            "是否带队领导",
            cells.yes_no,
            lambda entry: "是" if entry.is_leader else "否",
            "是：可担任带队领导；不填为否",
            empty=False,
            choices=("是", "否"),
        ),
        Field(
            "skills",
            "技能(服务类别)",
            cells.words(skills),
            lambda entry: (
                "、".join(sorted(entry.skills, key=lambda skill: (order.get(skill, len(order)), skill))) or None
            ),
            f"可填几个，用“、”隔开：{'、'.join(skills)}",
            empty=frozenset[str](),
            width=24,
        ),
    )


def _numbers(shown: _Shown) -> tuple[Field[PersonEntry], ...]:
    return (
        _number("mobile", "手机号码", cells.mobile, shown("mobile", rules.mask_mobile), rules.mask_mobile, 14),
        _number(
            "id_number",
            "身份证号",
            cells.id_number,
            shown("id_number", rules.mask_id_number),
            rules.mask_id_number,
            22,
        ),
        _number(
            "bank_account",
            "银行账号",
            cells.bank_account,
            shown("bank_account", rules.mask_bank_account),
            rules.mask_bank_account,
            24,
        ),
        Field(
            "bank_name",
            "开户行",
            cells.bank_name,
            attrgetter("bank_name"),
            "银行账号的开户行全称，付款要用；入库后加密",
            empty="",
            width=24,
        ),
    )


def _life() -> tuple[Field[PersonEntry], ...]:
    return (
        Field(
            "party_member_since",
            "入党时间",
            cells.day_or_month,
            attrgetter("party_member_since"),
            "如 2008-07-01；只知年月时记为当月 1 日",
        ),
        Field("native_place", "籍贯", cells.short_text(30), attrgetter("native_place"), "选填", empty=""),
        Field("home_town", "家庭所在镇", cells.short_text(30), attrgetter("home_town"), "选填", empty=""),
        Field("max_duties", "每月最多值班", cells.whole(0, 31), attrgetter("max_duties"), "0 到 31，不填按全区规定"),
        Field(
            "avoid_weekdays",
            "不便周几",
            cells.weekdays,
            lambda entry: "、".join(cells.WEEKDAYS[day] for day in sorted(entry.avoid_weekdays)) or None,
            "如 周一、周五（尽量照顾）",
            empty=frozenset[int](),
        ),
        Field(
            "avoid_towns",
            "不便乡镇",
            cells.words(),
            lambda entry: "、".join(sorted(entry.avoid_towns)) or None,
            "乡镇名称，可填几个（尽量照顾）",
            empty=frozenset[str](),
            width=16,
        ),
        Field(
            "status",
            "状态",
            cells.choice(STATUS_LABELS),
            lambda entry: STATUS_LABELS[entry.status],
            "不填为在岗",
            empty=PersonStatus.ACTIVE,
            choices=tuple(STATUS_LABELS.values()),
        ),
    )


def _number(
    key: str,
    header: str,
    read: Callable[[Cell], str],
    write: Callable[[PersonEntry], str],
    mask: Callable[[str], str],
    width: int,
) -> Field[PersonEntry]:
    return Field(key, header, read, write, "文本格式；入库后加密", empty="", as_text=True, width=width, mask=mask)
