"""Every document of dispatch from the office's own texts, down to the printed page."""

from datetime import date
from pathlib import Path

import pytest

from djflow.core.errors import ConfigError, NotFoundError
from djflow.dispatch.papers import writing
from djflow.dispatch.papers.model import (
    ArchiveLine,
    BatchPaper,
    CandidatePaper,
    DemandLine,
    FindingLine,
    Heading,
    PostingPaper,
    QuotaLine,
    ReviewWords,
    Sent,
    Term,
)
from djflow.dispatch.policy.model import Paper
from djflow.documents.official.model import DocumentKind, OfficialDocument, Paragraph, Table
from djflow.documents.official.rendering import render
from djflow.documents.official.rules import block_texts, faults
from djflow.notify.texts import Texts
from tests.documents.official.samples import NOW, pages_of

TEXTS = Texts(Path(__file__).parents[3] / "config" / "texts")
HEADING = Heading("中共某某区委组织部", "区委组织部", "0872-000-0001", date(2026, 11, 24), "某组发〔2026〕7号")
TERM = Term("2027年度驻村第一书记", "服务“三农”下派", date(2027, 1, 4), date(2029, 1, 3))
WHO = Sent("王喆", "男", "1985年6月", "区财政局", "科员", "青禾镇", "石桥村", "第一书记")
BATCH = BatchPaper(
    term=TERM,
    months=24,
    demands=tuple(DemandLine(f"青禾镇{at}", "石桥村", "第一书记", "", 1) for at in range(40)),
    quotas=tuple(QuotaLine(f"区级单位{at}", 2) for at in range(45)),
    conditions=("年龄不超过45周岁。", "中共正式党员。"),
    nominate_by=date(2026, 12, 4),
    people=(WHO,) * 12,
    shown=(date(2026, 12, 14), date(2026, 12, 18)),
    shown_workdays=5,
)
CANDIDATE = CandidatePaper(
    TERM, WHO, findings=(FindingLine("年龄", "符合", "41周岁", "选派办法第三条"),) * 20, outcome="符合条件"
)
POSTING = PostingPaper(
    TERM,
    WHO,
    report_by=date(2027, 1, 11),
    before=date(2028, 1, 3),
    review=ReviewWords("走访农户120户。\n办实事12件。", "工作扎实。", "参加20人，优秀18票", "优秀"),
    kept=(ArchiveLine("推荐表", date(2026, 12, 1)), ArchiveLine("总结", None, "缺")),
)


def written(paper: Paper) -> OfficialDocument:
    """Return a document of any sort from the samples above."""
    if paper in writing.BATCH_PAPERS:
        return writing.batch_document(TEXTS, paper, BATCH, HEADING)
    if paper in writing.CANDIDATE_PAPERS:
        return writing.candidate_document(TEXTS, paper, CANDIDATE, HEADING)
    return writing.posting_document(TEXTS, paper, POSTING, HEADING)


def words(document: OfficialDocument) -> str:
    """Return everything a document says."""
    attached = (block for one in document.attachments for block in one.body)
    return "\n".join([document.title, *(text for block in (*document.body, *attached) for text in block_texts(block))])


@pytest.mark.parametrize("paper", list(Paper))
def test_every_paper_can_be_printed(paper: Paper) -> None:
    """Each document of the programme is sound and comes as both files, with a page for what it holds."""
    document = written(paper)
    assert faults(document) == ()
    made = render(document, now=NOW)
    assert made.pdf is not None
    shown = "".join(row.text for page in pages_of(made.pdf) for row in page.rows)
    assert document.title.replace("\n", "")[:6] in shown


@pytest.mark.parametrize(
    "paper", [Paper.NOMINATION, Paper.TALK_RECORD, Paper.MIDTERM_FORM, Paper.FINAL_FORM, Paper.ARCHIVE_LIST]
)
def test_a_form_is_one_page(paper: Paper) -> None:
    """A form for one person is filled in and signed on one sheet."""
    assert render(written(paper), now=NOW).pages == 1


def test_each_paper_belongs_to_one_thing() -> None:
    """Batches, nominations and postings share the documents out among them, none is left over."""
    together = (*writing.BATCH_PAPERS, *writing.CANDIDATE_PAPERS, *writing.POSTING_PAPERS)
    assert sorted(together) == sorted(Paper)
    assert set(writing.FORMS) == set(Paper)
    with pytest.raises(NotFoundError, match="派遣函"):
        writing.batch_document(TEXTS, Paper.DISPATCH_LETTER, BATCH, HEADING)


def test_a_call_says_how_many_and_bears_the_quota_table() -> None:
    """The call names total, days and conditions; the table of quotas is its first attachment."""
    call = written(Paper.CALL)
    assert call.kind is DocumentKind.NOTICE
    assert call.number == "某组发〔2026〕7号"
    text = words(call)
    assert "2026年12月4日" in text
    assert "（1）年龄不超过45周岁。" in text
    assert [one.title for one in call.attachments] == ["名额分配表", "干部推荐表"]
    (table,) = call.attachments[0].body
    assert isinstance(table, Table)
    assert table.rows[-1][-2].text == "90"
    assert call.attachments[1].body == ()


def test_a_publicity_lists_people_and_takes_objections() -> None:
    """Name, gender, birth, post, host; the period in workdays; telephone; signed, without a red head."""
    notice = written(Paper.PUBLICITY)
    assert (notice.kind, notice.signed_on, notice.number) == (DocumentKind.SHEET, date(2026, 11, 24), "")
    text = words(notice)
    for word in ("王喆", "男", "1985年6月", "区财政局科员", "青禾镇", "5个工作日", "0872-000-0001"):
        assert word in text


def test_a_letter_goes_to_the_host() -> None:
    """The letter of dispatch is addressed to the host, a copy goes to the sending unit."""
    letter = written(Paper.DISPATCH_LETTER)
    assert (letter.kind, letter.recipients, letter.cc) == (DocumentKind.LETTER, ("青禾镇",), ("区财政局",))
    assert "2027年1月11日前持此函报到" in words(letter)


def test_a_recall_says_no_reason() -> None:
    """The notice of a recall goes to both units and names no cause."""
    notice = written(Paper.RECALL_NOTICE)
    assert notice.recipients == ("区财政局", "青禾镇")
    assert not any(word in words(notice) for word in ("健康", "纪律", "不胜任", "群众反映"))


def test_what_people_wrote_is_no_markup() -> None:
    """Bars, stars and lines in a summary stay in their cell."""
    review = ReviewWords(summary="*一|二\n标题：三\n> 四")
    form = writing.posting_document(TEXTS, Paper.FINAL_FORM, PostingPaper(TERM, WHO, review=review), HEADING)
    assert form.title == "选派干部期满考核表"
    cells = [cell for block in form.body if isinstance(block, Table) for row in block.rows for cell in row]
    summary = next(cell for cell in cells if "标题：三" in cell.text)
    assert summary.text == "＊一｜二\n标题：三\n> 四"
    assert not summary.label


def test_an_office_text_that_cannot_be_set_is_named(tmp_path: Path) -> None:
    """A text with an unknown value or a broken table is refused with its line."""
    folder = tmp_path / "documents"
    folder.mkdir()
    name = f"{writing.text_name(Paper.RECALL_NOTICE)}.j2"
    (tmp_path / name).write_text("标题：{{ titel }}", "utf-8")
    with pytest.raises(ConfigError, match="dispatch_recall_notice"):
        writing.posting_document(Texts(tmp_path), Paper.RECALL_NOTICE, POSTING, HEADING)
    (tmp_path / name).write_text("标题：召回\n\n| {{ name }}", "utf-8")
    with pytest.raises(ConfigError, match="没有写完"):
        writing.posting_document(Texts(tmp_path), Paper.RECALL_NOTICE, POSTING, HEADING)


def test_papers_print_no_person() -> None:
    """The values of a document show no name where they would be logged."""
    shown = f"{POSTING}{CANDIDATE}{BATCH}"
    assert "王喆" not in shown
    assert "走访" not in shown


def test_a_notice_is_set_as_paragraphs() -> None:
    """What is no table is a paragraph with its level."""
    levels = [block.level for block in written(Paper.RETURN_NOTICE).body if isinstance(block, Paragraph)]
    assert levels == [0, 1, 1, 1]
