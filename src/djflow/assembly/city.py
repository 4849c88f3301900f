"""A city's rosters from files: one folder below `.djflow/city/`, one instance file per district.

Districts share no people, so each is solved on its own, on whatever machine sees the folder. Beside `<district>.json`
stand `<district>.csv`, the roster, and `<district>.result.json`, the figures of exactly that instance.
"""

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from djflow.assembly.filing import write_whole
from djflow.assembly.house import House
from djflow.core.errors import InputError, NotFoundError
from djflow.roster.instance import read_instance, roster_csv
from djflow.roster.model import Limits, Progress, SolveStatus, Stop

CODE = r"^[a-z0-9-]{1,40}$"
"""What folders and districts are called, so that their names may stand in addresses."""

_MOST_DISTRICTS = 200


@dataclass(frozen=True, slots=True)
class District:
    """One instance file of a city; `fingerprint` is the first 8 hex digits of its SHA-256."""

    city: str
    code: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Result:
    """How a district's roster came out; `gap` is None while nothing is proven, `peak_mb` that of the process."""

    district: str
    instance: str
    places: int
    unfilled: int
    min_unfilled_proven: int | None
    township_missing: int
    objective: int
    bound: float
    gap: float | None
    status: SolveStatus
    seconds: float
    first_roster_seconds: float
    peak_mb: float


_RESULT = TypeAdapter(Result)


def districts(house: House, city: str) -> tuple[District, ...]:
    """Return the districts of a city by code.

    Raises: NotFoundError without folder or files, InputError when a file is not named after a code.
    """
    folder = _folder(house, city)
    stems = sorted(path.stem for path in folder.glob("*.json") if not path.name.endswith(".result.json"))
    wrong = [stem for stem in stems if not re.fullmatch(CODE, stem)]
    if wrong:
        raise InputError(
            f"{folder} 里有{len(wrong)}个排班文件的名字不是区县代码：请改成只有小写字母、数字和短横线，如 530102.json。"
        )
    if not 0 < len(stems) <= _MOST_DISTRICTS:
        raise NotFoundError(
            f"{folder} 里有{len(stems)}个排班文件：请每个区县放一个，名为“区县代码.json”，一共1至{_MOST_DISTRICTS}个。"
        )
    return tuple(District(city, stem, _fingerprint(folder / f"{stem}.json")) for stem in stems)


def solve_district(
    house: House, city: str, code: str, *, progress: Progress | None = None, stop: Stop | None = None
) -> Result:
    """Solve one district within the office's limits, write roster and figures beside the instance, return the figures.

    Raises: NotFoundError, RosterInputError, and whatever `stop` raises; then nothing is written.
    """
    from djflow.roster.solver import solve  # noqa: PLC0415 - numerical libraries load only when a roster is made

    path = _folder(house, city) / f"{_checked(code)}.json"
    if not path.is_file():
        raise NotFoundError(f"没有排班文件 {path}：请先放好再运行。")
    fingerprint, problem = _fingerprint(path), read_instance(path)
    roster = house.settings.roster
    limits = Limits(time_limit=roster.time_limit_seconds, gap=roster.gap)
    found = solve(problem, limits=limits, progress=progress, stop=stop)
    result = Result(
        district=code,
        instance=fingerprint,
        places=problem.slots,
        unfilled=found.objective.unfilled,
        min_unfilled_proven=found.min_unfilled_proven,
        township_missing=found.objective.township_missing,
        objective=found.objective.total,
        bound=found.bound,
        gap=found.gap if found.gap != float("inf") else None,
        status=found.status,
        seconds=round(found.seconds, 1),
        first_roster_seconds=round(found.first_roster_seconds, 3),
        peak_mb=_peak_mb(),
    )
    write_whole(path.with_suffix(".csv"), ("\ufeff" + roster_csv(found.assignments)).encode())
    # The figures come last: where they stand, the roster stands too.
    write_whole(_result_path(path), (json.dumps(asdict(result), ensure_ascii=False, indent=1) + "\n").encode())
    return result


def result(house: House, district: District) -> Result | None:
    """Return the figures of exactly this instance, None while there are none."""
    path = _folder(house, district.city) / f"{district.code}.json"
    try:
        found = _RESULT.validate_json(_result_path(path).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None
    return found if found.instance == district.fingerprint and path.with_suffix(".csv").is_file() else None


def _folder(house: House, city: str) -> Path:
    folder = house.state / "city" / _checked(city)
    if not folder.is_dir():
        raise NotFoundError(f"没有文件夹 {folder}：请建好，每个区县放一个排班文件。")
    return folder


def _checked(code: str) -> str:
    if not re.fullmatch(CODE, code):
        raise InputError("文件夹名和区县代码只能用小写字母、数字和短横线，最多40个字符：请改正后再运行。")
    return code


def _fingerprint(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:8]


def _result_path(path: Path) -> Path:
    return path.with_suffix(".result.json")


def _peak_mb() -> float:
    import resource  # noqa: PLC0415 - absent on Windows, where only this figure would be missing

    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
