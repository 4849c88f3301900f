"""Imports the office's tables: everything is judged first, then all of it is stored or nothing."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.core.clock import civil_date
from djflow.core.ids import PersonId, new_id
from djflow.core.spans import DateSpan
from djflow.core.subject import Subject
from djflow.people import rules, service
from djflow.people.excel.form import Form, Read, in_order, merge, read_form, repeated_keys
from djflow.people.excel.house_forms import absences_form, branches_form, history_form, units_form
from djflow.people.excel.people_form import branch_directory, people_form, unit_directory
from djflow.people.model import (
    SERVICE_SKILLS,
    AbsenceEntry,
    ImportReport,
    Rejection,
    UnitEntry,
)

E = TypeVar("E")


@dataclass(frozen=True, slots=True)
class Judged(Generic[E]):
    """A file against the house: the entries it would leave, row by row, and what is wrong."""

    rows: int
    entries: tuple[tuple[int, E], ...]
    created: int
    updated: int
    rejected: tuple[Rejection, ...]

    @property
    def report(self) -> ImportReport:
        """What the import does; nothing when a row is rejected."""
        if self.rejected:
            return ImportReport(self.rows, 0, 0, 0, self.rejected)
        return ImportReport(self.rows, self.created, self.updated, self.rows - self.created - self.updated)


@dataclass(frozen=True, slots=True)
class Importer:
    """Who imports when; `dry_run` judges only."""

    by: str
    now: datetime
    dry_run: bool = False
    skills: tuple[str, ...] = SERVICE_SKILLS


Import = Callable[[Session, Path, Importer], ImportReport]
"""An import of one kind of table."""


def import_people(session: Session, source: Path, importer: Importer) -> ImportReport:
    """Create and change persons as a file says, all of them or none.

    Raises: InputError when the file as a whole cannot be read.
    """
    units, branches = unit_directory(service.units(session)), branch_directory(service.branches(session))
    form = people_form(units, branches, importer.skills)
    read = read_form(source, form)
    known = service.entries(session, {row.key for row in read.stated})
    judged = _judge(form, read, known)
    today = civil_date(importer.now)
    faults = [
        (row, field, message) for row, entry in judged.entries for field, message in rules.date_faults(entry, today)
    ]
    found = service.find_faults(session, [entry for _, entry in judged.entries])
    faults += [(judged.entries[fault.index][0], fault.field, fault.message) for fault in found if fault.field != "code"]
    judged = _rejecting(form, judged, (Rejection(row, form.header_of(field), text) for row, field, text in faults))
    if _goes_ahead(judged, importer):
        service.put_people(session, [entry for _, entry in judged.entries], by=importer.by, now=importer.now)
        _record(session, "people.import", judged.report, importer)
    return judged.report


def import_units(session: Session, source: Path, importer: Importer) -> ImportReport:
    """Create and change units as a file says, all of them or none.

    Raises: InputError when the file as a whole cannot be read.
    """
    form = units_form()
    known = {unit.code: unit.entry for unit in service.units(session)}
    read = read_form(source, form)
    judged = _rejecting(form, _judge(form, read, known), _half_seats(form, read, known))
    after = {**known, **{entry.code: entry for _, entry in judged.entries}}
    circular = set(rules.circular_parents(after.values()))
    judged = _rejecting(form, judged, _parent_faults(form, judged.entries, after, circular))
    if _goes_ahead(judged, importer):
        service.put_units(session, [entry for _, entry in judged.entries], by=importer.by, now=importer.now)
        _record(session, "units.import", judged.report, importer)
    return judged.report


def _half_seats(form: Form[UnitEntry], read: Read, known: Mapping[str, UnitEntry]) -> Iterable[Rejection]:
    for row in read.stated:
        before = known[row.key].seat if row.key in known else None
        x, y = (
            row.values.get(key, before[place] if before else None) for place, key in enumerate(("seat_x", "seat_y"))
        )
        if (x is None) != (y is None):
            header = form.header_of("seat_x" if x is None else "seat_y")
            yield Rejection(row.row, header, "驻地的东西、南北坐标要么都填，要么都不填：请补填。")


def _parent_faults(
    form: Form[UnitEntry],
    entries: Sequence[tuple[int, UnitEntry]],
    after: Mapping[str, UnitEntry],
    circular: Collection[str],
) -> Iterable[Rejection]:
    header = form.header_of("parent_code")
    for row, entry in entries:
        if entry.parent_code and entry.parent_code not in after:
            yield Rejection(row, header, f"没有编码为 {entry.parent_code} 的单位：请加上这一行，或核对编码。")
        if entry.code in circular:
            yield Rejection(row, header, "上级单位绕回了自己：请改正上级单位编码。")


def import_branches(session: Session, source: Path, importer: Importer) -> ImportReport:
    """Create and change Party branches as a file says, all of them or none.

    Raises: InputError when the file as a whole cannot be read.
    """
    form = branches_form(unit_directory(service.units(session)))
    known = {branch.entry.code: branch.entry for branch in service.branches(session)}
    judged = _judge(form, read_form(source, form), known)
    people = service.person_ids(session, {entry.secretary_code for _, entry in judged.entries})
    judged = _rejecting(
        form,
        judged,
        (
            Rejection(row, form.header_of("secretary_code"), f"没有工号为 {entry.secretary_code} 的人员：请核对。")
            for row, entry in judged.entries
            if entry.secretary_code and entry.secretary_code not in people
        ),
    )
    if _goes_ahead(judged, importer):
        service.put_branches(session, [entry for _, entry in judged.entries], by=importer.by, now=importer.now)
        _record(session, "branches.import", judged.report, importer)
    return judged.report


def import_absences(session: Session, source: Path, importer: Importer) -> ImportReport:
    """Add absences as a file says, all of them or none; what is already there stays as it is.

    Raises: InputError when the file as a whole cannot be read.
    """
    form = absences_form()
    read = read_form(source, form)
    people = service.person_ids(session, {row.key for row in read.stated})
    lines, rejected = _lines(form, read)
    origin = Subject("absences.import", new_id(importer.now))
    entries = list[AbsenceEntry]()
    for row, line in lines:
        if line.person_code not in people:
            rejected.append(Rejection(row, "工号", f"没有工号为 {line.person_code} 的人员：请先导入人员，或核对。"))
        elif line.last < line.first:
            rejected.append(Rejection(row, "结束日期", "结束日期早于开始日期：请对调或改正。"))
        else:
            entries.append(AbsenceEntry(people[line.person_code], DateSpan(line.first, line.last), line.kind, origin))
    if rejected:
        return ImportReport(read.rows, 0, 0, 0, in_order(form, rejected))
    new = service.new_absences(session, entries)
    if new and not importer.dry_run:
        service.record_absences(session, new, by=importer.by, now=importer.now)
    return ImportReport(read.rows, len(new), 0, read.rows - len(new))


def read_history(session: Session, source: Path) -> tuple[tuple[tuple[PersonId, int], ...], ImportReport]:
    """Return the duty points of the table of opening balances by person, and what is wrong with it; nothing is stored.

    Raises: InputError when the file as a whole cannot be read.
    """
    form = history_form()
    read = read_form(source, form)
    people = service.person_ids(session, {row.key for row in read.stated})
    lines, rejected = _lines(form, read)
    rejected += repeated_keys(form, read.stated)
    rejected += [
        Rejection(row, "工号", f"没有工号为 {line.person_code} 的人员：请先导入人员，或核对。")
        for row, line in lines
        if line.person_code not in people
    ]
    if rejected:
        return (), ImportReport(read.rows, 0, 0, 0, in_order(form, rejected))
    points = tuple((people[line.person_code], line.points) for _, line in lines)
    return points, ImportReport(read.rows, len(points), 0, 0)


def _lines(form: Form[E], read: Read) -> tuple[list[tuple[int, E]], list[Rejection]]:
    judged = _judge_rows(form, read, {})
    bad = {one.row for one in judged.rejected}
    return [(row, entry) for row, entry in judged.entries if row not in bad], list(judged.rejected)


def _judge(form: Form[E], read: Read, known: Mapping[str, E]) -> Judged[E]:
    return _rejecting(form, _judge_rows(form, read, known), repeated_keys(form, read.stated))


def _judge_rows(form: Form[E], read: Read, known: Mapping[str, E]) -> Judged[E]:
    merged = [(row, merge(form, row, known)) for row in read.stated]
    created = sum(row.key not in known for row, _ in merged)
    updated = sum(row.key in known and known[row.key] != one.entry for row, one in merged)
    entries = tuple((row.row, one.entry) for row, one in merged)
    judged = Judged(read.rows, entries, created, updated, read.rejected)
    return _rejecting(form, judged, (fault for _, one in merged for fault in one.rejected))


def _rejecting(form: Form[E], judged: Judged[E], more: Iterable[Rejection]) -> Judged[E]:
    # One reason a cell: what could not be read is not also missing or unknown.
    named = {(one.row, one.column) for one in judged.rejected}
    added = (one for one in more if (one.row, one.column) not in named)
    return replace(judged, rejected=in_order(form, [*judged.rejected, *added]))


def _goes_ahead(judged: Judged[E], importer: Importer) -> bool:
    return not judged.rejected and not importer.dry_run and judged.created + judged.updated > 0


def _record(session: Session, kind: str, report: ImportReport, importer: Importer) -> None:
    details = {"rows": report.rows, "created": report.created, "updated": report.updated}
    subject = Subject(kind, new_id(importer.now))
    audit.record(session, subject, kind, by=importer.by, now=importer.now, details=details)
