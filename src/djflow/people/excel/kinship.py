"""The office's table of relatives: whoever is related to an applicant neither reviews nor decides."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from operator import attrgetter
from pathlib import Path

from sqlalchemy.orm import Session

from djflow.core.ids import PersonId
from djflow.people import service
from djflow.people.excel import cells
from djflow.people.excel.form import Field, Form, Merged, Stated, in_order, merge, read_form
from djflow.people.excel.intake import Importer
from djflow.people.excel.sheet import Cell
from djflow.people.kinship import service as kinship
from djflow.people.model import RELATION_LABELS, ImportReport, KinshipEntry, PersonCard, Rejection, Relation

_UNRELATED = "不是亲属"
_CHOICES = (*RELATION_LABELS.values(), _UNRELATED)

Pair = tuple[PersonId, PersonId]
_Row = tuple[Stated, Merged["KinshipLine"]]


@dataclass(frozen=True, slots=True)
class KinshipLine:
    """A row of the table: two persons by code and what they are to each other, None: no relatives after all.

    The names only prove that the codes are the right ones.
    """

    person_code: str
    relative_code: str
    relation: Relation | None
    person_name: str = field(default="", repr=False)
    relative_name: str = field(default="", repr=False)


def kinship_form() -> Form[KinshipLine]:
    """Return the table of relatives; rows are additions, the same row again changes nothing."""
    return Form(
        "亲属关系",
        "person_code",
        (
            *_person("person", "工号", "姓名"),
            *_person("relative", "亲属工号", "亲属姓名"),
            Field(
                "relation",
                "关系",
                _relation,
                _relation_word,
                f"必填；登记错了填“{_UNRELATED}”，就删去这一对",
                required=True,
                choices=_CHOICES,
            ),
        ),
        lambda values: KinshipLine(**values),
        lambda line: {one.name: getattr(line, one.name) for one in fields(KinshipLine)},
        (
            "每行一对，谁在前都一样；两个人都要先在人员表里。没有登记的关系，程序不知道要回避。",
            "姓名可以不填；填了就核对与工号是否一致。",
            "整张表要么全部导入，要么一行也不导入；有错时逐行列出原因。",
        ),
    )


def _person(key: str, code: str, name: str) -> tuple[Field[KinshipLine], Field[KinshipLine]]:
    of_code, of_name = attrgetter(f"{key}_code"), attrgetter(f"{key}_name")
    return (
        Field(f"{key}_code", code, cells.code, of_code, "必填", required=True, as_text=True),
        Field(f"{key}_name", name, cells.short_text(50), of_name, "选填，用来核对工号", empty=""),
    )


def _relation(cell: Cell) -> Relation | None:
    word = cells.one_of(*_CHOICES)(cell)
    return next((relation for relation, label in RELATION_LABELS.items() if label == word), None)


def _relation_word(line: KinshipLine) -> str:
    return _UNRELATED if line.relation is None else RELATION_LABELS[line.relation]


def import_kinship(session: Session, source: Path, importer: Importer) -> ImportReport:
    """Add, change and take out pairs of relatives as a file says, all of them or none.

    Raises: InputError when the file as a whole cannot be read.
    """
    form = kinship_form()
    read = read_form(source, form)
    rows = [(row, merge(form, row, {})) for row in read.stated]
    people = _people(session, rows)
    # One reason a cell: what could not be read is not also missing or unknown.
    rejected: dict[tuple[int, str], Rejection] = {}
    for one in (*read.rejected, *(fault for _, merged in rows for fault in merged.rejected), *_faults(rows, people)):
        rejected.setdefault((one.row, one.column), one)
    if rejected:
        return ImportReport(read.rows, 0, 0, 0, in_order(form, rejected.values()))
    known = {(pair.person_id, pair.relative_id): pair.relation for pair in kinship.register(session)}
    known |= {(relative, person): relation for (person, relative), relation in known.items()}
    created = updated = 0
    for _, merged in rows:
        line = merged.entry
        pair = people[line.person_code].id, people[line.relative_code].id
        created += pair not in known and line.relation is not None
        updated += pair in known and known[pair] is not line.relation
        if not importer.dry_run:
            _store(session, pair, line.relation, importer)
    return ImportReport(read.rows, created, updated, read.rows - created - updated)


def _store(session: Session, pair: Pair, relation: Relation | None, importer: Importer) -> None:
    if relation is None:
        kinship.strike(session, *pair, by=importer.by, now=importer.now)
    else:
        service.record_kinship(session, KinshipEntry(*pair, relation), by=importer.by, now=importer.now)


def _people(session: Session, rows: list[_Row]) -> Mapping[str, PersonCard]:
    ids = service.person_ids(session, {code for row, _ in rows for code in _codes(row)})
    cards = service.people_by_ids(session, list(ids.values()))
    return {code: cards[key] for code, key in ids.items()}


def _codes(row: Stated) -> tuple[str, ...]:
    return tuple(row.values[key] for key in ("person_code", "relative_code") if key in row.values)


def _faults(rows: list[_Row], people: Mapping[str, PersonCard]) -> Iterator[Rejection]:
    seen = dict[frozenset[str], int]()
    for row, _ in rows:
        for key, code_at, name_at in (("person", "工号", "姓名"), ("relative", "亲属工号", "亲属姓名")):
            code, name = row.values.get(f"{key}_code"), row.values.get(f"{key}_name")
            if code is None:
                continue
            if code not in people:
                yield Rejection(row.row, code_at, f"没有工号为 {code} 的人员：请先导入人员，或核对。")
            elif name and name != people[code].name:
                yield Rejection(row.row, name_at, f"与工号 {code} 登记的姓名不一致：请核对工号和姓名。")
        pair = frozenset(_codes(row))
        if len(pair) < len(_codes(row)):
            yield Rejection(row.row, "亲属工号", "两个工号相同：请填两个人。")
        elif len(pair) == 2 and seen.setdefault(pair, row.row) != row.row:
            yield Rejection(row.row, "亲属工号", f"这两个人在第 {seen[pair]} 行已经写过：请只保留一行。")
