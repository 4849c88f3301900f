"""What check-config says about circulars.toml."""

import shutil
from importlib.resources import files
from pathlib import Path

import pytest

from djflow.calendar.workdays import WorkCalendar
from djflow.circulars.wording import FIELDS
from djflow.people.model import UnitKind
from djflow.settings.load import check, load_settings
from djflow.settings.problems import errors_of

EXAMPLE = Path(str(files("djflow") / "starter"))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with the example configuration."""
    shutil.copytree(EXAMPLE, tmp_path / "config")
    return tmp_path


def findings(home: Path, old: str, new: str) -> list[str]:
    """Return the sentences about the file after a change."""
    path = home / "config" / "circulars.toml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    return [one.sentence for one in errors_of(check(home)) if one.file == "circulars.toml"]


def test_the_example_says_how_circulars_are_written(home: Path) -> None:
    """Two workdays, samples of five, every word there is."""
    terms = load_settings(home).circulars.terms(WorkCalendar())
    assert (terms.confirm_workdays, terms.min_n, terms.praised) == (2, 5, 4)
    assert set(terms.words) == set(FIELDS)
    assert terms.kinds["work"].groups == (UnitKind.TOWNSHIP, UnitKind.SUBDISTRICT, UnitKind.DISTRICT_UNIT)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("{units}{what}{total}{noun}。", "{units}{who}{total}。", "用了没有的字段“{who}”。"),
        ('equal = "与上期持平"', "", "缺少“equal”这句话。"),
        ('equal = "', 'equals = "一样"\nequal = "', "没有“equals”这句话。"),
        ('text = "各镇', 'text = "{units}各镇', "用了没有的字段“{units}”。"),
        ('series = "tong"', 'series = "han"', "没有能用于通报的代字“han”。"),
        ("[kinds.work]", '[kinds."月报"]', "代号“月报”不能用。"),
        ('groups = ["township", "subdistrict", "district_unit"]', "groups = []", "没有写主送给谁"),
        ("min_n = 5", "min_n = 0", "min_n"),
        ("[weights]", "[weights]\npresent = 11", "present"),
    ],
)
def test_each_mistake_is_named(home: Path, old: str, new: str, sentence: str) -> None:
    """The field, the word or the value that is wrong stands in the sentence."""
    assert any(sentence in one for one in findings(home, old, new))
