"""A roster's files: written below .djflow/files at publication, fetched by coordinators through signed links."""

import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

from djflow.assembly.frames import frame_of
from djflow.assembly.house import House
from djflow.core.clock import days
from djflow.core.errors import NotFoundError
from djflow.core.ids import RosterId
from djflow.core.links import FilePath, link
from djflow.core.spans import Month
from djflow.roster import reading, service
from djflow.roster.outputs import ics, notice
from djflow.roster.views import RosterBook

KIND = "roster"
LINK_LIFE = timedelta(days=30)

WORKBOOK = "赶场值班表.xlsx"
NOTICE = "赶场服务公示.txt"
CALENDARS = "个人日历.zip"
FAIRNESS = "值班均衡.png"
HEAT = "值班热力图.png"
DIFFERENCE = "调整对照表.xlsx"
FILED = (WORKBOOK, NOTICE, CALENDARS)
"""What is written to disk when a roster is published."""


def link_key(house: House) -> bytes:
    """Return the key that signs file links of this house."""
    return house.vault.derived("file-links")


def links(house: House, roster_id: RosterId) -> Mapping[str, str]:
    """Return label → URL of a roster's files and of the public board; the links end after a month."""
    base = house.settings.web.address
    names = [WORKBOOK, CALENDARS, FAIRNESS, HEAT]
    with house.reading() as session:
        found = service.standing_of(session, roster_id)
    if found.version:
        names.append(NOTICE)
    if found.version > 1:
        names.append(DIFFERENCE)
    expires = house.now() + LINK_LIFE
    key = link_key(house)
    files = {name.rpartition(".")[0]: base + link(FilePath(KIND, roster_id, name), expires, key) for name in names}
    return {**files, "公示网页": f"{base}/board/{found.month}"}


def render(house: House, roster_id: RosterId, name: str) -> bytes | None:
    """Return a roster's file by name, None when there is no such file or roster."""
    from djflow.roster.outputs import excel  # noqa: PLC0415 - openpyxl loads only when a workbook is asked for

    makers: Mapping[str, Callable[[RosterBook], bytes]] = {
        WORKBOOK: excel.month_workbook,
        CALENDARS: ics.calendars_zip,
        FAIRNESS: _fairness_chart,
        HEAT: _heat_map,
    }
    try:
        with house.reading() as session:
            month = service.standing_of(session, roster_id).month
            frame = frame_of(house, month)
            if name == DIFFERENCE:
                return excel.difference_workbook(reading.version_difference(session, roster_id))
            book = reading.book(session, roster_id, frame)
            if name == NOTICE:
                board = reading.board(session, month, (), frame)
                return notice.render(house.texts, board).encode() if board else None
    except NotFoundError:
        return None
    return makers[name](book) if name in makers else None


def _fairness_chart(book: RosterBook) -> bytes:
    from djflow.roster.outputs.charts import fairness_chart  # noqa: PLC0415 - Matplotlib takes a second to load

    return fairness_chart(book)


def _heat_map(book: RosterBook) -> bytes:
    from djflow.roster.outputs.charts import load_heat_map  # noqa: PLC0415 - Matplotlib takes a second to load

    return load_heat_map(book)


def file_roster(house: House, roster_id: RosterId) -> tuple[str, ...]:
    """Write a published roster's files below .djflow/files and return their paths; writing again gives the same."""
    with house.reading() as session:
        found = service.standing_of(session, roster_id)
    folder = house.state / "files" / KIND / str(found.month) / f"v{found.version}"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    written: list[str] = []
    for name in (*FILED, *((DIFFERENCE,) if found.version > 1 else ())):
        content = render(house, roster_id, name)
        if content is not None:
            write_whole(folder / name, content)
            written.append(str(folder / name))
    return tuple(written)


def forget_old(house: House) -> int:
    """Delete the files of months that ended longer ago than configured and return how many months.

    What they show stays in the database; a coordinator's link makes a file anew.
    """
    kept = house.today() - days(house.settings.retention.output_days)
    folder = house.state / "files" / KIND
    old = [path for path in folder.glob("????-??") if Month.parse(path.name).last < kept]
    for path in old:
        shutil.rmtree(path)
    return len(old)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file for its owner alone, in one go: a reader sees the old content or the new."""
    # A name of its own: two publications of the same roster may write at the same moment.
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    draft = Path(name)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
