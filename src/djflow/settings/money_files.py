"""The four files about the fund's money, read together: approvals, rules of the fund, its books, its payments."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Self

from djflow.settings.approvals_file import ApprovalsFile, approvals_problems
from djflow.settings.fund_file import FundFile
from djflow.settings.ledger_file import LedgerFile
from djflow.settings.payments_file import PaymentsFile, payments_problems
from djflow.settings.problems import Problem
from djflow.settings.reading import Reading, read_model


@dataclass(frozen=True, slots=True)
class MoneySettings:
    """What the four files say."""

    approvals: ApprovalsFile
    fund: FundFile
    ledger: LedgerFile
    payments: PaymentsFile


@dataclass(frozen=True, slots=True)
class MoneyFiles:
    """The files as they were read."""

    approvals: Reading[ApprovalsFile]
    fund: Reading[FundFile]
    ledger: Reading[LedgerFile]
    payments: Reading[PaymentsFile]

    @classmethod
    def read(cls, folder: FilePath) -> Self:
        """Read the four files in a configuration folder."""
        return cls(
            read_model(folder, "approvals.toml", ApprovalsFile),
            read_model(folder, "fund.toml", FundFile),
            read_model(folder, "fund_ledger.toml", LedgerFile),
            read_model(folder, "payments.toml", PaymentsFile),
        )

    @property
    def values(self) -> MoneySettings | None:
        """What the files say, None when one could not be read."""
        approvals, fund, ledger, payments = (
            self.approvals.value, self.fund.value, self.ledger.value, self.payments.value,
        )  # fmt: skip
        return MoneySettings(approvals, fund, ledger, payments) if approvals and fund and ledger and payments else None

    def problems(self) -> Iterator[Problem]:
        """Yield the findings about the four."""
        for one in (self.approvals, self.fund, self.ledger, self.payments):
            yield from one.problems
        if self.approvals.file and self.approvals.value:
            yield from approvals_problems(self.approvals.file, self.approvals.value)
        if self.payments.file and self.payments.value:
            yield from payments_problems(self.payments.file, self.payments.value)
