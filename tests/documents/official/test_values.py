"""Values of the standard measured in both files together: what one file alone does not show."""

import io
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path

import pdfplumber
import pytest
from docx import Document
from docx.oxml.ns import qn
from PIL import Image

from djflow.documents.official.model import Attachment, OfficialDocument, Paragraph
from djflow.documents.official.rendering import Rendered, render
from djflow.documents.official.rules import filled
from djflow.documents.official.titles import break_title
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
from tests.documents.official.test_word import TWIPS, part, shape, written

LINE = 225 / 22
CHAR = 156 / 28
DOTS = 100
"""Resolution of the pictures, dots per inch."""


def both(document: OfficialDocument) -> tuple[Rendered, list[Page]]:
    """Return a document's files, and the pages of its PDF measured."""
    made = render(document, now=NOW)
    assert made.pdf is not None
    return made, pages_of(made.pdf)


def text_of(made: Rendered) -> str:
    """Return all paragraphs of the .docx."""
    return "\n".join(one.text for one in Document(io.BytesIO(made.docx)).paragraphs)


def pictures(pdf: bytes) -> list[Image.Image]:
    """Return the pages of a PDF as pictures."""
    with pdfplumber.open(io.BytesIO(pdf)) as opened:
        return [page.to_image(resolution=DOTS).original.convert("RGB") for page in opened.pages]


def red_rows(picture: Image.Image) -> list[float]:
    """Return the heights in millimetres at which a red line crosses most of the page."""
    wide, high = picture.size
    pixels = picture.load()
    assert pixels is not None
    found = []
    for y in range(high):
        colours = [pixels[x, y] for x in range(0, wide, 4)]
        red = sum(isinstance(one, tuple) and one[0] > 150 and one[1] < 120 and one[0] > one[1] + 80 for one in colours)
        if red > 0.6 * len(colours):
            found.append(y * 25.4 / DOTS)
    return found


def test_copy_number_and_urgency_stand_top_left() -> None:
    """Six digits on the first line, then 内部 and 特急 in black of size 3, a line each, flush left, in both files."""
    document = notice(copy_number="000012", urgency="特急", internal=True)
    page = both(document)[1][0]
    number, internal, urgency = (page.row(words) for words in ("000012", "内部", "特急"))
    assert {row.size for row in (number, internal, urgency)} == {16}
    assert [row.left for row in (number, internal, urgency)] == [pytest.approx(28, abs=0.1)] * 3
    assert number.y == pytest.approx(37 + LINE / 2 + 0.38 * 16 * MM, abs=0.15)
    steps = [internal.y - number.y, urgency.y - internal.y]
    assert steps == [pytest.approx(LINE, abs=0.02)] * 2
    assert internal.fonts == urgency.fonts
    assert internal.fonts.isdisjoint(page.row("现将有关").fonts)
    word = written(document)
    tops = [int(shape(word, words, "framePr")["y"]) for words in ("000012", "内部", "特急")]
    assert [below - above for above, below in pairwise(tops)] == [pytest.approx(LINE * TWIPS, abs=2)] * 2
    assert "黑体" in next(one for one in word.paragraphs if one.text == "特急")._p.xml


def test_copies_are_one_character_in_on_both_sides() -> None:
    """A long 抄送 is size 4, begins one character in, hangs under its first name, ends with a full stop."""
    cc = tuple(f"区委第{at}工作部门办公室" for at in "一二三四")
    made, pages = both(notice(cc=cc))
    rows = [row for row in pages[-1].rows if row.size == 14 and "工作部门" in row.text]
    assert len(rows) == 2
    step = 14 * MM
    assert (rows[0].left - 28) / step == pytest.approx(1, abs=0.1)
    assert (rows[1].left - 28) / step == pytest.approx(4, abs=0.1)
    assert all(184 - row.right >= step - 0.2 for row in rows)
    assert rows[-1].text.endswith("办公室。")
    cell = Document(io.BytesIO(made.docx)).tables[-1].rows[0].cells[0].paragraphs[0]
    found = part(cell, "ind")
    assert [found.get(qn(f"w:{name}")) for name in ("leftChars", "hangingChars", "rightChars")] == ["400", "300", "100"]


def test_the_word_file_has_the_same_indents() -> None:
    """Note two in with its name hanging, the date four from the right, levels two in, recipients flush left."""
    document = notice(attachments=(Attachment("名额分配表"), Attachment("推荐表")), annotation="联系人：组织科")
    word = written(document)
    assert shape(word, "附件：1.", "ind")["leftChars"] == "600"
    assert shape(word, "附件：1.", "ind")["hangingChars"] == "400"
    assert shape(word, "2026年3月7日", "ind")["rightChars"] == "400"
    assert shape(word, "一、选派", "ind")["firstLineChars"] == "200"
    assert int(shape(word, "各镇（街道）", "ind").get("leftChars", "0")) == 0
    assert shape(word, "（联系人：组织科）", "ind")["leftChars"] == "200"
    texts = [one.text for one in word.paragraphs]
    at = texts.index(next(text for text in texts if text.startswith("附件：1.")))
    assert (texts[at - 1], texts[at - 2] != "") == ("", True)
    title = next(at for at, text in enumerate(texts) if text.endswith("选派工作的通知"))
    assert texts[title + 1] == ""
    assert texts[title + 2].endswith("：")
    style = word.paragraphs[title].style
    assert style is not None
    assert style.name == "公文标题"


def test_levels_have_their_official_fonts_in_the_word_file() -> None:
    """一、 is 黑体, （一） 楷体, 1. and （1） 仿宋."""
    body = tuple(Paragraph("人选条件。年富力强", level) for level in (1, 2, 3, 4))
    found = [one._p.xml for one in written(notice(body=body)).paragraphs if "人选条件" in one.text]
    fonts = ("黑体", "楷体_GB2312", "仿宋_GB2312", "仿宋_GB2312")
    assert [font in xml for font, xml in zip(fonts, found, strict=True)] == [True] * 4
    assert all("黑体" not in xml for xml in found[1:])


def test_the_signer_of_a_document_to_a_higher_office_in_the_word_file() -> None:
    """The number stands one character in, 签发人 right on the same height, the name in 楷体."""
    word = written(notice(signers=("王喆",)))
    number, signer = shape(word, "某组发〔2026〕7号", "framePr"), shape(word, "签发人：", "framePr")
    assert number["y"] == signer["y"]
    assert int(number["x"]) == round(CHAR * TWIPS)
    assert "楷体_GB2312" in next(one for one in word.paragraphs if "签发人" in one.text)._p.xml


def test_a_letter_is_measured_in_the_word_file() -> None:
    """Mark 30 mm from the page's top; double lines of 170 mm, 4 mm below it and 20 mm above the page's foot."""
    word = written(letter())
    mark = shape(word, DEPARTMENT, "framePr")
    assert int(mark["y"]) == round((30 - 37) * TWIPS)
    upper, lower = (
        part(one, "framePr") for one in word.paragraphs if "thinThick" in one._p.xml or "thickThin" in one._p.xml
    )
    assert [int(one.get(qn("w:w"))) for one in (upper, lower)] == [round(170 * TWIPS)] * 2
    below = int(upper.get(qn("w:y"))) - int(mark["y"]) - int(mark["h"])
    assert below == pytest.approx(4 * TWIPS, abs=2)
    assert int(lower.get(qn("w:y"))) == pytest.approx((297 - 20 - 37) * TWIPS, abs=2)


def test_the_rolls_of_minutes_hang_two_in_with_black_words() -> None:
    """出席 in 黑体 two characters in, names in 仿宋, later lines under the names; the mark 35 mm down."""
    word = written(minutes())
    assert shape(word, "出席：", "ind")["leftChars"] == "500"
    label, names = next(one for one in word.paragraphs if one.text.startswith("出席")).runs
    assert ("黑体" in label._r.xml, "仿宋_GB2312" in names._r.xml) == (True, True)
    assert int(shape(word, "会议纪要", "framePr")["y"]) == round(35 * TWIPS)
    page = both(minutes())[1][0]
    assert page.row("出席：").left - 28 == pytest.approx(2 * CHAR, abs=0.05)


def test_page_numbers_of_both_sides_lie_on_each_other() -> None:
    """Front and back differ by no more than 2 mm in height, and lie as far from the outer edge."""
    pages = both(notice(body=(Paragraph(FULL * 60),)))[1]
    front, back = pages[0].number, pages[1].number
    assert front is not None
    assert back is not None
    assert front.y == pytest.approx(back.y, abs=2)
    assert 184 - front.right == pytest.approx(back.left - 28, abs=0.3)


def test_rare_characters_stand_in_both_files() -> None:
    """喆, 镕, 䶮 and 堃 are the same letters in both, each with a shape of its own in the PDF."""
    rare = "王喆、朱镕、李䶮、陈堃"
    made, pages = both(notice(title="关于王喆等同志任职的通知", body=(Paragraph(f"{rare}。"),)))
    assert any(page.shows(rare) for page in pages)
    assert rare in text_of(made)
    assert made.pdf is not None
    with pdfplumber.open(io.BytesIO(made.pdf)) as opened:
        page = opened.pages[0]
        chars = [one for one in page.chars if one["text"] in set("喆镕䶮堃") and one["size"] < 20]
        inks = []
        for one in chars:
            picture = page.crop((one["x0"], one["top"], one["x1"], one["bottom"])).to_image(resolution=200).original
            inks.append(picture.convert("L").point(lambda dot: 255 if dot > 128 else 0).tobytes())
    assert len(set(inks)) == len(inks) == 4


def test_the_red_head_is_configurable_in_both_files() -> None:
    """Other words replace it; an empty one leaves the room, so that the rest stands where it always does."""
    made, pages = both(notice(red_head="某某区委人才工作领导小组文件"))
    assert pages[0].row("领导小组文件").red
    assert "某某区委人才工作领导小组文件" in text_of(made)
    bare, empty = both(notice(red_head=""))
    usual = both(notice())[1]
    assert not any(row.red for row in empty[0].rows)
    assert "文件" not in text_of(bare)
    assert empty[0].row("某组发").y == pytest.approx(usual[0].row("某组发").y, abs=0.2)


def test_several_issuers_and_attachments_come_in_the_word_file_too() -> None:
    """Each name stands in the head and above the date; every attachment begins its page."""
    issuers = (DEPARTMENT, "某某区农业农村局", "某某区财政局")
    bodies = (Attachment("名额分配表", (Paragraph("甲"),)), Attachment("推荐表", (Paragraph("乙"),)))
    word = written(notice(issuers=issuers, attachments=bodies))
    whole = "\n".join(one.text for one in word.paragraphs)
    assert [whole.count(name) for name in issuers] == [2, 2, 2]
    signs = [one for one in word.paragraphs if one.text in {"附件1", "附件2"}]
    assert [part(one, "pageBreakBefore") is not None for one in signs] == [True, True]
    pages = both(notice(issuers=issuers, attachments=bodies))[1]
    assert [page.lines[0].text for page in pages if page.lines and page.lines[0].text.startswith("附件")] == [
        "附件1",
        "附件2",
    ]


def test_room_is_left_for_the_seal() -> None:
    """Two empty lines stand above the name where it is sealed, one where it is not."""
    for sealed, lines in ((True, 2), (False, 1)):
        page = next(page for page in both(notice(sealed=sealed))[1] if page.shows("2026年3月7日"))
        name = next(row for row in page.rows if row.text == DEPARTMENT)
        above = max(row.y for row in page.lines if row.y < name.y - 1)
        assert (name.y - above) / LINE == pytest.approx(lines + 1, abs=0.05)


def test_a_long_title_is_broken_alike_in_both_files() -> None:
    """推动 and 改进 are not cut; the lines are the same in both files and centred."""
    title = "中共某某区委组织部关于进一步加强和改进全区农村基层党组织建设推动乡村全面振兴有关工作的通知"
    lines = break_title(title)
    assert not any(one.endswith(("推", "改", "振")) for one in lines)
    made, pages = both(notice(title=title))
    assert [row.text for row in pages[0].rows if row.size == 22] == list(lines)
    assert all((row.left + row.right) / 2 == pytest.approx(106, abs=0.5) for row in pages[0].rows if row.size == 22)
    assert "\n".join(lines) in text_of(made)


@pytest.mark.parametrize("document", [notice(), minutes(), letter(), with_attachments(60)])
def test_pages_as_pictures(document: OfficialDocument, tmp_path: Path) -> None:
    """Every page is A4 with white margins; the red line is where it was measured, where LibreOffice is also in Word."""
    made = render(document, now=NOW)
    assert made.pdf is not None
    shown = pictures(made.pdf)
    assert len(shown) == made.pages
    for picture in shown:
        assert [round(side * 25.4 / DOTS) for side in picture.size] == [210, 297]
        edge = picture.crop((0, 0, int(19 * DOTS / 25.4), picture.height)).convert("L")
        assert edge.getextrema() == (255, 255)
    (first, *_) = red_rows(shown[0])
    office = shutil.which("soffice")
    if office is None:
        return
    (tmp_path / "公文.docx").write_bytes(made.docx)
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    words = [
        office,
        profile,
        "--headless",
        "--convert-to",
        "pdf",
        "--outdir",
        str(tmp_path),
        str(tmp_path / "公文.docx"),
    ]
    subprocess.run(words, check=True, capture_output=True, timeout=120)
    word = pictures((tmp_path / "公文.pdf").read_bytes())
    assert [round(side * 25.4 / DOTS) for side in word[0].size] == [210, 297]
    assert red_rows(word[0])[0] == pytest.approx(first, abs=1.5)


def test_an_over_long_name_stays_inside_the_page() -> None:
    """An issuer of forty characters, a recipient and a cell as long are set whole inside the text area."""
    name = "中共某某自治州某某彝族苗族自治县某某高新技术产业开发区工作委员会组织人事和社会保障部办公室"
    table = filled(("单位", "名额"), ((name, "2"),))
    made, pages = both(notice(issuers=(name,), recipients=(name,), attachments=(Attachment("名额分配表", (table,)),)))
    words = "".join(row.text for page in pages for row in page.lines)
    assert words.count(name) >= 2
    assert all(row.left > 27.9 and row.right < 184.6 for page in pages for row in page.rows)
    assert name in text_of(made)
