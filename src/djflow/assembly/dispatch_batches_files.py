"""The tables of batches as files: empty ones to fill in, and filled ones taken in whole or not at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from djflow.accounts.model import Account, Act
from djflow.assembly import dispatch_batches
from djflow.assembly.dispatch_batches_desk import batch_for, seat_of
from djflow.assembly.house import House
from djflow.core.errors import InputError, NotFoundError
from djflow.dispatch.batches.tabular import demands_form, nominations_form
from djflow.people.excel.outgo import write_table
from djflow.people.model import ImportReport

DEMANDS, NOMINATIONS = "demands", "nominations"


def template(house: House, table: str) -> tuple[str, bytes]:
    """Return the name and content of an empty table.

    Raises: NotFoundError for a table there is not.
    """
    with _aside(house, b"") as path:
        if table == DEMANDS:
            write_table(path, demands_form(), (), "选派需求表")
        elif table == NOMINATIONS:
            write_table(path, nominations_form(), (), "推荐人选表")
        else:
            raise NotFoundError("没有这张表：请从批次页面上下载。", code="batch.table")
        name = "选派需求.xlsx" if table == DEMANDS else "推荐人选.xlsx"
        return name, path.read_bytes()


def take_in(house: House, account: Account, batch_id: str, table: str, content: bytes) -> ImportReport:
    """Take a filled table in, all of it or nothing; a unit speaks for itself alone.

    Raises: InputError when there is no file or it cannot be read as a whole; NotFoundError; ConflictError when nothing
    of the sort is taken now.
    """
    if not content:
        raise InputError("没有选择文件：请选填好的 Excel 表，再提交一次。", code="batch.table")
    act = Act.BATCH_DEMAND if table == DEMANDS else Act.BATCH_NOMINATE
    with house.reading() as session:
        seat = seat_of(session, account, act)
        batch_for(session, seat, batch_id)
    only = None if seat.whole else seat.unit
    with _aside(house, content) as path:
        if table == DEMANDS:
            return dispatch_batches.import_demands(house, batch_id, path, by=account.actor, only=only)
        return dispatch_batches.import_nominations(house, batch_id, path, by=account.actor, only=only)


@contextmanager
def _aside(house: House, content: bytes) -> Iterator[Path]:
    # Only its owner can read it, and it is gone before anybody hears how the import went.
    handle, name = tempfile.mkstemp(suffix=".xlsx", prefix=".table-", dir=house.state)
    path = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        yield path
    finally:
        path.unlink(missing_ok=True)
