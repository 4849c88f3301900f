"""What a coordinator or a flow may do to cases of the fund: bring one forward, register papers; nothing is approved."""

from pathlib import Path

from djflow.assembly import relief
from djflow.assembly.approvals import desk_of
from djflow.assembly.house import House
from djflow.core.errors import InputError
from djflow.fund import service as fund
from djflow.fund.cases import service as cases
from djflow.fund.cases.model import FundCase
from djflow.fund.publicity import service as publicity


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
