"""The files of the roster commands: read, written, and refused with the place that is wrong."""

import json
from pathlib import Path
from typing import Any

import pytest

from djflow.core.jsonfile import Node
from djflow.roster.instance import (
    SOURCE,
    problem_from_json,
    read_changes,
    read_instance,
    read_roster,
    roster_csv,
    write_roster,
)
from djflow.roster.model import Assignment, CadreId, EventId, RosterInputError


def instance() -> dict[str, Any]:
    """Return the smallest complete file."""
    return {
        "meta": {"name": "试", "gap": 2, "seed": 1, "weights": {"fairness": 3, "unfilled": 5000}},
        "posts": ["综合受理"],
        "departments": [{"id": "D", "kind": "dept", "x": 0, "y": 0, "quota_min": 0, "quota_max": 9}],
        "markets": [{"id": "M", "town": "T", "x": 3.0, "y": 4.0}],
        "events": [{"id": "M@1", "market": "M", "date": "2026-12-01", "units": 2, "posts": {"综合受理": 1}}],
        "cadres": [{"id": "C", "dept": "D", "leader": False, "skills": ["综合受理"], "hist": 1, "max_duties": 5}],
        "incumbents": {"M": ["D"]},
    }


def read(data: object) -> object:
    """Read a parsed file."""
    return problem_from_json(Node(data, "顶层", SOURCE))


def test_a_plain_file_switches_the_offices_own_rules_off() -> None:
    """Keys that only some offices use may be absent."""
    problem = problem_from_json(Node(instance(), "顶层", SOURCE))
    assert problem.rules.rest_gap == 2
    assert (problem.rules.min_township, problem.rules.max_per_department, problem.pins, problem.bans) == (
        0,
        None,
        (),
        (),
    )
    assert problem.markets[0].incumbents == {"D"}


def test_the_offices_own_rules_are_read() -> None:
    """Grades, pins, bans, frozen days and session rules come from their own keys."""
    row = {"场次": "M@1", "岗位": "综合受理", "工号": "C"}
    more = {
        "rules": {"min_grades": {"综合受理": 2}, "max_per_department": 1, "min_township": 1},
        "pins": [row],
        "bans": [{"工号": "C", "岗位": "综合受理"}],
        "freeze_before": "2026-12-02",
        "frozen": [row],
    }
    problem = problem_from_json(Node(instance() | more, "顶层", SOURCE))
    assert problem.rules.min_grades == {"综合受理": 2}
    assert (problem.rules.max_per_department, problem.rules.min_township) == (1, 1)
    assert problem.kept == problem.pins == (Assignment(EventId("M@1"), "综合受理", CadreId("C")),)
    assert problem.bans[0].event is None


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        (("meta", "gap"), "二", r"meta\.gap 应为整数"),
        (("cadres", 0, "max_duties"), -1, r"cadres\[0\]\.max_duties 应为不小于 0 的整数"),
        (("events", 0, "date"), "2026-13-01", r"events\[0\]\.date 应为日期"),
        (("events", 0, "posts"), [], r"events\[0\]\.posts 应为一组键值"),
        (("departments",), {}, "departments 应为列表"),
        (("cadres", 0, "leader"), "是", "true 或 false"),
        (("markets", 0, "x"), None, r"markets\[0\]\.x 应为数字"),
        (("posts", 0), 7, r"posts\[0\] 应为文字"),
    ],
)
def test_a_wrong_value_is_refused_with_its_place(path: tuple[str | int, ...], value: object, told: str) -> None:
    """The sentence names the place in the file and what belongs there."""
    data = instance()
    spot: Any = data
    for key in path[:-1]:
        spot = spot[key]
    spot[path[-1]] = value
    with pytest.raises(RosterInputError, match=told):
        read(data)


def test_a_missing_key_is_named() -> None:
    """A file without people is not a file for a roster."""
    data = instance()
    del data["cadres"]
    with pytest.raises(RosterInputError, match="缺少“cadres”"):
        read(data)
    with pytest.raises(RosterInputError, match="JSON 对象"):
        read([1])


def test_files_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    """No file, broken JSON, unknown encoding: each has its own sentence."""
    with pytest.raises(RosterInputError, match="读不了文件"):
        read_instance(tmp_path / "无.json")
    (tmp_path / "a.json").write_text('{"meta": ', encoding="utf-8")
    with pytest.raises(RosterInputError, match="第 1 行"):
        read_instance(tmp_path / "a.json")
    (tmp_path / "b.json").write_bytes(b"\xff\xfe\x81\x00")
    with pytest.raises(RosterInputError, match="编码"):
        read_instance(tmp_path / "b.json")


def test_a_roster_survives_writing_and_reading(tmp_path: Path) -> None:
    """Excel reads the file (UTF-8 with BOM), and so do we; GB18030 from Excel is understood too."""
    rows = (Assignment(EventId("M@1"), "综合受理", CadreId("C")),)
    write_roster(tmp_path / "r.csv", rows)
    raw = (tmp_path / "r.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert read_roster(tmp_path / "r.csv") == rows
    (tmp_path / "g.csv").write_bytes(roster_csv(rows).encode("gb18030"))
    assert read_roster(tmp_path / "g.csv") == rows
    with pytest.raises(RosterInputError, match="写不了文件"):
        write_roster(tmp_path / "无" / "r.csv", rows)


def test_a_roster_with_wrong_columns_or_half_a_row_is_refused(tmp_path: Path) -> None:
    """The sentence names the missing column or the row."""
    (tmp_path / "a.csv").write_text("场次,岗位\nM@1,综合受理\n", encoding="utf-8")
    with pytest.raises(RosterInputError, match="缺少列“工号”"):
        read_roster(tmp_path / "a.csv")
    (tmp_path / "b.csv").write_text("场次,岗位,工号\n\nM@1,综合受理,\n", encoding="utf-8")
    with pytest.raises(RosterInputError, match="第 3 行"):
        read_roster(tmp_path / "b.csv")


def test_changes_are_read(tmp_path: Path) -> None:
    """Freeze date, absences and cancelled sessions come from one file; each may be absent."""
    text = json.dumps({"freeze_before": "2026-12-08", "unavailable": {"C": ["2026-12-10"]}, "cancelled": ["M@1"]})
    (tmp_path / "c.json").write_text(text, encoding="utf-8")
    changes = read_changes(tmp_path / "c.json")
    assert str(changes.freeze_before) == "2026-12-08"
    assert [str(d) for d in changes.unavailable[CadreId("C")]] == ["2026-12-10"]
    assert changes.cancelled == {"M@1"}
    (tmp_path / "d.json").write_text("{}", encoding="utf-8")
    assert read_changes(tmp_path / "d.json").unavailable == {}
