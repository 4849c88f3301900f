"""Whatever the record of changes can say is said in Chinese."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from djflow.approvals.states import Act
from djflow.audit.labels import ACTION_LABELS, SUBJECT_LABELS
from djflow.fund.donations.model import DonationAct
from djflow.fund.ledger.model import TransferKind

ROOT = Path(__file__).parents[2]
SOURCES = sorted(p for p in (ROOT / "src" / "djflow").rglob("*.py") if p.parent.name != "audit")

FAMILIES: Mapping[str, Iterable[str]] = {"approval": Act, "donation": [*DonationAct, "pledge"], "ledger": TransferKind}
"""Actions made of a word and one of these."""


@cache
def tree_of(path: Path) -> ast.Module:
    """Return a module's syntax tree."""
    return ast.parse(path.read_text("utf-8"))


def words_in(node: ast.expr) -> set[str] | None:
    """Return the texts an expression may be, None when that cannot be read off it."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {node.value}
    if isinstance(node, ast.IfExp):
        one, other = words_in(node.body), words_in(node.orelse)
        return None if one is None or other is None else one | other
    if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
        family = str(node.values[0].value).rstrip(".")
        return {f"{family}.{member}" for member in FAMILIES[family]}
    return None


@cache
def functions_of(path: Path) -> list[ast.FunctionDef]:
    """Return a module's functions."""
    return [n for n in ast.walk(tree_of(path)) if isinstance(n, ast.FunctionDef)]


@cache
def calls_of(path: Path) -> list[tuple[ast.Call, ast.FunctionDef]]:
    """Return a module's calls with the function they stand in."""
    return [(n, f) for f in functions_of(path) for n in ast.walk(f) if isinstance(n, ast.Call)]


class Reader:
    """Reads which texts reach a place of a module: written there, assigned before, or handed in by every caller."""

    def __init__(self, path: Path) -> None:
        """Read `path`."""
        self.path = path

    def texts(self, node: ast.expr, inside: ast.FunctionDef) -> set[str]:
        """Return the texts of an expression inside a function."""
        found = words_in(node)
        if found is not None:
            return found
        if isinstance(node, ast.Attribute):
            return self._of_field(node.attr)
        assert isinstance(node, ast.Name), f"{self.path}:{node.lineno}: {ast.unparse(node)}"
        assigned = [
            n.value
            for n in ast.walk(inside)
            if isinstance(n, ast.Assign) and any(isinstance(t, ast.Name) and t.id == node.id for t in n.targets)
        ]
        if assigned:
            return set().union(*(self.texts(value, inside) for value in assigned))
        names = [a.arg for a in inside.args.args]
        assert node.id in names, f"{self.path}:{node.lineno}: {node.id}"
        handed = list(self._handed(inside.name, names.index(node.id)))
        assert handed, f"{self.path}: nobody calls {inside.name}"
        return set().union(*(Reader(path).texts(argument, caller) for path, argument, caller in handed))

    def _of_field(self, name: str) -> set[str]:
        """Return the texts that values of this module are made with in a field."""
        classes = {
            n.name: [f.target.id for f in n.body if isinstance(f, ast.AnnAssign) and isinstance(f.target, ast.Name)]
            for n in ast.walk(tree_of(self.path))
            if isinstance(n, ast.ClassDef)
        }
        found = [
            self.texts(call.args[classes[call.func.id].index(name)], function)
            for call, function in calls_of(self.path)
            if isinstance(call.func, ast.Name) and name in classes.get(call.func.id, [])
        ]
        assert found, f"{self.path}: {name}"
        return set().union(*found)

    def _handed(self, name: str, place: int) -> Iterator[tuple[Path, ast.expr, ast.FunctionDef]]:
        """Yield what callers hand in: of a private function in this module, of a public one anywhere."""
        for path in [self.path] if name.startswith("_") else SOURCES:
            for call, caller in calls_of(path):
                if self._is_call_of(call.func, name):
                    yield path, call.args[place], caller

    def _is_call_of(self, called: ast.expr, name: str) -> bool:
        if isinstance(called, ast.Attribute):
            return called.attr == name and isinstance(called.value, ast.Name) and called.value.id in self._names
        return isinstance(called, ast.Name) and called.id == name

    @property
    def _names(self) -> set[str]:
        return {self.path.stem, self.path.parent.name}

    def recorded(self) -> Iterator[tuple[str, ast.expr, ast.FunctionDef]]:
        """Yield `record` or `record_many` with what it is given, and the function it stands in."""
        for call, function in calls_of(self.path):
            called = call.func
            if isinstance(called, ast.Attribute) and ast.unparse(called.value) == "audit":
                if called.attr == "record":
                    yield "record", call.args[2], function
                if called.attr == "record_many":
                    yield "record_many", call.args[1], function

    def actions(self) -> set[str]:
        """Return every action this module records."""
        found = set[str]()
        for way, given, function in self.recorded():
            if way == "record":
                found |= self.texts(given, function)
                continue
            # A list of (subject, action, details), often by comprehension: the second of each triple.
            listed = [n.value for n in ast.walk(function) if isinstance(n, ast.Assign)] if way == "record_many" else []
            for node in (n for one in (given, *listed) for n in ast.walk(one)):
                if isinstance(node, ast.Tuple) and len(node.elts) == 3:
                    found |= self.texts(node.elts[1], function)
        return found


@pytest.fixture(scope="module")
def actions() -> set[str]:
    """Every action the program records."""
    return set().union(*(Reader(path).actions() for path in SOURCES))


def test_every_action_has_words(actions: set[str]) -> None:
    """The desk shows no code of an action: each has a Chinese label, and no label is left over."""
    assert len(actions) > 30
    assert actions == set(ACTION_LABELS)


def test_every_subject_has_words() -> None:
    """What an entry is about has a Chinese label: every kind named in a module that records."""
    kinds = {
        argument.value
        for path in SOURCES
        if any(Reader(path).recorded())
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Subject"
        for argument in node.args[:1]
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    }
    assert len(kinds) > 10
    assert kinds <= set(SUBJECT_LABELS)


def test_labels_are_short_and_differ() -> None:
    """Labels are short Chinese words, no two the same."""
    for table in (ACTION_LABELS, SUBJECT_LABELS):
        assert len(set(table.values())) == len(table)
        assert all(0 < len(words) <= 10 and not words.isascii() for words in table.values())
