import tomllib
from pathlib import Path

import pytest

from djflow.core.errors import ConfigError, InputError
from djflow.settings.founding import Beginning, compose, keep_beginning, read_beginning, with_value, write_config
from djflow.settings.questions import BY_KEY, QUESTIONS, quoted

TEXT = '[a]\nname = "旧"   # 说明\nlist = [1, 2] # 列表\nend = { mode = "none" }\n'


@pytest.mark.parametrize(
    ("path", "literal", "line"),
    [
        (("a", "name"), '"新"', 'name = "新"   # 说明'),
        (("a", "list"), "[]", "list = [] # 列表"),
        (("a", "end"), "{ }", "end = { }"),
    ],
)
def test_a_value_is_replaced_and_its_comment_stays(path: tuple[str, str], literal: str, line: str) -> None:
    """The office keeps reading what the value is for."""
    assert line in with_value(TEXT, path, literal).splitlines()


def test_a_value_that_is_not_there_cannot_be_replaced() -> None:
    """A question whose place is gone from the example is a programming fault."""
    with pytest.raises(ValueError, match="no one-line value"):
        with_value(TEXT, ("a", "nothing"), "1")


def test_every_question_has_a_place_in_the_example() -> None:
    """The defaults give a configuration in which each answered key holds its default."""
    composed = compose({"name": "清河区"}, None)
    for question in QUESTIONS:
        if question.place is not None:
            file, path = question.place
            value: object = tomllib.loads(composed[file])
            for part in path:
                assert isinstance(value, dict)
                value = value[part]
            expected = question.literal("清河区" if question.key == "name" else question.default)
            assert value == tomllib.loads(f"x = {expected}")["x"], question.key


def test_an_answer_that_cannot_be_used_names_its_question() -> None:
    """Composing refuses what the interview would have refused."""
    with pytest.raises(InputError, match=r"网页的端口.*应为 1024 到 65535"):
        compose({"name": "清河区", "port": "80"}, None)


@pytest.mark.parametrize(
    ("key", "answer"),
    [
        ("name", ""),
        ("service", "每月满月那场"),
        ("service_hours", "12:00-9:00"),
        ("quiet_from", "晚上"),
        ("standby", "也许"),
        ("public_url", "example.gov.cn"),
        ("database_url", "mysql://x"),
        ("min_leader_rank", "科长"),
        ("rest_gap_days", "１"),
    ],
)
def test_an_unusable_answer_is_refused_in_chinese(key: str, answer: str) -> None:
    """Each kind of question knows what it takes."""
    with pytest.raises(InputError) as refused:
        BY_KEY[key].literal(answer)
    assert refused.value.message


@pytest.mark.parametrize("text", ['他说"好"', "反\\斜", "两\n行", "制表\t", "〔2026〕", ""])
def test_any_answer_survives_being_written_down(text: str) -> None:
    """Quotation marks and control characters come back as they were."""
    assert tomllib.loads(f"x = {quoted(text)}")["x"] == text


def test_progress_is_kept_and_read_back(tmp_path: Path) -> None:
    """Answers and hashes are what they were; a folder without progress begins anew."""
    path = tmp_path / ".djflow" / "init.toml"
    assert read_beginning(path) == Beginning({}, {})
    begun = Beginning({"name": "清“河”区", "seal": ""}, {"djflow.toml": "ab", "表格/0-场镇.xlsx": "cd"})
    keep_beginning(path, begun)
    assert read_beginning(path) == begun


def test_damaged_progress_is_told_with_the_way_out(tmp_path: Path) -> None:
    """A file that cannot be read is not silently forgotten."""
    (tmp_path / "init.toml").write_text("answers = [", encoding="utf-8")
    with pytest.raises(ConfigError, match="--restart"):
        read_beginning(tmp_path / "init.toml")


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """A file in the way of a folder ends in one sentence."""
    (tmp_path / "config").write_text("", encoding="utf-8")
    with pytest.raises(ConfigError, match="写不进去"):
        write_config(tmp_path, {"djflow.toml": ""}, {}, lambda _: True)
    with pytest.raises(ConfigError, match="写不进去"):
        keep_beginning(tmp_path / "config" / "init.toml", Beginning({}, {}))
