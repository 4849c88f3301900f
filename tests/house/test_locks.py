"""Rules about what is installed: locks with hashes and without addresses, and nothing that pyproject.toml lacks."""

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
LOCKED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==(\S+?)(?: ;[^\\]*)? \\$", re.MULTILINE)


def lock(name: str) -> list[tuple[str, Version]]:
    """A lock's packages with their versions; one may stand there once for each Python."""
    text = (ROOT / "deploy" / name).read_text("utf-8")
    return [(canonicalize_name(package), Version(version)) for package, version in LOCKED.findall(text)]


def wanted(*extras: str) -> list[Requirement]:
    """What pyproject.toml asks for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lists = [project["dependencies"], *(project["optional-dependencies"][extra] for extra in extras)]
    return [Requirement(line) for lines in lists for line in lines]


def test_locks_hold_hashes_and_no_addresses() -> None:
    """Every line of a lock is a package with its version or one of its hashes, never an index."""
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / "deploy" / name).read_text("utf-8")
        assert "://" not in text
        assert "--index" not in text
        packages = [part for part in re.split(r"\n(?=\S)", text.strip()) if not part.startswith("#")]
        assert len(packages) == len(lock(name)) > 50
        for package in packages:
            assert re.search(r"--hash=sha256:[0-9a-f]{64}", package), package.splitlines()[0]


def test_locks_hold_what_is_asked_for() -> None:
    """Each dependency is locked at a version that pyproject.toml allows, the same in both locks, and asked for once."""
    small, big = lock("requirements.lock"), lock("requirements-dev.lock")
    for locked, asked in ((small, wanted("build")), (big, wanted("build", "dev"))):
        assert len({one.name for one in asked}) == len(asked)
        for one in asked:
            versions = [version for name, version in locked if name == canonicalize_name(one.name)]
            assert versions, one.name
            assert all(version in one.specifier for version in versions), one.name
    assert set(small) <= set(big)
