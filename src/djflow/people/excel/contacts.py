"""The office's table of further contacts: who is reached in WeCom, DingTalk, by mail or at a second number."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from operator import attrgetter
from pathlib import Path

from sqlalchemy.orm import Session

from djflow.core.ids import PersonId
from djflow.people import service
from djflow.people.contacts import service as contacts
from djflow.people.excel import cells
from djflow.people.excel.form import Field, Form, in_order, merge, read_form
from djflow.people.excel.intake import Importer
from djflow.people.model import ContactEntry, ContactKind, ImportReport, Rejection

LABELS: Mapping[ContactKind, str] = {
    ContactKind.WECOM: "企业微信",
    ContactKind.DINGTALK: "钉钉",
    ContactKind.EMAIL: "邮箱",
    ContactKind.SECOND_MOBILE: "第二个手机",
    ContactKind.OFFICE_PHONE: "办公电话",
}


@dataclass(frozen=True, slots=True)
class ContactLine:
    """A row of the table; `verified`: the office knows that the account is this person's."""

    person_code: str
    kind: ContactKind
    address: str = field(repr=False)
    verified: bool = False


def contacts_form() -> Form[ContactLine]:
    """Return the table of contacts; rows are additions, the same row again changes nothing."""
    return Form(
        "联系方式",
        "person_code",
        _columns(),
        lambda values: ContactLine(**values),
        lambda line: {one.name: getattr(line, one.name) for one in fields(ContactLine)},
        (
            "每行一个帐号，一个人可以有几行；重复导入同一行不会重复登记。手机号填在人员表里。",
            "整张表要么全部导入，要么一行也不导入；有错时逐行列出原因。",
        ),
    )


def _columns() -> tuple[Field[ContactLine], ...]:
    return (
        Field("person_code", "工号", cells.code, attrgetter("person_code"), "必填", required=True, as_text=True),
        Field(
            "kind",
            "方式",
            cells.choice(LABELS),
            lambda line: LABELS[line.kind],
            "必填",
            required=True,
            choices=tuple(LABELS.values()),
        ),
        Field(
            "address",
            "帐号或号码",
            cells.short_text(100),
            attrgetter("address"),
            "必填，企业微信填通讯录里的帐号",
            required=True,
            as_text=True,
            width=30,
        ),
        Field(
            "verified",
            "已核实",
            cells.yes_no,
            lambda line: "是" if line.verified else "否",
            "确定是本人的填“是”；没有核实的只在没有别的办法时才用",
            empty=False,
            choices=("是", "否"),
        ),
    )


def import_contacts(session: Session, source: Path, importer: Importer) -> ImportReport:
    """Add contacts as a file says, all of them or none; what is already there stays, a verified one stays verified.

    Raises: InputError when the file as a whole cannot be read.
    """
    form = contacts_form()
    read = read_form(source, form)
    people = service.person_ids(session, {row.key for row in read.stated})
    merged = [(row, merge(form, row, {})) for row in read.stated]
    rejected = [*read.rejected, *(fault for _, one in merged for fault in one.rejected)]
    rejected += [
        Rejection(row.row, "帐号或号码", "帐号是打码后的，和登记的对不上：请填完整帐号。")
        for row, one in merged
        if _is_masked(one.entry) and not (row.key in people and _known(session, people[row.key], one.entry))
    ]
    named = {(one.row, one.column) for one in rejected}
    rejected += [
        Rejection(row.row, "工号", f"没有工号为 {row.key} 的人员：请先导入人员，或核对。")
        for row in read.stated
        if row.key not in people and (row.row, "工号") not in named
    ]
    if rejected:
        return ImportReport(read.rows, 0, 0, 0, in_order(form, rejected))
    created = updated = 0
    for row, one in merged:
        if _is_masked(one.entry):
            continue  # it confirms what is stored
        entry = ContactEntry(people[row.key], one.entry.kind, one.entry.address)
        verified = contacts.is_registered(session, entry)
        is_news = verified is False and one.entry.verified
        created += verified is None
        updated += is_news
        if not importer.dry_run and (verified is None or is_news):
            contact = service.add_contact(session, entry, by=importer.by, now=importer.now)
            if one.entry.verified:
                service.verify_contact(session, contact, by=importer.by, now=importer.now)
    return ImportReport(read.rows, created, updated, read.rows - created - updated)


def _is_masked(line: ContactLine) -> bool:
    return "*" in (line.address or "")


def _known(session: Session, person: PersonId, line: ContactLine) -> bool:
    return any(one.kind is line.kind and one.masked == line.address for one in service.contacts_of(session, person))
