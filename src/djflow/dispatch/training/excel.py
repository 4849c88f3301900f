"""The office's list of those called to a course: read whole or not at all, every bad row with its reason."""

from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path

from sqlalchemy.orm import Session

from djflow.dispatch.training import service
from djflow.dispatch.training.model import CourseId
from djflow.people import service as people
from djflow.people.excel import cells
from djflow.people.excel.form import Field, Form, in_order, merge, read_form, repeated_keys
from djflow.people.excel.intake import Importer
from djflow.people.model import ImportReport, Rejection

_CODE, _NAME = "工号", "姓名"


@dataclass(frozen=True, slots=True)
class CallLine:
    """A row of the list; the name is only compared."""

    person_code: str
    name: str = ""


def call_form() -> Form[CallLine]:
    """Return the list of those called."""
    return Form(
        "调训名单",
        "person_code",
        (
            Field("person_code", _CODE, cells.code, attrgetter("person_code"), "必填", required=True, as_text=True),
            Field("name", _NAME, cells.short_text(60), attrgetter("name"), "可不填；填了就核对", empty=""),
        ),
        lambda values: CallLine(**values),
        lambda line: {"person_code": line.person_code, "name": line.name},
        ("每行一人。整张表要么全部调训，要么一个也不登记；有错时逐行列出原因。",),
    )


def import_calls(session: Session, course_id: CourseId, source: Path, importer: Importer) -> ImportReport:
    """Call everybody a file lists to a course, all of them or none.

    Raises: InputError when the file as a whole cannot be read; NotFoundError, RuleError about the course.
    """
    form = call_form()
    read = read_form(source, form)
    ids = people.person_ids(session, {row.key for row in read.stated})
    rejected = [*read.rejected, *repeated_keys(form, read.stated)]
    cards = people.people_by_ids(session, tuple(ids.values()))
    barred = {one.person: one.sentence for one in service.judge(session, course_id, tuple(ids.values()))}
    for row in read.stated:
        line = merge(form, row, {}).entry
        person = ids.get(row.key)
        if person is None:
            rejected.append(Rejection(row.row, _CODE, f"没有工号为 {row.key} 的人员：请先导入人员，或核对。"))
        elif line.name and line.name != cards[person].name:
            rejected.append(Rejection(row.row, _NAME, "姓名与这个工号登记的不一致：请核对工号。"))
        elif person in barred:
            rejected.append(Rejection(row.row, _CODE, f"{barred[person]}：请换人，或先改登记。"))
    if rejected:
        return ImportReport(read.rows, 0, 0, 0, in_order(form, rejected))
    called = {one.person for one in service.participants(session, course_id) if one.state.value == "called"}
    fresh = frozenset(ids.values()) - called
    if not importer.dry_run:
        service.call(session, course_id, tuple(ids.values()), by=importer.by, now=importer.now)
    return ImportReport(read.rows, len(fresh), 0, read.rows - len(fresh))
