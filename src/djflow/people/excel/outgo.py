"""Writes the office's tables: templates to fill and exports that can be read back unchanged.

Row 1 says what the table is, row 2 how to fill each column, row 3 is the header; a hidden sheet feeds the drop-downs.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Protocol, TypeVar, cast

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation, DataValidationList
from openpyxl.worksheet.dimensions import ColumnDimension, DimensionHolder, RowDimension
from openpyxl.worksheet.page import PrintPageSetup
from openpyxl.worksheet.properties import PageSetupProperties, WorksheetProperties
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy.orm import Session

from djflow.audit import service as audit
from djflow.core.errors import InputError
from djflow.core.ids import new_id
from djflow.core.spans import DateSpan
from djflow.core.subject import Subject
from djflow.db.vault import PRIVATE_MODE
from djflow.people import service
from djflow.people.contacts import service as contacts
from djflow.people.excel.contacts import ContactLine, contacts_form
from djflow.people.excel.form import Field, Form, Value
from djflow.people.excel.house_forms import AbsenceLine, absences_form, branches_form, history_form, units_form
from djflow.people.excel.kinship import KinshipLine, kinship_form
from djflow.people.excel.people_form import branch_directory, people_form, unit_directory
from djflow.people.kinship import service as kinship
from djflow.people.model import SERVICE_SKILLS
from djflow.people.rules import mask_contact

E = TypeVar("E")
HEADER_ROW = 3
PAPER_A4 = 9
_LAST_ROW = 20_000
_TITLE, _NOTE, _HEAD, _MUST, _TEXT, _PLAIN, _DAY = (
    "表题",
    "填写说明",
    "列名",
    "必填列名",
    "文本内容",
    "一般内容",
    "日期内容",
)
_CHOICES = "选项"


class _Sheet(Protocol):
    """A worksheet as openpyxl gives it in write-only mode, which its types do not describe."""

    title: str
    sheet_state: str
    freeze_panes: str | None
    data_validations: DataValidationList
    column_dimensions: DimensionHolder[str, ColumnDimension]
    row_dimensions: DimensionHolder[int, RowDimension]
    page_setup: PrintPageSetup
    sheet_properties: WorksheetProperties
    print_title_rows: str | None

    def append(self, row: Sequence[object]) -> None: ...


def write_table(target: Path, form: Form[E], entries: Iterable[E], heading: str) -> int:
    """Write `entries` under the header of `form` and return how many rows there are.

    Raises: InputError when the file cannot be written.
    """
    book = Workbook(write_only=True)
    for style in _styles():
        book.add_named_style(style)
    sheet = cast("_Sheet", book.create_sheet(form.title))
    _dress(sheet, form)
    sheet.append([_styled(sheet, heading, _TITLE)])
    sheet.append([_styled(sheet, field.note, _NOTE) for field in form.fields])
    sheet.append([_styled(sheet, field.header, _MUST if field.required else _HEAD) for field in form.fields])
    count = 0
    for entry in entries:
        sheet.append([_written(sheet, field, field.write(entry)) for field in form.fields])
        count += 1
    _write_notes(book, form)
    _write_choices(book, form)
    content = BytesIO()
    book.save(content)
    _put(target, content.getvalue())
    return count


def _put(target: Path, content: bytes) -> None:
    # For its owner alone: a table of people holds their numbers.
    draft = target.with_name(f".{target.name}.new")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        draft.unlink(missing_ok=True)
        draft.touch(mode=PRIVATE_MODE, exist_ok=False)
        draft.write_bytes(content)
        draft.replace(target)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise InputError(f"写不了文件 {target}：请检查目录的写权限，或关闭正打开着它的程序。") from error


def write_templates(session: Session, folder: Path, skills: Sequence[str] = SERVICE_SKILLS) -> tuple[Path, ...]:
    """Write the empty tables an office fills, with drop-downs from this house, and return their paths."""
    units, branches = unit_directory(service.units(session)), branch_directory(service.branches(session))
    names = ("1-单位", "2-支部", "3-人员", "4-缺勤", "5-历史积分", "6-联系方式", "7-亲属关系")
    paths = tuple(folder / f"{name}.xlsx" for name in names)
    write_table(paths[0], units_form(), (), "单位表（按正式排序填写）")
    write_table(paths[1], branches_form(units), (), "党支部表")
    write_table(paths[2], people_form(units, branches, skills), (), "干部人员表")
    write_table(paths[3], absences_form(), (), "缺勤表（休假、培训、选派等）")
    write_table(paths[4], history_form(), (), "历史积分表（启用前已值班的积分）")
    write_table(paths[5], contacts_form(), (), "联系方式表（企业微信、钉钉、邮箱等）")
    write_table(paths[6], kinship_form(), (), "亲属关系表（审批、评议时回避用）")
    return paths


@dataclass(frozen=True, slots=True)
class Exporter:
    """Who exports when; without `full` numbers are masked, and such a table can still be read back."""

    by: str
    now: datetime
    full: bool = False
    skills: Sequence[str] = SERVICE_SKILLS


def export_people(session: Session, target: Path, exporter: Exporter) -> int:
    """Write all persons in official order and return their number; the record says who exported how many."""
    units, branches = unit_directory(service.units(session)), branch_directory(service.branches(session))
    form = people_form(units, branches, exporter.skills, full=exporter.full)
    count = write_table(target, form, service.entries(session).values(), "干部人员表")
    subject, details = Subject("people.export", new_id(exporter.now)), {"rows": count, "full": exporter.full}
    audit.record(session, subject, "people.export", by=exporter.by, now=exporter.now, details=details)
    return count


def export_units(session: Session, target: Path) -> int:
    """Write all units in official order and return their number."""
    return write_table(target, units_form(), (unit.entry for unit in service.units(session)), "单位表")


def export_branches(session: Session, target: Path) -> int:
    """Write all Party branches in the order of their units and return their number."""
    form = branches_form(unit_directory(service.units(session)))
    return write_table(target, form, (branch.entry for branch in service.branches(session)), "党支部表")


def export_absences(session: Session, target: Path, span: DateSpan) -> int:
    """Write the absences in force that share a day with `span`, by first day, and return their number."""
    found = service.absences(session, span)
    people = service.people_by_ids(session, {absence.entry.person_id for absence in found})
    lines = [
        AbsenceLine(people[one.person_id].code, one.kind, one.span.first, one.span.last)
        for one in (absence.entry for absence in found)
    ]
    return write_table(target, absences_form(), lines, "缺勤表")


def export_contacts(session: Session, target: Path, exporter: Exporter) -> int:
    """Write all further contacts by personal codes and return their number; masked unless `full`, and on record."""
    found = contacts.register(session)
    people = service.people_by_ids(session, {entry.person_id for entry, _ in found})
    lines = (
        ContactLine(
            people[entry.person_id].code,
            entry.kind,
            entry.address if exporter.full else mask_contact(entry.kind, entry.address),
            verified=verified,
        )
        for entry, verified in found
    )
    count = write_table(target, contacts_form(), lines, "联系方式表")
    subject, details = Subject("people.export", new_id(exporter.now)), {"rows": count, "full": exporter.full}
    audit.record(session, subject, "people.contact_export", by=exporter.by, now=exporter.now, details=details)
    return count


def export_kinship(session: Session, target: Path, exporter: Exporter) -> int:
    """Write the kinship register by personal codes and return the number of pairs; the record says who exported it."""
    pairs = kinship.register(session)
    people = service.people_by_ids(session, {one for pair in pairs for one in (pair.person_id, pair.relative_id)})
    lines = (
        KinshipLine(one.code, other.code, relation, one.name, other.name)
        for one, other, relation in ((people[p.person_id], people[p.relative_id], p.relation) for p in pairs)
    )
    count = write_table(target, kinship_form(), lines, "亲属关系表")
    subject = Subject("people.export", new_id(exporter.now))
    audit.record(session, subject, "people.kinship_export", by=exporter.by, now=exporter.now, details={"rows": count})
    return count


def _styles() -> Iterable[NamedStyle]:
    # A named style belongs to one workbook, so each workbook gets its own.
    line = Side(style="thin", color="999999")
    box = Border(line, line, line, line)
    body, bold = Font(name="宋体", size=11), Font(name="宋体", size=11, bold=True)
    middle = Alignment("center", "center", wrap_text=True)
    yield NamedStyle(_TITLE, font=Font(name="宋体", size=14, bold=True))
    yield NamedStyle(
        _NOTE, font=Font(name="宋体", size=9, color="666666"), alignment=Alignment(vertical="top", wrap_text=True)
    )
    yield NamedStyle(_HEAD, font=bold, fill=PatternFill("solid", fgColor="DDE7F0"), border=box, alignment=middle)
    yield NamedStyle(_MUST, font=bold, fill=PatternFill("solid", fgColor="F6D9D5"), border=box, alignment=middle)
    yield NamedStyle(_TEXT, font=body, border=box, number_format="@")
    yield NamedStyle(_PLAIN, font=body, border=box)
    yield NamedStyle(_DAY, font=body, border=box, number_format="yyyy-mm-dd")


def _dress(sheet: _Sheet, form: Form[E]) -> None:
    sheet.freeze_panes = f"C{HEADER_ROW + 1}"
    sheet.row_dimensions[2].height = 56
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", PAPER_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"
    for place, field in enumerate(form.fields, start=1):
        column = get_column_letter(place)
        dimension = sheet.column_dimensions[column]
        dimension.width = field.width
        if field.as_text:
            dimension.number_format = "@"
        if field.choices:
            area = f"{_CHOICES}!${column}$2:${column}${len(field.choices) + 1}"
            check = DataValidation("list", formula1=area, allow_blank=True)
            check.error, check.errorTitle = f"请从下拉列表中选“{field.header}”。", "填写有误"
            # Names have other valid spellings (short name, code, civil-service grade), so the list only advises.
            check.errorStyle = "warning"
        else:
            check = DataValidation()
        check.prompt, check.promptTitle = field.note, field.header
        check.showInputMessage = check.showErrorMessage = True
        check.add(f"{column}{HEADER_ROW + 1}:{column}{_LAST_ROW}")
        sheet.data_validations.append(check)


def _write_notes(book: Workbook, form: Form[E]) -> None:
    sheet = cast("_Sheet", book.create_sheet("填写说明"))
    sheet.column_dimensions["A"].width = 20
    sheet.column_dimensions["B"].width = 90
    sheet.append([_styled(sheet, "填写说明", _TITLE)])
    for number, note in enumerate(form.notes, start=1):
        sheet.append([_styled(sheet, f"第 {number} 条", _PLAIN), _styled(sheet, note, _PLAIN)])
    sheet.append([_styled(sheet, "列名", _HEAD), _styled(sheet, "怎样填", _HEAD)])
    for field in form.fields:
        sheet.append([_styled(sheet, field.header, _PLAIN), _styled(sheet, field.note, _PLAIN)])


def _write_choices(book: Workbook, form: Form[E]) -> None:
    sheet = cast("_Sheet", book.create_sheet(_CHOICES))
    sheet.sheet_state = "hidden"
    sheet.append([field.header if field.choices else None for field in form.fields])
    longest = max((len(field.choices) for field in form.fields), default=0)
    for row in range(longest):
        sheet.append([field.choices[row] if row < len(field.choices) else None for field in form.fields])


def _written(sheet: _Sheet, field: Field[E], value: Value) -> Cell:
    if isinstance(value, str) or field.as_text:
        return _styled(sheet, value or None, _TEXT)
    return _styled(sheet, value, _DAY if isinstance(value, date) else _PLAIN)


def _styled(sheet: _Sheet, value: Value, style: str) -> Cell:
    cell: Cell = WriteOnlyCell(cast("Worksheet", sheet))
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"  # a name that begins with = is no formula
    cell.style = style
    return cell
