"""A document as lines on paper: which line, in which type, how far in. Both renderers set this plan and nothing else.

The head of the first page has places of its own (`Head`), all else follows one line after the other on the grid of
22 lines of 28 characters. Source: GB/T 9704-2012 as read in the domain handbook, section 4.3.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from djflow.documents.official.model import Table
from djflow.documents.official.rules import BODY_PT, SMALL_PT, TITLE_PT


class Face(StrEnum):
    """The four types of official documents."""

    FANG = "fang"
    KAI = "kai"
    HEI = "hei"
    SONG = "song"


class Style(StrEnum):
    """What a line is; the value names the style in Word."""

    TITLE = "公文标题"
    RECIPIENTS = "主送机关"
    TEXT = "公文正文"
    LEVEL_1 = "公文一级标题"
    LEVEL_2 = "公文二级标题"
    LEVEL_3 = "公文三级标题"
    LEVEL_4 = "公文四级标题"
    NOTE = "附件说明"
    ISSUER = "发文机关署名"
    DATE = "成文日期"
    ANNOTATION = "附注"
    ATTACHMENT = "附件标识"
    ROLL = "出席人员"
    CAPTION = "表格标题"
    RECORD = "版记"
    MARK = "特定要素"


@dataclass(frozen=True, slots=True)
class Look:
    """Type, size and alignment of a style."""

    face: Face
    size_pt: int = BODY_PT
    align: str = "left"


LOOKS: Mapping[Style, Look] = MappingProxyType(
    {
        Style.TITLE: Look(Face.SONG, TITLE_PT, "center"),
        Style.RECIPIENTS: Look(Face.FANG),
        Style.TEXT: Look(Face.FANG, align="justify"),
        Style.LEVEL_1: Look(Face.HEI, align="justify"),
        Style.LEVEL_2: Look(Face.KAI, align="justify"),
        Style.LEVEL_3: Look(Face.FANG, align="justify"),
        Style.LEVEL_4: Look(Face.FANG, align="justify"),
        Style.NOTE: Look(Face.FANG),
        Style.ISSUER: Look(Face.FANG),
        Style.DATE: Look(Face.FANG, align="right"),
        Style.ANNOTATION: Look(Face.FANG),
        Style.ATTACHMENT: Look(Face.HEI),
        Style.ROLL: Look(Face.FANG),
        Style.CAPTION: Look(Face.HEI, SMALL_PT, "center"),
        Style.RECORD: Look(Face.FANG, SMALL_PT),
        Style.MARK: Look(Face.HEI),
    }
)


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a line in one type."""

    text: str
    face: Face


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph; `first`, `left` and `right` are indents in characters, `keep` binds it to what follows.

    A `label` stands before the text in a room of `label_chars`; later lines begin under the text.
    """

    style: Style
    runs: tuple[Run, ...]
    first: float = 0
    left: float = 0
    right: float = 0
    keep: bool = False
    label: str = ""
    label_face: Face = Face.FANG
    label_chars: float = 0


@dataclass(frozen=True, slots=True)
class Blank:
    """Empty lines; `keep` binds them to what follows."""

    lines: int
    keep: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A table with lines."""

    table: Table


@dataclass(frozen=True, slots=True)
class Illustration:
    """A picture as wide as the text area; `png` is the file in base64, `share` its height as a part of its width."""

    png: str
    share: float


@dataclass(frozen=True, slots=True)
class Turn:
    """A new page."""


Item = Line | Blank | Grid | Illustration | Turn


class HeadForm(StrEnum):
    """How the first page begins."""

    RED = "red"
    LETTER = "letter"
    MINUTES = "minutes"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Spot:
    """A text of the head at a fixed place: `top_mm` is the upper edge of its characters below the top of the text area.

    It stands `indent_mm` in from its `side` (left, center, right); `spread_mm` sets its letters evenly over that width,
    `scale` is the width of its letters in percent.
    """

    runs: tuple[Run, ...]
    top_mm: float
    size_pt: float = BODY_PT
    side: str = "center"
    indent_mm: float = 0
    spread_mm: float = 0
    scale: int = 100
    red: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A red line at `top_mm` below and `left_mm` right of the text area's corner; two strokes make a double line."""

    top_mm: float
    left_mm: float
    width_mm: float
    strokes_pt: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Head:
    """The head of the first page, `lines` lines high; `foot` is a letter's lower double line."""

    form: HeadForm
    spots: tuple[Spot, ...] = ()
    rule: Rule | None = None
    foot: Rule | None = None
    lines: int = 0


@dataclass(frozen=True, slots=True)
class Record:
    """The block at the foot of the last page (版记): lists first, then who printed and when; letters draw no lines."""

    lists: tuple[Line, ...] = ()
    office: str = ""
    day: str = ""
    ruled: bool = True


@dataclass(frozen=True, slots=True)
class Plan:
    """All of a document on paper; `bare_first` shows no number on the first page, `plain` on none."""

    title: str
    head: Head
    items: tuple[Item, ...]
    record: Record | None = None
    bare_first: bool = False
    plain: bool = False
