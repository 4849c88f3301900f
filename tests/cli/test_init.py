import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook

from djflow.cli.main import djflow
from djflow.core.errors import DjflowError
from djflow.settings.load import check, load_settings
from djflow.settings.market_sheet import COLUMNS, write_market_template
from djflow.settings.problems import errors_of, notices_of
from djflow.settings.questions import QUESTIONS

NAME = "清河区"
MARKET_ROWS = (
    {"name": "大仓", "township": "大仓镇", "rule": "公历逢1、5、8", "day31": "赶", "point": "街口", "x_km": 3.5},
    {
        "name": "新街",
        "township": "新街乡",
        "rule": "农历逢一、四、七",
        "service": "每场",
        "suspend": "正月初一，正月初二",
    },
)

UNIT: Mapping[str, str | int] = {"单位编码": "D01", "单位名称": "大仓镇", "类别": "镇乡", "排序": 1}

PERSON: Mapping[str, str | int] = {"工号": "C0001", "姓名": "张三丰", "性别": "男", "单位": "大仓镇", "职级": "副科"}


def run(home: Path, *arguments: str, answers: str = "") -> Result:
    """Run `djflow init` in `home`, typing `answers`."""
    return CliRunner().invoke(djflow, ["--home", str(home), "init", *arguments], input=answers)


def all_defaults(name: str = NAME) -> str:
    """Return what a person types who only knows the district's name."""
    return name + "\n" * len(QUESTIONS)


def fill_markets(path: Path, rows: tuple[Mapping[str, object], ...] = MARKET_ROWS) -> None:
    """Write rows into a table of markets as the office would."""
    if not path.exists():
        write_market_template(path)
    book = load_workbook(path)
    sheet = book.worksheets[0]
    for number, row in enumerate(rows, start=4):
        for place, column in enumerate(COLUMNS, start=1):
            sheet.cell(number, place).value = row.get(column.key)  # type: ignore[assignment] # text and numbers only
    book.save(path)


def fill(path: Path, row: Mapping[str, str | int]) -> None:
    """Write one row below the header of a handed-out table."""
    book = load_workbook(path)
    sheet = book.worksheets[0]
    headers = [cell.value for cell in sheet[3]]
    for header, value in row.items():
        sheet.cell(4, headers.index(header) + 1).value = value
    book.save(path)


def config(home: Path, file: str = "djflow.toml") -> dict[str, object]:
    """Return a file of the home's configuration."""
    return tomllib.loads((home / "config" / file).read_text(encoding="utf-8"))


def test_a_district_begins_with_its_name_and_enter(tmp_path: Path) -> None:
    """Every question has a default; at the end there are configuration, keys, database and tables, without errors."""
    result = run(tmp_path, answers=all_defaults())
    assert result.exit_code == 0, result.output
    settings = load_settings(tmp_path)
    assert settings.district.name == NAME
    assert settings.district.demonstration is False
    assert settings.markets == ()
    assert (tmp_path / ".djflow" / "keys.json").exists()
    assert sorted(path.name for path in (tmp_path / "表格").iterdir()) == [
        "0-场镇.xlsx",
        "1-单位.xlsx",
        "2-支部.xlsx",
        "3-人员.xlsx",
        "4-缺勤.xlsx",
        "5-历史积分.xlsx",
        "6-联系方式.xlsx",
        "7-亲属关系.xlsx",
    ]
    assert "接下来" in result.output


def test_every_question_is_asked_once_with_its_explanation(tmp_path: Path) -> None:
    """The office reads why it is asked, and the groups in order."""
    output = run(tmp_path, answers=all_defaults()).output
    for question in QUESTIONS:
        assert output.count(f". {question.text}\n   {question.why}\n") == 1
        assert question.why


def test_a_bad_answer_is_asked_again_with_the_reason(tmp_path: Path) -> None:
    """A mobile number is no telephone for the public; the question comes once more."""
    typed = f"{NAME}\n\n\n\n13800000000\n0872-6120000\n" + "\n" * len(QUESTIONS)
    output = run(tmp_path, answers=typed).output
    assert "✗ 公示只用座机，请不要填手机号码。" in output
    assert load_settings(tmp_path).district.supervision_phone == "0872-6120000"


def test_stopping_in_the_middle_keeps_what_was_answered(tmp_path: Path) -> None:
    """After Ctrl-C the next run begins with the first question that is still open."""
    stopped = run(tmp_path, answers=f"{NAME}\n中共清河区委组织部\n")
    assert stopped.exit_code == 1
    assert "再运行一次 djflow init 接着做" in stopped.output
    assert not (tmp_path / "config").exists()
    going_on = run(tmp_path, answers="\n" * len(QUESTIONS))
    assert going_on.exit_code == 0
    assert "本区的名称" not in going_on.output
    assert load_settings(tmp_path).district.department == "中共清河区委组织部"


def test_a_second_run_changes_nothing(tmp_path: Path) -> None:
    """Repeating the start is safe: no question, no change."""
    run(tmp_path, answers=all_defaults())
    before = {path: path.read_bytes() for path in (tmp_path / "config").rglob("*") if path.is_file()}
    again = run(tmp_path)
    assert again.exit_code == 0
    assert "config/：没有变化。" in again.output
    assert {path: path.read_bytes() for path in before} == before


def test_starting_over_asks_everything_again(tmp_path: Path) -> None:
    """With --restart the old answers are forgotten, and files nobody edited are renewed."""
    run(tmp_path, answers=all_defaults())
    result = run(tmp_path, "--restart", answers=all_defaults("白水县"))
    assert result.exit_code == 0
    assert load_settings(tmp_path).district.name == "白水县"


def edit(home: Path) -> Path:
    """Change the configuration by hand."""
    path = home / "config" / "roster.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("history_months = 6", "history_months = 3"), "utf-8")
    return path


@pytest.mark.parametrize(("typed", "months"), [("否", 3), ("是", 6)])
def test_an_edited_file_is_overwritten_only_when_the_office_agrees(tmp_path: Path, typed: str, months: int) -> None:
    """New answers touch a file somebody edited: the office decides, and a copy of the old one is kept."""
    run(tmp_path, answers=all_defaults())
    edit(tmp_path)
    defaults = ["" if question.key != "max_duties" else "4" for question in QUESTIONS]
    result = run(tmp_path, "--restart", answers="\n".join([NAME, *defaults[1:], typed]) + "\n")
    assert "config/roster.toml 已被改过" in result.output
    assert load_settings(tmp_path).roster.history_months == months
    kept = tmp_path / ".djflow" / "init-backup" / "roster.toml"
    assert kept.exists() == (typed == "是")


def test_an_edited_file_is_left_alone_when_there_is_nothing_new(tmp_path: Path) -> None:
    """Running again after editing by hand asks nothing and keeps the edit."""
    run(tmp_path, answers=all_defaults())
    edit(tmp_path)
    result = run(tmp_path)
    assert result.exit_code == 0
    assert "已被改过" not in result.output
    assert load_settings(tmp_path).roster.history_months == 3


def test_filled_tables_are_found_and_imported(tmp_path: Path) -> None:
    """Markets and units filled in place are imported on the next run; the filled tables stay as they are."""
    run(tmp_path, answers=all_defaults())
    folder = tmp_path / "表格"
    fill_markets(folder / "0-场镇.xlsx")
    fill(folder / "1-单位.xlsx", UNIT)
    filled = (folder / "1-单位.xlsx").read_bytes()
    result = run(tmp_path, answers="是\n")
    assert result.exit_code == 0, result.output
    assert "✓ 0-场镇.xlsx：2 个场。" in result.output
    assert "✓ 1-单位.xlsx：1 行，新增 1，更新 0，未变 0。" in result.output
    assert "场镇表里的 新街乡 在单位表里没有同名的单位" in result.output
    markets = load_settings(tmp_path).markets
    assert [(town.code, town.name) for town in markets] == [("M01", "大仓"), ("M02", "新街")]
    assert len(markets[1].policies.suspend) == 2
    assert (folder / "1-单位.xlsx").read_bytes() == filled
    assert "现在导入吗" not in run(tmp_path).output
    assert len(load_settings(tmp_path).markets) == 2


def test_people_and_the_points_they_bring_along_are_imported(tmp_path: Path) -> None:
    """Units, people and opening balances can be filled before the first import and are taken in that order."""
    run(tmp_path, answers=all_defaults())
    folder = tmp_path / "表格"
    fill(folder / "1-单位.xlsx", UNIT)
    fill(folder / "3-人员.xlsx", PERSON)
    fill(folder / "5-历史积分.xlsx", {"工号": "C0001", "历史积分": 7})
    result = run(tmp_path, answers="\n")
    assert result.exit_code == 0, result.output
    for file in ("1-单位.xlsx", "3-人员.xlsx", "5-历史积分.xlsx"):
        assert f"✓ {file}：1 行，新增 1" in result.output


def test_a_bad_table_is_refused_as_a_whole_with_row_and_column(tmp_path: Path) -> None:
    """Every cell that cannot be taken is listed; the configuration keeps what it had."""
    run(tmp_path, answers=all_defaults())
    rows = (
        {"name": "大仓", "rule": "公历逢1、5、月亮", "town_phone": "0872-000-0102"},
        {"name": "甸中", "township": "大仓镇", "rule": "公历逢1、5、月亮"},
        {"name": "新街", "township": "新街乡", "rule": "周日", "town_phone": "13800000000", "day31": "也许"},
        {"name": "新街", "township": "新街乡", "rule": "周日", "town_phone": "13800000000"},
    )
    fill_markets(tmp_path / "表格" / "0-场镇.xlsx", rows)
    result = run(tmp_path, answers="是\n")
    assert result.exit_code == 1
    for line in (
        "第 4 行“所属镇乡”：必填项没有填",
        "第 5 行“场期”：场期规则中的“月亮”看不懂",
        "第 6 行“31日”：只能填：赶、不赶，或留空。",
        "第 7 行“场名”：与第 6 行重复",
        "第 7 行“咨询电话”：写法不对。这一项是镇乡咨询电话（座机）",
    ):
        assert line in result.output, result.output
    assert load_settings(tmp_path).markets == ()


def test_automation_answers_from_a_file(tmp_path: Path) -> None:
    """A file of answers asks nothing; its tables are imported; what is not answered takes its default."""
    home = tmp_path / "home"
    fill_markets(tmp_path / "场镇.xlsx")
    answers = tmp_path / "answers.toml"
    answers.write_text(
        f'[answers]\nname = "{NAME}"\nmax_duties = 4\nstandby = false\nfund_rule = "区委办发〔2025〕3号"\n'
        '[files]\nmarkets = "场镇.xlsx"\n',
        encoding="utf-8",
    )
    result = run(home, "--answers", str(answers))
    assert result.exit_code == 0, result.output
    settings = load_settings(home)
    assert (settings.roster.max_duties, settings.roster.standby) == (4, False)
    assert len(settings.markets) == 2


def test_answers_for_later_are_kept_and_the_open_ones_listed(tmp_path: Path) -> None:
    """What this milestone does not use yet is stored; what was left open is a notice."""
    answers = tmp_path / "answers.toml"
    answers.write_text(f'[answers]\nname = "{NAME}"\nfund_rule = "区委办发〔2025〕3号"\n', encoding="utf-8")
    run(tmp_path / "home", "--answers", str(answers))
    kept = {answer.key: answer for answer in load_settings(tmp_path / "home").answers}
    assert (kept["fund_rule"].answer, kept["fund_rule"].source) == ("区委办发〔2025〕3号", "建区时答复")
    assert kept["sms_channel"].source == "待确认"
    assert any("短信走哪个渠道" in notice.what for notice in notices_of(check(tmp_path / "home")))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[answers]\nnam = "x"\n', "是不是 name"),
        ('[answers]\nname = "清河区"\nport = 80\n', "端口"),
        ("[answers\n", "写法不对"),
        ('answers = "x"\n', "应是表"),
        ('[files]\nmarket = "x"\n', "是不是 markets"),
    ],
)
def test_a_file_of_answers_with_a_slip_is_refused(tmp_path: Path, text: str, message: str) -> None:
    """The slip is named in Chinese and nothing is written."""
    answers = tmp_path / "answers.toml"
    answers.write_text(text, encoding="utf-8")
    result = run(tmp_path / "home", "--answers", str(answers))
    assert isinstance(result.exception, DjflowError)
    assert message in result.exception.message
    assert not (tmp_path / "home" / "config").exists()


def test_the_demonstration_is_not_turned_into_a_real_district(tmp_path: Path) -> None:
    """Invented people and real ones never share a home."""
    run(tmp_path, answers=all_defaults())
    path = tmp_path / "config" / "djflow.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("demonstration = false", "demonstration = true"), "utf-8")
    result = run(tmp_path)
    assert isinstance(result.exception, DjflowError)
    assert result.exception.code == "init.demonstration"


def test_the_new_district_has_nothing_of_the_demonstration(tmp_path: Path) -> None:
    """No invented market, telephone or name is left in the new configuration."""
    run(tmp_path, answers=all_defaults())
    text = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "config").rglob("*.toml"))
    assert "演示" not in text
    assert "示范" not in text
    assert "0872" not in text
    assert errors_of(check(tmp_path)) == ()
    assert config(tmp_path, "markets.toml").get("markets") is None


def test_a_broken_edit_is_told_before_anything_is_built(tmp_path: Path) -> None:
    """With an error in the configuration the start stops and shows file and line."""
    run(tmp_path, answers=all_defaults())
    path = edit(tmp_path)
    path.write_text(path.read_text(encoding="utf-8") + "\n[nonsense]\n", encoding="utf-8")
    result = run(tmp_path)
    assert result.exit_code == 1
    assert "没有“nonsense”这一项" in result.output
