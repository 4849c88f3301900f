"""Whatever the record of changes can say is said in Chinese."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from djflow.approvals.states import Act
from djflow.audit.labels import ACTION_LABELS, SUBJECT_LABELS
from djflow.circulars.model import Act as CircularAct
from djflow.dispatch.postings.model import Act as PostingAct
from djflow.documents.register.model import Act as DocumentAct
from djflow.fund.donations.model import DonationAct
from djflow.fund.ledger.model import TransferKind
from djflow.meetings.actions.model import ItemAct
from djflow.meetings.model import Act as MeetingAct

ROOT = Path(__file__).parents[2]
SOURCES = sorted(p for p in (ROOT / "src" / "djflow").rglob("*.py") if p.parent.name != "audit")


COMPUTED = {
    *(f"ledger.{kind.value}" for kind in TransferKind),
    *(f"donation.{act.value}" for act in DonationAct),
    "donation.pledge",
    *(f"posting.{act.value}" for act in PostingAct),
    *(f"document.{act.value}" for act in DocumentAct),
    *(f"circular.{act.value}" for act in CircularAct),
    *(f"meeting.{act.value}" for act in MeetingAct),
    *(f"item.{act.value}" for act in ItemAct),
    *(f"approval.{act.value}" for act in (Act.WITHDRAW, Act.PAUSE, Act.RESUME, Act.URGE, Act.REASSIGN)),
}
"""Actions whose codes are put together from an enum."""


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
    return None


class Reader:
    """Reads which texts reach a place of a module: written there, assigned before, or handed in by every caller."""

    def __init__(self, path: Path) -> None:
        """Read `path`."""
        self.path = path
        self.functions = [n for n in ast.walk(tree_of(path)) if isinstance(n, ast.FunctionDef)]

    def texts(self, node: ast.expr, inside: ast.FunctionDef) -> set[str]:
        """Return the texts of an expression inside a function."""
        found = words_in(node)
        if found is not None:
            return found
        if isinstance(node, ast.JoinedStr):
            return set()  # put together from an enum: COMPUTED lists what comes of it
        if isinstance(node, ast.Attribute):
            return self.fields(node.attr)
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
        return set().union(*(reader.texts(argument, caller) for reader, argument, caller in handed))

    def fields(self, name: str) -> set[str]:
        """Return the texts that this module's calls give a dataclass's field by keyword."""
        given = [word for node in ast.walk(tree_of(self.path)) if isinstance(node, ast.Call) for word in node.keywords]
        found = [words_in(word.value) for word in given if word.arg == name]
        assert found, f"{self.path}: nobody gives {name}"
        assert None not in found, f"{self.path}: {name}"
        return set().union(*(texts for texts in found if texts is not None))

    def _handed(self, name: str, place: int) -> Iterator[tuple["Reader", ast.expr, ast.FunctionDef]]:
        for path in (self.path,) if name.startswith("_") else SOURCES:
            reader = Reader(path)
            called = {name} if path == self.path else reader.names_of(self.path.stem, name)
            for caller in reader.functions if called else ():
                for call in ast.walk(caller):
                    if isinstance(call, ast.Call) and ast.unparse(call.func) in called:
                        yield reader, call.args[place], caller

    def names_of(self, module: str, name: str) -> set[str]:
        """Return how this module calls a public function of another one, by what it imports; nothing if it cannot."""
        imported = [node for node in ast.walk(tree_of(self.path)) if isinstance(node, ast.ImportFrom)]
        pairs = {((node.module or "").rpartition(".")[2], one.name) for node in imported for one in node.names}
        direct = {name} if (module, name) in pairs else set()
        return direct | ({f"{module}.{name}"} if any(known == module for _, known in pairs) else set())

    def recorded(self) -> Iterator[tuple[str, ast.expr, ast.FunctionDef]]:
        """Yield `record` or `record_many` with what it is given, and the function it stands in."""
        for function in self.functions:
            for call in ast.walk(function):
                called = call.func if isinstance(call, ast.Call) else None
                if isinstance(called, ast.Attribute) and ast.unparse(called.value) == "audit":
                    assert isinstance(call, ast.Call)
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
            for node in ast.walk(given):
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
    assert actions | COMPUTED == set(ACTION_LABELS)


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
