"""Rules about the code itself that no linter knows."""

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = sorted([*(ROOT / "src" / "djflow").rglob("*.py"), *(ROOT / "flows").glob("*.py")])
TESTS = sorted((ROOT / "tests").rglob("*.py"))
MIGRATIONS = ROOT / "src" / "djflow" / "migrations"


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def _imported(path: Path, module: str) -> set[str]:
    return {
        alias.name
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == module
        for alias in node.names
    }


def _calls(path: Path, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Call):
            called = node.func
            if (isinstance(called, ast.Attribute) and called.attr == name) or (
                isinstance(called, ast.Name) and called.id == name
            ):
                yield node


QUERIES = {"select", "insert", "update", "delete", "bindparam"}


def _named(paths: Iterable[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


def test_queries_stand_in_stores() -> None:
    """Only a store builds SQL."""
    elsewhere = [p for p in SOURCES if p.name != "store.py" and MIGRATIONS not in p.parents]
    assert _named(p for p in elsewhere if _imported(p, "sqlalchemy") & QUERIES) == []


def test_mapped_classes_stand_in_tables() -> None:
    """Only tables.py maps classes, every mapped class ends in Row, and no table points at another with relationship."""
    for path in SOURCES:
        rows = [
            node.name
            for node in ast.walk(_tree(path))
            if isinstance(node, ast.ClassDef) and any(isinstance(b, ast.Name) and b.id == "Base" for b in node.bases)
        ]
        assert not rows or (path.name == "tables.py" and all(name.endswith("Row") for name in rows)), path
    assert _named(p for p in SOURCES if "relationship" in _imported(p, "sqlalchemy")) == []


def test_every_table_is_known_where_all_are_needed() -> None:
    """Migrations, their test and the rotation of keys load every module that maps a class."""
    mapped = {
        path.relative_to(ROOT / "src").with_suffix("").as_posix().replace("/", ".")
        for path in SOURCES
        if path.name == "tables.py" and re.search(r"^class \w+Row\(", path.read_text("utf-8"), re.MULTILINE)
    }
    package = ROOT / "src" / "djflow"
    for path in (
        MIGRATIONS / "env.py",
        package / "assembly" / "keys.py",
        Path(__file__).with_name("test_migrations.py"),
    ):
        loaded = {alias.name for node in ast.walk(_tree(path)) if isinstance(node, ast.Import) for alias in node.names}
        assert mapped - loaded == set(), path.relative_to(ROOT)


def test_one_place_commits() -> None:
    """Nobody below the caller of an act commits or rolls back."""
    elsewhere = [p for p in SOURCES if p != ROOT / "src" / "djflow" / "db" / "session.py"]
    assert _named(p for p in elsewhere if [*_calls(p, "commit"), *_calls(p, "rollback")]) == []


def test_files_stay_small() -> None:
    """A file has at most 400 lines; a flow is a page of 120, except the one literal list of deployments."""
    limits = {p: 120 if p.parent == ROOT / "flows" and p.name != "register.py" else 400 for p in [*SOURCES, *TESTS]}
    assert _named(p for p, limit in limits.items() if len(p.read_text("utf-8").splitlines()) > limit) == []


def test_functions_stay_short() -> None:
    """A function has at most 40 lines below its docstring."""
    long = [
        f"{path.relative_to(ROOT)}: {node.name}"
        for path in SOURCES
        if MIGRATIONS not in path.parents
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _body_lines(node) > 40
    ]
    assert long == []


def _body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = node.body[0]
    has_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    start = (first.end_lineno or first.lineno) if has_docstring else node.lineno
    return (node.end_lineno or start) - start


def test_no_drawer_for_odds_and_ends() -> None:
    """No module is called utils, helpers, common or manager."""
    assert _named(p for p in SOURCES if re.search(r"utils|helpers|common|manager", p.stem)) == []


def test_services_take_the_session_first() -> None:
    """A public service function takes the session first and says who acts by name."""
    for path in SOURCES:
        for node in _tree(path).body if path.name == "service.py" else ():
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                names = [argument.arg for argument in node.args.args]
                assert names[0] == "session" or "session" not in names, f"{path}: {node.name}"
                assert "by" not in names, f"{path}: {node.name} takes `by` by position"


def test_nothing_is_left_for_later() -> None:
    """No marker of unfinished work, no skipped test, no bare except stands in the code."""
    words = ["TO" + "DO", "FIX" + "ME", "mark." + "skip", "XXX" + ":"]
    paths = [*SOURCES, *TESTS]
    assert _named(p for p in paths if any(word in p.read_text("utf-8") for word in words)) == []
    bare = [p for p in paths for n in ast.walk(_tree(p)) if isinstance(n, ast.ExceptHandler) and n.type is None]
    assert _named(bare) == []


def test_every_exception_gives_its_reason() -> None:
    """Whoever silences a linter or the type checker in a line says why in that line."""
    silent = re.compile(r"# (noqa: [A-Z0-9, ]+(?! - )|type: ignore\[[a-z, -]+\])$")
    paths = [*SOURCES, *TESTS, *(ROOT / "benchmarks").glob("*.py"), *(ROOT / "deploy").glob("*.py")]
    lines = [(path, line) for path in paths for line in path.read_text("utf-8").splitlines()]
    assert [f"{path.relative_to(ROOT)}: {line.strip()}" for path, line in lines if silent.search(line)] == []


def test_every_module_says_what_it_owns() -> None:
    """Every module begins with a docstring."""
    assert _named(p for p in SOURCES if not ast.get_docstring(_tree(p))) == []


def test_the_clock_is_read_in_one_place() -> None:
    """Nobody reads the civil clock but core/clock.py."""
    word = re.compile(r"\b(datetime\.now|date\.today|utcnow|time\.time)\(")
    clock = ROOT / "src" / "djflow" / "core" / "clock.py"
    assert _named(p for p in SOURCES if p != clock and word.search(p.read_text("utf-8"))) == []
