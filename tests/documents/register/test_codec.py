"""Texts are kept without loss, and a clerk edits them as words."""

from dataclasses import replace

import pytest

from djflow.core.errors import InputError
from djflow.documents.official.model import (
    Attachment,
    Cell,
    DocumentKind,
    OfficialDocument,
    Paragraph,
    Picture,
    Roll,
    Table,
)
from djflow.documents.register.codec import decode, digest, encode
from djflow.documents.register.wording import words_of, written
from tests.documents.official import samples
from tests.documents.registered import TEXT

WHOLE = [value for value in vars(samples).values() if isinstance(value, OfficialDocument)]


@pytest.mark.parametrize("document", [TEXT, *WHOLE])
def test_a_text_is_kept_without_loss(document: OfficialDocument) -> None:
    """What is opened is what was written, and its hash the same."""
    assert decode(encode(document)) == document
    assert digest(decode(encode(document))) == digest(document)


def test_words_come_back_as_they_were() -> None:
    """Fields, levels, tables with heads, widened cells and room come back; bodies of attachments stay."""
    table = Table(
        (
            (Cell("单位", label=True), Cell("名额", label=True)),
            (Cell("大仓镇"), Cell("2")),
            (Cell("合计", span=2, label=True, lines=3),),
        ),
        (4, 4),
        heads=1,
    )
    table = Table((*table.rows[:2], (Cell("合计", 2, True, 3),)), table.widths, 1)
    document = OfficialDocument(
        **{
            **{name: getattr(TEXT, name) for name in TEXT.__dataclass_fields__},
            "body": (Paragraph("如下。"), Paragraph("一、名额", 1), table),
            "attachments": (Attachment("名单", (Paragraph("张三"),)), Attachment("回执")),
            "cc": ("区委办",),
            "annotation": "联系人：组织科",
        }
    )
    assert written(document, words_of(document)) == document


def test_words_that_cannot_be_read_say_where() -> None:
    """The line is named in the clerk's words."""
    with pytest.raises(InputError, match="文稿第 1 行"):
        written(TEXT, "报送通知\n\n正文")
    with pytest.raises(InputError, match="没有标题"):
        written(TEXT, "主送：各镇\n\n正文")


def test_several_issuers_rolls_and_texts_of_attachments_are_written_in_words() -> None:
    """They come back as they were; a section that is taken out leaves the attachment's name alone."""
    table = Table(((Cell("单位", label=True), Cell("名额", label=True)), (Cell("大仓镇"), Cell("2"))), (4, 4), heads=1)
    given = replace(
        TEXT,
        kind=DocumentKind.MINUTES,
        issuers=("中共某区委组织部", "某区财政局"),
        rolls=(Roll("出席", ("张三", "王喆")), Roll("列席", ("李䶮",))),
        attachments=(Attachment("名额分配表", (table, Paragraph("一、说明", 1))), Attachment("推荐表")),
    )
    words = words_of(given)
    assert "发文机关：中共某区委组织部，某区财政局" in words
    assert written(given, words) == given
    assert written(replace(given, rolls=(), attachments=()), words).rolls == given.rolls
    short = written(given, words[: words.index("【附件】")])
    assert [one.body for one in short.attachments] == [(), ()]
    more = written(given, f"{words}\n【附件】回执\n请填写。\n")
    assert more.attachments[-1] == Attachment("回执", (Paragraph("请填写。"),))
    for twice in ("【附件】回执\n甲\n【附件】回执\n乙", "【附件】\n甲"):
        with pytest.raises(InputError, match=r"文稿第 \d+ 行的附件(写了两次|没有名称)"):
            written(given, f"{words}\n{twice}")


def test_what_words_cannot_show_is_kept() -> None:
    """A picture and a table with its own widths and caption stay as they were when the text is edited."""
    table = Table(((Cell("单位", label=True),), (Cell("大仓镇"),)), (9,), 1, "排名表")
    wide = replace(table, caption="")
    given = replace(TEXT, attachments=(Attachment("图表", (Picture("eHg="), table)), Attachment("名单", (wide,))))
    words = words_of(given)
    assert "【附件】图表" not in words
    assert written(given, words.replace("通知如下", "通告如下")).attachments == given.attachments
