"""Facts of the standard: numbers, dates, notes, marks of secrecy."""

from datetime import date

import pytest

from djflow.documents.official import rules
from djflow.documents.official.model import Attachment, Cell, DocumentKind, Paragraph, Table
from tests.documents.official.samples import notice


@pytest.mark.parametrize("number", ["某组发〔2026〕7号", "某组函〔2026〕12号", "中共某某区委组织部〔2027〕1号"])
def test_a_number_as_it_must_be(number: str) -> None:
    """Hexagonal brackets, a full year, no zeros, no 第."""
    assert rules.number_reads(DocumentKind.NOTICE, number)


@pytest.mark.parametrize(
    "number",
    [
        "某组发[2026]7号",
        "某组发(2026)7号",
        "某组发〔26〕7号",
        "某组发〔2026〕07号",
        "某组发〔2026〕第7号",
        "某组发〔2026〕7",
        "〔2026〕7号",
        "第7期",
    ],
)
def test_a_number_that_would_be_sent_back(number: str) -> None:
    """Other brackets, short years, zeros and 第 are refused, and the sentence says how to write it."""
    assert not rules.number_reads(DocumentKind.NOTICE, number)
    assert "〔2026〕7号" in rules.faults(notice(number=number))[0]


def test_minutes_may_count_issues() -> None:
    """Minutes are numbered 第7期."""
    assert rules.number_reads(DocumentKind.MINUTES, "第7期")
    assert not rules.number_reads(DocumentKind.MINUTES, "第07期")


def test_dates_and_numerals() -> None:
    """Dates have no zeros before their digits; paragraphs are counted in Chinese numerals."""
    assert rules.day_words(date(2026, 3, 7)) == "2026年3月7日"
    assert [rules.numeral(number) for number in (1, 10, 11, 20, 21, 99)] == [
        "一",
        "十",
        "十一",
        "二十",
        "二十一",
        "九十九",
    ]
    assert [rules.level_number(level, 12) for level in range(5)] == ["", "十二、", "（十二）", "12.", "（12）"]
    assert rules.has_number(3, "1.人选")
    assert not rules.has_number(3, "1.5万元")
    assert not rules.has_number(0, "一、人选")


@pytest.mark.parametrize("words", ["机密★1年", "秘密★", "绝密★长期", "机密"])
def test_classified_texts_are_refused(words: str) -> None:
    """A text with the mark of a classified document is refused, wherever it stands."""
    table = Table(((Cell(words),),), (1,))
    for document in (notice(body=(Paragraph(words),)), notice(attachments=(Attachment("表", (table,)),))):
        assert any("严禁处理涉密信息" in fault for fault in rules.faults(document))


def test_words_about_secrecy_are_no_mark() -> None:
    """A text may speak of secrets."""
    assert rules.faults(notice(body=(Paragraph("要保守国家秘密，严防失密泄密。"),))) == ()


def test_internal_papers_are_not_published() -> None:
    """What is marked 内部 may not be published, and cannot be marked as published."""
    assert not rules.may_be_published(notice(internal=True))
    assert rules.may_be_published(notice())
    assert "不能公开" in rules.faults(notice(internal=True, public=True))[0]


def test_every_fault_names_its_field() -> None:
    """Title, issuer, text, urgency and copy number are each named."""
    wrong = rules.faults(notice(title=" ", issuers=("",), body=(), urgency="急", copy_number="12"))
    assert [fault.split("（")[0] for fault in wrong] == ["title", "issuer", "body", "urgency", "copy_number"]


def test_where_a_heading_ends() -> None:
    """A heading ends with its first full stop or with the text; a whole sentence with a number has none."""
    assert rules.heading_end("一、选派范围") == 6
    assert rules.heading_end("（一）人选条件。年富力强。") == 8
    assert rules.heading_end("（一）人选条件。") == 8
    assert rules.heading_end("一、请各单位做好交接，并移交材料。") == 0
    assert rules.heading_end("二、请单位做好该同志的工作安排和思想工作。") == 0


def test_attachment_notes() -> None:
    """One attachment is not counted, several are; names end without a mark."""
    assert rules.attachment_notes(("名额分配表。",)) == ("名额分配表",)
    assert rules.attachment_notes(("名额分配表；", "推荐表")) == ("1.名额分配表", "2.推荐表")
    assert rules.attachment_sign(1, 1) == "附件"
    assert rules.attachment_sign(2, 3) == "附件2"


def test_a_long_mark_is_set_narrow() -> None:
    """A mark fills at most 150 mm: first it becomes smaller, then its letters narrower."""
    for letters in (5, 11, 16, 30):
        size, scale = rules.head_size("某" * letters)
        assert letters * size * scale / 100 <= 150 * 72 / 25.4 + 1
        assert size >= 32


def test_figures_and_a_few_words_stand_in_the_middle_of_a_cell() -> None:
    """A figure with its sample is centred like shorter ones; longer words begin on the left."""
    assert all(rules.stands_centred(text) for text in ("大仓镇", "9", "100.0（1240）", "—"))
    assert not rules.stands_centred("人力资源和社会保障局")
