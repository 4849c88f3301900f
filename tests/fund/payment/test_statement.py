"""What leaders and auditors take home: sums that add up, names and accounts masked, the taking on record."""

import io
from dataclasses import replace
from datetime import date, datetime

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from djflow.accounts.model import Role
from djflow.audit import service as audit
from djflow.core.errors import RuleError
from djflow.core.spans import DateSpan, Month
from djflow.db.session import Database
from djflow.fund.payment import statement
from tests.fund.payment.acts import K2, take
from tests.fund.payment.till import NAMES, STAFF, Till, bank

MONTH = Month(2026, 11)
REASONS = {"E01": "户名不符"}


@pytest.fixture
def till(database: Database, now: datetime) -> Till:
    """A till whose batch came back: two paid, one failed."""
    found = Till(database, now)
    batch = found.batch()
    take(found, batch, bank(found.send(batch).content, failed=[K2]))
    return found


def _sheets(content: bytes) -> dict[str, Worksheet]:
    return {sheet.title: sheet for sheet in load_workbook(io.BytesIO(content)).worksheets}


def test_the_month_adds_up_and_is_masked(till: Till) -> None:
    """Sums by state, each line with its masked payee, the bank's code in words; no name and no account in it."""
    with till.database.transaction() as session:
        content = statement.monthly_statement(session, MONTH, REASONS, by=till.clerk("AU"), now=till.now)
        (entry,) = [one for one in audit.latest(session) if one.action == "payment.statement"]
    sheets = _sheets(content)
    totals = {row[0]: row[1:] for row in sheets["汇总"].iter_rows(min_row=4, values_only=True)}
    assert totals["已到账"] == totals["实际拨付合计"] == (2, 2000.04)
    assert totals["拨付失败"] == (1, 1000.02)
    lines = list(sheets["明细"].iter_rows(min_row=4, values_only=True))
    assert lines[0][4:6] == ("张*", "****0001")
    assert lines[1][8:10] == ("拨付失败", "户名不符（E01）")
    every = "".join(
        str(value) for sheet in sheets.values() for row in sheet.iter_rows(values_only=True) for value in row
    )
    assert not any(secret in every for secret in (*NAMES.values(), *STAFF.values(), "0062284800000001"))
    assert entry.actor == "account:au"


def test_another_month_is_empty(till: Till) -> None:
    """A month in which nothing was settled has no lines."""
    with till.database.transaction() as session:
        content = statement.monthly_statement(session, MONTH.preceding, REASONS, by=till.clerk("AU"), now=till.now)
    assert _sheets(content)["明细"].max_row == 3


def test_the_audit_sees_what_is_open_too(till: Till) -> None:
    """The export for the audit holds every payment of the span, settled or not, and each batch with its hash."""
    till.open(till.request(9))
    span = DateSpan(date(2026, 11, 1), date(2026, 11, 30))
    with till.database.transaction() as session:
        content = statement.audit_export(session, span, REASONS, by=till.clerk("AU"), now=till.now)
        early = DateSpan(date(2026, 1, 1), date(2026, 1, 31))
        none = statement.audit_export(session, early, REASONS, by=till.clerk("AU"), now=till.now)
    sheets = _sheets(content)
    states = [row[8] for row in sheets["明细"].iter_rows(min_row=4, values_only=True)]
    assert states == ["已到账", "拨付失败", "已到账", "待拨付"]
    (batch,) = sheets["批次"].iter_rows(min_row=4, values_only=True)
    assert (batch[2], batch[3], batch[4], batch[5], len(str(batch[10]))) == (3, 3000.06, "出*甲", "会*乙", 64)
    assert "f" not in {cell.data_type for row in sheets["明细"].iter_rows(min_row=4) for cell in row}
    assert _sheets(none)["明细"].max_row == 3


def test_statements_need_a_role(till: Till) -> None:
    """A town clerk takes no statement."""
    clerk = replace(till.clerk("AU"), roles=frozenset({Role.TOWN_CLERK}))
    with pytest.raises(RuleError, match="没有办理这一步的权限"), till.database.transaction() as session:
        statement.monthly_statement(session, MONTH, REASONS, by=clerk, now=till.now)
