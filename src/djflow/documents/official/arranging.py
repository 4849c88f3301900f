"""Arranges a document into a plan: title, recipients, text, attachment note, signature, attachments, record block.

Source: GB/T 9704-2012, 7.3 and 7.4; domain handbook, section 4.3. Nothing here knows Word or PDF.
"""

from collections.abc import Iterator

from djflow.documents.official.heads import head
from djflow.documents.official.model import Attachment, Block, DocumentKind, OfficialDocument, Paragraph, Picture, Table
from djflow.documents.official.plan import Blank, Face, Grid, Illustration, Item, Line, Plan, Record, Run, Style, Turn
from djflow.documents.official.rules import (
    CHARS,
    SEAL_LINES,
    attachment_notes,
    attachment_sign,
    day_words,
    has_number,
    heading_end,
    level_number,
    picture_size,
)
from djflow.documents.official.titles import break_title, width

_LONGEST_DAY = "2026年12月31日"
"""Room is left for it while a draft has no day, so that its issuer stands where it will stand."""
_LEVEL_STYLES = (Style.TEXT, Style.LEVEL_1, Style.LEVEL_2, Style.LEVEL_3, Style.LEVEL_4)
_LEVEL_FACES = (Face.FANG, Face.HEI, Face.KAI, Face.FANG, Face.FANG)
_DATE_RIGHT = 4
_JOINT_LINES = 4


def plan(document: OfficialDocument) -> Plan:
    """Return a sound document (see `rules.faults`) as a plan."""
    items = (
        *_opening(document),
        *_text(document.body, ends=_is_signed(document)),
        *_rolls(document),
        *_notes(document),
        *_signature(document),
        *_remarks(document),
        *_attached(document),
    )
    sheet = document.kind is DocumentKind.SHEET
    record = None if sheet else _record(document)
    letter = document.kind is DocumentKind.LETTER
    return Plan("".join(document.title.split("\n")), head(document), items, record, bare_first=letter, plain=sheet)


def _opening(document: OfficialDocument) -> Iterator[Item]:
    for line in break_title(document.title):
        yield Line(Style.TITLE, (Run(line, Face.SONG),), keep=True)
    yield Blank(1)
    if document.recipients and document.kind is not DocumentKind.MINUTES:
        names = _listed(document.recipients).rstrip("：:。，、")
        yield Line(Style.RECIPIENTS, (Run(f"{names}：", Face.FANG),))


def _listed(names: tuple[str, ...]) -> str:
    """Join offices: those of one kind by 、 are written by the author, the given ones by ，."""
    return "，".join(name.strip() for name in names if name.strip())


def _text(blocks: tuple[Block, ...], *, ends: bool = False) -> Iterator[Item]:
    """Yield a text; with `ends` its last paragraph is bound to the signature below it."""
    counts = [0, 0, 0, 0, 0]
    for at, block in enumerate(blocks):
        if isinstance(block, Table):
            yield from _table(block)
            continue
        if isinstance(block, Picture):
            yield from _picture(block)
            continue
        for part in block.text.splitlines():
            if part.strip():
                last = ends and at == len(blocks) - 1
                yield _paragraph(Paragraph(part.strip(), block.level), counts, keep=last)


def _table(table: Table) -> Iterator[Item]:
    if table.caption:
        yield Line(Style.CAPTION, (Run(table.caption, Face.HEI),), keep=True)
    yield Grid(table)


def _picture(picture: Picture) -> Iterator[Item]:
    if picture.caption:
        yield Line(Style.CAPTION, (Run(picture.caption, Face.HEI),), keep=True)
    wide, high = picture_size(picture.png) or (1, 1)
    yield Illustration(picture.png, high / wide)


def _paragraph(paragraph: Paragraph, counts: list[int], *, keep: bool) -> Line:
    level = paragraph.level
    if not level:
        return Line(Style.TEXT, (Run(paragraph.text, Face.FANG),), first=2, keep=keep)
    counts[level] += 1
    counts[level + 1 :] = [0] * (4 - level)
    given = has_number(level, paragraph.text)
    text = paragraph.text if given else f"{level_number(level, counts[level])}{paragraph.text}"
    end = heading_end(text)
    parts = ((text[:end], _LEVEL_FACES[level]), (text[end:], Face.FANG))
    runs = tuple(Run(part, face) for part, face in parts if part)
    stands_alone = level <= 2 and end == len(text)
    return Line(_LEVEL_STYLES[level], runs, first=2, keep=keep or stands_alone)


def _rolls(document: OfficialDocument) -> Iterator[Item]:
    if document.rolls:
        yield Blank(1)
    for roll in document.rolls:
        label = f"{roll.word}："
        names = (Run("　".join(roll.names), Face.FANG),)
        yield Line(Style.ROLL, names, left=2, label=label, label_face=Face.HEI, label_chars=width(label))


def _notes(document: OfficialDocument) -> Iterator[Item]:
    notes = attachment_notes(tuple(one.title for one in document.attachments))
    if not notes:
        return
    yield Blank(1, keep=True)
    count = 0.5 * (len(str(len(notes))) + 1) if len(notes) > 1 else 0
    for at, note in enumerate(notes):
        number, _, name = note.partition(".") if count else ("", "", note)
        word = "附件：" if not at else ""
        label = f"{word}{number}." if count else word
        yield Line(
            Style.NOTE,
            (Run(name, Face.FANG),),
            left=2 if not at else 5,
            label=label,
            label_chars=width(word) + count,
            keep=_is_signed(document),
        )


def _is_signed(document: OfficialDocument) -> bool:
    """Say whether somebody signs: minutes nobody, a sheet only where it has a day."""
    if document.kind is DocumentKind.SHEET:
        return document.signed_on is not None and bool(document.issuers)
    return document.kind is not DocumentKind.MINUTES


def _signature(document: OfficialDocument) -> Iterator[Item]:
    if not _is_signed(document):
        return
    day = day_words(document.signed_on) if document.signed_on else ""
    yield Blank(SEAL_LINES if document.sealed else 1, keep=True)
    if len(document.issuers) > 1 and document.sealed:
        yield from _joint_signature(document.issuers, day)
        return
    yield from _single_signature(document.issuers, day, sealed=document.sealed)


def _single_signature(issuers: tuple[str, ...], day: str, *, sealed: bool) -> Iterator[Item]:
    """Yield names centred on the date, the date four characters in; without a seal two in, the date two further."""
    longest, dated = max(width(name) for name in issuers), width(day or _LONGEST_DAY)
    if sealed:
        right = max(float(_DATE_RIGHT), longest / 2 - dated / 2)
        centre = CHARS - right - dated / 2
        lefts = [max(0.0, centre - width(name) / 2) for name in issuers]
    else:
        start = CHARS - 2 - longest if longest >= dated + 2 else CHARS - 2 - dated - 2
        lefts, right = [max(0.0, start)] * len(issuers), max(0.0, CHARS - max(0.0, start) - 2 - dated)
    for name, left in zip(issuers, lefts, strict=True):
        yield Line(Style.ISSUER, (Run(name, Face.FANG),), left=left, keep=bool(day))
    if day:
        yield Line(Style.DATE, (Run(day, Face.FANG),), right=right)


def _joint_signature(issuers: tuple[str, ...], day: str) -> Iterator[Item]:
    """Yield the names in rows of at most three, each with room for its seal, the date below the last."""
    longest = max(width(name) for name in issuers)
    across = 3 if longest <= 8 and len(issuers) > 2 else 2 if longest <= 13 else 1
    column = CHARS / across
    rows = [issuers[at : at + across] for at in range(0, len(issuers), across)]
    for number, row in enumerate(rows):
        if number:
            yield Blank(_JOINT_LINES, keep=True)
        runs, at = [], 0.0
        first = 0.0
        for place, name in enumerate(row):
            start = place * column + (column - width(name)) / 2
            gap = start - at
            if place:
                runs.append(Run("　" * round(gap), Face.FANG))
                at += round(gap)
            else:
                first = at = max(0.0, start)
            runs.append(Run(name, Face.FANG))
            at += width(name)
        yield Line(Style.ISSUER, tuple(runs), left=first, keep=True)
    if day:
        middle = (len(rows[-1]) - 1) * column + column / 2
        yield Line(Style.ISSUER, (Run(day, Face.FANG),), left=max(0.0, middle - width(day) / 2))


def _remarks(document: OfficialDocument) -> Iterator[Item]:
    notes = [document.annotation.strip().strip("（）()")] if document.annotation.strip() else []
    notes += ["此件公开发布"] if document.public else []
    for note in notes:
        yield Line(Style.ANNOTATION, (Run(f"（{note}）", Face.FANG),), left=2)


def _attached(document: OfficialDocument) -> Iterator[Item]:
    for number, attachment in enumerate(document.attachments, 1):
        if attachment.body:
            yield from _attachment(attachment, attachment_sign(number, len(document.attachments)))


def _attachment(attachment: Attachment, sign: str) -> Iterator[Item]:
    yield Turn()
    yield Line(Style.ATTACHMENT, (Run(sign, Face.HEI),), keep=True)
    yield Blank(1, keep=True)
    for line in break_title(attachment.title):
        yield Line(Style.TITLE, (Run(line, Face.SONG),), keep=True)
    yield Blank(1, keep=True)
    yield from _text(attachment.body)


def _record(document: OfficialDocument) -> Record | None:
    lists = [("抄送：", document.cc)]
    if document.kind is DocumentKind.MINUTES:
        lists.insert(0, ("主送：", document.recipients))
    lines = tuple(_record_line(word, names) for word, names in lists if names)
    if document.kind is DocumentKind.LETTER:
        return Record(lines, ruled=False) if lines else None
    day = f"{day_words(document.printed_on)}印发" if document.printed_on else ""
    return Record(lines, document.print_office, day) if lines or document.print_office or day else None


def _record_line(word: str, names: tuple[str, ...]) -> Line:
    runs = (Run(f"{_listed(names).rstrip('。，、')}。", Face.FANG),)
    return Line(Style.RECORD, runs, left=1, right=1, label=word, label_chars=width(word))
