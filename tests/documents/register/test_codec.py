"""Texts are kept without loss, and a clerk edits them as words."""

import pytest

from djflow.core.errors import InputError
from djflow.documents.official.model import Attachment, Cell, OfficialDocument, Paragraph, Table
from djflow.documents.register.codec import decode, digest, encode, words_of, written
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
