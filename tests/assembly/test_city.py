"""A city's folder: what is refused, what is written, when figures count."""

import json
import stat
from pathlib import Path

import pytest

from djflow.assembly import House, city
from djflow.core.errors import InputError, NotFoundError
from djflow.roster.instance import read_roster
from djflow.roster.model import RosterInputError

INSTANCE = {
    "meta": {"name": "试排", "gap": 2, "weights": {}},
    "posts": ["综合受理"],
    "departments": [{"id": "D", "x": 0, "y": 0}],
    "markets": [{"id": "M", "x": 3, "y": 4}],
    "events": [{"id": "M@1", "market": "M", "date": "2026-12-01", "units": 2, "posts": {"综合受理": 2}}],
    "cadres": [{"id": "C1", "dept": "D", "skills": ["综合受理"], "max_duties": 1}],
}


@pytest.fixture
def folder(house: House) -> Path:
    """The folder of a city with one district."""
    made = house.state / "city" / "shi"
    made.mkdir(parents=True)
    (made / "530101.json").write_text(json.dumps(INSTANCE), "utf-8")
    return made


def test_a_district_leaves_its_roster_and_figures(house: House, folder: Path) -> None:
    """Roster and figures stand beside the instance, for their owner alone; an empty place is counted."""
    (district,) = city.districts(house, "shi")
    assert city.result(house, district) is None
    found = city.solve_district(house, "shi", "530101")
    assert (found.places, found.unfilled, found.min_unfilled_proven, found.instance) == (2, 1, 1, district.fingerprint)
    assert city.result(house, district) == found
    assert city.districts(house, "shi") == (district,)
    assert [row.cadre for row in read_roster(folder / "530101.csv")] == ["C1"]
    assert sorted(path.name for path in folder.iterdir()) == ["530101.csv", "530101.json", "530101.result.json"]
    for name in ("530101.csv", "530101.result.json"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600


def test_figures_count_for_their_own_instance(house: House, folder: Path) -> None:
    """After a change of the instance, without its roster, or damaged, figures do not count."""
    city.solve_district(house, "shi", "530101")
    (before,) = city.districts(house, "shi")
    (folder / "530101.json").write_text(json.dumps({**INSTANCE, "seed": 2}), "utf-8")
    (after,) = city.districts(house, "shi")
    assert city.result(house, before) is not None
    assert city.result(house, after) is None
    (folder / "530101.result.json").write_text("{", "utf-8")
    assert city.result(house, before) is None
    city.solve_district(house, "shi", "530101")
    (folder / "530101.csv").unlink()
    assert city.result(house, after) is None


def test_wrong_folders_and_files_are_refused(house: House, folder: Path) -> None:
    """A missing or empty folder, a name that is no code, a way out of the folder and a broken file are refused."""
    with pytest.raises(NotFoundError, match="没有文件夹"):
        city.districts(house, "nowhere")
    with pytest.raises(InputError, match="小写字母"):
        city.districts(house, "../shi")
    with pytest.raises(NotFoundError, match="没有排班文件"):
        city.solve_district(house, "shi", "530102")
    (folder / "530101.json").write_text("{", "utf-8")
    with pytest.raises(RosterInputError, match="不是完整的 JSON"):
        city.solve_district(house, "shi", "530101")
    (folder / "某区.json").write_text("{}", "utf-8")
    with pytest.raises(InputError, match="有1个排班文件的名字不是区县代码"):
        city.districts(house, "shi")
    for path in folder.iterdir():
        path.unlink()
    with pytest.raises(NotFoundError, match="里有0个排班文件"):
        city.districts(house, "shi")
