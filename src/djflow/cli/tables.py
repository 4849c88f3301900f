"""The office's Excel tables at the start: handed out empty, imported when filled, each with a report.

A table is known by the hash it had when it was handed out or imported: one that was not touched since is not imported
again, and only one that was never touched is written anew.
"""

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from djflow.assembly import House
from djflow.core.errors import InputError
from djflow.core.spans import Month
from djflow.people import service
from djflow.people.excel.contacts import import_contacts
from djflow.people.excel.intake import (
    Importer,
    import_absences,
    import_branches,
    import_people,
    import_units,
    read_history,
)
from djflow.people.excel.kinship import import_kinship
from djflow.people.excel.outgo import write_templates
from djflow.people.model import ImportReport, Rejection
from djflow.roster import service as roster
from djflow.settings.founding import digest_of
from djflow.settings.market_sheet import write_market_template

FOLDER = "表格"
MARKETS = "markets"
HISTORY = "history"
BY = "cli"

FILES: Mapping[str, str] = MappingProxyType(
    {
        MARKETS: "0-场镇.xlsx",
        "units": "1-单位.xlsx",
        "branches": "2-支部.xlsx",
        "people": "3-人员.xlsx",
        "absences": "4-缺勤.xlsx",
        HISTORY: "5-历史积分.xlsx",
        "contacts": "6-联系方式.xlsx",
        "kinship": "7-亲属关系.xlsx",
    }
)
"""File names of the tables, in the order of their import."""


_IMPORTS = MappingProxyType(
    {
        "units": import_units,
        "branches": import_branches,
        "people": import_people,
        "absences": import_absences,
        "contacts": import_contacts,
        "kinship": import_kinship,
    }
)


def hand_out(house: House, folder: Path, known: Mapping[str, str]) -> Mapping[str, str]:
    """Write every table that is missing or untouched into `folder`; return the hashes to keep.

    Raises: InputError when the folder cannot be written.
    """
    try:
        return _hand_out(house, folder, known)
    except OSError as error:
        raise InputError(f"表格写不进 {folder}：请检查写权限和磁盘空间，并关闭正打开着这些表的程序。") from error


def _hand_out(house: House, folder: Path, known: Mapping[str, str]) -> Mapping[str, str]:
    hashes = dict(known)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as fresh, house.reading() as session:
        written = [*write_templates(session, Path(fresh), house.settings.roster.skills), Path(fresh) / FILES[MARKETS]]
        write_market_template(written[-1])
        for path in written:
            target = folder / path.name
            name = handed_key(path)
            if not target.exists() or digest_of(target.read_bytes()) == known.get(name):
                shutil.copyfile(path, target)
                hashes[name] = digest_of(target.read_bytes())
    return hashes


def handed_key(path: Path) -> str:
    """Return the name under which the hash of a table as handed out is kept."""
    return f"{FOLDER}/{path.name}"


def imported_key(path: Path) -> str:
    """Return the name under which the hash of a table as imported is kept."""
    return f"imported/{path.name}"


def filled(folder: Path, known: Mapping[str, str]) -> Mapping[str, Path]:
    """Return the tables in `folder` that were touched since they were handed out or imported."""
    paths = {name: folder / file for name, file in FILES.items()}
    return {
        name: path
        for name, path in paths.items()
        if path.exists()
        and digest_of(path.read_bytes()) not in (known.get(handed_key(path)), known.get(imported_key(path)))
    }


def import_table(house: House, name: str, path: Path) -> ImportReport:
    """Import one table, whole or not at all.

    Raises: InputError when the file as a whole cannot be read.
    """
    importer = Importer(BY, house.now(), skills=house.settings.roster.skills)
    with house.transaction() as session:
        if name != HISTORY:
            return _IMPORTS[name](session, path, importer)
        points, report = read_history(session, path)
        if points:  # counted as of the month before
            month = Month.of(house.today()).preceding
            roster.state_opening(session, month, dict(points), by=BY, now=importer.now)
        return report


def report_of(path: Path, report: ImportReport) -> str:
    """Return what became of a table as people read it."""
    if report.rejected:
        return rejections(path, report.rejected)
    return f"✓ {path.name}：{report.rows} 行，新增 {report.created}，更新 {report.updated}，未变 {report.unchanged}。"


def rejections(path: Path, rejected: tuple[Rejection, ...]) -> str:
    """Return every cell that was refused, a line each."""
    lines = [f"✗ {path.name}：有 {len(rejected)} 处要改，整张表没有导入："]
    lines += [f"    第 {one.row} 行“{one.column}”：{one.message}" for one in rejected]
    return "\n".join(lines)


def townships_without_unit(house: House) -> tuple[str, ...]:
    """Return the townships of the market table that no unit is called by; empty as long as there are no units."""
    with house.reading() as session:
        names = {name for unit in service.units(session) for name in (unit.name, unit.short_name)}
    return tuple(name for name in house.settings.townships if name not in names) if names else ()
