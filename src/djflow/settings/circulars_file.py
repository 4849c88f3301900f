"""Model of `circulars.toml`: how long units confirm, what is suppressed and ranked, the wording of circulars."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import Field

from djflow.calendar.workdays import WorkCalendar
from djflow.circulars.model import KindPolicy, Requirement, Terms
from djflow.circulars.wording import faults, requirement_fault
from djflow.documents.official.model import DocumentKind
from djflow.people.model import UnitKind
from djflow.settings.documents_file import DocumentsFile
from djflow.settings.fields import AS_TUPLE, Strings, Table, Text
from djflow.settings.problems import Problem
from djflow.settings.reading import FileText

Group = Literal["district_unit", "township", "subdistrict", "village", "community", "enterprise", "school"]
Weight = Annotated[int, Field(ge=0, le=10)]
Sentence = Annotated[str, Field(min_length=1, max_length=300)]


class CircularKindTable(Table):
    """One sort of circular."""

    subject: Annotated[str, Field(min_length=2, max_length=60)] = Field(
        description="通报什么", examples=['subject = "统筹城乡基层党建重点工作推进情况"']
    )
    series: Text = Field(description="用哪个代字（documents.toml 里的代号）", examples=['series = "tong"'])
    sections: Strings = Field(default=(), description="只写哪些工作的代号，留空为全部", examples=["sections = []"])
    groups: Annotated[tuple[Group, ...], AS_TUPLE] = Field(
        default=(), description="主送的整类单位", examples=['groups = ["township", "subdistrict"]']
    )
    units: Strings = Field(default=(), description="另外主送的单位编码", examples=['units = ["HR"]'])
    cc: Strings = Field(default=(), description="抄送", examples=['cc = ["区委办公室"]'])


class RequirementTable(Table):
    """What the next period asks for."""

    when: Annotated[str, Field(max_length=60)] = Field(
        default="", description="存在问题的代号，留空的每次都写", examples=['when = "absent"']
    )
    text: Sentence = Field(description="要求", examples=['text = "各单位要抓好{next}各项工作。"'])


class CircularsFile(Table):
    """The whole of `circulars.toml`."""

    confirm_workdays: int = Field(
        default=2, ge=1, le=20, description="几个工作日内核对", examples=["confirm_workdays = 2"]
    )
    min_n: int = Field(default=5, ge=1, le=50, description="分母小于几就不公布", examples=["min_n = 5"])
    praised: int = Field(default=4, ge=2, le=4, description="最多表扬几个单位", examples=["praised = 4"])
    kinds: Annotated[Mapping[str, CircularKindTable], Field(min_length=1)] = Field(
        description="各种通报", examples=["[kinds.work]"]
    )
    weights: Mapping[str, Weight] = Field(default={}, description="各指标的权重", examples=["[weights]"])
    words: Mapping[str, Sentence] = Field(description="通报里的话", examples=["[words]"])
    requirements: Annotated[tuple[RequirementTable, ...], AS_TUPLE] = Field(
        default=(), description="下一步要求", examples=["[[requirements]]"]
    )

    def terms(self, calendar: WorkCalendar) -> Terms:
        """Return the rules of circulars."""
        return Terms(
            kinds=MappingProxyType({code: _policy(code, table) for code, table in self.kinds.items()}),
            calendar=calendar,
            confirm_workdays=self.confirm_workdays,
            min_n=self.min_n,
            praised=self.praised,
            weights=MappingProxyType(dict(self.weights)),
            words=MappingProxyType(dict(self.words)),
            requirements=tuple(Requirement(one.when, one.text) for one in self.requirements),
        )


def _policy(code: str, table: CircularKindTable) -> KindPolicy:
    return KindPolicy(
        code=code,
        subject=table.subject,
        series=table.series,
        sections=table.sections,
        groups=tuple(UnitKind(one) for one in table.groups),
        units=table.units,
        cc=table.cc,
    )


def circulars_problems(file: FileText, value: CircularsFile, documents: DocumentsFile | None) -> Iterator[Problem]:
    """Yield what does not fit: codes too long, series nobody has, words unknown, missing or with unknown fields."""
    for code, kind in value.kinds.items():
        if not (code.isascii() and code.isidentifier() and len(code) <= 20):
            yield file.problem(("kinds", code), f"代号“{code[:20]}”不能用。", "请用不超过20个小写字母、数字和下划线。")
        known = [one.code for one in documents.series if DocumentKind.CIRCULAR.value in one.kinds] if documents else []
        if documents and kind.series not in known:
            yield file.problem(
                ("kinds", code, "series"),
                f"documents.toml 里没有能用于通报的代字“{kind.series}”。",
                f"可以写：{'、'.join(known)}。",
            )
        if not (kind.groups or kind.units):
            yield file.problem(("kinds", code), f"通报“{code}”没有写主送给谁。", "请写 groups 或 units。")
    for name, what, fix in faults(value.words):
        path = ("words", name) if name in value.words else ("words",)
        yield file.problem(path, what, fix)
    for place, one in enumerate(value.requirements):
        what, fix = requirement_fault(one.when, one.text)
        if what:
            yield file.problem(("requirements", place, "text"), what, fix)
