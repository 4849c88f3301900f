"""The office's wording of circulars: which words there are, which fields each may use, and how they are filled.

Each change has words of its own (up, down, equal, none before), so that no sentence says what the figures do not.
"""

from collections.abc import Iterator, Mapping
from string import Formatter
from types import MappingProxyType

from djflow.core.errors import ConfigError

_VALUE = frozenset({"name", "value", "unit", "n", "noun"})
_REQUIREMENT = frozenset({"period", "next", "units", "number", "total", "noun"})

FIELDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "title": frozenset({"period", "subject"}),
        "opening": frozenset({"period", "subject"}),
        "overall": frozenset(),
        "praise": frozenset(),
        "problems": frozenset(),
        "ranking": frozenset(),
        "requirements": frozenset(),
        "section": frozenset({"title", "facts"}),
        "count": frozenset({"name", "value", "noun"}),
        "rate": _VALUE,
        "mean": _VALUE,
        "small": frozenset({"name", "n", "noun", "least"}),
        "up_count": frozenset({"difference", "noun", "percent"}),
        "down_count": frozenset({"difference", "noun", "percent"}),
        "from_zero": frozenset({"difference", "noun"}),
        "up_rate": frozenset({"difference"}),
        "down_rate": frozenset({"difference"}),
        "up_mean": frozenset({"difference", "unit"}),
        "down_mean": frozenset({"difference", "unit"}),
        "equal": frozenset(),
        "none_before": frozenset(),
        "small_before": frozenset({"least"}),
        "praised": frozenset({"unit", "facts"}),
        "problem_one": frozenset({"units", "what", "total", "noun"}),
        "problem_many": frozenset({"units", "number", "what", "total", "noun"}),
        "short_unit": frozenset({"unit", "count", "noun"}),
        "overdue": frozenset({"number", "items"}),
        "overdue_item": frozenset({"unit", "content", "due"}),
        "ranked": frozenset({"group"}),
        "attachment": frozenset({"period"}),
        "charts": frozenset({"period"}),
        "chart": frozenset({"group", "name", "unit"}),
        "anchor": frozenset({"anchor"}),
        "to_towns": frozenset(),
        "to_departments": frozenset(),
    }
)
"""Every word there is, and the fields it may use."""


def faults(words: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Yield what is wrong with the office's words: which, what, and the remedy."""
    for name, text in words.items():
        if name not in FIELDS:
            yield name, f"没有“{name}”这句话。", f"可以写：{'、'.join(FIELDS)}。"
            continue
        fault = fault_of(text, FIELDS[name])
        if fault:
            yield name, fault, _may(FIELDS[name])
    for name in FIELDS:
        if name not in words:
            yield name, f"缺少“{name}”这句话。", "请从样例的 circulars.toml 抄来。"


def requirement_fault(when: str, text: str) -> tuple[str, str]:
    """Return what is wrong with a requirement and the remedy, empty for nothing."""
    fields = _REQUIREMENT if when else frozenset({"period", "next"})
    fault = fault_of(text, fields)
    return (fault, _may(fields)) if fault else ("", "")


def fault_of(text: str, fields: frozenset[str]) -> str:
    """Return what is wrong with a template, empty for nothing: an unknown field, or a brace that is not closed."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        return "花括号没有成对。"
    for _, name, form, conversion in parts:
        if name is None:
            continue
        if name not in fields:
            return f"用了没有的字段“{{{name}}}”。"
        if form or conversion:
            return f"字段“{{{name}}}”里不能写格式。"
    return ""


def _may(fields: frozenset[str]) -> str:
    return f"可以用：{'、'.join(f'{{{one}}}' for one in sorted(fields))}。" if fields else "这句话不能用字段。"


def say(words: Mapping[str, str], name: str, /, **fields: object) -> str:
    """Return a word of the office with its fields filled.

    Raises: ConfigError when the word is missing or uses a field there is not.
    """
    text = words.get(name)
    if text is None:
        raise ConfigError(f"config/circulars.toml 缺少“{name}”这句话，请补上。", code="circular.words")
    return fill(text, name, **fields)


def fill(text: str, name: str, /, **fields: object) -> str:
    """Return a template with its fields filled.

    Raises: ConfigError naming the field there is not.
    """
    fault = fault_of(text, frozenset(fields))
    if fault:
        raise ConfigError(f"config/circulars.toml 的“{name}”{fault}请运行 djflow check-config。", code="circular.words")
    return text.format_map(fields)
