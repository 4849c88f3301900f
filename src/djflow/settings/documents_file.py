"""Model of `documents.toml`: series of document numbers, and how long units have to acknowledge and to countersign."""

from collections import Counter
from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from djflow.documents.numbering.model import Series, SeriesForm
from djflow.documents.numbering.rules import series_fault
from djflow.documents.official.model import DocumentKind
from djflow.settings.approvals_file import ApprovalsFile
from djflow.settings.fields import AS_TUPLE, Table, Text
from djflow.settings.problems import Problem, Severity
from djflow.settings.reading import FileText

Workdays = Annotated[int, Field(ge=1, le=60)]
Kind = Literal["notice", "circular", "minutes", "letter"]


class SeriesTable(Table):
    """A family of numbers."""

    code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9]{0,19}$")] = Field(
        description="代号（小写字母和数字），定了就不改", examples=['code = "fa"']
    )
    words: Annotated[str, Field(max_length=12)] = Field(
        default="", description="代字，2—12 个汉字；按期编号的可以留空", examples=['words = "某组发"']
    )
    name: Text = Field(description="叫什么", examples=['name = "部发文"'])
    kinds: Annotated[tuple[Kind, ...], AS_TUPLE] = Field(
        min_length=1, description="用这个代字的文种", examples=['kinds = ["notice", "circular"]']
    )
    form: Literal["number", "issue"] = Field(
        default="number", description="号的写法：number 发文字号、issue 第几期", examples=['form = "number"']
    )
    chain: Text = Field(description="走哪个审批流程", examples=['chain = "document.issue"'])

    @property
    def series(self) -> Series:
        """The series as numbering knows it."""
        kinds = tuple(DocumentKind(kind) for kind in self.kinds)
        return Series(self.code, self.words, self.name, kinds, self.chain, SeriesForm(self.form))

    @model_validator(mode="after")
    def _can_be_used(self) -> Self:
        fault = series_fault(self.series)
        if fault:
            raise ValueError(fault)
        return self


class ReceiptsTable(Table):
    """How long a unit has to acknowledge a document, and when it is reminded."""

    due_workdays: Workdays = Field(default=3, description="几个工作日内签收", examples=["due_workdays = 3"])
    remind_workdays: Annotated[tuple[Workdays, ...], AS_TUPLE] = Field(
        default=(3, 5, 8), description="第几个工作日催签收", examples=["remind_workdays = [3, 5, 8]"]
    )

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if list(self.remind_workdays) != sorted(set(self.remind_workdays)):
            raise ValueError("remind_workdays 要从小到大，不重复，如 [3, 5, 8]。")
        return self


class CountersignTable(Table):
    """How long a unit has to countersign."""

    due_workdays: Workdays = Field(default=3, description="几个工作日内答复", examples=["due_workdays = 3"])


class DocumentsFile(Table):
    """The whole of `documents.toml`."""

    series: Annotated[tuple[SeriesTable, ...], AS_TUPLE] = Field(
        min_length=1, description="发文代字", examples=["[[series]]"]
    )
    receipts: ReceiptsTable = Field(default=ReceiptsTable(), description="签收", examples=["[receipts]"])
    countersign: CountersignTable = Field(default=CountersignTable(), description="会签", examples=["[countersign]"])

    @property
    def families(self) -> tuple[Series, ...]:
        """Every series in the order of the file."""
        return tuple(one.series for one in self.series)

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        for what, counted in (
            ("代号", Counter(one.code for one in self.series)),
            ("代字", Counter(one.words for one in self.series if one.form == "number")),
        ):
            twice = [word for word, times in counted.items() if times > 1]
            if twice:
                raise ValueError(f"{what}“{twice[0]}”写了两次：一个代字只能有一个计数。")
        if sum(one.form == "issue" for one in self.series) > 1:
            raise ValueError("按期编号的代字只能有一个：不同纪要的“第几期”会混在一起。")
        return self


def documents_problems(file: FileText, value: DocumentsFile, approvals: ApprovalsFile | None) -> Iterator[Problem]:
    """Yield what `documents.toml` and `approvals.toml` together leave open: chains that are not written."""
    known = {chain.kind for chain in approvals.chains} if approvals else set()
    for place, one in enumerate(value.series):
        if approvals and one.chain not in known:
            yield file.problem(
                ("series", place, "chain"),
                f"approvals.toml 里没有审批流程“{one.chain}”，这个代字的公文送不了审。",
                f"可以写：{'、'.join(sorted(known))}。",
                Severity.NOTICE,
            )
