"""Takes the office's tables of profiles in, all rows or none, and writes them out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Protocol, TypeVar

from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.core.clock import civil_date
from djflow.core.errors import InputError
from djflow.core.ids import new_id
from djflow.core.subject import Subject
from djflow.dispatch.profiles import service
from djflow.dispatch.profiles.forms import profiles_form, with_nothing_known
from djflow.dispatch.profiles.model import KeyPostLine, Profile, TermLine
from djflow.dispatch.profiles.post_forms import TermRow, key_posts_form, terms_form
from djflow.people import service as people
from djflow.people.excel.form import Form, Read, Stated, in_order, merge, read_form, repeated_keys
from djflow.people.excel.intake import Importer
from djflow.people.excel.outgo import Exporter, write_table
from djflow.people.excel.people_form import Directory, unit_directory
from djflow.people.model import Applied, ImportReport, Rejection

E = TypeVar("E")


class TableKind(StrEnum):
    """A table of what the office knows about cadres."""

    PROFILES = "profiles"
    TERMS = "terms"
    KEY_POSTS = "key-posts"


TABLE_WORDS: Mapping[TableKind, str] = MappingProxyType(
    {TableKind.PROFILES: "选派资料", TableKind.TERMS: "往期选派", TableKind.KEY_POSTS: "关键岗位"}
)


def import_table(session: Session, kind: TableKind, source: Path, importer: Importer) -> ImportReport:
    """Take one table in, all of it or nothing, with every row that is wrong.

    Raises: InputError when the file as a whole cannot be read.
    """
    take_in = {TableKind.PROFILES: _profiles, TableKind.TERMS: _terms, TableKind.KEY_POSTS: _key_posts}[kind]
    rows, rejected, applied = take_in(session, source, importer)
    if rejected or applied is None:
        return ImportReport(rows, 0, 0, 0, rejected)
    created, updated = len(applied.created), len(applied.updated)
    if created + updated and not importer.dry_run:
        details = {"table": kind.value, "rows": rows, "created": created, "updated": updated}
        subject = Subject("profiles.import", new_id(importer.now))
        audit.record(session, subject, "profiles.import", by=importer.by, now=importer.now, details=details)
    return ImportReport(rows, created, updated, applied.unchanged)


_Taken = tuple[int, tuple[Rejection, ...], Applied | None]


class _Writer(Protocol):
    """Writes one table, empty or as it stands, and returns its number of rows."""

    def __call__(self, session: Session, target: Path, *, empty: bool) -> int: ...


def _profiles(session: Session, source: Path, importer: Importer) -> _Taken:
    form = profiles_form(_towns(session))
    read = read_form(source, form)
    rows = [with_nothing_known(row) for row in read.stated]
    ids = people.person_ids(session, {row.key for row in rows})
    known = {one.person_code: one for one in service.profiles(session, list(ids.values())).values()}
    entries, rejected = _judged(form, read, rows, known)
    rejected += repeated_keys(form, rows)
    rejected += _unknown_people(form, rows, ids)
    today = civil_date(importer.now)
    for row, (_, entry) in zip(rows, entries, strict=True):
        rejected += [Rejection(row.row, form.header_of(key), said) for key, said in _profile_faults(row, entry, today)]
    if rejected:
        return read.rows, _once_a_cell(form, rejected), None
    wanted = [entry for _, entry in entries]
    if importer.dry_run:
        return read.rows, (), service.profiles_ahead(session, wanted)
    return read.rows, (), service.put_profiles(session, wanted, by=importer.by, now=importer.now)


def _profile_faults(row: Stated, entry: Profile, today: date) -> Iterator[tuple[str, str]]:
    for key, month in (("in_service_since", entry.in_service_since), ("recruited", entry.recruited)):
        if month is not None and month.first > today:
            yield key, "这个年月还没有到：请核对。"
    late = [year for year, _ in entry.reviews if year > today.year]
    if late:
        yield "reviews", f"{late[0]} 年还没有到：请核对。"
    if entry.health is not None and entry.health.examined_on is not None and entry.health.examined_on > today:
        yield "examined_on", "这一天还没有到：请核对。"
    if entry.health is None and isinstance(row.values.get("examined_on"), date):
        yield "fit", "填了体检日期，没有填体检结论：请补填。"


def _terms(session: Session, source: Path, importer: Importer) -> _Taken:
    form = terms_form()
    read = read_form(source, form)
    ids = people.person_ids(session, {row.key for row in read.stated})
    entries, rejected = _judged(form, read, read.stated, {})
    rejected += _unknown_people(form, read.stated, ids)
    bad = {one.row for one in rejected}
    lines, first = list[TermLine](), dict[tuple[str, str, date], int]()
    for row, entry in entries:
        if row in bad:
            continue
        try:
            lines.append(TermLine(entry.person_code, entry.term))
        except InputError as error:
            rejected.append(Rejection(row, form.header_of("last"), error.message))
        place = first.setdefault((entry.person_code, entry.kind.value, entry.first), row)
        if place != row:
            rejected.append(Rejection(row, form.header_of("first"), f"与第 {place} 行是同一次选派：请只保留一行。"))
    if rejected:
        return read.rows, _once_a_cell(form, rejected), None
    if importer.dry_run:
        return read.rows, (), service.terms_ahead(session, lines)
    return read.rows, (), service.add_terms(session, lines, by=importer.by, now=importer.now)


def _key_posts(session: Session, source: Path, importer: Importer) -> _Taken:
    form = key_posts_form(unit_directory(people.units(session)))
    read = read_form(source, form)
    ids = people.person_ids(session, {row.key for row in read.stated})
    entries, rejected = _judged(form, read, read.stated, {})
    rejected += _unknown_people(form, read.stated, ids)
    if rejected:
        return read.rows, _once_a_cell(form, rejected), None
    lines = [one for _, one in entries]
    if importer.dry_run:
        return read.rows, (), service.key_posts_ahead(session, lines)
    return read.rows, (), service.put_key_posts(session, lines, by=importer.by, now=importer.now)


def _judged(
    form: Form[E], read: Read, rows: Sequence[Stated], known: Mapping[str, E]
) -> tuple[list[tuple[int, E]], list[Rejection]]:
    """Return the entry every row makes, and what is wrong with the cells; an unfinished entry only serves checks."""
    merged = [(row.row, merge(form, row, known)) for row in rows]
    rejected = [*read.rejected, *(fault for _, one in merged for fault in one.rejected)]
    return [(row, one.entry) for row, one in merged], rejected


def _unknown_people(form: Form[E], rows: Iterable[Stated], ids: Mapping[str, object]) -> list[Rejection]:
    header = form.header_of("person_code")
    return [
        Rejection(row.row, header, f"没有工号为 {row.key} 的人员：请先导入人员，或核对。")
        for row in rows
        if row.key not in ids
    ]


def _once_a_cell(form: Form[E], rejected: Iterable[Rejection]) -> tuple[Rejection, ...]:
    # What could not be read is not also missing or unknown.
    found = dict[tuple[int, str], Rejection]()
    for one in rejected:
        found.setdefault((one.row, one.column), one)
    return in_order(form, found.values())


def _towns(session: Session) -> Directory:
    return unit_directory(one for one in people.units(session) if one.entry.kind.is_town)


def write_templates(session: Session, folder: Path) -> tuple[Path, ...]:
    """Write the three empty tables with drop-downs from this house and return their paths."""
    paths = tuple(folder / f"{number}-{word}.xlsx" for number, word in enumerate(TABLE_WORDS.values(), start=1))
    for kind, path in zip(TABLE_WORDS, paths, strict=True):
        _WRITERS[kind](session, path, empty=True)
    return paths


def export_table(session: Session, kind: TableKind, target: Path, exporter: Exporter) -> int:
    """Write one table as it stands, return its number of rows; the record says who exported how many."""
    count = _WRITERS[kind](session, target, empty=False)
    subject, details = Subject("profiles.export", new_id(exporter.now)), {"table": kind.value, "rows": count}
    audit.record(session, subject, "profiles.export", by=exporter.by, now=exporter.now, details=details)
    return count


def _write_profiles(session: Session, target: Path, *, empty: bool) -> int:
    entries = [] if empty else list(service.profiles(session).values())
    return write_table(target, profiles_form(_towns(session)), entries, "干部选派资料表（含敏感信息，注意保管）")


def _write_terms(session: Session, target: Path, *, empty: bool) -> int:
    lines = () if empty else service.terms_stated(session)
    rows = [
        TermRow(one.person_code, one.term.kind, one.term.span.first, one.term.span.last, one.term.in_village)
        for one in lines
    ]
    return write_table(target, terms_form(), rows, "往期选派表（启用本系统以前的）")


def _write_key_posts(session: Session, target: Path, *, empty: bool) -> int:
    lines: Sequence[KeyPostLine] = () if empty else service.key_posts(session)
    form = key_posts_form(unit_directory(people.units(session)))
    return write_table(target, form, lines, "关键岗位表（组织人事、财务、纪检、审计）")


_WRITERS: Mapping[TableKind, _Writer] = MappingProxyType(
    {
        TableKind.PROFILES: _write_profiles,
        TableKind.TERMS: _write_terms,
        TableKind.KEY_POSTS: _write_key_posts,
    }
)
