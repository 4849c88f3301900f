import json
import subprocess
import sys
from pathlib import Path

import pytest

from djflow.cli.frame import run
from djflow.cli.main import djflow


def _call(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["djflow", *arguments])
    return run(djflow)


def test_market_days_are_printed_as_json(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """One JSON list of dates stands on standard output and nothing else."""
    span = ("--first", "2027-01-25", "--last", "2027-02-28")
    assert _call(monkeypatch, "calendar", "market-days", "--rule", "农历逢五、十", *span, "--json") == 0
    out, err = capsys.readouterr()
    assert json.loads(out) == ["2027-01-27", "2027-02-01", "2027-02-10", "2027-02-15", "2027-02-20", "2027-02-25"]
    assert err == ""


def test_policies_are_options(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The 31st and the missing lunar 30th follow the town's habit."""
    span = ("--first", "2027-01-30", "--last", "2027-02-05", "--json")
    _call(monkeypatch, "calendar", "market-days", "--rule", "逢1", *span)
    _call(monkeypatch, "calendar", "market-days", "--rule", "逢1", "--day31", "skip", *span)
    _call(monkeypatch, "calendar", "market-days", "--rule", "农历逢十", "--small-month", "hold_on_29", *span)
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert answers == [["2027-01-31", "2027-02-01"], ["2027-02-01"], ["2027-02-05"]]


def test_people_read_weekday_and_lunar_day(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Without --json the answer is a Chinese list under what the rule was understood as."""
    _call(monkeypatch, "calendar", "market-days", "--rule", "逢5", "--first", "2026-12-01", "--last", "2026-12-10")
    assert capsys.readouterr().out.splitlines() == [
        "公历逢5：2026-12-01 至 2026-12-10 共 1 天",
        "2026-12-05 星期六 农历十月廿七",
    ]


@pytest.mark.parametrize(("rule", "note"), [("未知", "排不出赶场日"), ("不定期", "没有固定赶场日")])
def test_a_rule_without_days_says_so(
    rule: str, note: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An empty list is explained on standard error."""
    span = ("--first", "2026-12-01", "--last", "2026-12-31", "--json")
    assert _call(monkeypatch, "calendar", "market-days", "--rule", rule, *span) == 0
    out, err = capsys.readouterr()
    assert json.loads(out) == []
    assert note in err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (
            ("market-days", "--rule", "逢1、四", "--first", "2026-12-01", "--last", "2026-12-31"),
            "calendar.rule_ambiguous",
        ),
        (
            ("market-days", "--rule", "隔二赶三", "--first", "2026-12-01", "--last", "2026-12-31"),
            "calendar.rule_anchor",
        ),
        (("market-days", "--rule", "逢1", "--first", "2026-12-31", "--last", "2026-12-01"), "bad_span"),
        (("market-days", "--rule", "逢1", "--first", "20261201", "--last", "2026-12-31"), "bad_date"),
        (("lunar", "2026-02-30"), "bad_date"),
        (("lunar", "1850-01-01"), "calendar.lunar_range"),
        (("add-workdays", "2026-12-01", "five"), "bad_number"),
        (("add-workdays", "2026-12-01", "99999"), "calendar.too_many"),
    ],
)
def test_a_refusal_is_one_sentence_and_a_code(
    arguments: tuple[str, ...], code: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 1, the sentence on standard error, code and sentence as JSON."""
    assert _call(monkeypatch, "calendar", *arguments, "--json") == 1
    out, err = capsys.readouterr()
    error = json.loads(out)["error"]
    assert error["code"] == code
    assert err.strip() == error["message"]


def test_lunar_day_as_json(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The form other programs call stays as it is."""
    _call(monkeypatch, "calendar", "lunar", "2026-11-23", "--json")
    assert json.loads(capsys.readouterr().out) == {
        "year": 2026,
        "month": 10,
        "day": 15,
        "leap": False,
        "ganzhi_day": "辛丑",
    }


def test_workdays_need_no_home_and_take_negative_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In an empty folder the package's own data answer."""
    monkeypatch.setenv("DJFLOW_HOME", str(tmp_path))
    _call(monkeypatch, "calendar", "add-workdays", "2026-11-23", "5", "--json")
    _call(monkeypatch, "calendar", "add-workdays", "2026-12-01", "-5", "--json")
    _call(monkeypatch, "calendar", "add-workdays", "2026-12-25", "5", "--json")
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == [
        {"date": "2026-11-30", "provisional": False},
        {"date": "2026-11-24", "provisional": False},
        {"date": "2027-01-04", "provisional": True},
    ]


def test_the_homes_holiday_file_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As soon as the office files the notice, the deadline is official."""
    holidays = tmp_path / "config" / "holidays"
    holidays.mkdir(parents=True)
    filed = 'year = 2027\nsource = "试"\n[[days_off]]\nname = "元旦"\nfirst = 2027-01-01\nlast = 2027-01-04\n'
    (holidays / "2027.toml").write_text(filed, encoding="utf-8")
    _call(monkeypatch, "--home", str(tmp_path), "calendar", "add-workdays", "2026-12-25", "5", "--json")
    assert json.loads(capsys.readouterr().out) == {"date": "2027-01-05", "provisional": False}


@pytest.mark.parametrize("content", ["year = ", "year = 2027", "\udcff"])
def test_a_broken_holiday_file_is_named(
    content: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A wrong file is never silently passed over."""
    holidays = tmp_path / "config" / "holidays"
    holidays.mkdir(parents=True)
    (holidays / "2027.toml").write_bytes(content.encode("utf-8", "surrogateescape"))
    assert _call(monkeypatch, "--home", str(tmp_path), "calendar", "add-workdays", "2026-12-25", "5") == 1
    assert "2027.toml" in capsys.readouterr().err


def test_the_calendar_commands_import_neither_prefect_nor_the_database() -> None:
    """`djflow calendar` answers at once, anywhere."""
    program = (
        "import sys; sys.argv = ['djflow', 'calendar', 'lunar', '2026-11-23']\n"
        "from djflow.cli.frame import run; from djflow.cli.main import djflow; run(djflow)\n"
        "sys.exit(', '.join({'prefect', 'sqlalchemy', 'pydantic', 'fastapi'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stderr.strip() == ""
