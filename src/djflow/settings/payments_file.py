"""Model of `payments.toml`: how each bank wants its file and writes its answer, and its failure codes in words."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from djflow.core.errors import ConfigError
from djflow.fund.payment.layout import AnswerLayout, BankLayout, Cell, Content, FileForm, FileKind, OrderLayout
from djflow.settings.fields import AS_TUPLE, Strings, Table, Text
from djflow.settings.problems import Problem
from djflow.settings.reading import FileText

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,29}$")]
Title = Annotated[str, Field(min_length=1, max_length=40)]

_NEEDED = (Content.KEY, Content.NAME, Content.ACCOUNT, Content.AMOUNT)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class FormTable(Table):
    """What a file is: kind, for CSV encoding and separator, unit of amounts."""

    kind: Literal["csv", "excel"] = Field(description="文件种类：csv、excel", examples=['kind = "csv"'])
    encoding: Literal["gb18030", "gbk", "utf-8", "utf-8-sig"] = Field(
        default="gb18030", description="CSV 的文字编码", examples=['encoding = "gb18030"']
    )
    separator: Literal[",", "|", ";", "\t"] = Field(
        default=",", description="CSV 的分隔符", examples=['separator = ","']
    )
    unit: Literal["yuan", "fen"] = Field(
        default="yuan", description="金额单位：yuan 元、fen 分", examples=['unit = "yuan"']
    )

    @property
    def form(self) -> FileForm:
        """The form for whoever writes or reads the file."""
        return FileForm(FileKind(self.kind), self.encoding, self.separator, in_fen=self.unit == "fen")


class CellTable(Table):
    """A cell of the first or last row; `text` only with value `text`."""

    value: Literal["text", "batch", "date", "count", "total"] = Field(
        description="内容：text 固定文字、batch 批次号、date 日期、count 笔数、total 合计", examples=['value = "total"']
    )
    text: str = Field(default="", max_length=60, description="固定文字", examples=['text = "合计"'])

    @property
    def cell(self) -> Cell:
        """The cell for whoever writes the file."""
        return Cell(Content(self.value), text=self.text)


class ColumnTable(Table):
    """A column of the bank file."""

    title: Title = Field(description="列名", examples=['title = "收款账号"'])
    value: Literal["number", "key", "name", "account", "bank", "amount", "text", "batch", "date"] = Field(
        description="内容：number 序号、key 流水号、name 户名、account 账号、bank 开户行、amount 金额、"
        "text 固定文字、batch 批次号、date 日期",
        examples=['value = "account"'],
    )
    text: str = Field(default="", max_length=60, description="固定文字", examples=['text = "慰问金"'])

    @property
    def cell(self) -> Cell:
        """The column for whoever writes the file."""
        return Cell(Content(self.value), self.title, self.text)


class OrderTable(FormTable):
    """The file for the bank."""

    columns: Annotated[tuple[ColumnTable, ...], AS_TUPLE] = Field(
        min_length=4, max_length=40, description="各列，按顺序", examples=["[[layouts.order.columns]]"]
    )
    titles: bool = Field(default=True, description="要不要列名一行", examples=["titles = true"])
    head: Annotated[tuple[CellTable, ...], AS_TUPLE] = Field(
        default=(), description="第一行的汇总", examples=['head = [{ value = "count" }, { value = "total" }]']
    )
    foot: Annotated[tuple[CellTable, ...], AS_TUPLE] = Field(
        default=(), description="最后一行的汇总", examples=['foot = [{ value = "text", text = "合计" }]']
    )

    @model_validator(mode="after")
    def _can_be_written(self) -> Self:
        values: list[str] = [column.value for column in self.columns]
        for needed in _NEEDED:
            if values.count(needed.value) != 1:
                raise ValueError(f'各列里要有而且只有一列 value = "{needed.value}"。')
        titles = [column.title for column in self.columns]
        if len(set(titles)) != len(titles):
            raise ValueError("有两列的列名相同，请改一个。")
        texts = [column.text for column in self.columns] + [cell.text for cell in (*self.head, *self.foot)]
        for text in (*titles, *texts):
            self._require_plain(text)
        return self

    def _require_plain(self, text: str) -> None:
        if text.startswith(_FORMULA) or not text.isprintable():
            raise ValueError(f"文字“{text[:20]}”会被当成公式或控制符，请改写。")
        try:
            text.encode(self.encoding)
        except UnicodeEncodeError as error:
            raise ValueError(f"文字“{text[:20]}”在 {self.encoding} 里写不出，请改写或换编码。") from error

    @property
    def layout(self) -> OrderLayout:
        """The layout for whoever writes the file."""
        return OrderLayout(
            self.form,
            tuple(column.cell for column in self.columns),
            self.titles,
            tuple(one.cell for one in self.head),
            tuple(one.cell for one in self.foot),
        )


class AnswerTable(FormTable):
    """The bank's answer: the titles of its columns and its words."""

    key: Title = Field(description="流水号一列的列名", examples=['key = "流水号"'])
    amount: Title = Field(description="金额一列的列名", examples=['amount = "金额"'])
    account: Title = Field(description="账号一列的列名", examples=['account = "收款账号"'])
    result: Title = Field(description="处理结果一列的列名", examples=['result = "处理结果"'])
    code: str = Field(
        default="", max_length=40, description="失败代码一列的列名；没有就留空", examples=['code = "失败代码"']
    )
    success: Annotated[Strings, Field(min_length=1)] = Field(
        description="表示成功的词", examples=['success = ["成功"]']
    )
    failure: Annotated[Strings, Field(min_length=1)] = Field(
        description="表示失败的词", examples=['failure = ["失败"]']
    )
    total_mark: str = Field(
        default="", max_length=20, description="合计行开头的词；没有合计行就留空", examples=['total_mark = "合计"']
    )

    @model_validator(mode="after")
    def _can_be_read(self) -> Self:
        titles = [title for title in (self.key, self.amount, self.account, self.result, self.code) if title]
        if len(set(titles)) != len(titles):
            raise ValueError("回单的两列写了同一个列名，请核对。")
        both = sorted(set(self.success) & set(self.failure))
        if both:
            raise ValueError(f"“{both[0]}”既写成成功又写成失败，请去掉一处。")
        return self

    @property
    def layout(self) -> AnswerLayout:
        """The layout for whoever reads the answer."""
        return AnswerLayout(
            self.form,
            self.key,
            self.amount,
            self.account,
            self.result,
            self.code,
            frozenset(self.success),
            frozenset(self.failure),
            self.total_mark,
        )


class LayoutTable(Table):
    """One bank's way of working."""

    key: Key = Field(description="代号（小写英文、数字、横线）", examples=['key = "rural"'])
    name: Text = Field(description="银行或格式的名称", examples=['name = "农商行代发"'])
    max_lines: int = Field(default=500, ge=1, le=5000, description="一批最多几笔", examples=["max_lines = 500"])
    order: OrderTable = Field(description="送银行的文件", examples=["[layouts.order]"])
    answer: AnswerTable = Field(description="银行的回单", examples=["[layouts.answer]"])
    reasons: Mapping[str, Text] = Field(
        default={}, description="失败代码的含义", examples=['reasons = { E01 = "户名与账号不符" }']
    )

    @property
    def layout(self) -> BankLayout:
        """The layout for the payments."""
        return BankLayout(
            self.key, self.name, self.order.layout, self.answer.layout, dict(self.reasons), self.max_lines
        )


class PaymentsFile(Table):
    """The whole of `payments.toml`; `default` is the layout used unless another is asked for."""

    default: Key = Field(description="平常用的格式的代号", examples=['default = "rural"'])
    layouts: Annotated[tuple[LayoutTable, ...], AS_TUPLE] = Field(
        min_length=1, description="各银行的格式", examples=["[[layouts]]"]
    )

    def layout(self, key: str = "") -> BankLayout:
        """Return the layout of that key, the default for an empty one.

        Raises: ConfigError naming the layouts there are.
        """
        wanted = key or self.default
        for one in self.layouts:
            if one.key == wanted:
                return one.layout
        known = "、".join(one.key for one in self.layouts)
        raise ConfigError(f"payments.toml 里没有银行格式“{wanted}”，可以用：{known}。")


def payments_problems(file: FileText, value: PaymentsFile) -> Iterator[Problem]:
    """Yield what only the whole file shows: keys used twice, a default that is not there."""
    keys = [one.key for one in value.layouts]
    for position, key in enumerate(keys):
        if key in keys[:position]:
            yield file.problem(("layouts", position, "key"), f"格式代号“{key}”用了两次。", "请改一个。")
    if value.default not in keys:
        yield file.problem(("default",), f"没有代号为“{value.default}”的格式。", f"可以写：{'、'.join(keys)}。")
