"""Documents as the office's templates give them."""

import pytest

from djflow.core.errors import ConfigError
from djflow.documents.official.markup import plain, read_text
from djflow.documents.official.model import Cell, Paragraph, Table

TEXT = """标题：关于选派的通知
主送：各镇党委，区级有关部门
附件：名额分配表
附件：推荐表

现将事项通知如下。
一、选派范围
（一）人选。年富力强。
1.5万元以内。
| 单位 | 名额 |
|---|---|
| 青禾镇 | 2 |

| *姓名 | 王喆 | *单位 | 青禾镇 |
| *意见 | 同意 | > | > |4
"""


def test_fields_text_and_tables_are_read() -> None:
    """Fields come first, levels are read off the numbers, tables off the bars."""
    found = read_text(TEXT)
    assert found.title == "关于选派的通知"
    assert found.recipients == ("各镇党委", "区级有关部门")
    assert found.attachments == ("名额分配表", "推荐表")
    assert [block.level for block in found.body if isinstance(block, Paragraph)] == [0, 1, 2, 0]
    lists, form = (block for block in found.body if isinstance(block, Table))
    assert (lists.heads, lists.rows[0][0].label) == (1, True)
    assert form.rows[1] == (Cell("意见", 1, True, 4), Cell("同意", 3, False, 4))
    assert len(form.widths) == 4


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("正文", "第 1 行不是字段"),
        ("主送：甲\n\n正文", "没有标题"),
        ("标题：甲\n\n| 乙 | 丙", "没有写完"),
        ("标题：甲\n\n| 乙 | 丙 |\n| 丁 |", "第 4 行的格数"),
    ],
)
def test_what_cannot_be_read_is_named(text: str, words: str) -> None:
    """The sentence names the line."""
    with pytest.raises(ConfigError, match=words):
        read_text(text)


def test_values_are_no_marks() -> None:
    """What a value holds is printed: bars, stars, line breaks."""
    values = plain({"name": "*甲|乙", "notes": ("一\n二", ">", 3)})
    assert isinstance(values, dict)
    found = read_text(
        f"标题：表\n\n| *姓名 | {values['name']} |\n| *备注 | {values['notes'][0]} |\n| {values['notes'][1]} | 丙 |"
    )
    (table,) = found.body
    assert isinstance(table, Table)
    assert [row[1].text for row in table.rows] == ["＊甲｜乙", "一\n二", "丙"]
    assert table.rows[2][0].text == "＞"
