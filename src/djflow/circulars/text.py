"""Sets a draft as an official document, with the table of units and indicators attached."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from djflow.circulars.figures import Seen, counted, shown, unit_of
from djflow.circulars.model import Circular, KindPolicy, NamedUnit, Snapshot, Terms
from djflow.circulars.paragraphs import Draft
from djflow.circulars.ranking import groups
from djflow.circulars.wording import say
from djflow.core.ids import UnitId
from djflow.core.sections import Indicator, Measured, Section
from djflow.documents.official.model import (
    Attachment,
    Block,
    Cell,
    DocumentKind,
    OfficialDocument,
    Paragraph,
    Picture,
    Table,
)
from djflow.people.model import UNIT_KIND_LABELS, Unit, UnitKind

_COLUMNS = 6


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who issues the circular and who prints it; `anchor` is the head of the books as printed."""

    issuers: tuple[str, ...]
    print_office: str = ""
    anchor: str = ""


def recipients(policy: KindPolicy, units: Sequence[Unit]) -> tuple[UnitId, ...]:
    """Return the units a circular goes to, in official order: those of its groups and those named, still active."""
    return tuple(
        one.id for one in units if one.entry.active and (one.entry.kind in policy.groups or one.code in policy.units)
    )


def addressed(policy: KindPolicy, units: Sequence[Unit], terms: Terms) -> tuple[str, ...]:
    """Return the main recipients as they are printed: groups by their word, units of no group by name."""
    found = []
    if any(kind.is_town for kind in policy.groups):
        found.append(say(terms.words, "to_towns"))
    if UnitKind.DISTRICT_UNIT in policy.groups:
        found.append(say(terms.words, "to_departments"))
    others = [kind for kind in policy.groups if not kind.is_town and kind is not UnitKind.DISTRICT_UNIT]
    found += [f"各{UNIT_KIND_LABELS[kind]}" for kind in others]
    found += [one.name for one in units if one.code in policy.units and one.entry.kind not in policy.groups]
    return tuple(found)


def paper(
    circular: Circular, snapshot: Snapshot, draft: Draft, terms: Terms, head: Letterhead, units: Sequence[Unit]
) -> OfficialDocument:
    """Return a draft as an official document without number and day."""
    policy = terms.kinds[circular.kind]
    # A table's sentence is its caption, so that it never stands alone at the foot of a page.
    blocks: list[Block] = [
        replace(part.table, caption=part.text) if part.table else Paragraph(part.text, part.level)
        for part in draft.parts
    ]
    attached = tuple(tables(snapshot, terms))
    anchor = (Paragraph(say(terms.words, "anchor", anchor=head.anchor)),) if head.anchor else ()
    attachments: tuple[Attachment, ...] = ()
    if attached:
        title = say(terms.words, "attachment", period=circular.period.title)
        attachments = (Attachment(title, (*attached, *anchor)),)
    return OfficialDocument(
        kind=DocumentKind.CIRCULAR,
        issuers=head.issuers,
        title=draft.title,
        body=tuple(blocks) if attached else (*blocks, *anchor),
        recipients=addressed(policy, units, terms),
        attachments=attachments,
        cc=policy.cc,
        print_office=head.print_office,
    )


def illustrated(
    document: OfficialDocument, circular: Circular, terms: Terms, pictures: Sequence[Picture]
) -> OfficialDocument:
    """Return a document with the charts as one more attachment, unchanged without charts."""
    if not pictures:
        return document
    title = say(terms.words, "charts", period=circular.period.title)
    return replace(document, attachments=(*document.attachments, Attachment(title, tuple(pictures))))


def tables(snapshot: Snapshot, terms: Terms) -> Iterator[Table]:
    """Yield a table of units and indicators for each section, towns first; wide ones in pieces of six columns."""
    units = [unit for group in groups(snapshot, terms) for unit in group.units]
    for section in snapshot.sections:
        told = [one for one in units if section.units.get(one.id)]
        known = [one for one in section.indicators if any(one.code in section.units[unit.id] for unit in told)]
        for at in range(0, len(known), _COLUMNS):
            yield _table(section, known[at : at + _COLUMNS], told, terms, caption=section.title)


def _table(
    section: Section, indicators: Sequence[Indicator], units: Sequence[NamedUnit], terms: Terms, *, caption: str
) -> Table:
    head = (Cell("单位", label=True), *(Cell(_heading(one), label=True) for one in indicators))
    rows = tuple((Cell(unit.name), *(Cell(_cell(section, one, unit, terms)) for one in indicators)) for unit in units)
    return Table((head, *rows), (4, *[3] * len(indicators)), heads=1, caption=caption)


def _heading(indicator: Indicator) -> str:
    if indicator.measured is not Measured.COUNT:
        return f"{indicator.name}（{unit_of(indicator)}，{indicator.noun}）"
    named = counted(indicator) != indicator.name
    return indicator.name if named else f"{indicator.name}（{indicator.noun}）"


def _cell(section: Section, indicator: Indicator, unit: NamedUnit, terms: Terms) -> str:
    now = shown(indicator, section.units[unit.id].get(indicator.code), least=terms.min_n)
    if now.seen is Seen.NOTHING:
        return "—"
    if now.seen is Seen.SMALL:
        return f"样本不足{terms.min_n}（{now.n}）"
    return str(now.value) if now.n is None else f"{now.value}（{now.n}）"
