"""The .docx: page, grid, styles, places and footers are read from the file that was written."""

import io
from datetime import UTC, datetime
from typing import Any

from docx import Document
from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph as Paragraphs

from djflow.documents.official import word
from djflow.documents.official.arranging import plan
from djflow.documents.official.model import OfficialDocument, Paragraph
from djflow.documents.official.paging import estimate
from djflow.documents.official.rules import Pages
from tests.documents.official.samples import DEPARTMENT, NOW, letter, minutes, notice, with_attachments

TWIPS = 1440 / 25.4
EMU_PER_TWIP = 635


def written(document: OfficialDocument, pages: Pages | None = None) -> WordDocument:
    """Return a document after it was written and read again."""
    arranged = plan(document)
    made = word.write(arranged, pages or estimate(arranged), issuer=DEPARTMENT, now=NOW)
    return Document(io.BytesIO(made))


def part(one: Paragraphs, name: str) -> Any:
    """Return a property of a paragraph as XML, None without it."""
    return None if one._p.pPr is None else one._p.pPr.find(qn(f"w:{name}"))


def shape(document: WordDocument, words: str, name: str) -> dict[str, str]:
    """Return the attributes of a property of the paragraph that holds `words`, without their namespace."""
    one = next(one for one in document.paragraphs if words in one.text)
    found = part(one, name)
    return {} if found is None else {key.rsplit("}", 1)[-1]: str(value) for key, value in found.attrib.items()}


def test_the_page_and_its_grid() -> None:
    """A4, margins 37, 35, 28 and 26 mm, a grid of lines and characters."""
    section = written(notice()).sections[0]
    sizes = (section.page_width, section.page_height)
    assert [round((size or 0) / EMU_PER_TWIP) for size in sizes] == [11906, 16838]
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round((size or 0) / 36000) for size in margins] == [37, 35, 28, 26]
    grid = section._sectPr.find(qn("w:docGrid"))
    values = {key.rsplit("}", 1)[-1]: value for key, value in grid.attrib.items()}
    assert values == {"type": "linesAndChars", "linePitch": "579", "charSpace": "-848"}


def test_lines_are_named_and_set_as_the_office_does() -> None:
    """Title, recipients, headings and text have styles of their own with the official fonts and sizes."""
    document = written(notice())
    styles = {one.text: one.style for one in document.paragraphs if one.style is not None}
    assert str(styles["一、选派范围"].name) == "公文一级标题"
    fonts = {
        "公文标题": ("方正小标宋简体", 22.0),
        "主送机关": ("仿宋_GB2312", 16.0),
        "公文一级标题": ("黑体", 16.0),
        "公文二级标题": ("楷体_GB2312", 16.0),
        "公文正文": ("仿宋_GB2312", 16.0),
        "版记": ("仿宋_GB2312", 14.0),
    }
    for name, (font, size) in fonts.items():
        style = document.styles[name]
        assert style.element.rPr.find(qn("w:rFonts")).get(qn("w:eastAsia")) == font
        assert style.font.size is not None
        assert style.font.size.pt == size
    assert shape(document, "现将有关事项", "ind")["firstLineChars"] == "200"
    exact = document.styles["公文正文"].paragraph_format
    assert exact.line_spacing is not None
    assert round(int(exact.line_spacing) / EMU_PER_TWIP) == 579
    assert exact.widow_control is False


def test_no_font_is_embedded() -> None:
    """The file names the fonts and holds none."""
    parts = [part.partname for part in written(notice()).part.package.iter_parts()]
    assert not [name for name in parts if "embeddings" in name or name.endswith((".odttf", ".ttf"))]


def test_the_head_is_in_its_place() -> None:
    """The mark stands 35 mm below the text area's top, the number below it, then a red line across the whole width."""
    document = written(notice())
    mark = shape(document, "文件", "framePr")
    assert (mark["vAnchor"], int(mark["y"])) == ("margin", round(35 * TWIPS))
    number = shape(document, "某组发〔2026〕7号", "framePr")
    assert int(number["y"]) > int(mark["y"]) + int(mark["h"])
    line = next(one for one in document.paragraphs if part(one, "pBdr") is not None)
    top = part(line, "pBdr")[0]
    assert top.get(qn("w:color")) == "D7000F"
    frame = part(line, "framePr")
    assert abs(int(frame.get(qn("w:w"))) - round(156 * TWIPS)) <= 1
    below = int(frame.get(qn("w:y"))) - int(number["y"]) - int(number["h"])
    assert abs(below - 4 * TWIPS) <= 2
    assert int(shape(document, "选派工作的", "spacing")["before"]) > int(frame.get(qn("w:y")))


def test_page_numbers_stand_outside() -> None:
    """Odd pages have the number right, even ones left, one character in, in 宋体 of size 4."""
    document = written(notice())
    section = document.sections[0]
    assert document.settings.odd_and_even_pages_header_footer is True
    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        one = footer.paragraphs[0]
        assert one.text.replace("1", "") in {"—  —", "— —"}
        assert part(one, "jc").get(qn("w:val")) == side
        assert part(one, "ind").get(qn(f"w:{side}Chars")) == "100"
        assert "PAGE" in one._p.xml
        assert "宋体" in one._p.xml
    assert round((section.footer_distance or 0) / 36000, 1) == 25.5


def test_the_record_block_is_at_the_foot_of_its_page() -> None:
    """Two thick lines, a thin one between, the last on the text area's foot, on a page of its own after an odd one."""
    document = written(notice(), Pages(2, 1, 2))
    table = document.tables[-1]._tbl
    borders = {one.tag.rsplit("}", 1)[-1]: one.get(qn("w:sz")) for one in table.tblPr.find(qn("w:tblBorders"))}
    assert borders == {"top": "8", "bottom": "8", "insideH": "6"}
    place = table.tblPr.find(qn("w:tblpPr"))
    assert place.get(qn("w:vertAnchor")) == "page"
    assert abs(int(place.get(qn("w:tblpY"))) + 2 * 579 - 262 * TWIPS) <= 2
    words = [cell.text for row in document.tables[-1].rows for cell in row.cells]
    assert words[0] == "抄送：区委办公室，区政府办公室。"
    assert words[-2:] == ["中共某某区委组织部办公室", "2026年3月9日印发"]
    assert len([one for one in document.paragraphs if part(one, "pageBreakBefore") is not None]) == 1
    same = written(notice(), Pages(2, 2, 2))
    assert not [one for one in same.paragraphs if part(one, "pageBreakBefore") is not None]


def test_a_blank_page_before_the_record_block_has_no_number() -> None:
    """Blank page and record page are a section whose footers are empty."""
    document = written(notice(), Pages(4, 2, 4))
    last = document.sections[-1]
    assert len(document.sections) == 2
    assert (last.footer.is_linked_to_previous, last.even_page_footer.is_linked_to_previous) == (False, False)
    assert last.footer.paragraphs[0].text == ""


def test_a_letter_shows_no_number_on_its_first_page() -> None:
    """The first page of a letter has a footer of its own, which is empty."""
    section = written(letter()).sections[0]
    assert section.different_first_page_header_footer
    assert section.first_page_footer.paragraphs[0].text == ""
    double = [one for one in written(letter()).paragraphs if "thinThick" in one._p.xml or "thickThin" in one._p.xml]
    assert len(double) == 2


def test_tables_repeat_their_head() -> None:
    """The first row comes again on each page, no row is torn, and the attachment begins a page."""
    document = written(with_attachments())
    table = document.tables[0]
    assert len(table.rows) == 61
    assert ["w:tblHeader" in row._tr.xml for row in table.rows[:2]] == [True, False]
    assert all("w:cantSplit" in row._tr.xml for row in table.rows)
    assert shape(document, "附件1", "pStyle") == {"val": "attachment"}
    sign = next(one for one in document.paragraphs if one.text == "附件1")
    assert part(sign, "pageBreakBefore") is not None


def test_minutes_and_strange_letters() -> None:
    """Minutes name who was there; letters that no file may hold are left out."""
    assert [one.text for one in written(minutes()).paragraphs if one.text.startswith("出席")] == ["出席：张三　王喆"]
    document = written(notice(body=(Paragraph("甲\x00乙\x01<丙>&"),)))
    assert [one.text for one in document.paragraphs if one.text.startswith("甲")] == ["甲乙<丙>&"]


def test_the_file_says_when_and_by_whom() -> None:
    """Title, issuer and time of making are the document's, not the machine's."""
    about = written(notice()).core_properties
    assert about.author == DEPARTMENT
    assert about.title == "关于做好2027年度农村干部选派工作的通知"
    assert about.created == datetime(2026, 11, 24, 6, 0, 0, tzinfo=UTC)
