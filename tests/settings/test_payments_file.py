"""The banks' layouts: the example works, every mistake is named with file, line and key."""

import shutil
from importlib.resources import files
from pathlib import Path

import pytest

from djflow.core.errors import ConfigError
from djflow.fund.payment.layout import Content, FileKind
from djflow.settings.load import check, load_settings
from djflow.settings.problems import Problem, errors_of

EXAMPLE = Path(str(files("djflow") / "starter"))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with the example configuration."""
    shutil.copytree(EXAMPLE, tmp_path / "config")
    return tmp_path


def change(home: Path, old: str, new: str) -> int:
    """Replace `old` by `new` once and return the line where it stood."""
    path = home / "config" / "payments.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def only_error(home: Path) -> Problem:
    """Return the one error there is."""
    (error,) = errors_of(check(home))
    assert error.file == "payments.toml"
    return error


def test_the_example_gives_two_layouts(home: Path) -> None:
    """The example knows a CSV and an Excel layout, and its failure codes in words."""
    payments = load_settings(home).payments
    rural = payments.layout()
    assert (rural.key, rural.order.form.encoding, rural.answer.total_mark) == ("rural", "gb18030", "合计")
    assert [cell.content for cell in rural.order.foot] == [Content.TEXT, Content.COUNT, Content.TOTAL]
    assert rural.reasons["E01"] == "户名与账号不符"
    assert payments.layout("excel").order.form.kind is FileKind.EXCEL
    with pytest.raises(ConfigError, match="可以用：rural、excel"):
        payments.layout("icbc")


@pytest.mark.parametrize(
    ("old", "new", "key", "words"),
    [
        ('default = "rural"', 'default = "icbc"', "default", "可以写：rural、excel"),
        ('key = "excel"', 'key = "rural"', "layouts[2].key", "用了两次"),
        ('encoding = "gb18030"', 'encoding = "big5"', "layouts[1].order.encoding", "只能是 gb18030"),
        ('separator = ","', 'separator = ", "', "layouts[1].order.separator", "只能是"),
        ("max_lines = 500", "max_lines = 0", "layouts[1].max_lines", "应不小于 1"),
        ('value = "account" }', 'value = "acount" }', "layouts[1].order.columns[4].value", "只能是"),
        ('failure = ["失败", "处理失败", "退票"]', "failure = []", "layouts[1].answer.failure", "至少应有 1 项"),
        ('key = "流水号"', 'kee = "流水号"', "layouts[1].answer.kee", "是不是 key？"),
    ],
)
def test_a_wrong_value_is_named(home: Path, old: str, new: str, key: str, words: str) -> None:
    """File, line, key, and what would be right."""
    line = change(home, old, new)
    errors = [error for error in errors_of(check(home)) if error.key == key]
    assert [(error.file, error.line) for error in errors] == [("payments.toml", line)]
    assert words in errors[0].sentence


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('{ title = "收款账号", value = "account" },', '{ title = "账号", value = "bank" },', 'value = "account"'),
        ('title = "收款账号", value', 'title = "序号", value', "列名相同"),
        ('text = "温暖基金"', 'text = "=1+1"', "当成公式"),
        ('account = "收款账号"', 'account = "金额"', "同一个列名"),
        ('success = ["成功", "处理成功"]', 'success = ["成功", "失败"]', "既写成成功又写成失败"),
    ],
)
def test_a_layout_that_cannot_work_is_refused(home: Path, old: str, new: str, words: str) -> None:
    """Columns that lack, repeat or could be formulas, and words that mean both, are refused."""
    change(home, old, new)
    assert words in only_error(home).sentence


def test_a_text_outside_the_encoding_is_refused(home: Path) -> None:
    """What the bank's encoding cannot hold is found when the configuration is checked."""
    change(home, 'encoding = "gb18030"', 'encoding = "gbk"')
    change(home, 'text = "温暖基金"', 'text = "䶮"')
    assert "写不出" in only_error(home).sentence


def test_the_file_must_be_there(home: Path) -> None:
    """A missing file is named."""
    (home / "config" / "payments.toml").unlink()
    assert "没有这个文件" in only_error(home).sentence
