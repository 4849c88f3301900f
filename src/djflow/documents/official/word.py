"""Writes a plan as a .docx that Word and WPS edit: official font names, the grid of 22 × 28, styles, footers.

What stands at a fixed place (mark, number, red line) is in frames; all else flows. No font is embedded.
"""

import base64
import io
from collections.abc import Iterator, Mapping
from datetime import datetime
from types import MappingProxyType

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.section import WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.section import Section
from docx.shared import Mm, Pt, Twips
from docx.text.paragraph import Paragraph

from djflow.documents.official.fonts import OFFICIAL_NAMES
from djflow.documents.official.plan import LOOKS, Blank, Face, Grid, Illustration, Line, Plan, Style, Turn
from djflow.documents.official.rules import (
    BODY_PT,
    BOTTOM_MM,
    LEFT_MM,
    LINES,
    PAGE_MM,
    PAGE_NUMBER_MM,
    RIGHT_MM,
    SMALL_PT,
    TEXT_MM,
    TOP_MM,
    Pages,
)
from djflow.documents.official.word_parts import (
    LINE_TWIPS,
    element,
    fonts,
    line_xml,
    new_page_xml,
    page_number_xml,
    record_lines,
    record_xml,
    rule_xml,
    spot_xml,
    table_xml,
    thin_paragraph_xml,
)

_OUTLINE: Mapping[Style, int] = MappingProxyType(
    {Style.TITLE: 0, Style.LEVEL_1: 1, Style.LEVEL_2: 2, Style.LEVEL_3: 3, Style.LEVEL_4: 4}
)
_ALIGN: Mapping[str, str] = MappingProxyType({"left": "left", "right": "right", "center": "center", "justify": "both"})
_STYLE_IDS: Mapping[Style, str] = MappingProxyType({style: style.name.lower().replace("_", "-") for style in Style})


def write(plan: Plan, pages: Pages, *, issuer: str, now: datetime) -> bytes:
    """Return a plan as the bytes of a .docx; `pages` says where the record block stands."""
    document = Document()
    document.core_properties.title = plan.title
    document.core_properties.author = issuer
    document.core_properties.created = document.core_properties.modified = now.replace(microsecond=0, tzinfo=None)
    document.core_properties.comments = ""
    _styles(document)
    document.settings.odd_and_even_pages_header_footer = True
    section = document.sections[0]
    _page(section)
    _grid(document)
    _footers(section, plan)
    for made in _body(plan):
        if isinstance(made, Illustration):
            _add_picture(document, made)
        else:
            _add(document, made)
    if plan.record is not None:
        _record(document, plan, pages)
    held = io.BytesIO()
    document.save(held)
    return held.getvalue()


def _add(document: WordDocument, xml: str) -> None:
    document.element.body.insert_element_before(element(xml), "w:sectPr")


def _add_picture(document: WordDocument, picture: Illustration) -> None:
    """Add a picture as wide as the text area, in a paragraph of its own."""
    _add(document, '<w:p><w:pPr><w:jc w:val="center"/></w:pPr></w:p>')
    shape = Paragraph(document.element.body[-2], document._body)  # noqa: SLF001 - python-docx adds at the end only
    # A line of the text's exact height would cut the picture.
    shape.paragraph_format.line_spacing = 1.0
    shape.add_run().add_picture(io.BytesIO(base64.b64decode(picture.png)), width=Mm(TEXT_MM[0]))


def _body(plan: Plan) -> Iterator[str | Illustration]:
    for spot in plan.head.spots:
        yield spot_xml(spot)
    for rule in (plan.head.rule, plan.head.foot):
        if rule is not None:
            yield rule_xml(rule)
    turns = False
    for at, item in enumerate(plan.items):
        if isinstance(item, Turn):
            turns = True
            continue
        if at and isinstance(item, Grid) and isinstance(plan.items[at - 1], Grid):
            # Word would join two tables that touch.
            yield thin_paragraph_xml()
        if isinstance(item, Illustration):
            yield item
            continue
        yield from _item(item, before_lines=0 if at else plan.head.lines, turns=turns)
        turns = False
    if plan.items and isinstance(plan.items[-1], Grid):
        yield thin_paragraph_xml()


def _item(item: Line | Blank | Grid, *, before_lines: int, turns: bool) -> Iterator[str]:
    if isinstance(item, Line):
        look = LOOKS[item.style]
        yield line_xml(item, _STYLE_IDS[item.style], size_pt=look.size_pt, before_lines=before_lines, turns=turns)
    elif isinstance(item, Blank):
        keep = "<w:keepNext/>" if item.keep else ""
        yield from [f'<w:p><w:pPr><w:pStyle w:val="{_STYLE_IDS[Style.TEXT]}"/>{keep}</w:pPr></w:p>'] * item.lines
    else:
        yield table_xml(item.table)


def _record(document: WordDocument, plan: Plan, pages: Pages) -> None:
    """Add the record block on its page; where a blank page comes before it, neither bears a number."""
    if plan.record is None:
        return
    breaks = pages.record_on - pages.text_ends_on
    if breaks > 1:
        _unnumbered(document.add_section(WD_SECTION.NEW_PAGE))
        breaks -= 1
    for left in range(breaks, 0, -1):
        # Programs that do not place tables freely set the block where it comes: an empty line above its place.
        _add(document, new_page_xml(LINES - record_lines(plan.record) - 3 if left == 1 else 0))
    _add(document, record_xml(plan.record, _STYLE_IDS[Style.RECORD]))
    _add(document, thin_paragraph_xml())


def _unnumbered(section: Section) -> None:
    for footer in (section.footer, section.even_page_footer):
        footer.is_linked_to_previous = False


def _page(section: Section) -> None:
    section.page_width, section.page_height = Mm(PAGE_MM[0]), Mm(PAGE_MM[1])
    section.top_margin, section.bottom_margin = Mm(TOP_MM), Mm(BOTTOM_MM)
    section.left_margin, section.right_margin = Mm(LEFT_MM), Mm(RIGHT_MM)
    section.header_distance = Mm(15)
    # The dash is in the middle of a line of 14 points, 7 mm below the text area.
    section.footer_distance = Mm(BOTTOM_MM - PAGE_NUMBER_MM - SMALL_PT / 2 * 25.4 / 72)


def _grid(document: WordDocument) -> None:
    shape = document.element.body.sectPr
    for old in (*shape.findall("{*}docGrid"), *shape.findall("{*}cols")):
        shape.remove(old)
    shape.append(element('<w:cols w:space="425"/>'))
    shape.append(element('<w:docGrid w:type="linesAndChars" w:linePitch="579" w:charSpace="-848"/>'))


def _footers(section: Section, plan: Plan) -> None:
    section.different_first_page_header_footer = plan.bare_first
    if plan.bare_first:
        section.first_page_footer.is_linked_to_previous = False
    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        footer.is_linked_to_previous = False
        if not plan.plain:
            old = footer.paragraphs[0]._p  # noqa: SLF001 - python-docx has no words for replacing it
            old.addprevious(element(page_number_xml(side)))
            old.getparent().remove(old)


def _styles(document: WordDocument) -> None:
    """Set the base style and add one for each kind of line, named as the office names them."""
    normal = document.styles["Normal"]
    normal.font.size = Pt(BODY_PT)
    look = normal.element.get_or_add_rPr()
    for old in look.findall("{*}rFonts"):
        look.remove(old)
    look.insert(0, element(fonts(OFFICIAL_NAMES[Face.FANG])))
    look.append(element('<w:lang w:val="en-US" w:eastAsia="zh-CN"/>'))
    for style in Style:
        _style(document, _STYLE_IDS[style], style.value, LOOKS[style].size_pt, LOOKS[style].align)
        made = document.styles[style.value].element
        made.get_or_add_rPr().insert(0, element(fonts(OFFICIAL_NAMES[LOOKS[style].face])))
        if style in _OUTLINE:
            made.get_or_add_pPr().append(element(f'<w:outlineLvl w:val="{_OUTLINE[style]}"/>'))
    _style(document, "page-number", "公文页码", SMALL_PT, "left", line_twips=SMALL_PT * 20)
    _style(document, "cell", "表格文字", 12, "left", line_twips=348)


def _style(
    document: WordDocument, style_id: str, name: str, size_pt: int, align: str, *, line_twips: int = LINE_TWIPS
) -> None:
    style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.element.set("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}styleId", style_id)
    style.base_style = document.styles["Normal"]
    style.font.size = Pt(size_pt)
    shape = style.paragraph_format
    shape.widow_control = False
    shape.space_before = shape.space_after = Pt(0)
    shape.line_spacing = Twips(line_twips)
    # Only lines of the body's height stand on the grid; a title line would else take two of its lines.
    on_grid = line_twips == LINE_TWIPS and size_pt == BODY_PT
    spacing = style.element.get_or_add_pPr().find("{*}spacing")
    for setting in ("autoSpaceDE", "autoSpaceDN", *(() if on_grid else ("snapToGrid",))):
        spacing.addprevious(element(f'<w:{setting} w:val="0"/>'))
    style.element.get_or_add_pPr().append(element(f'<w:jc w:val="{_ALIGN[align]}"/>'))
