"""`documents.toml`: series and times as the office writes them."""

import shutil
from importlib.resources import files
from pathlib import Path

import pytest

from djflow.documents.official.model import DocumentKind
from djflow.settings.load import check, load_settings
from djflow.settings.problems import errors_of, notices_of

EXAMPLE = Path(str(files("djflow") / "starter"))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with the example configuration."""
    shutil.copytree(EXAMPLE, tmp_path / "config")
    return tmp_path


def change(home: Path, old: str, new: str) -> None:
    """Replace `old` by `new` once."""
    path = home / "config" / "documents.toml"
    text = path.read_text("utf-8")
    assert old in text, old
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_series_and_times_are_what_the_file_says(home: Path) -> None:
    """Every kind of document that has a number has a series, each with a chain that is written."""
    documents = load_settings(home).documents
    kinds = {kind for one in documents.families for kind in one.kinds}
    assert kinds == set(DocumentKind) - {DocumentKind.SHEET}
    assert documents.receipts.remind_workdays == (3, 5, 8)
    chains = {one.kind for one in load_settings(home).approvals.versions}
    assert {one.chain for one in documents.families} <= chains


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('words = "示组发"', 'words = "×组发"', "2—12 个汉字"),
        ('words = "示组通"', 'words = "示组发"', "代字“示组发”写了两次"),
        ('code = "tong"', 'code = "fa"', "代号“fa”写了两次"),
        ('kinds = ["minutes"]', 'kinds = ["notice"]', "只用于纪要"),
        ("remind_workdays = [3, 5, 8]", "remind_workdays = [5, 3]", "从小到大"),
    ],
)
def test_each_fault_is_a_sentence(home: Path, old: str, new: str, said: str) -> None:
    """Words that are no series, two counters for one series, reminders out of order."""
    change(home, old, new)
    errors = [one for one in errors_of(check(home)) if one.file == "documents.toml"]
    assert any(said in one.sentence for one in errors), errors


def test_a_chain_that_is_not_written_is_pointed_out(home: Path) -> None:
    """A series whose documents nobody could sign is said beforehand."""
    change(home, 'chain = "document.issue"', 'chain = "document.none"')
    found = [one for one in notices_of(check(home)) if one.key == "series[1].chain"]
    assert "document.none" in found[0].what
