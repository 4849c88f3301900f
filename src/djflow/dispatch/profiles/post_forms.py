"""The office's tables of earlier postings and of key posts."""

from dataclasses import dataclass, fields
from datetime import date
from operator import attrgetter

from djflow.core.spans import DateSpan
from djflow.dispatch.eligibility.model import PastTerm
from djflow.dispatch.policy.model import KIND_WORDS, BatchKind
from djflow.dispatch.policy.words import KEY_ROLE_WORDS
from djflow.dispatch.profiles.forms import WHOLE
from djflow.dispatch.profiles.model import KeyPostLine
from djflow.people.excel import cells
from djflow.people.excel.form import Field, Form
from djflow.people.excel.people_form import Directory


@dataclass(frozen=True, slots=True)
class TermRow:
    """A row of the table of earlier postings, its days not yet put in order."""

    person_code: str
    kind: BatchKind
    first: date
    last: date
    in_village: bool = False

    @property
    def term(self) -> PastTerm:
        """The posting.

        Raises: InputError when it ends before it begins.
        """
        return PastTerm(self.kind, DateSpan(self.first, self.last), self.in_village)


def terms_form() -> Form[TermRow]:
    """Return the table of earlier postings; the same kind on the same first day again changes that one."""
    return Form(
        "往期选派",
        "person_code",
        (
            Field("person_code", "工号", cells.code, attrgetter("person_code"), "必填", required=True, as_text=True),
            Field(
                "kind",
                "批次类别",
                cells.choice(KIND_WORDS),
                lambda line: KIND_WORDS[line.kind],
                "必填",
                required=True,
                choices=tuple(KIND_WORDS.values()),
                width=20,
            ),
            Field("first", "开始日期", cells.day, attrgetter("first"), "必填，含当天", required=True),
            Field("last", "结束日期", cells.day, attrgetter("last"), "必填，含当天；还在外面的填到期日", required=True),
            Field(
                "in_village",
                "是否驻村",
                cells.yes_no,
                lambda line: "是" if line.in_village else "否",
                "不填为否",
                empty=False,
                choices=("是", "否"),
            ),
        ),
        lambda values: TermRow(**values),
        lambda line: {one.name: getattr(line, one.name) for one in fields(TermRow)},
        ("每行一次选派，一个人可以有几行；类别和开始日期相同的算同一次，以最后导入的为准。", WHOLE),
    )


def key_posts_form(units: Directory) -> Form[KeyPostLine]:
    """Return the table of key posts; the units in it get exactly the key posts it says."""
    return Form(
        "关键岗位",
        "person_code",
        (
            Field(
                "unit_code",
                "单位",
                units.read,
                lambda line: units.names[line.unit_code],
                "必填，单位全称、简称或编码",
                required=True,
                choices=tuple(units.names.values()),
                width=30,
            ),
            Field(
                "role",
                "岗位",
                cells.choice(KEY_ROLE_WORDS),
                lambda line: KEY_ROLE_WORDS[line.role],
                "必填",
                required=True,
                choices=tuple(KEY_ROLE_WORDS.values()),
            ),
            Field("person_code", "工号", cells.code, attrgetter("person_code"), "必填", required=True, as_text=True),
        ),
        lambda values: KeyPostLine(**values),
        lambda line: {one.name: getattr(line, one.name) for one in fields(KeyPostLine)},
        (
            "每行一个岗位的一个人；表里出现的单位以这张表为准，没有出现的单位不变。",
            "四个岗位都有人，才能判断“没有亲属在这些岗位”；缺一个就是待核实。",
            WHOLE,
        ),
    )
