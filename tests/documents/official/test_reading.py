"""Documents from JSON: what is read, and that every wrong field is named."""

import json
from datetime import date

import pytest

from djflow.core.errors import InputError
from djflow.documents.official.model import DocumentKind, Paragraph, Table
from djflow.documents.official.reading import read_document

WHOLE = {
    "kind": "notice",
    "issuer": "中共某某区委组织部",
    "number": "某组发〔2026〕7号",
    "title": "关于召开会议的通知",
    "main_recipients": ["各镇党委"],
    "body": [
        {"level": 0, "text": "有关事项通知如下。"},
        {"level": 1, "text": "会议时间"},
        {"table": {"head": ["序号", "单位"], "rows": [[1, "青禾镇"], [2, None]]}},
    ],
    "attachments": ["参会回执", {"title": "名单", "body": [{"table": [["姓名"], ["王喆"]]}]}],
    "signed_on": "2026-11-24",
    "cc": ["区委办公室"],
    "print_office": "区委组织部办公室",
    "printed_on": "2026-11-25",
}


def test_a_whole_document_is_read() -> None:
    """All fields arrive."""
    document = read_document(json.dumps(WHOLE, ensure_ascii=False))
    assert document.kind is DocumentKind.NOTICE
    assert document.issuers == ("中共某某区委组织部",)
    assert document.body[1] == Paragraph("会议时间", 1)
    table = document.body[2]
    assert isinstance(table, Table)
    assert [[cell.text for cell in row] for row in table.rows] == [["序号", "单位"], ["1", "青禾镇"], ["2", ""]]
    assert [one.title for one in document.attachments] == ["参会回执", "名单"]
    assert document.printed_on == date(2026, 11, 25)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"kind": "order"}, "kind"),
        ({"issuer": []}, "issuer"),
        ({"title": 7}, "title"),
        ({"body": []}, "body"),
        ({"body": [{"level": 5, "text": "甲"}]}, "body[0].level"),
        ({"body": [{"level": True, "text": "甲"}]}, "body[0].level"),
        ({"body": [{"level": 0, "text": " "}]}, "body[0].text"),
        ({"body": [{"level": 0, "words": "甲", "text": "乙"}]}, "body[0].words"),
        ({"body": [{"table": {"head": ["甲"], "rows": [["乙", "丙"]]}}]}, "body[0].table"),
        ({"body": [{"table": []}]}, "body[0].table"),
        ({"body": [{"table": {"head": ["甲"], "rows": [["乙"]], "widths": [0]}}]}, "body[0].table.widths"),
        ({"body": [{"table": {"head": ["甲"], "rows": [["乙"]], "widths": 3}}]}, "body[0].table.widths"),
        ({"body": [{"table": {"head": 3, "rows": []}}]}, "body[0].table"),
        ({"body": [{"table": {"rows": [[]]}}]}, "body[0].table"),
        ({"attachments": [{"body": []}]}, "attachments[0]"),
        ({"attachments": "甲"}, "attachments"),
        ({"signed_on": "2026-13-01"}, "signed_on"),
        ({"cc": [1]}, "cc"),
        ({"secrecy": "机密★1年"}, "secrecy"),
        ({"secrecy": "公开"}, "secrecy"),
        ({"sealed": "no"}, "sealed"),
        ({"rolls": []}, "rolls"),
        ({"recipients": []}, "recipients"),
    ],
)
def test_a_wrong_field_is_named(change: dict[str, object], named: str) -> None:
    """The sentence names the field that is wrong."""
    with pytest.raises(InputError, match=named.replace("[", r"\[").replace("]", r"\]")):
        read_document(json.dumps({**WHOLE, **change}, ensure_ascii=False))


def test_all_wrong_fields_are_named_at_once() -> None:
    """Nobody has to try again for each mistake."""
    with pytest.raises(InputError) as caught:
        read_document('{"kind": "x", "body": 3, "signed_on": 5}')
    assert all(name in caught.value.message for name in ("kind", "issuer", "title", "body", "signed_on"))


@pytest.mark.parametrize("text", ["", "[]", '{"kind": ', "[" * 100_000])
def test_what_is_no_json_object_is_refused(text: str) -> None:
    """Broken JSON is refused in one sentence."""
    with pytest.raises(InputError, match="JSON"):
        read_document(text)
