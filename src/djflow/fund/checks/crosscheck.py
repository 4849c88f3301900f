"""Departments' answers in one Excel table per department: everything is judged first, then all of it counts or nothing.

The table names cases by number and holds no names; what a department adds in words is sealed. A finding that does not
fit becomes a flag that waits for a person's reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.core.errors import InputError
from djflow.fund.cases import store as case_store
from djflow.fund.cases.model import FundCase, Policy
from djflow.fund.checks import store
from djflow.fund.checks.model import FINDING_WORDS, Finding, FlagKind
from djflow.fund.checks.service import may_be_checked
from djflow.people.excel import cells
from djflow.people.excel.form import Field, Form, Read, in_order, merge, read_form, repeated_keys
from djflow.people.excel.intake import Importer
from djflow.people.excel.outgo import write_table
from djflow.people.model import ImportReport, Rejection


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the table."""

    number: str
    finding: Finding
    note: str = field(default="", repr=False)


def crosscheck_form() -> Form[Line]:
    """Return the table a department fills."""
    return Form(
        "部门核对",
        "number",
        (
            Field("number", "申请编号", cells.short_text(20), attrgetter("number"), "必填，如 WF2026-0017", width=16),
            Field(
                "finding",
                "核对结果",
                cells.choice(FINDING_WORDS),
                lambda line: FINDING_WORDS[line.finding],
                "必填",
                required=True,
                choices=tuple(FINDING_WORDS.values()),
            ),
            Field("note", "说明", cells.short_text(200), attrgetter("note"), "有出入时写明", empty="", width=40),
        ),
        _line,
        lambda line: {"number": line.number, "finding": line.finding, "note": line.note},
        ("一个部门一张表，每件申请一行。", "整张表要么全部导入，要么一行也不导入；有错时逐行列出原因。"),
    )


def _line(values: Mapping[str, Any]) -> Line:
    return Line(values["number"], values.get("finding") or Finding.UNKNOWN, values.get("note") or "")


def write_template(target: Path) -> None:
    """Write the empty table.

    Raises: InputError when the file cannot be written.
    """
    write_table(target, crosscheck_form(), (), "部门核对结果")


def import_results(
    session: Session, source: Path, department: str, policy: Policy, importer: Importer
) -> tuple[ImportReport, tuple[str, ...]]:
    """Take in one department's answers, all of them or none, and return the cases about which something is new.

    The same table again changes nothing.

    Raises: InputError when the file as a whole cannot be read or the department is not one of fund.toml.
    """
    if department not in policy.departments:
        raise InputError(
            f"没有核对部门“{department}”，可以写：{'、'.join(policy.departments)}。", code="fund.department"
        )
    form = crosscheck_form()
    read = read_form(source, form)
    known = case_store.cases_by_number(session, [row.key for row in read.stated])
    lines, rejected = _judged(form, read, known)
    if rejected:
        return ImportReport(read.rows, 0, 0, 0, in_order(form, rejected)), ()
    if importer.dry_run:
        return ImportReport(read.rows, len(lines), 0, 0), ()
    touched = tuple(
        known[line.number].id for line in lines if _take(session, known[line.number], line, department, importer)
    )
    return ImportReport(read.rows, len(touched), 0, read.rows - len(touched)), touched


def _judged(form: Form[Line], read: Read, known: Mapping[str, FundCase]) -> tuple[list[Line], list[Rejection]]:
    rejected = [*read.rejected, *repeated_keys(form, read.stated)]
    lines = list[Line]()
    bad = {(one.row, one.column) for one in rejected}
    for row in read.stated:
        merged = merge(form, row, {})
        rejected += [one for one in merged.rejected if (one.row, one.column) not in bad]
        line = merged.entry
        header = form.header_of("number")
        case = known.get(row.key)
        if case is None:
            rejected.append(Rejection(row.row, header, "没有这个编号的申请：请核对编号。"))
        elif not may_be_checked(case):
            rejected.append(Rejection(row.row, header, "这件申请不在核查阶段：请删去这一行。"))
        if line.finding is Finding.HIT and not line.note:
            rejected.append(Rejection(row.row, form.header_of("note"), "有出入的要写明情况：请补填。"))
        lines.append(line)
    return lines, rejected


def _take(session: Session, case: FundCase, line: Line, department: str, importer: Importer) -> bool:
    changed = store.put_crosscheck(
        session, case.id, department, line.finding, line.note, by=importer.by, now=importer.now
    )
    if line.finding is Finding.HIT:
        key = f"{FlagKind.DEPARTMENT}:{department}"
        store.add_flag(session, FlagKind.DEPARTMENT, case.id, None, key, now=importer.now)
    if changed:
        details = {"department": department, "finding": line.finding.value}
        audit.record(session, case.subject, "fund.crosscheck", by=importer.by, now=importer.now, details=details)
    return changed
