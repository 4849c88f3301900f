"""The office's table of profiles: its columns, what may be written into them, what it means.

In columns about what may stand in the way 无 says that there is nothing, a blank keeps what is stored, and 不详 says
that the office does not know.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from operator import attrgetter
from types import MappingProxyType
from typing import Any

from djflow.core.errors import InputError
from djflow.dispatch.eligibility.model import Bar, Care
from djflow.dispatch.policy.words import (
    BORROWING_WORDS,
    EDUCATION_WORDS,
    GRADE_WORDS,
    PROFESSION_WORDS,
    Borrowing,
    Grade,
)
from djflow.dispatch.profiles.model import EARLIEST_REVIEW, PARTY_WORDS, Health, Profile
from djflow.people.excel import cells
from djflow.people.excel.form import Field, Form, Stated
from djflow.people.excel.people_form import Directory
from djflow.people.excel.sheet import Cell, CellKind

UNKNOWN, NOTHING, STANDS, OUTSIDE = "不详", "无", "有", "区外"
_PROVEN, _CLAIMED = "有（已核实证明）", "有（未交证明）"
_FIT, _UNFIT = "适合", "不适合"
_LATEST_REVIEW = 2100
_REVIEW = re.compile(r"([12][0-9]{3})年?(?:度)?[:：]?(优秀|称职|基本称职|不称职|不定等次)")
_SEPARATORS = re.compile(r"[、,，;；/|\s]+")
_CLASSES = {label: word for word, label in BORROWING_WORDS.items() if word is not Borrowing.PROBATION}
_KEEPS = "留空表示保持原来的内容；要改成不知道请填“不详”。"
WHOLE = "整张表要么全部导入，要么一行也不导入；有错时逐行列出原因。"


@dataclass(frozen=True, slots=True)
class _Unstated:
    """Stands for 不详 among the values of a row."""


_UNSTATED = _Unstated()
NOTHING_MEANS: Mapping[str, object] = MappingProxyType(
    {
        "classes": frozenset[Borrowing](),
        "probation": Bar(stands=False),
        "duties": frozenset[str](),
        "unfinished_task": Bar(stands=False),
        "discipline": Bar(stands=False),
        "care": Care(Bar(stands=False)),
    }
)
"""What 无 says in the columns in which it is knowledge."""


def with_nothing_known(row: Stated) -> Stated:
    """Return a row in which 无 became the knowledge it is."""
    return replace(row, values={key: NOTHING_MEANS.get(key) if one is None else one for key, one in row.values.items()})


def profiles_form(towns: Directory) -> Form[Profile]:
    """Return the table of profiles; `towns` are the townships a native place may be in."""
    return Form(
        "选派资料",
        "person_code",
        (*_career(), *_reviews_and_duties(), *_checked(towns), *_sensitive()),
        _profile,
        _parts,
        (
            "按“工号”认人；人员要先在人员表里。没有填的一律当作“待核实”，不会当作符合。",
            "“试用期到”“组织任务到”“廉洁情形到”填到哪天为止；没有这种情形填“无”，有但不知道到哪天填“有”。",
            "健康、廉洁、照顾情形只填有没有、到哪天，不要写病情、案情；入库后加密，操作记录里不出现。",
            _KEEPS,
            WHOLE,
        ),
    )


def _profile(values: Mapping[str, Any]) -> Profile:
    said = {key: one for key, one in values.items() if one is not None and one is not _UNSTATED}
    town, fit, examined = (said.pop(key, None) for key in ("native", "fit", "examined_on"))
    return Profile(
        **said,
        native_town="" if town in {None, OUTSIDE} else str(town),
        native_known=town is not None,
        health=None if fit is None else Health(fit is True, examined),
    )


def _parts(entry: Profile) -> Mapping[str, Any]:
    folded = {"native_town", "native_known", "health"}
    parts = {one.name: getattr(entry, one.name) for one in fields(Profile) if one.name not in folded}
    native = (entry.native_town or OUTSIDE) if entry.native_known else None
    health = entry.health
    return {**parts, "native": native, "fit": health and health.fit, "examined_on": health and health.examined_on}


def _or_unknown(read: Callable[[Cell], object]) -> Callable[[Cell], object]:
    def inner(cell: Cell) -> object:
        return _UNSTATED if cell.kind is CellKind.TEXT and cell.text == UNKNOWN else read(cell)

    return inner


def _choice(key: str, header: str, labels: Mapping[Any, str], note: str) -> Field[Profile]:
    return Field(
        key,
        header,
        _or_unknown(cells.choice(labels)),
        lambda entry: labels.get(getattr(entry, key)),
        note,
        choices=tuple(labels.values()),
        width=14,
    )


def _career() -> tuple[Field[Profile], ...]:
    since, recruited = attrgetter("in_service_since"), attrgetter("recruited")
    return (
        Field("person_code", "工号", cells.code, attrgetter("person_code"), "必填", required=True, as_text=True),
        _choice("education", "最高学历", EDUCATION_WORDS, "从下拉里选"),
        _choice("party", "政治面貌", PARTY_WORDS, "不填按人员表的入党时间推算"),
        Field("in_service_since", "参加工作", _or_unknown(cells.month), _text(since), "如 2012-07"),
        Field(
            "recruited", "录用时间", _or_unknown(cells.month), _text(recruited), "选调生、新录用公务员必填，如 2024-09"
        ),
        Field(
            "classes",
            "人员类别",
            _or_unknown(_classes),
            _write_classes,
            f"{'、'.join(_CLASSES)}，都不是填“无”",
            width=20,
        ),
        _bar_field("probation", "试用期到", "如 2027-06-30；不在试用期填“无”"),
        _choice("profession", "岗位类别", PROFESSION_WORDS, "从下拉里选"),
        Field("section", "科室", cells.short_text(30), lambda entry: entry.section or None, "选填", empty="", width=16),
    )


def _reviews_and_duties() -> tuple[Field[Profile], ...]:
    return (
        Field(
            "reviews",
            "年度考核",
            _or_unknown(_reviews),
            _write_reviews,
            "近几年，如 2025称职、2024优秀",
            empty=(),
            width=24,
        ),
        Field(
            "duties",
            "法定职责",
            _or_unknown(cells.words()),
            _write_words("duties"),
            "如 会计、执法证，没有填“无”",
            width=20,
        ),
        _bar_field("unfinished_task", "组织任务到", "还在执行的组织任务到哪天；没有填“无”"),
    )


def _checked(towns: Directory) -> tuple[Field[Profile], ...]:
    return (
        Field(
            "native",
            "籍贯镇街",
            _or_unknown(lambda cell: OUTSIDE if cells.text(cell) == OUTSIDE else towns.read(cell)),
            lambda entry: (
                (towns.names[entry.native_town] if entry.native_town else OUTSIDE) if entry.native_known else None
            ),
            "本区的镇街，或“区外”",
            choices=(*towns.names.values(), OUTSIDE),
            width=16,
        ),
        _yes_no("kin_checked", "亲属已核对", "亲属登记核对过、没有遗漏的填“是”"),
        _yes_no("history_checked", "选派经历已核对", "往期选派核对过、没有遗漏的填“是”"),
    )


def _sensitive() -> tuple[Field[Profile], ...]:
    return (
        _bar_field("discipline", "廉洁情形到", "调查或处分影响期到哪天；没有填“无”"),
        Field(
            "fit",
            "体检结论",
            _or_unknown(lambda cell: cells.one_of(_FIT, _UNFIT)(cell) == _FIT),
            lambda entry: None if entry.health is None else _FIT if entry.health.fit else _UNFIT,
            "只填适合、不适合",
            choices=(_FIT, _UNFIT),
        ),
        Field(
            "examined_on",
            "体检日期",
            _or_unknown(cells.day),
            lambda entry: None if entry.health is None else entry.health.examined_on,
            "如 2026-05-12",
        ),
        Field(
            "care",
            "照顾情形",
            _or_unknown(_care),
            _write_care,
            f"“无”“{_CLAIMED}”“{_PROVEN}”，后面可写到哪天，如 {_PROVEN}2027-06-30",
            choices=(NOTHING, _CLAIMED, _PROVEN),
            width=24,
        ),
    )


def _yes_no(key: str, header: str, note: str) -> Field[Profile]:
    return Field(
        key, header, cells.yes_no, lambda entry: "是" if getattr(entry, key) else "否", note,
        empty=False, choices=("是", "否"), width=14,
    )  # fmt: skip


def _bar_field(key: str, header: str, note: str) -> Field[Profile]:
    return Field(key, header, _or_unknown(_bar), lambda entry: _write_bar(getattr(entry, key)), note, width=14)


def _bar(cell: Cell) -> Bar:
    if cell.kind is CellKind.TEXT and cell.text == STANDS:
        return Bar(stands=True)
    try:
        return Bar(stands=True, until=cells.day(cell))
    except InputError as error:
        raise InputError(f"只能填“无”“有”“不详”或到哪天为止，如 2027-06-30。（{error.message}）") from error


def _write_bar(bar: Bar | None) -> str | date | None:
    if bar is None:
        return None
    if not bar.stands:
        return NOTHING
    return bar.until or STANDS


def _care(cell: Cell) -> Care:
    said = cells.text(cell)
    for word, proven in ((_PROVEN, True), (_CLAIMED, False)):
        if said.startswith(word):
            rest = said.removeprefix(word).strip().removeprefix("到").strip()
            until = cells.day(Cell(CellKind.TEXT, rest)) if rest else None
            return Care(Bar(stands=True, until=until), proven)
    raise InputError(f"只能填“无”“不详”“{_CLAIMED}”或“{_PROVEN}”，后面可写到哪天；不要写具体情况。")


def _write_care(entry: Profile) -> str | None:
    care = entry.care
    if care is None:
        return None
    if not care.bar.stands:
        return NOTHING
    return (_PROVEN if care.proven else _CLAIMED) + (str(care.bar.until) if care.bar.until else "")


def _classes(cell: Cell) -> frozenset[Borrowing]:
    return frozenset(_CLASSES[word] for word in cells.words(tuple(_CLASSES))(cell))


def _write_classes(entry: Profile) -> str | None:
    if entry.classes is None:
        return None
    return "、".join(BORROWING_WORDS[one] for one in Borrowing if one in entry.classes) or NOTHING


def _write_words(key: str) -> Callable[[Profile], str | None]:
    def write(entry: Profile) -> str | None:
        found: Collection[str] | None = getattr(entry, key)
        return None if found is None else "、".join(sorted(found)) or NOTHING

    return write


def _reviews(cell: Cell) -> tuple[tuple[int, Grade], ...]:
    labels = {label: grade for grade, label in GRADE_WORDS.items()}
    found = dict[int, Grade]()
    for part in (one for one in _SEPARATORS.split(cells.text(cell)) if one):
        said = _REVIEW.fullmatch(part)
        year = int(said[1]) if said else 0
        if said is None or not EARLIEST_REVIEW <= year <= _LATEST_REVIEW:
            raise InputError(f"“{part}”看不懂：请写成年份加等次，如 2025称职、2024优秀；等次有{'、'.join(labels)}。")
        if year in found:
            raise InputError(f"{year} 年写了两次：请只留一个。")
        found[year] = labels[said[2]]
    return tuple(sorted(found.items(), reverse=True))


def _write_reviews(entry: Profile) -> str | None:
    return "、".join(f"{year}{GRADE_WORDS[grade]}" for year, grade in sorted(entry.reviews, reverse=True)) or None


def _text(read: Callable[[Profile], object]) -> Callable[[Profile], str | None]:
    def write(entry: Profile) -> str | None:
        found = read(entry)
        return None if found is None else str(found)

    return write
