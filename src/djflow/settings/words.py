"""Turns pydantic's English complaints into Chinese findings with a remedy."""

import difflib
from collections.abc import Callable, Mapping, Sequence
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from djflow.settings.locate import Path

Context = Mapping[str, Any]

_KINDS = {
    "string": "加引号的文字",
    "int": "整数",
    "float": "数字",
    "bool": " true 或 false ",
    "date": "不加引号的日期，如 2026-12-01",
    "tuple": "方括号列表",
    "list": "方括号列表",
    "mapping": "一个表",
    "dict": "一个表",
    "model": "一个表",
    "model_attributes": "一个表",
    "is_instance": "别的写法",
}

_SENTENCES: Mapping[str, Callable[[Context], str]] = {
    "missing": lambda _: "缺少这一项。",
    "int_from_float": lambda _: "应为整数，不带小数。",
    "greater_than": lambda c: f"应大于 {c['gt']}。",
    "greater_than_equal": lambda c: f"应不小于 {c['ge']}。",
    "less_than": lambda c: f"应小于 {c['lt']}。",
    "less_than_equal": lambda c: f"应不大于 {c['le']}。",
    "finite_number": lambda _: "应为有限的数。",
    "too_short": lambda c: f"至少应有 {c['min_length']} 项。",
    "too_long": lambda c: f"最多 {c['max_length']} 项。",
    "string_too_short": lambda c: "不能为空。" if c["min_length"] == 1 else f"至少应有 {c['min_length']} 个字。",
    "string_too_long": lambda c: f"最多 {c['max_length']} 个字。",
    "string_pattern_mismatch": lambda _: "写法不对。",
    "literal_error": lambda c: f"只能是 {_choices(str(c['expected']))}。",
    "enum": lambda c: f"只能是 {_choices(str(c['expected']))}。",
    "value_error": lambda c: str(c["error"]),
    "date_from_datetime_inexact": lambda _: "应为日期，不带钟点。",
}


def _choices(expected: str) -> str:
    return expected.replace("'", "").replace(" or ", "、").replace(", ", "、")


def what_is_wrong(error: ErrorDetails) -> str:
    """Return the Chinese sentence for one of pydantic's findings, without its remedy."""
    kind = error["type"]
    if kind in _SENTENCES:
        return _SENTENCES[kind](error.get("ctx", {}))
    for prefix, wanted in _KINDS.items():
        if kind in {f"{prefix}_type", f"{prefix}_parsing"}:
            return f"应为{wanted}，现为{_shown(error['input'])}。".replace(" ，", "，")
    return "这一项的值不对。"


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return f" {str(value).lower()}"
    if isinstance(value, str):
        return f"文字“{value[:20]}”"
    if isinstance(value, Mapping):
        return "一个表"
    if isinstance(value, Sequence):
        return "方括号列表"
    return f" {value}"


def unknown_key(model: type[BaseModel], path: Path) -> tuple[str, str]:
    """Return what is wrong with the unknown last key of `path`, and the nearest key there is."""
    known = _keys_at(model, path[:-1])
    written = str(path[-1])
    near = difflib.get_close_matches(written, known, n=1, cutoff=0.5)
    remedy = f"是不是 {near[0]}？" if near else f"这里可以写：{'、'.join(known)}。"
    return f"没有“{written}”这一项。", remedy


def remedy(model: type[BaseModel], path: Path) -> str:
    """Return what the key at `path` is for and how it is written; empty when the key is free."""
    field = _field_at(model, path)
    if field is None or not field.description:
        return ""
    example = f"，写法如 {field.examples[0]}" if field.examples else ""
    return f"这一项是{field.description}{example}。"


def _keys_at(model: type[BaseModel], path: Path) -> list[str]:
    inner = _model_at(model, path)
    return [name for name in inner.model_fields if name != "source"] if inner else []


def _model_at(model: type[BaseModel], path: Path) -> type[BaseModel] | None:
    if not path:
        return model
    field = _field_at(model, path)
    return _inner_model(field.annotation) if field else None


def _field_at(model: type[BaseModel], path: Path) -> FieldInfo | None:
    """Return the field that `path` leads to; positions and free keys belong to the field around them."""
    inner: type[BaseModel] | None = model
    field: FieldInfo | None = None
    for part in path:
        if inner is not None and isinstance(part, str) and part in inner.model_fields:
            field = inner.model_fields[part]
            inner = _inner_model(field.annotation)
    return field


def _inner_model(annotation: Any) -> type[BaseModel] | None:  # annotations are what typing calls Any
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in {Annotated, Union, UnionType, tuple} or get_args(annotation):
        return next((found for part in get_args(annotation) if (found := _inner_model(part))), None)
    return None
