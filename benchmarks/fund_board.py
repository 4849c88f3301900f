"""How long the fund's desk takes at 100,000 open cases, on SQLite and PostgreSQL: `python -m benchmarks.fund_board`.

Every case is open, which is more than any district will see: the board's filters, a township's and a branch's board, a
deep page, and one case whole. Goal: 200 ms each.
"""

import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

from sqlalchemy import insert, text

from benchmarks.postgres import fresh_database, postgres_server
from djflow.accounts import hashing
from djflow.accounts import service as accounts
from djflow.accounts.model import Account, NewAccount, Role
from djflow.assembly import House, create_house, fund_board, fund_sheet
from djflow.assembly.fund_board import Filters
from djflow.core.ids import new_id
from djflow.demo.load import copy_starter
from djflow.fund.cases.model import CaseState, Category, Filing
from djflow.fund.cases.tables import FundCaseRow
from djflow.fund.cases.transitions import OPEN
from djflow.fund.checks.model import FlagKind
from djflow.fund.checks.tables import FundFlagRow
from djflow.people import service as people
from djflow.people.model import BranchEntry, Gender, PersonEntry, UnitEntry, UnitKind

CASES, TOWNS, BRANCHES, ROUNDS, GOAL_MS = 100_000, 40, 400, 7, 200.0
CATEGORIES = tuple(Category)
Row = Mapping[str, object]


def settle(house: House) -> tuple[list[str], list[str], list[str]]:
    """Put townships, branches and one person for each into the house; return their ids."""
    with house.transaction() as session:
        now = house.now()
        units = [UnitEntry(f"T{n:02d}", f"第{n}镇", UnitKind.TOWNSHIP, n + 1) for n in range(TOWNS)]
        people.put_units(session, units, by="bench", now=now)
        branches = [BranchEntry(f"B{n:03d}", f"第{n}支部", f"T{n % TOWNS:02d}") for n in range(BRANCHES)]
        people.put_branches(session, branches, by="bench", now=now)
        persons = [
            PersonEntry(f"P{n:03d}", f"张{n}", Gender.MALE, f"T{n % TOWNS:02d}", branch_code=f"B{n:03d}")
            for n in range(BRANCHES)
        ]
        people.put_people(session, persons, by="bench", now=now)
        registered = [BranchEntry(one.code, one.name, one.unit_code, f"P{one.code[1:]}") for one in branches]
        people.put_branches(session, registered, by="bench", now=now)
        by_unit = {unit.code: str(unit.id) for unit in people.units(session)}
        by_branch = {branch.entry.code: str(branch.id) for branch in people.branches(session)}
        ids = people.person_ids(session, [one.code for one in persons])
    towns = [by_unit[f"T{n % TOWNS:02d}"] for n in range(BRANCHES)]
    return towns, [by_branch[f"B{n:03d}"] for n in range(BRANCHES)], [str(ids[f"P{n:03d}"]) for n in range(BRANCHES)]


def case_rows(house: House) -> Iterator[Row]:
    """Yield the cases: every open state, spread over townships, branches and half a year."""
    towns, branches, persons = settle(house)
    now = house.now()
    for number in range(CASES):
        place = number % BRANCHES
        since = now - timedelta(minutes=number * 2.6)
        urgent = number % 200 == 0
        yield {
            "id": new_id(since), "number": f"WF2026-{number:06d}", "year": 2026,
            "state": OPEN[number % len(OPEN)], "since": since, "category": CATEGORIES[number % 6],
            "requested_fen": 200_000, "applicant_id": persons[place], "branch_id": branches[place],
            "unit_id": towns[place], "filing": Filing.SELF, "emergency": urgent, "claim_hash": "", "content_hash": "",
            "materials_hash": "", "version": 1, "round": 1, "made_at": since - timedelta(days=3),
            "papers_due_on": date(2026, 12, 1) if urgent else None, "payee_hash": f"{number}",
        }  # fmt: skip


def fill(house: House) -> None:
    """Write the cases, one in 500 with an open flag."""
    rows = list(case_rows(house))
    with house.transaction() as session:
        for start in range(0, CASES, 5000):
            session.execute(insert(FundCaseRow), rows[start : start + 5000])
        flags = [
            {"id": new_id(house.now()), "case_id": row["id"], "kind": FlagKind.SPLIT, "key": "split",
             "at": row["since"], "settled_by": "", "settled_at": None if number % 5 == 0 else row["since"]}
            for number, row in enumerate(rows[::100])
        ]  # fmt: skip
        session.execute(insert(FundFlagRow), flags)
    with house.transaction() as session:
        session.execute(text("ANALYZE"))


def account(house: House, login: str, role: Role, person: str) -> Account:
    """Return an account of a role."""
    with house.transaction() as session:
        new = NewAccount(login, frozenset({role}), person)
        return accounts.create(session, new, hashing.hash_of("Bench-2026-kq"), by="bench", now=house.now())


def timed(label: str, work: Callable[[], object]) -> float:
    """Print and return how long something takes in milliseconds, the median of some rounds."""
    taken = []
    for _ in range(ROUNDS):
        start = perf_counter()
        work()
        taken.append((perf_counter() - start) * 1000)
    print(f"  {label:<28} {median(taken):7.1f} ms  (worst {max(taken):.1f})")
    return median(taken)


def measure(house: House) -> float:
    """Print every figure of a house and return the worst."""
    fill(house)
    clerk = account(house, "clerk", Role.OFFICE_CLERK, "P000")
    town = account(house, "town", Role.TOWN_CLERK, "P001")
    branch = account(house, "branch", Role.BRANCH_SECRETARY, "P002")

    def page(who: Account, **filters: object) -> Callable[[], object]:
        return lambda: fund_board.board(house, who, Filters(**filters))  # type: ignore[arg-type] # the filters' fields

    after = ""
    for _ in range(20):
        after = fund_board.board(house, clerk, Filters(after=after)).after
    figures = [
        timed("department, all", page(clerk)),
        timed("department, one state", page(clerk, state=CaseState.CHECKING.value)),
        timed("department, one township", page(clerk, town="T07")),
        timed("department, overdue", page(clerk, late=True)),
        timed("department, flagged", page(clerk, flagged=True)),
        timed("department, late papers", page(clerk, papers=True)),
        timed("department, overdue flagged", page(clerk, late=True, flagged=True)),
        timed("department, page 21", page(clerk, after=after)),
        timed("township", page(town)),
        timed("township, overdue", page(town, late=True)),
        timed("branch", page(branch)),
        timed("one case", lambda: fund_sheet.sheet(house, clerk, "WF2026-000042")),
    ]
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
            print(f"{label}, {CASES:,} open cases")
            worst = max(worst, measure(house))
    print(f"worst {worst:.1f} ms, goal {GOAL_MS:.0f} ms")
    return int(worst > GOAL_MS)


if __name__ == "__main__":
    sys.exit(main())
