"""Both files of a document together, with and without fonts."""

import base64
import io

import pdfplumber
import pytest
from docx import Document
from PIL import Image

from djflow.core.errors import ConfigError, InputError
from djflow.documents.official import fonts, pdf
from djflow.documents.official.arranging import plan
from djflow.documents.official.model import Attachment, OfficialDocument, Paragraph, Picture
from djflow.documents.official.paging import estimate
from djflow.documents.official.plan import Face
from djflow.documents.official.rendering import render
from djflow.documents.register.codec import decode, encode
from tests.documents.official.samples import FULL, NOW, letter, minutes, notice, with_attachments


def test_both_files_come() -> None:
    """A document comes as .docx and as PDF with its number of pages."""
    made = render(notice(), now=NOW)
    assert made.pages == 2
    assert made.problem == ""
    assert made.pdf is not None
    assert made.pdf.startswith(b"%PDF")
    assert Document(io.BytesIO(made.docx)).paragraphs


def test_without_fonts_the_word_file_still_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without Chinese fonts writes the .docx and says what to install for the PDF."""
    monkeypatch.setattr(pdf, "font_families", lambda: frozenset({"DejaVu Sans"}))
    made = render(notice(), now=NOW)
    assert made.pdf is None
    assert made.pages == 2
    assert "fonts-noto-cjk" in made.problem
    assert Document(io.BytesIO(made.docx)).paragraphs


def test_an_unsound_document_is_refused_with_every_fault() -> None:
    """What cannot be issued is not set."""
    with pytest.raises(InputError, match=r"title.*number"):
        render(notice(title="", number="7号"), now=NOW)


@pytest.mark.parametrize(
    "document", [notice(), letter(), minutes(), notice(body=(Paragraph(FULL * 60),)), with_attachments(60)]
)
def test_the_counted_pages_are_the_set_ones(document: OfficialDocument) -> None:
    """Counting on the grid finds the pages that the typesetter makes, up to one for long tables."""
    arranged = plan(document)
    counted, made = estimate(arranged), pdf.typeset(arranged, now=NOW)[1]
    assert abs(counted.count - made.count) <= 2 * any("Grid" in type(item).__name__ for item in arranged.items)


def test_each_type_has_its_font() -> None:
    """The likest open font comes first, what lacks letters is followed by one that has them."""
    chosen = fonts.choose({"FandolFang", "FandolKai", "Noto Serif CJK SC", "Noto Sans CJK SC"})
    assert chosen[Face.FANG].families[:2] == ("FandolFang", "Noto Serif CJK SC")
    assert chosen[Face.KAI].families[0] == "FandolKai"
    assert (chosen[Face.HEI].families[0], chosen[Face.HEI].weight) == ("Noto Sans CJK SC", "bold")
    assert (chosen[Face.SONG].families[0], chosen[Face.SONG].weight) == ("Noto Serif CJK SC", "bold")
    with pytest.raises(ConfigError, match="fonts-noto-cjk"):
        fonts.choose({"SimSun"})


def test_missing_types_are_told() -> None:
    """A machine with the Noto fonts alone lacks 仿宋 and 楷体."""
    assert fonts.missing({"Noto Serif CJK SC"}) == ("仿宋", "楷体")
    assert fonts.missing({"FandolFang", "FandolKai"}) == ()


def picture(wide: int = 660, high: int = 330) -> Picture:
    """Return a plain blue picture with a caption."""
    held = io.BytesIO()
    Image.new("RGB", (wide, high), "#0072B2").save(held, "PNG")
    return Picture(base64.b64encode(held.getvalue()).decode(), "各镇（街道）到岗率（%）")


def test_a_picture_stands_in_an_attachment_as_wide_as_the_text() -> None:
    """Both files hold it, its caption above, and it is kept without loss."""
    document = notice(attachments=(Attachment("各单位指标对比图", (picture(), picture(660, 500))),))
    made = render(document, now=NOW)
    assert made.pdf is not None
    with pdfplumber.open(io.BytesIO(made.pdf)) as opened:
        images = [one for page in opened.pages for one in page.images]
        assert any("各镇（街道）到岗率（%）" in page.extract_text() for page in opened.pages)
    assert [round((one["x1"] - one["x0"]) * 25.4 / 72) for one in images] == [156, 156]
    shapes = Document(io.BytesIO(made.docx)).inline_shapes
    assert [round(one.width.mm) for one in shapes] == [156, 156]
    assert decode(encode(document)) == document
    assert estimate(plan(document)).count == made.pages


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        (notice(body=(picture(),)), "请放在附件里"),
        (notice(attachments=(Attachment("图", (Picture("eHg="),)),)), "不是 PNG"),
        (notice(attachments=(Attachment("图", (Picture("图"),)),)), "不是 PNG"),
        (notice(attachments=(Attachment("图", (picture(100, 200),)),)), "比一页还高"),
    ],
)
def test_a_picture_elsewhere_or_of_another_sort_is_refused(document: OfficialDocument, fault: str) -> None:
    """The sentence says where it belongs and what it must be."""
    with pytest.raises(InputError, match=fault):
        render(document, now=NOW)
