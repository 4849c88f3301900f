"""`djflow roster solve | repair | explain | score` as other programs call them."""

import csv
import json
import signal
from pathlib import Path

import pytest
from click.testing import CliRunner

from djflow.cli.roster_solver import explain, interruptible, repair, score, solve
from djflow.roster.model import RosterInputError

POSTS = {"综合受理": 1}


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    """Return a file with two sessions and three people, one of them on leave."""
    data = {
        "meta": {"gap": 2, "weights": {"fairness": 3, "unfilled": 5000, "quota": 40, "not_incumbent": 15}},
        "posts": ["综合受理"],
        "departments": [{"id": "D", "kind": "dept", "x": 0, "y": 0, "quota_min": 0, "quota_max": 9}],
        "markets": [{"id": "M", "town": "T", "x": 3, "y": 4}],
        "events": [
            {"id": f"M@2026-12-0{d}", "market": "M", "date": f"2026-12-0{d}", "units": 2, "posts": POSTS}
            for d in (1, 2)
        ],
        "cadres": [
            {"id": f"C{i}", "dept": "D", "skills": ["综合受理"], "max_duties": 5, "unavail": ["2026-12-02"] * (i == 2)}
            for i in range(3)
        ],
        "incumbents": {"M": []},
    }
    path = tmp_path / "实例.json"
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return path


def solved(instance: Path) -> Path:
    """Solve the file and return the roster's path."""
    out = instance.with_name("值班表.csv")
    result = CliRunner().invoke(solve, [str(instance), "--out", str(out), "--json"])
    assert result.exit_code == 0
    return out


def test_solve_prints_one_json_value_and_writes_the_roster(instance: Path) -> None:
    """Standard output holds the figures and nothing else; progress goes to standard error."""
    out = instance.with_name("r.csv")
    result = CliRunner().invoke(solve, [str(instance), "--out", str(out), "--time-limit", "20", "--gap", "0", "--json"])
    figures = json.loads(result.stdout)
    expected = ["objective", "bound", "gap", "unfilled", "min_unfilled_proven", "seconds", "first_roster_seconds"]
    assert set(figures) >= {*expected, "peak_mb", "status"}
    assert (figures["status"], figures["gap"], figures["unfilled"]) == ("proven", 0.0, 0)
    assert "首份排班" in result.stderr
    assert out.read_bytes().startswith("\ufeff场次,岗位,工号".encode())


def test_pins_from_a_file_are_kept_and_contradictions_refused(instance: Path) -> None:
    """A pinned person is on the roster; two pins for one place are refused in Chinese."""
    pins, out = instance.with_name("pins.csv"), instance.with_name("r.csv")
    pins.write_text("场次,岗位,工号\nM@2026-12-01,综合受理,C2\n", encoding="utf-8")
    CliRunner().invoke(solve, [str(instance), "--out", str(out), "--pins", str(pins), "--json"], catch_exceptions=False)
    rows = list(csv.DictReader(out.read_text(encoding="utf-8-sig").splitlines()))
    assert {"场次": "M@2026-12-01", "岗位": "综合受理", "工号": "C2"} in rows
    pins.write_text("场次,岗位,工号\nM@2026-12-01,综合受理,C1\nM@2026-12-01,综合受理,C2\n", encoding="utf-8")
    refused = CliRunner().invoke(solve, [str(instance), "--out", str(out), "--pins", str(pins), "--json"])
    assert isinstance(refused.exception, RosterInputError)
    assert "C1" in refused.exception.message
    assert "C2" in refused.exception.message


def test_repair_reports_changes_and_the_difference(instance: Path) -> None:
    """One absence, one change, named by place with from and to."""
    roster = solved(instance)
    first = next(csv.DictReader(roster.read_text(encoding="utf-8-sig").splitlines()))
    changes, out = instance.with_name("c.json"), instance.with_name("new.csv")
    changes.write_text(json.dumps({"unavailable": {first["工号"]: ["2026-12-01"]}}), encoding="utf-8")
    result = CliRunner().invoke(
        repair, [str(instance), str(roster), "--changes", str(changes), "--out", str(out), "--json"]
    )
    done = json.loads(result.stdout)
    assert set(done) == {"changed", "changed_lower_bound", "unfilled", "objective", "seconds", "diff"}
    assert done["changed"] == done["changed_lower_bound"] == 1
    assert done["diff"][0]["from"] == first["工号"]
    judged = json.loads(CliRunner().invoke(score, [str(instance), str(out), "--json"]).stdout)
    assert judged["violations"] == []


def test_explain_names_shortages_and_the_menu(instance: Path) -> None:
    """With everybody away on a day the shortage is listed, and what would help."""
    data = json.loads(instance.read_text(encoding="utf-8"))
    for person in data["cadres"]:
        person["unavail"] = ["2026-12-02"]
    instance.write_text(json.dumps(data), encoding="utf-8")
    told = json.loads(CliRunner().invoke(explain, [str(instance), "--what-if", "--json"]).stdout)
    assert told["min_unfilled"] == 1
    assert told["shortages"][0]["dates"] == ["2026-12-02"]
    assert {"relax": "忽略请假", "unfilled": 0} in told["what_if"]


def test_without_json_people_read_sentences(instance: Path) -> None:
    """Each command also speaks to people."""
    roster = solved(instance)
    assert "没有违反硬规则" in CliRunner().invoke(score, [str(instance), str(roster)]).stdout
    assert "没有发现必然的空缺" in CliRunner().invoke(explain, [str(instance)]).stdout
    told = CliRunner().invoke(solve, [str(instance), "--out", str(roster)]).stdout
    assert "已排出 2 人次" in told
    empty = instance.with_name("空.json")
    empty.write_text("{}", encoding="utf-8")
    mended = CliRunner().invoke(
        repair, [str(instance), str(roster), "--changes", str(empty), "--out", str(roster.with_name("n.csv"))]
    )
    assert "改动 0 处" in mended.stdout


def test_ctrl_c_asks_the_search_to_stop_and_is_itself_again_afterwards() -> None:
    """Ctrl-C and SIGTERM end the search with the best found so far instead of the program; afterwards they end it."""
    before = signal.getsignal(signal.SIGINT)
    for number in (signal.SIGINT, signal.SIGTERM):
        with interruptible() as stop:
            assert not stop()
            signal.raise_signal(number)
            assert stop()
    assert signal.getsignal(signal.SIGINT) is before
