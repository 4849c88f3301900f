"""Where mark, number, signers and the red line of the first page stand, for each form of document.

Source: GB/T 9704-2012, 7.2 and 10; domain handbook, section 4.3. All heights are millimetres below the text area's top.
"""

from math import ceil

from djflow.documents.official.model import DocumentKind, OfficialDocument
from djflow.documents.official.plan import Face, Head, HeadForm, Rule, Run, Spot
from djflow.documents.official.rules import (
    BODY_PT,
    CHARS,
    LEFT_MM,
    LETTER_FOOT_MM,
    LETTER_LINE_MM,
    LETTER_MARK_MM,
    LINES,
    MARK_TOP_MM,
    PAGE_MM,
    POINTS_PER_MM,
    RED_LINE_MM,
    TEXT_MM,
    TITLE_PT,
    TOP_MM,
    day_words,
    head_size,
)

_LINE = TEXT_MM[1] / LINES
_CHAR = TEXT_MM[0] / CHARS
_LETTER_HEIGHT = BODY_PT / POINTS_PER_MM
_RED_STROKE_PT, _THICK_PT, _THIN_PT, _APART = 2.0, 2.4, 0.8, 1.0
_SEVEN_EIGHTHS = 7 / 8
_LETTER_LEFT = (PAGE_MM[0] - LETTER_LINE_MM) / 2 - LEFT_MM


def head(document: OfficialDocument) -> Head:
    """Return the head of a document's first page; a sheet has none."""
    if document.kind is DocumentKind.SHEET:
        return Head(HeadForm.NONE)
    if document.kind is DocumentKind.LETTER:
        return _letter(document)
    return _minutes(document) if document.kind is DocumentKind.MINUTES else _red(document)


def _red(document: OfficialDocument) -> Head:
    marks, below = _marks(document, "文件")
    number, bottom = _number_row(document, below + 2 * _LINE)
    line = bottom + RED_LINE_MM
    stroke = Rule(line, 0, TEXT_MM[0], (_RED_STROKE_PT,))
    return Head(HeadForm.RED, (*_corner(document), *marks, *number), stroke, lines=_lines_to_title(line))


def _minutes(document: OfficialDocument) -> Head:
    marks, below = _marks(document, "会议纪要")
    number, bottom = _number_row(document, below + 2 * _LINE)
    top = bottom + _LINE - _LETTER_HEIGHT
    who = _spot("、".join(document.issuers), top, side="left", indent_mm=_CHAR)
    when = (_spot(day_words(document.signed_on), top, side="right", indent_mm=_CHAR),) if document.signed_on else ()
    line = top + _LETTER_HEIGHT + RED_LINE_MM
    stroke = Rule(line, 0, TEXT_MM[0], (_RED_STROKE_PT,))
    spots = (*_corner(document), *marks, *number, who, *when)
    return Head(HeadForm.MINUTES, spots, stroke, lines=_lines_to_title(line))


def _letter(document: OfficialDocument) -> Head:
    text = document.red_head if document.red_head is not None else "、".join(document.issuers)
    size, scale = head_size(text, 40)
    top = LETTER_MARK_MM - TOP_MM
    mark = (Spot((Run(text, Face.SONG),), top, size, scale=scale, red=True),) if text else ()
    line = top + size / POINTS_PER_MM + RED_LINE_MM
    number_top = line + _THICK_PT / POINTS_PER_MM + _APART + _THIN_PT / POINTS_PER_MM + _SEVEN_EIGHTHS * _LETTER_HEIGHT
    number = (_spot(document.number, number_top, side="right"),) if document.number else ()
    urgency = (_spot(document.urgency, number_top, Face.HEI, side="left"),) if document.urgency else ()
    return Head(
        HeadForm.LETTER,
        (*mark, *number, *urgency),
        Rule(line, _LETTER_LEFT, LETTER_LINE_MM, (_THICK_PT, _THIN_PT)),
        Rule(PAGE_MM[1] - LETTER_FOOT_MM - TOP_MM, _LETTER_LEFT, LETTER_LINE_MM, (_THIN_PT, _THICK_PT)),
        _lines_to_title(number_top + _LETTER_HEIGHT),
    )


def _lines_to_title(bottom: float) -> int:
    """Return the lines before the title so that its letters begin two lines below `bottom`, on the grid."""
    air = (_LINE - TITLE_PT / POINTS_PER_MM) / 2
    return ceil((bottom + 2 * _LINE - air) / _LINE - 0.05)


def _corner(document: OfficialDocument) -> tuple[Spot, ...]:
    """Return what stands top left, a line each: copy number, the word for internal papers, urgency."""
    texts = (
        (document.copy_number, Face.FANG),
        ("内部" if document.internal else "", Face.HEI),
        (document.urgency, Face.HEI),
    )
    air = (_LINE - _LETTER_HEIGHT) / 2
    shown = [(text, face) for text, face in texts if text]
    return tuple(_spot(text, air + at * _LINE, face, side="left") for at, (text, face) in enumerate(shown))


def _spot(text: str, top: float, face: Face = Face.FANG, *, side: str = "center", indent_mm: float = 0) -> Spot:
    return Spot((Run(text, face),), top, side=side, indent_mm=indent_mm)


def _marks(document: OfficialDocument, tail: str) -> tuple[tuple[Spot, ...], float]:
    """Return the mark and where it ends; several issuers stand one below the other, `tail` beside them."""
    if not document.red_head and len(document.issuers) > 1:
        marks, bottom = _joint(document.issuers, tail)
        return (marks if document.red_head is None else ()), bottom
    usual = f"{document.issuers[0]}{tail}"
    text = usual if document.red_head is None else document.red_head
    # Paper whose head is printed already leaves the room of the usual head.
    size, scale = head_size(text or usual, 44)
    bottom = MARK_TOP_MM + size / POINTS_PER_MM
    return ((Spot((Run(text, Face.SONG),), MARK_TOP_MM, size, scale=scale, red=True),) if text else ()), bottom


def _joint(issuers: tuple[str, ...], tail: str) -> tuple[tuple[Spot, ...], float]:
    longest = max(len(name) for name in issuers)
    room = 150 * POINTS_PER_MM
    size = min(36.0, max(22.0, room / (longest + len(tail) + 0.5)))
    scale = min(100, int(100 * room / ((longest + len(tail) + 0.5) * size)))
    letter = size * scale / 100 / POINTS_PER_MM
    names_mm, tail_mm = longest * letter, len(tail) * letter
    left = (TEXT_MM[0] - names_mm - tail_mm - letter / 2) / 2
    height, step = size / POINTS_PER_MM, 1.3 * size / POINTS_PER_MM
    names = tuple(
        Spot((Run(name, Face.SONG),), MARK_TOP_MM + at * step, size, "left", left, names_mm, scale, red=True)
        for at, name in enumerate(issuers)
    )
    bottom = MARK_TOP_MM + (len(issuers) - 1) * step + height
    middle = (MARK_TOP_MM + bottom - height) / 2
    beside = left + names_mm + letter / 2
    word = Spot((Run(tail, Face.SONG),), middle, size, "left", beside, tail_mm, scale, red=True)
    return (*names, word), bottom


def _number_row(document: OfficialDocument, top: float) -> tuple[tuple[Spot, ...], float]:
    """Return number and signers and where they end; with signers the number stands left, on their last line."""
    first = top + (_LINE - _LETTER_HEIGHT) / 2
    if not document.signers:
        alone = (_spot(document.number, first),) if document.number else ()
        return alone, first + _LETTER_HEIGHT
    rows = [document.signers[at : at + 2] for at in range(0, len(document.signers), 2)]
    spots = tuple(_signers(row, first + at * _LINE, first_row=not at) for at, row in enumerate(rows))
    last = first + (len(rows) - 1) * _LINE
    number = (_spot(document.number, last, side="left", indent_mm=_CHAR),) if document.number else ()
    return (*number, *spots), last + _LETTER_HEIGHT


def _signers(names: tuple[str, ...], top: float, *, first_row: bool) -> Spot:
    even = [f"{name[0]}　{name[1]}" if len(name) == 2 else name for name in names]
    runs = (Run("　".join(even), Face.KAI),)
    word = (Run("签发人：", Face.FANG),) if first_row else ()
    return Spot((*word, *runs), top, side="right", indent_mm=_CHAR)
