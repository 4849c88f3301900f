import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from djflow.settings.locate import Path, line_of, locate

TEXT = '''# 第一行是注释
name = "甲 # 不是注释"
a.b."丙 丁" = 1

[district]
"单位" = 'x'   # 注释里有 [表]
hours = { from = "09:00", to = { h = 12 } }

long = """
[not.a.table]
key = "1"
"""
list = [
  1, # 一
  "]",
  [2, { z = 3 }],
]

[[markets]]
code = "A"
[[markets.rules]]
text = "甲"
[[markets.rules]]
text = """乙""\\""""

[[markets]]
code = "B"
[markets.place]
x = 1_000.5
[[markets.rules]]
text = \'\'\'丙\'\'\'
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("name",), 2),
        (("a", "b", "丙 丁"), 3),
        (("district",), 5),
        (("district", "单位"), 6),
        (("district", "hours", "to", "h"), 7),
        (("district", "long"), 9),
        (("district", "list"), 13),
        (("district", "list", 1), 15),
        (("district", "list", 2, 1, "z"), 16),
        (("markets", 0), 19),
        (("markets", 0, "code"), 20),
        (("markets", 0, "rules", 0, "text"), 22),
        (("markets", 0, "rules", 1), 23),
        (("markets", 0, "rules", 1, "text"), 24),
        (("markets", 1), 26),
        (("markets", 1, "place", "x"), 29),
        (("markets", 1, "rules", 0, "text"), 31),
    ],
)
def test_each_key_is_found_on_its_own_line(path: Path, line: int) -> None:
    """A complaint names the very line where the key stands."""
    assert locate(TEXT)[path] == line


def test_a_missing_key_is_looked_for_in_the_table_around_it() -> None:
    """What is not there is reported at the table it should be in, or at the top of the file."""
    lines = locate(TEXT)
    assert line_of(lines, ("markets", 1, "name")) == 26
    assert line_of(lines, ("nothing", "here")) == 1


def test_windows_line_ends_count_as_one_line() -> None:
    """A file saved by a Windows editor has the same line numbers."""
    assert locate("a = 1\r\nb = 2\r\n\r\n[c]\r\nd = 3\r\n")["c", "d"] == 5


def test_a_table_opened_by_its_subtable_is_reported_at_its_own_header() -> None:
    """The header a person would look for wins over a longer header above it."""
    assert locate("[a.b]\nx = 1\n\n[a]\ny = 2\n")["a",] == 4


_KEYS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=4)
_SCALARS = st.one_of(st.integers(-9, 10**6), st.booleans(), st.text(st.characters(exclude_categories=("Cs", "Cc"))))
_VALUES = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3), max_leaves=8
)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _inline(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, list):
        return "[" + ",\n # ]\n ".join(_inline(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_quoted(key)} = {_inline(item)}" for key, item in value.items()) + "}"
    return str(value)


def _paths(value: object, path: Path = ()) -> set[Path]:
    found = {path} if path else set()
    if isinstance(value, dict):
        for key, item in value.items():
            found |= _paths(item, (*path, key))
    if isinstance(value, list):
        for position, item in enumerate(value):
            found |= _paths(item, (*path, position))
    return found


@given(st.dictionaries(_KEYS, _VALUES, max_size=4), st.dictionaries(_KEYS, _VALUES, max_size=3))
def test_every_key_of_any_file_has_a_line(top: dict[str, object], table: dict[str, object]) -> None:
    """Whatever the office writes, no key is without a line."""
    text = "".join(f"{_quoted(key)} = {_inline(value)}\n" for key, value in top.items())
    if "表" not in top:
        text += "[[表]]\n".replace("表", '"表"') + "".join(f"{_quoted(k)} = {_inline(v)}\n" for k, v in table.items())
    assert set(locate(text)) == _paths(tomllib.loads(text))
