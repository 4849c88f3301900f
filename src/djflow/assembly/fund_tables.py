"""Departments' tables as they come and go in a browser; the file lies in the state folder only while it is read."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from djflow.assembly import relief
from djflow.assembly.house import House
from djflow.core.errors import InputError
from djflow.fund.checks.crosscheck import write_template
from djflow.people.model import ImportReport


def template(house: House) -> bytes:
    """Return the empty table a department fills, as an Excel file."""
    with _aside(house, b"") as path:
        write_template(path)
        return path.read_bytes()


def take_in(house: House, content: bytes, department: str, *, by: str, dry_run: bool) -> ImportReport:
    """Take a department's answers in, all of them or none; `dry_run` judges only.

    Raises: InputError when there is no file, it cannot be read as a whole, or the department is none of fund.toml.
    """
    if not content:
        raise InputError("没有选择文件：请选部门填好的 Excel 表，再提交一次。", code="fund.table")
    with _aside(house, content) as path:
        return relief.import_crosscheck(house, path, department, by=by, dry_run=dry_run)


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
