"""The printed pages, measured: every value of the standard is read from the PDF itself."""

import io

import pdfplumber
import pytest

from djflow.documents.official import pdf
from djflow.documents.official.arranging import plan
from djflow.documents.official.model import Attachment, DocumentKind, OfficialDocument, Paragraph
from djflow.documents.official.rules import Pages
from tests.documents.official.samples import (
    DEPARTMENT,
    FULL,
    MM,
    NOW,
    Page,
    letter,
    minutes,
    notice,
    pages_of,
    with_attachments,
)

LINE = 225 / 22
ASCENT = 0.88


def printed(document: OfficialDocument) -> list[Page]:
    """Return the pages of a document."""
    return pages_of(pdf.typeset(plan(document), now=NOW)[0])


def top_of(page: Page, words: str) -> float:
    """Return the upper edge of the characters of a row in millimetres."""
    row = page.row(words)
    return row.y - ASCENT * row.size * MM


@pytest.mark.parametrize("families", [pdf.font_families(), frozenset({"Noto Serif CJK SC", "Noto Sans CJK SC"})])
def test_a_page_has_22_lines_of_28_characters(families: frozenset[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the font, a page is 22 lines at equal distances, each of 28 characters over the whole 156 mm."""
    monkeypatch.setattr(pdf, "font_families", lambda: families)
    page = printed(notice(body=(Paragraph(FULL * 60),)))[1]
    assert (round(page.wide), round(page.high)) == (210, 297)
    assert len(page.lines) == 22
    assert {len(row.text) for row in page.lines} == {28}
    assert page.lines[0].left == pytest.approx(28, abs=0.05)
    assert max(row.right for row in page.lines) == pytest.approx(184, abs=0.1)
    steps = [below.y - above.y for above, below in zip(page.lines, page.lines[1:], strict=False)]
    assert steps == [pytest.approx(LINE, abs=0.02)] * 21
    assert page.lines[0].y - ASCENT * 16 * MM - 37 == pytest.approx((LINE - 16 * MM) / 2, abs=0.05)
    assert {row.size for row in page.lines} == {16}


def test_the_head_of_the_first_page() -> None:
    """The mark is red and 35 mm below the text area's top; number two lines below; red line 4 mm below the number."""
    page = printed(notice())[0]
    mark = page.row(f"{DEPARTMENT}文件")
    assert mark.red
    assert (mark.left + mark.right) / 2 == pytest.approx(106, abs=0.3)
    assert top_of(page, "文件") == pytest.approx(37 + 35, abs=0.1)
    number = page.row("某组发〔2026〕7号")
    assert (number.left + number.right) / 2 == pytest.approx(106, abs=0.3)
    mark_foot = 72 + mark.size * MM
    assert (top_of(page, "〔2026〕") - mark_foot) / LINE == pytest.approx(2.2, abs=0.2)
    (line,) = (stroke for stroke in page.strokes if stroke.red)
    assert line.left == pytest.approx(28, abs=0.05)
    assert line.right == pytest.approx(184, abs=0.05)
    assert line.y - line.thick / 2 - (number.y + 0.12 * 16 * MM) == pytest.approx(4, abs=0.15)


def test_title_recipients_and_text() -> None:
    """The title is size 2, two lines below the red line and centred; recipients flush left; paragraphs two in."""
    page = printed(notice())[0]
    title = page.row("通知")
    (line,) = (stroke for stroke in page.strokes if stroke.red)
    assert title.size == 22
    # On the grid, so that 22 lines stand on a page: a little more than two lines, never less.
    assert 1.95 <= (top_of(page, "选派工作的") - line.y) / LINE <= 2.45
    assert (title.left + title.right) / 2 == pytest.approx(106, abs=0.4)
    to = page.row("各镇（街道）")
    assert to.text.endswith("：")
    assert to.left == pytest.approx(28, abs=0.05)
    assert (to.y - 0.38 * 16 * MM) - (title.y - 0.38 * 22 * MM) == pytest.approx(2 * LINE, abs=0.05)
    assert page.row("现将有关").left - 28 == pytest.approx(2 * 156 / 28, abs=0.05)
    assert page.row("一、选派范围").fonts.isdisjoint(page.row("现将有关").fonts)


def test_each_level_has_its_type_and_number() -> None:
    """一、 black, （一） regular script, 1. and （1） as the text; missing numbers are counted, given ones kept."""
    body = (*(Paragraph("人选条件。年富力强", level) for level in (1, 2, 3, 4)), Paragraph("（二）政治条件", 2))
    page = printed(notice(body=body))[0]
    for number in ("一、人选", "（一）人选", "1.人选", "（1）人选", "（二）政治条件"):
        assert page.shows(number)
    text = page.row("（1）人选").fonts
    assert page.row("1.人选").fonts == text
    assert len(page.row("一、人选").fonts) == 2


def test_signature_date_and_note() -> None:
    """The attachment note is one line below the text; the date ends four characters in; the name is centred on it."""
    body = (Paragraph("现将有关事项通知如下。"), Paragraph("请认真组织。"))
    page = printed(notice(body=body, attachments=(Attachment("名额分配表"), Attachment("干部推荐表。"))))[0]
    note = page.row("附件：1.名额分配表")
    assert note.left - 28 == pytest.approx(2 * 156 / 28, abs=0.05)
    assert page.row("2.干部推荐表").text == "2.干部推荐表"
    text_foot = max(row.y for row in page.lines if row.y < note.y)
    assert note.y - text_foot == pytest.approx(2 * LINE, abs=0.05)
    date, name = page.row("2026年3月7日"), next(row for row in page.rows if row.text == DEPARTMENT)
    assert (184 - date.right) / (156 / 28) == pytest.approx(4, abs=0.1)
    assert (name.left + name.right) / 2 == pytest.approx((date.left + date.right) / 2, abs=1)
    assert name.y - page.row("2.干部").y >= 3 * LINE - 0.1


def test_the_record_block_closes_the_last_even_page() -> None:
    """Thick, thin and thick lines over 156 mm, the last on the foot of the text area; date and printer on one line."""
    pages = printed(notice())
    assert len(pages) % 2 == 0
    first, middle, last = (stroke for stroke in pages[-1].strokes if not stroke.red)
    assert [round(stroke.thick, 2) for stroke in (first, middle, last)] == [0.35, 0.25, 0.35]
    assert {(round(stroke.left), round(stroke.right)) for stroke in (first, middle, last)} == {(28, 184)}
    assert last.y == pytest.approx(262, abs=0.2)
    row = pages[-1].row("2026年3月9日印发")
    assert row.size == 14
    assert row.left - 28 == pytest.approx(14 * MM, abs=0.1)
    assert 184 - row.right == pytest.approx(14 * MM, abs=0.3)
    assert pages[-1].row("抄送：区委办公室，区政府办公室。").y < row.y


def test_page_numbers_stand_outside() -> None:
    """Numbers are size 4 between dashes 7 mm below the text, odd ones right, even ones left, one character in."""
    pages = printed(notice(body=(Paragraph(FULL * 60),)))
    for at, page in enumerate(pages, 1):
        number = page.number
        assert number is not None
        assert number.text == f"— {at} —"
        assert number.size == 14
        outer = 184 - number.right if at % 2 else number.left - 28
        assert outer == pytest.approx(14 * MM, abs=0.2)
        assert number.y - 0.36 * 14 * MM == pytest.approx(262 + 7, abs=0.4)


def test_a_blank_page_before_the_record_block_has_no_number() -> None:
    """Where the text fills an even page, the record block goes two pages on; blank and record page have no number."""
    for lines in range(24, 34):
        document = notice(body=tuple(Paragraph("一行") for _ in range(lines)), recipients=())
        made, pages = pdf.typeset(plan(document), now=NOW)
        if pages.record_on == pages.text_ends_on + 2:
            shown = pages_of(made)
            assert [page.number is None for page in shown[-3:]] == [False, True, True]
            return
    raise AssertionError


@pytest.mark.parametrize("attachments", [(), (Attachment("名额分配表"),)])
def test_a_signature_never_stands_alone(attachments: tuple[Attachment, ...]) -> None:
    """Whatever the length of the text, two lines of it at least stand on the page of the signature."""
    for lines in range(4, 14):
        pages = printed(notice(body=(Paragraph("一" * (28 * lines)),), attachments=attachments))
        page = next(page for page in pages if any(row.text == "2026年3月7日" for row in page.rows))
        assert sum(set(row.text) == {"一"} for row in page.lines) >= 2


def test_attachments_begin_pages_of_their_own() -> None:
    """附件1 stands top left in black, the title on the third line; the table repeats its head on each page."""
    pages = printed(with_attachments())
    first = next(page for page in pages if page.lines[0].text == "附件1")
    assert first.lines[0].left == pytest.approx(28, abs=0.05)
    assert first.lines[0].y == pytest.approx(37 + LINE / 2 + 0.38 * 16 * MM, abs=0.1)
    title = first.row("名额分配表")
    assert title.y == pytest.approx(37 + 2.5 * LINE + 0.38 * 22 * MM, abs=0.1)
    heads = [page for page in pages if any(row.text == "序号单位名额" for row in page.rows)]
    assert len(heads) >= 2
    words = "".join(row.text for page in pages for row in page.lines)
    assert "青禾镇1村" in words
    assert "青禾镇60村" in words


def test_several_issuers_share_head_and_foot() -> None:
    """Each issuer stands in the red head and signs, the names as wide as the longest, 文件 beside them once."""
    issuers = (DEPARTMENT, "某某区农业农村局", "某某区财政局")
    pages = printed(notice(issuers=issuers))
    reds = [row for row in pages[0].rows if row.red]
    assert sum(row.text.count("文件") for row in reds) == 1
    shortest = next(row for row in reds if row.text.replace("文件", "") == "某某区财政局")
    longest = next(row for row in reds if DEPARTMENT in row.text)
    assert shortest.left == pytest.approx(longest.left, abs=0.3)
    assert shortest.right == pytest.approx(max(row.right for row in reds if "文件" not in row.text), abs=0.6)
    signed = "".join(row.text for page in pages for row in page.lines if not row.red)
    assert all(name in signed for name in issuers)


def test_a_document_to_a_higher_office_names_its_signer() -> None:
    """The number stands left, one character in, and 签发人 right on the same line."""
    page = printed(notice(signers=("张三",)))[0]
    row = page.row("签发人：")
    assert row.text.startswith("某组发〔2026〕7号")
    assert row.left - 28 == pytest.approx(156 / 28, abs=0.1)
    assert len(row.fonts) >= 2 or "Fandol" not in "".join(row.fonts)


def test_a_letter_has_two_red_double_lines() -> None:
    """Mark 30 mm from the page's top, lines of 170 mm 4 mm below it and 20 mm above the foot; page 1 has no number."""
    pages = printed(letter())
    page = pages[0]
    mark = next(row for row in page.rows if row.red)
    assert mark.y - ASCENT * mark.size * MM == pytest.approx(30, abs=0.1)
    thick, thin, lower_thin, lower_thick = (stroke for stroke in page.strokes if stroke.red)
    assert thick.thick > thin.thick
    assert lower_thin.thick < lower_thick.thick
    assert {(round(line.left), round(line.right)) for line in (thick, thin, lower_thin, lower_thick)} == {(20, 190)}
    assert thick.y - thick.thick / 2 - (30 + mark.size * MM) == pytest.approx(4, abs=0.1)
    assert lower_thin.y - lower_thin.thick / 2 == pytest.approx(297 - 20, abs=0.1)
    assert page.number is None
    number = page.row("某组函〔2026〕12号")
    assert number.right == pytest.approx(184, abs=0.2)


def test_minutes_name_who_was_there_and_have_no_signature() -> None:
    """出席 and 请假 stand below the text in black; issuer and day stand above the red line; nobody signs."""
    pages = printed(minutes())
    page = pages[0]
    assert page.row("会议纪要").red
    assert page.shows("出席：张三　王喆")
    line = next(stroke for stroke in page.strokes if stroke.red)
    (day,) = (row for shown in pages for row in shown.rows if "2026年3月7日" in row.text)
    assert day.y < line.y
    assert pages[-1].shows("主送：")


def test_rare_characters_are_printed() -> None:
    """喆, 镕 and 䶮 are found in another open font where the first lacks them."""
    page = printed(notice(title="关于王喆朱镕李䶮同志任职的通知", body=(Paragraph("王喆、朱镕、李䶮。"),)))[0]
    assert page.shows("王喆、朱镕、李䶮。")
    assert page.shows("王喆朱镕李䶮")


@pytest.mark.parametrize("kind", [kind for kind in DocumentKind if kind is not DocumentKind.SHEET])
def test_nothing_is_printed_outside_the_text_area(kind: DocumentKind) -> None:
    """As a picture, the margins are white: only the page number and a letter's lines stand there."""
    made = pdf.typeset(plan(notice(kind=kind, number="", body=(Paragraph(FULL * 40),))), now=NOW)[0]
    with pdfplumber.open(io.BytesIO(made)) as document:
        picture = document.pages[-1].to_image(resolution=50).original.convert("L")
    scale = 50 / 25.4
    left = picture.crop((0, 0, int(27.5 * scale), picture.height))
    top = picture.crop((0, 0, picture.width, int(36.5 * scale)))
    assert left.getextrema() == (255, 255)
    assert top.getextrema() == (255, 255)
    assert any(picture.histogram()[:100])


def test_what_looks_like_markup_is_printed_as_it_is() -> None:
    """No value is read as a command of the typesetter."""
    page = printed(notice(body=(Paragraph("#panic() *甲* $乙$ [丙] \\ @丁"),)))[0]
    assert "#panic()" in page.row("panic").text


def test_the_pages_are_told() -> None:
    """The number of pages and where text and record block end come with the PDF."""
    assert pdf.typeset(plan(notice()), now=NOW)[1] == Pages(2, 1, 2)
