"""Reads what SMS providers push: JSON arrays of reports and replies, times in Asia/Shanghai."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from djflow.core.clock import CIVIL_ZONE
from djflow.core.errors import InputError

_FORMATS = ("%Y-%m-%d %H:%M:%S", "%Y%m%d%H%M%S", "%Y-%m-%dT%H:%M:%S")


def rows_of(body: bytes, label: str) -> tuple[Mapping[str, object], ...]:
    """Return the objects of a pushed JSON array; a single object counts as an array of one.

    Raises: InputError when it is neither.
    """
    try:
        content = json.loads(body)
    except ValueError as error:
        raise InputError(f"{label}推送的内容不是 JSON。") from error
    rows = content if isinstance(content, list) else [content]
    if not all(isinstance(row, dict) for row in rows):
        raise InputError(f"{label}推送的内容没有读懂。")
    return tuple(rows)


def instant(value: object, label: str) -> datetime:
    """Return the instant that a provider wrote as Beijing time or as Unix seconds.

    Raises: InputError when it is neither.
    """
    text = str(value).strip()
    if text.isascii() and text.isdigit() and len(text) == 10:
        return datetime.fromtimestamp(int(text), UTC)
    for form in _FORMATS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=CIVIL_ZONE).astimezone(UTC)
        except ValueError:
            continue
    raise InputError(f"{label}推送的时间没有读懂。")


def number(value: object) -> str:
    """Return a mainland number without its country code."""
    text = str(value).strip()
    for prefix in ("+86", "0086", "86"):
        if text.startswith(prefix) and len(text) - len(prefix) == 11:
            return text[len(prefix) :]
    return text
