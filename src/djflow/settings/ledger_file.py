"""Model of `fund_ledger.toml`: which money is used first, who keeps the books' anchor, who gets a certificate."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from djflow.core.errors import InputError
from djflow.core.money import fen_of
from djflow.fund.ledger.model import SOURCE_LABELS, FundSource
from djflow.settings.fields import Strings, Table


def _fen(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        raise ValueError('金额要写在引号里，单位是元，如 "5000.00"。')  # noqa: TRY004 - pydantic lists ValueErrors
    try:
        return fen_of(value)
    except InputError as error:
        raise ValueError(error.message) from error


Yuan = Annotated[int, BeforeValidator(_fen)]
"""Yuan in quotes, kept as fen."""


class AnchorTable(Table):
    """Who gets the books' head every day."""

    persons: Strings = Field(default=(), description="收账册校验码的人的工号", examples=['persons = ["G001"]'])


class DonationsTable(Table):
    """From which amount on a donor gets a certificate."""

    certificate_from: Yuan = Field(
        default=5_000_00, description="发荣誉证书的最低捐款（元）", examples=['certificate_from = "5000.00"']
    )


def _sources(value: object) -> object:
    listed = value if isinstance(value, list | tuple) else None
    if listed is None or sorted(map(str, listed)) != sorted(FundSource):
        words = "、".join(f"{one.value}（{SOURCE_LABELS[one]}）" for one in FundSource)
        raise ValueError(f"四个来源要各写一次：{words}。")
    return tuple(FundSource(one) for one in listed)


class LedgerFile(Table):
    """The whole of `fund_ledger.toml`."""

    order: Annotated[tuple[FundSource, ...], BeforeValidator(_sources)] = Field(
        default=tuple(FundSource),
        description="先用哪个来源的钱",
        examples=['order = ["fiscal", "dues", "raised", "donated"]'],
    )
    anchor: AnchorTable = Field(default=AnchorTable(), description="账册校验码", examples=["[anchor]"])
    donations: DonationsTable = Field(default=DonationsTable(), description="捐款", examples=["[donations]"])
