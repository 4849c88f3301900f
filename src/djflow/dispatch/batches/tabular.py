"""The tables of a batch that offices fill in Excel: demands of hosts, nominations of units. All rows or none."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path

from sqlalchemy.orm import Session

from djflow.core.errors import DjflowError
from djflow.core.ids import PersonId, UnitId
from djflow.dispatch.batches import nominating, service
from djflow.dispatch.batches.desk import Desk
from djflow.dispatch.batches.model import Candidate, NewDemand, Nomination, TeamNeed
from djflow.dispatch.batches.moving import held
from djflow.people import service as people
from djflow.people.excel import cells
from djflow.people.excel.form import Field, Form, Read, in_order, merge, read_form
from djflow.people.excel.intake import Importer
from djflow.people.model import ImportReport, Rejection, Unit

_WHOLE = "整张表要么全部导入，要么一行也不导入；有错时逐行列出原因。"
_YES = ("是", "否")


@dataclass(frozen=True, slots=True)
class DemandRow:
    """A row of the table of demands."""

    unit: str
    title: str
    places: int
    specialty: str = ""
    village: str = ""
    women: int = 0


@dataclass(frozen=True, slots=True)
class NominationRow:
    """A row of the table of nominations; `wishes` are unit codes."""

    person: str
    unit: str
    wishes: frozenset[str] = frozenset()
    volunteers: bool = False
    himself: bool = False


def demands_form() -> Form[DemandRow]:
    """Return the table of demands."""
    names = ("unit", "title", "places", "specialty", "village", "women")
    return Form(
        "选派需求",
        "unit",
        (
            Field("unit", "接收单位编码", cells.code, attrgetter("unit"), "必填", required=True, as_text=True),
            Field("title", "岗位", cells.short_text(40), attrgetter("title"), "必填", required=True, width=24),
            Field("places", "人数", cells.whole(1, service.MOST_PLACES), attrgetter("places"), "必填", required=True),
            Field("specialty", "专业要求", cells.short_text(40), attrgetter("specialty"), "选填", empty=""),
            Field("village", "村（社区）编码", cells.code, attrgetter("village"), "选填", empty="", as_text=True),
            Field("women", "至少几名女同志", cells.whole(0, 50), attrgetter("women"), "选填，工作队用", empty=0),
        ),
        lambda parts: DemandRow(**{name: parts[name] for name in names}),
        lambda row: {name: getattr(row, name) for name in names},
        ("同一单位、岗位、村再报一次，就是改这一项。", _WHOLE),
    )


def nominations_form() -> Form[NominationRow]:
    """Return the table of nominations."""
    names = ("person", "unit", "wishes", "volunteers", "himself")
    return Form(
        "推荐人选",
        "person",
        (
            Field("person", "工号", cells.code, attrgetter("person"), "必填", required=True, as_text=True),
            Field("unit", "单位编码", cells.code, attrgetter("unit"), "必填，推荐单位", required=True, as_text=True),
            Field(
                "wishes",
                "意向单位编码",
                cells.words(),
                lambda row: "、".join(sorted(row.wishes)),
                "选填，可写几个，用顿号隔开",
                empty=frozenset(),
                as_text=True,
                width=24,
            ),
            Field(
                "volunteers",
                "自愿",
                cells.yes_no,
                _yes("volunteers"),
                "选填，自愿的不受间隔限制",
                empty=False,
                choices=_YES,
            ),
            Field("himself", "本人自荐", cells.yes_no, _yes("himself"), "选填", empty=False, choices=_YES),
        ),
        lambda parts: NominationRow(**{name: parts[name] for name in names}),
        lambda row: {name: getattr(row, name) for name in names},
        ("推荐表、廉洁意见等材料另行报送，这里只填人选和意向。", _WHOLE),
    )


def _yes(name: str) -> Callable[[NominationRow], str]:
    return lambda row: _YES[0] if getattr(row, name) else _YES[1]


def import_demands(
    session: Session, batch_id: str, source: Path, desk: Desk, importer: Importer, *, only: UnitId | None = None
) -> ImportReport:
    """Take in the table of demands, all of it or nothing; `only` lets a township speak for itself alone.

    Raises: InputError when the file as a whole cannot be read; ConflictError when no demands are taken any more.
    """
    found = held(session, batch_id)
    form = demands_form()
    read = read_form(source, form)
    news, rejected = _judged(form, read, {unit.code: unit for unit in people.units(session)}, only)
    if rejected:
        return ImportReport(read.rows, 0, 0, 0, in_order(form, rejected))
    before = {(one.new.unit, one.new.title, one.new.village): one.new for one in service.demands(session, found.id)}
    known = [before.get((new.unit, new.title, new.village)) for _, new in news]
    if not importer.dry_run:
        for _, new in news:
            service.put_demand(session, found.id, new, desk, by=importer.by, now=importer.now)
    created = sum(old is None for old in known)
    unchanged = sum(old == new for old, (_, new) in zip(known, news, strict=True))
    return ImportReport(read.rows, created, read.rows - created - unchanged, unchanged)


def _judged(
    form: Form[DemandRow], read: Read, units: Mapping[str, Unit], only: UnitId | None
) -> tuple[list[tuple[int, NewDemand]], list[Rejection]]:
    rejected = list(read.rejected)
    news: list[tuple[int, NewDemand]] = []
    seen: dict[tuple[str, str, str], int] = {}
    by_id = {unit.id: unit for unit in units.values()}
    for stated in read.stated:
        merged = merge(form, stated, {})
        rejected += merged.rejected
        if merged.rejected:
            continue
        row = merged.entry
        unit = units.get(row.unit)
        if unit is None or (only is not None and unit.id != only):
            rejected.append(Rejection(stated.row, "接收单位编码", "没有这个单位，或不是您的单位：请核对编码。"))
            continue
        first = seen.setdefault((row.unit, row.title, row.village), stated.row)
        if first != stated.row:
            rejected.append(Rejection(stated.row, "岗位", f"与第 {first} 行重复：请合并成一行。"))
            continue
        team = TeamNeed(women_at_least=row.women) if row.women else None
        new = NewDemand(unit.id, row.title, row.places, row.specialty, row.village, team)
        try:
            service.require_demand(new, by_id)
        except DjflowError as error:
            rejected.append(Rejection(stated.row, "接收单位编码", error.message))
        news.append((stated.row, new))
    return news, rejected


def import_nominations(
    session: Session, batch_id: str, source: Path, importer: Importer, *, only: UnitId | None = None
) -> ImportReport:
    """Take in the table of nominations, all of it or nothing; `only` lets a unit speak for itself alone.

    Raises: InputError when the file as a whole cannot be read; ConflictError when nothing is collected now.
    """
    found = held(session, batch_id)
    form = nominations_form()
    read = read_form(source, form)
    units = {unit.code: unit.id for unit in people.units(session)}
    ids = people.person_ids(session, [stated.key for stated in read.stated])
    rejected = list(read.rejected)
    lines: list[tuple[int, UnitId, Nomination]] = []
    for stated in read.stated:
        merged = merge(form, stated, {})
        rejected += merged.rejected
        if merged.rejected:
            continue
        wrong = _row_faults(stated.row, merged.entry, units, ids, only)
        rejected += wrong
        if not wrong:
            row = merged.entry
            wishes = tuple(units[code] for code in sorted(row.wishes))
            lines.append((stated.row, units[row.unit], _nomination(ids[row.person], wishes, row)))
    refused = nominating.refusals(session, found, [(unit, new) for _, unit, new in lines])
    headers = {"person": "工号", "unit": "单位编码", "wishes": "意向单位编码"}
    rejected += [Rejection(lines[one.index][0], headers[one.field], one.message) for one in refused]
    if rejected:
        return ImportReport(read.rows, 0, 0, 0, in_order(form, rejected))
    before = {one.person: one for one in service.candidates(session, found.id)}
    created = sum(new.person not in before for _, _, new in lines)
    same = sum(_is_so(before, new) for _, _, new in lines)
    if not importer.dry_run:
        news = [(unit, new) for _, unit, new in lines]
        nominating.nominate(session, found.id, news, by=importer.by, now=importer.now)
    return ImportReport(read.rows, created, read.rows - created - same, same)


def _nomination(person: PersonId, wishes: tuple[UnitId, ...], row: NominationRow) -> Nomination:
    return Nomination(person, wishes, row.volunteers, row.himself)


def _is_so(before: Mapping[PersonId, Candidate], new: Nomination) -> bool:
    known = before.get(new.person)
    return known is not None and (known.wishes, known.volunteers, known.himself) == (
        new.wishes,
        new.volunteers,
        new.himself,
    )


def _row_faults(
    number: int,
    row: NominationRow,
    units: Mapping[str, UnitId],
    ids: Mapping[str, PersonId],
    only: UnitId | None,
) -> list[Rejection]:
    found: list[Rejection] = []
    if row.person not in ids:
        found.append(Rejection(number, "工号", f"没有工号为 {row.person} 的人员：请先导入人员，或核对。"))
    if row.unit not in units or (only is not None and units[row.unit] != only):
        found.append(Rejection(number, "单位编码", "没有这个单位，或不是您的单位：请核对编码。"))
    unknown = sorted(code for code in row.wishes if code not in units)
    if unknown:
        found.append(Rejection(number, "意向单位编码", f"没有编码为 {'、'.join(unknown)} 的单位：请核对。"))
    return found
