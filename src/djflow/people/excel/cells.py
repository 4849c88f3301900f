"""What a cell means: each reader returns a value or refuses with a sentence that says how to fill the cell."""

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from datetime import date
from enum import StrEnum
from typing import TypeVar

from djflow.core.errors import InputError
from djflow.core.spans import Month
from djflow.people import rules
from djflow.people.excel.sheet import Cell, CellKind

E = TypeVar("E", bound=StrEnum)

WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
_DAY = re.compile(
    r"([12][0-9]{3})(?:[-/.]|年)([0-9]{1,2})(?:[-/.]|月)([0-9]{1,2})日?|([12][0-9]{3})([0-9]{2})([0-9]{2})"
)
_MONTH = re.compile(r"([12][0-9]{3})(?:[-/.]|年)([0-9]{1,2})月?|([12][0-9]{3})([0-9]{2})")
_WHOLE = re.compile(r"-?[0-9]{1,9}")
_DECIMAL = re.compile(r"-?[0-9]{1,6}(?:\.[0-9]{1,6})?")
_SCIENTIFIC = re.compile(r"[0-9.]+[eE]\+?[0-9]+")
_SEPARATORS = re.compile(r"[、,，;；/|\s]+")
_WEEKDAY = re.compile(r"(?:周|星期|礼拜)?([一二三四五六日天])")
_AS_TEXT = "请先把整列的单元格格式设为“文本”，再重新填写这个号码"


def text(cell: Cell) -> str:
    """Return the cell as text.

    Raises: InputError for a formula or an error value.
    """
    if cell.kind is CellKind.FORMULA:
        raise InputError("单元格里是公式：请复制该列，用“选择性粘贴—数值”粘贴回来。")
    if cell.kind is CellKind.ERROR:
        raise InputError("单元格里是错误值或无法识别的内容：请重新填写。")
    return cell.text


def short_text(limit: int) -> Callable[[Cell], str]:
    """Return a reader of one line of at most `limit` characters."""

    def read(cell: Cell) -> str:
        found = " ".join(text(cell).split())
        if len(found) > limit:
            raise InputError(f"超过 {limit} 个字：请缩短。")
        return found

    return read


def code(cell: Cell) -> str:
    """Return one of the office's codes.

    Raises: InputError when Excel stored it as a number, so that zeros in front may be gone.
    """
    found = text(cell)
    if cell.kind is not CellKind.TEXT:
        raise InputError(f"编号被 Excel 存成了数字，前面的零可能已经丢失：{_AS_TEXT}。")
    return rules.normal_code(found)


def id_number(cell: Cell) -> str:
    """Return an identity number.

    Raises: InputError when it is none or Excel stored it as a number.
    """
    return rules.normal_id_number(_exact(cell, "身份证号", "后几位已变成 0"))


def bank_account(cell: Cell) -> str:
    """Return a bank account.

    Raises: InputError when it is none or Excel stored it as a number.
    """
    return rules.normal_bank_account(_exact(cell, "银行账号", "首尾的数字可能已经改变"))


def bank_name(cell: Cell) -> str:
    """Return the bank of an account.

    Raises: InputError when it cannot be one.
    """
    return rules.normal_bank_name(text(cell))


def mobile(cell: Cell) -> str:
    """Return a mobile number; eleven digits survive Excel's numbers unchanged.

    Raises: InputError when it is none.
    """
    found = text(cell)
    if _SCIENTIFIC.fullmatch(found):
        raise InputError(f"手机号码成了科学计数法：{_AS_TEXT}。")
    return rules.normal_mobile(found)


def org_code(cell: Cell) -> str:
    """Return a unified social credit code.

    Raises: InputError when it is none or Excel stored it as a number.
    """
    return rules.normal_org_code(_exact(cell, "统一社会信用代码", "后几位已变成 0"))


def _exact(cell: Cell, what: str, harm: str) -> str:
    found = text(cell)
    if cell.kind is not CellKind.TEXT or _SCIENTIFIC.fullmatch(found):
        raise InputError(f"{what}被 Excel 存成了数字（科学计数法），{harm}：{_AS_TEXT}。")
    return found


def day(cell: Cell) -> date:
    """Return a civil date: an Excel date, `2026-12-01`, `2026/12/1`, `2026.12.1`, `2026年12月1日` or `20261201`.

    Raises: InputError for a date that does not exist or cannot be told.
    """
    found = text(cell)
    if cell.kind is CellKind.DATE:
        return cell.day
    parts = _DAY.fullmatch(_narrow(found))
    if not parts:
        raise InputError("不是日期：请按“2026-12-01”的样子填写。")
    year, month, number = (int(part) for part in parts.groups() if part)
    try:
        return date(year, month, number)
    except ValueError as error:
        raise InputError("这个日期不存在：请核对年月日。") from error


def day_or_month(cell: Cell) -> date:
    """Return a civil date; a month alone stands for its first day.

    Raises: InputError for a date that does not exist or cannot be told.
    """
    if cell.kind is CellKind.TEXT and _MONTH.fullmatch(_narrow(cell.text)):
        return month(cell).first
    return day(cell)


def month(cell: Cell) -> Month:
    """Return a month: `1985-03`, `1985.3`, `1985年3月`, `198503`, or the month of a date.

    Raises: InputError for a month that does not exist or cannot be told, such as the number 1985.1.
    """
    found = text(cell)
    if cell.kind is CellKind.DATE:
        return Month.of(cell.day)
    if cell.kind is CellKind.NUMBER and "." in found:
        raise InputError("年月被 Excel 存成了小数，分不清 1 月和 10 月：请按“1985-03”的样子填写。")
    parts = _MONTH.fullmatch(_narrow(found))
    if not parts:
        return Month.of(day(cell))
    year, number = (int(part) for part in parts.groups() if part)
    if not (1900 <= year <= 2100 and 1 <= number <= 12):
        raise InputError("这个年月不存在：请按“1985-03”的样子填写。")
    return Month(year, number)


def whole(lowest: int, highest: int) -> Callable[[Cell], int]:
    """Return a reader of whole numbers from `lowest` to `highest`, both included."""

    def read(cell: Cell) -> int:
        found = _narrow(text(cell))
        if not _WHOLE.fullmatch(found) or not lowest <= int(found) <= highest:
            raise InputError(f"应为 {lowest} 到 {highest} 之间的整数。")
        return int(found)

    return read


def kilometres(cell: Cell) -> float:
    """Return a coordinate in kilometres.

    Raises: InputError when it is no number.
    """
    found = _narrow(text(cell))
    if not _DECIMAL.fullmatch(found):
        raise InputError("应为公里数，如 12.5。")
    return float(found)


def one_of(*allowed: str) -> Callable[[Cell], str]:
    """Return a reader of one of the words `allowed`."""

    def read(cell: Cell) -> str:
        found = text(cell)
        if found not in allowed:
            raise InputError(f"只能填：{'、'.join(allowed)}。")
        return found

    return read


def yes_no(cell: Cell) -> bool:
    """Return whether the cell says 是.

    Raises: InputError for anything but 是 and 否.
    """
    return one_of("是", "否")(cell) == "是"


def choice(labels: Mapping[E, str], aliases: Mapping[str, E] | None = None) -> Callable[[Cell], E]:
    """Return a reader of one of `labels`, or of another word for one of them."""
    words = {**{label: member for member, label in labels.items()}, **(aliases or {})}

    def read(cell: Cell) -> E:
        found = words.get(text(cell))
        if found is None:
            raise InputError(f"只能填：{'、'.join(labels.values())}。")
        return found

    return read


def words(known: Collection[str] | None = None) -> Callable[[Cell], frozenset[str]]:
    """Return a reader of words separated by 、 comma, semicolon, slash or blank; of `known` words only when given."""

    def read(cell: Cell) -> frozenset[str]:
        found = frozenset(word for word in _SEPARATORS.split(text(cell)) if word)
        unknown = sorted(found - frozenset(known)) if known is not None else []
        if unknown and known is not None:
            raise InputError(f"不认识“{'、'.join(unknown)}”，只能填：{'、'.join(known)}（可填几个，用“、”隔开）。")
        return found

    return read


def weekdays(cell: Cell) -> frozenset[int]:
    """Return weekdays, Monday 0, from words such as 周一、星期日.

    Raises: InputError for another word.
    """
    found = set()
    for word in _SEPARATORS.split(text(cell)):
        match = _WEEKDAY.fullmatch(word)
        if not match:
            raise InputError("应为周一至周日，可填几个，用“、”隔开。")
        found.add("一二三四五六日天".index(match[1]) % 7 if match[1] != "天" else 6)
    return frozenset(found)


def _narrow(found: str) -> str:
    return unicodedata.normalize("NFKC", found).replace(" ", "")
