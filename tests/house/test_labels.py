"""Every word table over an enum has a word for each of its members: a missing one would stop a page or a program."""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from enum import Enum

import djflow

ENDINGS = ("_WORDS", "_LABELS")
PARTIAL = {"HOLDER_WORDS", "_OUTCOME_WORDS", "_WORDS"}
"""Tables that are asked with `get`, or first whether they know: ends have no holder, some rules no words."""


def tables() -> Iterator[tuple[str, Mapping[Enum, str]]]:
    """Yield the word tables of the program whose keys are members of one enum."""
    for found in pkgutil.walk_packages(djflow.__path__, "djflow."):
        if found.name.endswith("__main__") or ".migrations." in found.name:
            continue
        module = importlib.import_module(found.name)
        for name, value in vars(module).items():
            if name.endswith(ENDINGS) and name not in PARTIAL and isinstance(value, Mapping) and value:
                kinds = {type(key) for key in value}
                if len(kinds) == 1 and issubclass(next(iter(kinds)), Enum):
                    yield f"{found.name}.{name}", value


def test_every_member_has_its_word() -> None:
    """No table lacks a member of its enum."""
    lacking = {
        name: sorted(str(member) for member in type(next(iter(table))) if member not in table)
        for name, table in tables()
    }
    assert {name: members for name, members in lacking.items() if members} == {}
