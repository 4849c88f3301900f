"""The office's tables of units, branches, absences and the duty points people bring along."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from operator import attrgetter
from typing import Any

from djflow.people.excel import cells
from djflow.people.excel.form import Field, Form
from djflow.people.excel.people_form import Directory
from djflow.people.model import ABSENCE_LABELS, UNIT_KIND_LABELS, AbsenceKind, BranchEntry, UnitEntry

_IN_USE, _CLOSED = "在用", "停用"
_KEEPS = "选填的单元格留空表示保持原来的内容；要清空请填“无”。"
_WHOLE = "整张表要么全部导入，要么一行也不导入；有错时逐行列出原因。"


@dataclass(frozen=True, slots=True)
class AbsenceLine:
    """A row of the table of absences."""

    person_code: str
    kind: AbsenceKind
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """A row of the table of opening balances: duty points earned before this house began to count."""

    person_code: str
    points: int


def units_form() -> Form[UnitEntry]:
    """Return the table of units."""
    return Form(
        "单位",
        "code",
        (*_unit_names(), *_unit_facts()),
        _unit_entry,
        _unit_parts,
        (
            "按“单位编码”认单位；名单、报表都按“排序”排列。",
            "东西、南北坐标用来算距离，两格要么都填，要么都不填。",
            _KEEPS,
            _WHOLE,
        ),
    )


def _unit_names() -> tuple[Field[UnitEntry], ...]:
    kinds = tuple(UNIT_KIND_LABELS.values())
    return (
        Field("code", "单位编码", cells.code, attrgetter("code"), "必填，全区唯一", required=True, as_text=True),
        Field("name", "单位名称", cells.short_text(100), attrgetter("name"), "必填，全称", required=True, width=30),
        Field("short_name", "简称", cells.short_text(30), attrgetter("short_name"), "选填", empty="", width=16),
        Field(
            "kind",
            "类别",
            cells.choice(UNIT_KIND_LABELS),
            lambda entry: UNIT_KIND_LABELS[entry.kind],
            "必填",
            required=True,
            choices=kinds,
        ),
        Field("parent_code", "上级单位编码", cells.code, attrgetter("parent_code"), "选填", empty="", as_text=True),
    )


def _unit_facts() -> tuple[Field[UnitEntry], ...]:
    order, code, phone = attrgetter("official_order"), attrgetter("org_code"), attrgetter("public_phone")
    note = "必填，单位的正式排序，小的在前"
    open_phone = "办公电话，会公示，不要填私人号码"
    in_use = cells.one_of(_IN_USE, _CLOSED)
    return (
        Field("official_order", "排序", cells.whole(0, 999_999), order, note, required=True),
        Field("org_code", "统一社会信用代码", cells.org_code, code, "选填，18 位", empty="", as_text=True, width=22),
        Field("seat_x", "驻地东西(公里)", cells.kilometres, _seat_part(0), "以任一点为原点，向东为正", width=14),
        Field("seat_y", "驻地南北(公里)", cells.kilometres, _seat_part(1), "以任一点为原点，向北为正", width=14),
        Field("public_phone", "公开电话", cells.short_text(40), phone, open_phone, empty="", as_text=True, width=16),
        Field(
            "active",
            "状态",
            lambda cell: in_use(cell) == _IN_USE,
            lambda entry: _IN_USE if entry.active else _CLOSED,
            "不填为在用",
            empty=True,
            choices=(_IN_USE, _CLOSED),
        ),
    )


def branches_form(units: Directory) -> Form[BranchEntry]:
    """Return the table of Party branches."""
    return Form(
        "支部",
        "code",
        (
            Field("code", "支部编号", cells.code, attrgetter("code"), "必填，全区唯一", required=True, as_text=True),
            Field("name", "支部名称", cells.short_text(100), attrgetter("name"), "必填", required=True, width=30),
            Field(
                "unit_code",
                "所属单位",
                units.read,
                lambda entry: units.names[entry.unit_code],
                "必填，单位全称、简称或编码",
                required=True,
                choices=tuple(units.names.values()),
                width=30,
            ),
            Field(
                "secretary_code",
                "书记工号",
                cells.code,
                attrgetter("secretary_code"),
                "人员导入后再填",
                empty="",
                as_text=True,
            ),
        ),
        lambda values: BranchEntry(**values),
        lambda entry: {field.name: getattr(entry, field.name) for field in fields(BranchEntry)},
        ("先导入单位，再导入支部，再导入人员；书记工号可在人员导入后补填。", _KEEPS, _WHOLE),
    )


def absences_form() -> Form[AbsenceLine]:
    """Return the table of absences; rows are additions, the same row again changes nothing."""
    return Form(
        "缺勤",
        "person_code",
        (
            Field("person_code", "工号", cells.code, attrgetter("person_code"), "必填", required=True, as_text=True),
            Field(
                "kind",
                "类别",
                cells.choice(ABSENCE_LABELS),
                lambda line: ABSENCE_LABELS[line.kind],
                "必填；只填类别，不写具体事由",
                required=True,
                choices=tuple(ABSENCE_LABELS.values()),
            ),
            Field("first", "开始日期", cells.day, attrgetter("first"), "必填，如 2026-12-01，含当天", required=True),
            Field("last", "结束日期", cells.day, attrgetter("last"), "必填，含当天", required=True),
        ),
        lambda values: AbsenceLine(**values),
        lambda line: {field.name: getattr(line, field.name) for field in fields(AbsenceLine)},
        ("每行一段时间，首尾两天都算；重复导入同一行不会重复登记。", "只登记类别，不要写病情等具体事由。", _WHOLE),
    )


def history_form() -> Form[HistoryLine]:
    """Return the table of opening balances."""
    return Form(
        "历史积分",
        "person_code",
        (
            Field("person_code", "工号", cells.code, attrgetter("person_code"), "必填", required=True, as_text=True),
            Field(
                "points",
                "历史积分",
                cells.whole(0, 100_000),
                attrgetter("points"),
                "必填，启用本系统前已值班的积分（平日 2 分、周末 3 分、节假日 4 分）",
                required=True,
            ),
        ),
        lambda values: HistoryLine(**values),
        lambda line: {field.name: getattr(line, field.name) for field in fields(HistoryLine)},
        ("启用本系统时导入一次，使以前值班多的人以后少排。", _WHOLE),
    )


def _seat_part(place: int) -> Callable[[UnitEntry], float | None]:
    def write(entry: UnitEntry) -> float | None:
        return None if entry.seat is None else entry.seat[place]

    return write


def _unit_entry(values: Mapping[str, Any]) -> UnitEntry:
    x, y = values["seat_x"], values["seat_y"]
    seat = None if x is None or y is None else (x, y)
    return UnitEntry(seat=seat, **{key: value for key, value in values.items() if key not in {"seat_x", "seat_y"}})


def _unit_parts(entry: UnitEntry) -> Mapping[str, Any]:
    x, y = entry.seat or (None, None)
    parts = {field.name: getattr(entry, field.name) for field in fields(UnitEntry) if field.name != "seat"}
    return {**parts, "seat_x": x, "seat_y": y}
