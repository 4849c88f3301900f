"""What the standard asks of an official document as facts: measures, numbers, dates, and what must not be issued.

Source: GB/T 9704-2012; domain handbook, sections 4.2 and 4.3. Lengths are millimetres, sizes points.
"""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from djflow.documents.official.model import Block, Cell, DocumentKind, OfficialDocument, Picture, Table

PAGE_MM = (210.0, 297.0)
TOP_MM, LEFT_MM, BOTTOM_MM, RIGHT_MM = 37.0, 28.0, 35.0, 26.0
TEXT_MM = (156.0, 225.0)
"""The area of the text (版心)."""
LINES, CHARS = 22, 28
POINTS_PER_MM = 72 / 25.4
PITCH_PT = TEXT_MM[1] * POINTS_PER_MM / LINES
"""From one line to the next, 28.99 points."""
CHAR_PT = TEXT_MM[0] * POINTS_PER_MM / CHARS
"""From one character to the next, 15.79 points."""
TITLE_PT, BODY_PT, SMALL_PT, TABLE_PT = 22, 16, 14, 12
"""Sizes 2, 3, 4 and small 4."""
MARK_TOP_MM, LETTER_MARK_MM = 35.0, 30.0
RED_LINE_MM, LETTER_LINE_MM, LETTER_FOOT_MM = 4.0, 170.0, 20.0
PAGE_NUMBER_MM = 7.0
THICK_MM, THIN_MM = 0.35, 0.25
SEAL_LINES = 2
"""Blank lines above the issuer's name: a seal of 42 mm set on name and date ends within a line of the text."""


@dataclass(frozen=True, slots=True)
class Pages:
    """What the set pages are like: how many, on which the text ends, on which the record block stands (0 for none)."""

    count: int
    text_ends_on: int
    record_on: int


_NUMBER = re.compile(r"[\u4e00-\u9fff〇]{2,12}〔(?P<year>20\d\d)〕(?P<seq>[1-9]\d{0,4})号")
_ISSUE = re.compile(r"第[1-9]\d{0,3}期|(?:〔20\d\d〕)[1-9]\d{0,3}号?")
_CLASSIFIED = re.compile(r"(?:绝密|机密|秘密)\s*(?:★|☆|\*|·|•)|^(?:绝密|机密|秘密)$", re.MULTILINE)
URGENCIES = ("", "特急", "加急", "特提", "平急")
_LONG_HEADING = 14
_SHORT_CELL = 8
_FIGURE = re.compile(r"[0-9.,%（）()—-]{1,16}")
_PNG = b"\x89PNG\r\n\x1a\n"
_MOST_PICTURE = (TEXT_MM[1] - 25) / TEXT_MM[0]
"""Height of a picture by its width: below the attachment's title and its caption there is room for no more."""
_HAN = "零一二三四五六七八九"
_LEVELS = (
    re.compile(r"(?!)"),
    re.compile(r"[一二三四五六七八九十百]+、"),
    re.compile(r"（[一二三四五六七八九十百]+）"),
    re.compile(r"\d{1,3}[.．](?!\d)"),
    re.compile(r"（\d{1,3}）"),
)


def faults(document: OfficialDocument) -> tuple[str, ...]:
    """Return what keeps a document from being set, one Chinese sentence each, naming the field."""
    return tuple(_faults(document))


def _faults(document: OfficialDocument) -> Iterator[str]:
    if not document.title.strip():
        yield "title（标题）不能空着"
    if document.kind is not DocumentKind.SHEET and not any(name.strip() for name in document.issuers):
        yield "issuer（发文机关）不能空着"
    if not document.body:
        yield "body（正文）不能空着"
    if document.number and not number_reads(document.kind, document.number):
        yield (
            f"number（发文字号）“{document.number}”写得不对：应写成“×组发〔2026〕7号”，"
            "用六角括号，年份四位，序号前不加“第”、不补零"
        )
    if document.urgency not in URGENCIES:
        yield "urgency（紧急程度）只能是“特急”“加急”，电报可用“特提”“平急”"
    if document.copy_number and not re.fullmatch(r"\d{6}", document.copy_number):
        yield "copy_number（份号）是6位数字"
    if document.internal and document.public:
        yield "public（此件公开发布）和 internal（内部）不能同时有：内部文件不能公开"
    yield from _picture_faults(document)
    for words in _texts(document):
        if _CLASSIFIED.search(words):
            yield "文中有密级标志（绝密、机密、秘密）：本系统严禁处理涉密信息，请改用涉密计算机办理"
            return


def _picture_faults(document: OfficialDocument) -> Iterator[str]:
    if any(isinstance(block, Picture) for block in document.body):
        yield "body（正文）不能有图片：请放在附件里"
    pictures = (block for one in document.attachments for block in one.body if isinstance(block, Picture))
    if any(picture_size(one.png) is None for one in pictures):
        yield "附件里的图片不是 PNG，或比一页还高"


def picture_size(png: str) -> tuple[int, int] | None:
    """Return width and height in dots of a PNG in base64 that fits on a page, None for anything else."""
    try:
        head = base64.b64decode(png[:64], validate=True)
    except ValueError:
        return None
    if not head.startswith(_PNG) or len(head) < 24:
        return None
    wide, high = int.from_bytes(head[16:20]), int.from_bytes(head[20:24])
    return (wide, high) if wide and high and high / wide <= _MOST_PICTURE else None


def classified(text: str) -> bool:
    """Say whether a text bears the mark of a classified document."""
    return bool(_CLASSIFIED.search(text))


def may_be_published(document: OfficialDocument) -> bool:
    """Say whether a document may be shown outside the offices."""
    return not document.internal


def number_reads(kind: DocumentKind, number: str) -> bool:
    """Say whether a document number is written as it must be; minutes may be counted 第7期."""
    return bool(_NUMBER.fullmatch(number) or (kind is DocumentKind.MINUTES and _ISSUE.fullmatch(number)))


def _texts(document: OfficialDocument) -> Iterator[str]:
    yield from (document.title, document.annotation, document.urgency, document.red_head or "", *document.issuers)
    for block in (*document.body, *(block for one in document.attachments for block in one.body)):
        yield from block_texts(block)


def block_texts(block: Block) -> Iterator[str]:
    """Yield the texts of a paragraph or of the cells of a table."""
    if isinstance(block, Table):
        yield from (cell.text for row in block.rows for cell in row)
    elif isinstance(block, Picture):
        yield block.caption
    else:
        yield block.text


def stands_centred(text: str) -> bool:
    """Say whether a cell's text is set in the middle: a few words, or a figure with what it was measured on."""
    return len(text) <= _SHORT_CELL or bool(_FIGURE.fullmatch(text))


def day_words(day: date) -> str:
    """Return a date as documents write it: 2026年3月7日, no zeros before digits."""
    return f"{day.year}年{day.month}月{day.day}日"


def numeral(number: int) -> str:
    """Return 1 to 99 in Chinese numerals: 一, 十, 二十一."""
    tens, ones = divmod(number, 10)
    head = "" if not tens else ("十" if tens == 1 else f"{_HAN[tens]}十")
    return head + (_HAN[ones] if ones or not tens else "")


def level_number(level: int, number: int) -> str:
    """Return the number before a paragraph of a level: 一、（一）1.（1）."""
    return ("", f"{numeral(number)}、", f"（{numeral(number)}）", f"{number}.", f"（{number}）")[level]


def has_number(level: int, text: str) -> bool:
    """Say whether a text begins with a number of its level already."""
    return bool(_LEVELS[level].match(text))


def heading_end(text: str) -> int:
    """Return where the heading of a numbered paragraph ends: after its first full stop, or with the text.

    A paragraph that is one whole sentence has none (0).
    """
    at = text.find("。")
    if 0 <= at < len(text) - 1:
        return at + 1
    is_sentence = at >= 0 and (len(text) > _LONG_HEADING or any(mark in text for mark in "，；："))
    return 0 if is_sentence else len(text)


def attachment_notes(titles: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names in the attachment note: counted when several, without a mark at the end."""
    bare = [" ".join(title.split()).rstrip("。；;，,、.") for title in titles]
    return tuple(bare) if len(bare) == 1 else tuple(f"{number}.{title}" for number, title in enumerate(bare, 1))


def attachment_sign(number: int, of: int) -> str:
    """Return what stands top left on an attachment's first page."""
    return "附件" if of == 1 else f"附件{number}"


def head_size(mark: str, most_pt: float = 46.0) -> tuple[float, int]:
    """Return size in points and width in percent of a red mark, so that its characters fill at most 150 mm."""
    room = 150 * POINTS_PER_MM
    letters = max(1.0, sum(0.5 if letter.isascii() else 1.0 for letter in mark))
    size = min(most_pt, max(32.0, room / letters))
    return round(size, 1), min(100, int(100 * room / (letters * size)))


def filled(head: tuple[str, ...], rows: tuple[tuple[str, ...], ...], widths: tuple[int, ...] = ()) -> Table:
    """Return a plain table with one row of headings; without `widths` the texts decide."""
    shares = widths or tuple(_share([row[at] for row in (head, *rows)]) for at in range(len(head)))
    top = tuple(Cell(text, label=True) for text in head)
    return Table((top, *(tuple(Cell(text) for text in row) for row in rows)), shares, heads=1)


def _share(texts: list[str]) -> int:
    longest = max(sum(0.5 if letter.isascii() else 1 for letter in text) for text in texts)
    return max(3, min(14, int(longest) + 1))
