"""How long the board takes at 10,000 open postings, on SQLite and PostgreSQL: `python -m benchmarks.dispatch_board`.

Every posting is open, which is more than any district will see: the overview, a host's and a home unit's page, a deep
page, the expiring terms. Goal: 200 ms each. The daily search for successors is printed beside them.
"""

import sys
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

from sqlalchemy import insert, text

from benchmarks.postgres import fresh_database, postgres_server
from djflow.accounts import hashing
from djflow.accounts import service as accounts
from djflow.accounts.model import Account, NewAccount, Role
from djflow.assembly import House, create_house, dispatch_board, dispatch_rotation
from djflow.assembly.dispatch_board import Filters
from djflow.core.ids import new_id
from djflow.demo.load import copy_starter
from djflow.dispatch.policy.model import BatchKind
from djflow.dispatch.postings.model import OPEN
from djflow.dispatch.postings.tables import PostingRow
from djflow.people import service as people
from djflow.people.model import Gender, PersonEntry, UnitEntry, UnitKind

POSTINGS, BUREAUS, TOWNS, FREE, ROUNDS, GOAL_MS = 10_000, 80, 40, 2_000, 7, 200.0
KINDS = (BatchKind.RURAL, BatchKind.COMMUNITY, BatchKind.TASKFORCE)
STATES = tuple(sorted(OPEN))


def fill(house: House) -> None:
    """Put bureaus, townships, people and open postings into the house, 20 of them due within 60 days."""
    now, today = house.now(), house.today()
    with house.transaction() as session:
        units = [UnitEntry(f"D{n:02d}", f"第{n}局", UnitKind.DISTRICT_UNIT, n + 1) for n in range(BUREAUS)]
        units += [UnitEntry(f"T{n:02d}", f"第{n}镇", UnitKind.TOWNSHIP, 100 + n) for n in range(TOWNS)]
        people.put_units(session, units, by="bench", now=now)
        persons = [
            PersonEntry(f"P{n:05d}", f"张{n}", Gender.MALE, f"D{n % BUREAUS:02d}") for n in range(POSTINGS + FREE)
        ]
        people.put_people(session, persons, by="bench", now=now)
        ids = people.person_ids(session, [one.code for one in persons])
        unit = {one.code: one.id for one in people.units(session)}
    rows = [
        {
            "id": new_id(now), "key": f"b{n}", "batch": "b1", "kind": KINDS[n % 3], "policy_version": 1,
            "person_id": ids[f"P{n:05d}"], "home_id": unit[f"D{n % BUREAUS:02d}"], "host_id": unit[f"T{n % TOWNS:02d}"],
            "title": "工作队员", "village": "", "asked_first_on": today, "asked_last_on": today,
            "state": STATES[n % len(STATES)], "since": now, "first_on": today - timedelta(days=300 - n % 300),
            "last_on": today + timedelta(days=n if n < 20 else 61 + n % 600),
            "first_end_on": today, "version": 0, "made_at": now,
        }
        for n in range(POSTINGS)
    ]  # fmt: skip
    with house.transaction() as session:
        for start in range(0, POSTINGS, 2000):
            session.execute(insert(PostingRow), rows[start : start + 2000])
    with house.transaction() as session:
        session.execute(text("ANALYZE"))


def account(house: House, login: str, role: Role, *, person: str = "", unit: str = "") -> Account:
    """Return an account of a role."""
    with house.transaction() as session:
        new = NewAccount(login, frozenset({role}), person, unit)
        return accounts.create(session, new, hashing.hash_of("Bench-2026-kq"), by="bench", now=house.now())


def timed(label: str, work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Print and return how long something takes in milliseconds, the median of some rounds."""
    taken = []
    for _ in range(rounds):
        start = perf_counter()
        work()
        taken.append((perf_counter() - start) * 1000)
    print(f"  {label:<28} {median(taken):7.1f} ms  (worst {max(taken):.1f})", flush=True)
    return median(taken)


def measure(house: House) -> float:
    """Print every figure of a house and return the worst page."""
    fill(house)
    clerk = account(house, "clerk", Role.CADRE_CLERK, person="P11999")
    town = account(house, "town", Role.TOWN_CLERK, unit="T01")
    bureau = account(house, "bureau", Role.UNIT_LIAISON, unit="D01")

    def page(who: Account, **filters: str) -> Callable[[], object]:
        return lambda: dispatch_board.listing(house, who, Filters(**filters))

    after = ""
    for _ in range(20):
        after = dispatch_board.listing(house, clerk, Filters(after=after)).after
    figures = [
        timed("department, overview", lambda: dispatch_board.overview(house, clerk)),
        timed("department, one kind", lambda: dispatch_board.overview(house, clerk, "rural")),
        timed("department, first page", page(clerk)),
        timed("department, page 21", page(clerk, after=after)),
        timed("department, 60 days", page(clerk, days="60")),
        timed("department, one host", page(clerk, unit="T07")),
        timed("department, one home unit", page(clerk, unit="D07", side="home")),
        timed("township, overview", lambda: dispatch_board.overview(house, town)),
        timed("bureau, first page", page(bureau, side="home")),
    ]
    timed("successors of 20, 2,000 free", lambda: dispatch_rotation.run(house, house.today(), by="bench"), 1)
    return max(figures)


def main() -> int:
    """Measure both databases; 1 when a page takes longer than the goal."""
    worst = 0.0
    with postgres_server() as server, tempfile.TemporaryDirectory() as name:
        for label, database in (("sqlite", ""), ("postgresql", fresh_database(server))):
            home = Path(name) / label
            home.mkdir()
            copy_starter(home)
            house = create_house(home, database_url=database)
            print(f"{label}, {POSTINGS:,} open postings")
            worst = max(worst, measure(house))
    print(f"worst {worst:.1f} ms, goal {GOAL_MS:.0f} ms")
    return int(worst > GOAL_MS)


if __name__ == "__main__":
    sys.exit(main())
