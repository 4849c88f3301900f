"""10,000 people from one Excel file into a house: `python -m benchmarks.people_import [postgresql://…]`.

Each import runs in a fresh process, so that its peak memory is its own. With an address the house lies in that
(empty) PostgreSQL database, otherwise in SQLite. Goal: 15 s and 512 MB.
"""

import multiprocessing
import resource
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter

from djflow.audit import service as audit
from djflow.core.spans import Month
from djflow.db.engine import open_engine, sqlite_url
from djflow.db.session import Database
from djflow.db.upgrade import upgrade
from djflow.db.vault import Vault
from djflow.people import service
from djflow.people.excel.intake import Importer, import_people
from djflow.people.excel.outgo import write_table
from djflow.people.excel.people_form import branch_directory, people_form, unit_directory
from djflow.people.model import SERVICE_SKILLS, Gender, PersonEntry, RankLevel, UnitEntry, UnitKind
from djflow.people.rules import id_check_digit

PEOPLE = 10_000
UNITS = 120
GOAL_SECONDS = 15.0
GOAL_MB = 512
NOW = datetime(2026, 11, 18, 1, 0, tzinfo=UTC)
VAULT = Vault("k1", {"k1": bytes(32)}, bytes(32))


def _person(serial: int) -> PersonEntry:
    birth = Month(1966 + serial % 37, 1 + serial % 12)
    first = f"510199{birth.year}{birth.month:02d}{1 + serial % 28:02d}{serial // 37 % 1000:03d}"
    return PersonEntry(
        code=f"C{serial:05d}",
        name=f"某{serial}",
        gender=Gender.MALE if serial % 2 else Gender.FEMALE,
        unit_code=f"U{serial % UNITS:03d}",
        rank=list(RankLevel)[serial % 5],
        is_leader=serial % 9 == 0,
        birth=birth,
        post_title="工作人员",
        skills=frozenset({SERVICE_SKILLS[serial % 5], SERVICE_SKILLS[serial % 3]}),
        mobile=f"169{serial:08d}",
        id_number=first + id_check_digit(first),
        bank_account=f"9999{serial:012d}",
        party_member_since=date(birth.year + 22, 7, 1),
        native_place="本区",
        home_town="青石镇",
        max_duties=4,
        avoid_weekdays=frozenset({serial % 7}),
        avoid_towns=frozenset({"白云镇"}),
    )


def _units() -> list[UnitEntry]:
    return [UnitEntry(f"U{place:03d}", f"第{place}局", UnitKind.DISTRICT_UNIT, place) for place in range(UNITS)]


def _prepare(url: str, folder: Path) -> None:
    engine = open_engine(url)
    upgrade(engine)
    with Database(engine, VAULT).transaction() as session:
        service.put_units(session, _units(), by="bench", now=NOW)
        form = people_form(unit_directory(service.units(session)), branch_directory(()), SERVICE_SKILLS)
    people = [_person(serial) for serial in range(PEOPLE)]
    write_table(folder / "new.xlsx", form, people, "人员")
    changed = [replace(person, post_title="科长") if place % 10 == 0 else person for place, person in enumerate(people)]
    write_table(folder / "changed.xlsx", form, changed, "人员")
    faulty = [replace(person, mobile="1") if place % 10 == 0 else person for place, person in enumerate(people)]
    write_table(folder / "faulty.xlsx", form, faulty, "人员")
    engine.dispose()


def _import(url: str, source: Path) -> tuple[float, float, str]:
    database = Database(open_engine(url), VAULT)
    begin = perf_counter()
    with database.transaction() as session:
        report = import_people(session, source, Importer("bench", NOW))
    seconds = perf_counter() - begin
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    what = f"created {report.created}, updated {report.updated}, unchanged {report.unchanged}"
    return seconds, peak_mb, f"{what}, rejected {len(report.rejected)}"


def _verify(url: str) -> tuple[int, bool]:
    with Database(open_engine(url), VAULT).reading() as session:
        report = audit.verify(session)
    return report.entries, report.intact


def main() -> None:
    """Print seconds and peak memory of each import beside the goal."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = sys.argv[1] if len(sys.argv) > 1 else sqlite_url(folder / "house.db").render_as_string()
        with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
            pool.apply(_prepare, (url, folder))
            print(f"{PEOPLE} people, goal {GOAL_SECONDS:.0f} s and {GOAL_MB} MB, {url.split(':')[0]}")
            for label, file in (
                ("one in ten faulty", "faulty.xlsx"),
                ("all new", "new.xlsx"),
                ("all the same", "new.xlsx"),
                ("one in ten changed", "changed.xlsx"),
            ):
                seconds, peak_mb, what = pool.apply(_import, (url, folder / file))
                ratio = seconds / GOAL_SECONDS
                print(f"{label:20} {seconds:6.2f} s ({ratio:4.0%} of goal) {peak_mb:5.0f} MB   {what}")
            entries, intact = pool.apply(_verify, (url,))
            print(f"record: {entries} entries, {'intact' if intact else 'BROKEN'}")


if __name__ == "__main__":
    main()
