"""What a coordinator or a flow may do to the fund's cases: bring one forward, register papers, file a festival's list.

Nothing here approves: a list opens approvals, each line its own, and persons decide them on their own pages.
"""

import csv
import io
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from sqlalchemy.orm import Session

from djflow.approvals import service as approvals
from djflow.approvals import staffing
from djflow.approvals.model import NewCase, Place
from djflow.assembly import relief
from djflow.assembly.approvals import desk_of, office_of
from djflow.assembly.house import House
from djflow.core.errors import ConflictError, InputError
from djflow.core.ids import PersonId
from djflow.core.money import fen_of
from djflow.core.subject import Subject
from djflow.fund import service as fund
from djflow.fund.cases import service as cases
from djflow.fund.cases.model import FundCase
from djflow.fund.publicity import service as publicity
from djflow.people import service as people
from djflow.people.dossiers import service as dossiers

FESTIVAL = "fund.festival"
_HEADER = ["工号", "金额"]
_MOST_LINES = 2000
_MOST_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Festival:
    """A festival people are visited at: its code as the list's file is named, what people call it, and the day."""

    code: str
    title: str
    on: date

    @property
    def file_name(self) -> str:
        """The name of the prepared list."""
        return f"{self.code}-{self.on}.csv"


@dataclass(frozen=True, slots=True)
class ListLine:
    """A line of a prepared list: whom to visit, with how much."""

    number: int
    person: PersonId
    amount_fen: int = field(repr=False)


@dataclass(frozen=True, slots=True)
class Opened:
    """What became of a list: lines in it, approvals newly opened, lines filed before.

    `refused` are the numbers of lines whose person is asked for with another amount just now.
    """

    lines: int
    opened: int
    before: int
    refused: tuple[int, ...] = ()


def import_folder(house: House) -> Path:
    """Return the folder into which the office puts files for coordinators' forms, made when it is missing."""
    folder = house.state / "import"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def advance(house: House, number: str, *, by: str) -> FundCase:
    """Bring one case forward if time alone has decided it, and return it; twice is once.

    Raises: NotFoundError.
    """
    desk = desk_of(house)
    with house.transaction() as session:
        case_id, now = cases.find(session, number).id, house.now()
        for period in publicity.periods_of(session, case_id):
            fund.close_period(session, period.id, desk, by=by, now=now)
        fund.expire(session, case_id, desk, by=by, now=now)
        return fund.bring_forward(session, case_id, desk, by=by, now=now)


def register_paper(house: House, name: str, *, by: str) -> relief.Received:
    """File the application `name`.json of the import folder and add its number to the file's name: it is filed once.

    Raises: what `relief.apply_file` raises; InputError when the file cannot be renamed, the application stays filed.
    """
    path = import_folder(house) / f"{name}.json"
    received = relief.apply_file(house, path, by=by)
    try:
        path.rename(path.with_name(f"{name}.{received.case.number}.json"))
    except OSError as error:
        raise InputError(
            f"已登记 {received.case.number}，但文件改不了名：请把 {path.name} 移走，以免再登记一次。",
            code="paper.rename",
        ) from error
    return received


def open_festival(house: House, festival: Festival, *, by: str) -> Opened:
    """Open an approval for every line of a festival's prepared list, each by itself; again opens what is missing.

    Raises: InputError naming every line that cannot be understood; nothing is opened then.
    """
    lines = _read(house, import_folder(house) / festival.file_name)
    opened, refused = 0, list[int]()
    for line in lines:
        try:
            opened += _open_line(house, festival, line, by=by)
        except ConflictError:
            refused.append(line.number)
    return Opened(len(lines), opened, len(lines) - opened - len(refused), tuple(refused))


def _read(house: House, path: Path) -> tuple[ListLine, ...]:
    rows = _rows(path)
    with house.reading() as session:
        ids = people.person_ids(session, sorted({row[0] for _, row in rows}))
    lines, faults, seen = list[ListLine](), list[str](), set[str]()
    for number, (code, amount) in rows:
        try:
            fen = fen_of(amount)
        except InputError:
            faults.append(f"第{number}行的金额应写成半角数字的元，大于零，最多两位小数")
            continue
        if code not in ids or code in seen:
            faults.append(f"第{number}行的工号{'重复' if code in seen else '不在人员表里'}")
            continue
        seen.add(code)
        lines.append(ListLine(number, ids[code], fen))
    if faults:
        raise InputError(f"名单 {path.name} 没有导入：{'；'.join(faults[:20])}。请改好后再运行。", code="festival.line")
    return tuple(lines)


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    try:
        text = path.read_bytes()[: _MOST_BYTES + 1].decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"读不了名单 {path.name}：请以 UTF-8 的 CSV 放进 .djflow/import，表头为“工号,金额”。", code="festival.file"
        ) from error
    try:
        rows = [(number, [cell.strip() for cell in row]) for number, row in enumerate(csv.reader(io.StringIO(text)), 1)]
    except csv.Error as error:
        raise InputError(f"名单 {path.name} 不是 CSV 表：请重新导出。", code="festival.file") from error
    filled = [(number, row) for number, row in rows if any(row)]
    if not filled or filled[0][1] != _HEADER or not 1 < len(filled) <= _MOST_LINES + 1:
        raise InputError(f"名单 {path.name} 的表头应为“工号,金额”，下面 1—{_MOST_LINES} 行。", code="festival.file")
    odd = [str(number) for number, row in filled if len(row) != len(_HEADER)]
    if odd:
        raise InputError(f"名单 {path.name} 第 {'、'.join(odd[:20])} 行应正好两列。", code="festival.file")
    return filled[1:]


def _open_line(house: House, festival: Festival, line: ListLine, *, by: str) -> bool:
    with house.transaction() as session:
        new = _new_case(session, house, festival, line)
        # One that was decided, withdrawn or refused is not asked again by the same list.
        if any(known.new.content_hash == new.content_hash for known in approvals.cases_about(session, new.subject)):
            return False
        return approvals.open_case(session, new, office=office_of(house), by=by, now=house.now()).changed


def _new_case(session: Session, house: House, festival: Festival, line: ListLine) -> NewCase:
    known = dossiers.dossier(session, line.person)
    # Keyed: neither the subject nor the hash tells whom it is about.
    key = house.vault.lookup(f"{festival.code}:{festival.on}:{line.person}", kind=FESTIVAL)
    content = house.vault.lookup(f"{key}:{line.amount_fen}", kind=FESTIVAL)
    return NewCase(
        subject=Subject(FESTIVAL, key[:32]),
        kind=FESTIVAL,
        title=f"{festival.on.year}年{festival.title}慰问名单第{line.number}行",
        content_hash=content,
        amount_fen=line.amount_fen,
        applicant=line.person,
        place=staffing.placed(session, Place(known.unit, known.branch)),
    )
