"""A city of two districts through a real server: each rostered once, what went wrong is rostered again."""

import json
import stat
from pathlib import Path

import pytest

from djflow.roster.instance import read_instance, read_roster
from djflow.roster.scorer import score
from tests.flows.office import Office

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("prefect"), pytest.mark.timeout(600)]
CITY = "城市排班/排一个市"
DESK = "综合受理"


def _instance(people: int) -> dict[str, object]:
    """Return a district with one market, three sessions and `people` people for its one desk."""
    days = ("2027-01-01", "2027-01-05", "2027-01-09")
    return {
        "meta": {"name": "试排", "gap": 2, "weights": {}},
        "posts": [DESK],
        "departments": [{"id": "D", "x": 0, "y": 0}],
        "markets": [{"id": "M", "x": 3, "y": 4}],
        "events": [{"id": f"M@{day}", "market": "M", "date": day, "units": 2, "posts": {DESK: 1}} for day in days],
        "cadres": [{"id": f"C{n}", "dept": "D", "skills": [DESK], "max_duties": 1} for n in range(people)],
    }


def _put(folder: Path, district: str, instance: dict[str, object]) -> Path:
    path = folder / f"{district}.json"
    path.write_text(json.dumps(instance, ensure_ascii=False), "utf-8")
    return path


def test_a_city_is_rostered_district_by_district(office: Office) -> None:
    """Every district gets its roster and figures; a wrong file is named, and once mended only it is rostered again."""
    folder = office.home / ".djflow" / "city" / "test-2027-01"
    folder.mkdir(parents=True)
    good = _put(folder, "530101", _instance(3))
    bad = _put(folder, "530102", {"meta": {}})

    first = office.start(CITY, city=folder.name)
    assert office.ended(first)[0] == "FAILED"
    table = json.loads(office.artifacts(first)[f"city-{folder.name}"])
    assert [(row["区县"], row["空缺"]) for row in table] == [("530101", 0), ("530102", "")]
    assert table[1]["状态"].startswith("没有排出：排班文件的")
    written = good.with_suffix(".csv").stat().st_mtime_ns

    _put(folder, "530102", _instance(2))
    second = office.start(CITY, city=folder.name)
    assert office.ended(second) == ("COMPLETED", "2个区县都已排出，一共空缺1处。")
    assert good.with_suffix(".csv").stat().st_mtime_ns == written
    table = json.loads(office.artifacts(second)[f"city-{folder.name}"])
    assert [(row["应排人次"], row["空缺"], row["状态"]) for row in table] == [(3, 0, "达到要求"), (3, 1, "达到要求")]
    for path in (good, bad):
        roster = path.with_suffix(".csv")
        assert score(read_instance(path), read_roster(roster)).violations == ()
        assert {stat.S_IMODE(made.stat().st_mode) for made in (roster, path.with_suffix(".result.json"))} == {0o600}

    # The figures of the same instance are gone: its run, known to Prefect, is started again.
    good.with_suffix(".result.json").unlink()
    assert office.ended(office.start(CITY, city=folder.name))[0] == "COMPLETED"
    assert good.with_suffix(".result.json").exists()


def test_a_city_that_is_not_there_is_refused(office: Office) -> None:
    """A folder that does not exist ends the run with a sentence that says what to do."""
    state, message = office.ended(office.start(CITY, city="nowhere"))
    assert state == "FAILED"
    assert message.startswith("没有文件夹")
