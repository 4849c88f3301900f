"""Every sweep of the fund at 100,000 cases: `python -m benchmarks.sweeps [URL]`.

The cases are copies of one that was filed by the services, spread over all states and half a year, with their lists,
payments and money as they would be; a few are late, lost or due. With an address the house lies in that empty
PostgreSQL database, otherwise in SQLite and in a PostgreSQL of its own.
"""

import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from benchmarks.postgres import fresh_database, postgres_server
from djflow.assembly import approvals as approving
from djflow.assembly import fund_watch, relief
from djflow.assembly.approvals import desk_of
from djflow.assembly.house import House
from djflow.core.clock import FixedClock, instant_of
from djflow.core.ids import new_id
from djflow.core.subject import Subject
from djflow.db.engine import open_engine, sqlite_url
from djflow.db.session import Database
from djflow.db.upgrade import upgrade
from djflow.db.vault import Vault
from djflow.demo.load import copy_starter
from djflow.fund import casework, deadlines
from djflow.fund import service as fund
from djflow.fund.cases import service as cases
from djflow.fund.cases.model import CaseState, Category, Claim
from djflow.fund.cases.tables import FundCaseRow
from djflow.fund.ledger import service as ledger
from djflow.fund.ledger.model import AccountCode, Incoming
from djflow.fund.lists import service as lists
from djflow.fund.publicity import service as publicity
from djflow.notify.texts import Texts
from djflow.people import service as people
from djflow.people.model import BranchEntry, Gender, PersonEntry, UnitEntry, UnitKind
from djflow.settings.load import load_settings

MANY = 100_000
GOAL_MS = 200
PEOPLE = 2_000
NOW = instant_of(date(2026, 11, 24)) + timedelta(hours=9)
VAULT = Vault("k1", {"k1": bytes(32)}, bytes(32))
_SHARES = {
    CaseState.CLOSED: 60,
    CaseState.REJECTED: 10,
    CaseState.WITHDRAWN: 3,
    CaseState.CHECKING: 5,
    CaseState.RUNNING: 5,
    CaseState.WAITING_BUDGET: 3,
    CaseState.PUBLICITY: 4,
    CaseState.READY_TO_PAY: 3,
    CaseState.SENT: 2,
    CaseState.FOLLOW_UP: 3,
    CaseState.SUBMITTED: 1,
    CaseState.DRAFT: 1,
}
"""How many of a hundred cases are in a state."""


def _settle(house: House) -> list[str]:
    with house.transaction() as session:
        people.put_units(session, [UnitEntry("T", "青石镇", UnitKind.TOWNSHIP, 1)], by="bench", now=NOW)
        people.put_branches(session, [BranchEntry("B", "一支部", "T")], by="bench", now=NOW)
        entries = [
            PersonEntry(f"P{place}", f"某{place}", Gender.FEMALE, "T", branch_code="B",
                        bank_account=f"9999{place:012d}", bank_name="青石农商行营业部")
            for place in range(PEOPLE)
        ]  # fmt: skip
        people.put_people(session, entries, by="bench", now=NOW)
        return [str(one) for one in people.person_ids(session, [one.code for one in entries]).values()]


def _fill(house: House, persons: list[str]) -> None:
    with house.transaction() as session:
        ids = people.person_ids(session, ["P0"])
        claim = Claim(ids["P0"], Category.REGULAR, 100_000, reason="困难")
        model = cases.apply(session, claim, relief.terms_of(house), by="bench", now=NOW)
        row = session.get_one(FundCaseRow, model.id)
        values = {column.key: getattr(row, column.key) for column in FundCaseRow.__table__.columns}
    states = [state for state, share in _SHARES.items() for _ in range(share)]
    for first in range(0, MANY, 10_000):
        rows = [_row(values, number, states, persons) for number in range(first, first + 10_000)]
        with house.transaction() as session:
            session.execute(insert(FundCaseRow), rows)
            _follow(session, rows)


def _row(values: dict[str, object], number: int, states: list[CaseState], persons: list[str]) -> dict[str, object]:
    state = states[number * 7 % len(states)]
    since = NOW - timedelta(days=number % (180 if state in {CaseState.CLOSED, CaseState.REJECTED} else 8))
    own = {"id": new_id(since), "number": f"WF2025-{number:06d}", "state": state, "since": since, "made_at": since,
           "applicant_id": persons[number % len(persons)], "version": 5}  # fmt: skip
    return {**values, **own}


def _follow(session: Session, rows: list[dict[str, object]]) -> None:
    """Hang lists for what is in publicity, order what is to be paid or at the bank."""
    lists_of = [
        {"id": new_id(NOW), "case_id": row["id"], "level": "district", "state": "open", "posted_on": NOW.date(),
         "from_on": NOW.date(), "remaining": 5, "unit": "workday", "ends_on": NOW.date() + timedelta(days=7),
         "amount_fen": 100_000, "category": "regular"}
        for row in rows if row["state"] is CaseState.PUBLICITY
    ]  # fmt: skip
    orders = [
        {"id": new_id(NOW), "subject": f"fund.application:{row['id']}", "case_number": row["number"], "attempt": 1,
         "line_key": f"pay:{row['number']}:1", "amount_fen": 100_000, "payee_id": row["applicant_id"],
         "holder": b"x", "account": b"x", "account_hash": str(row["id"]), "account_tail": "0000", "bank": "银行",
         "state": "ready" if row["state"] is CaseState.READY_TO_PAY else "sent", "bank_code": "", "evidence": "",
         "opened_at": NOW}
        for row in rows if row["state"] in {CaseState.READY_TO_PAY, CaseState.SENT}
    ]  # fmt: skip
    for table, found in (("fund_publicity", lists_of), ("payment_order", orders)):
        if found:
            names = list(found[0])
            holders = ", ".join(f":{name}" for name in names)
            session.execute(text(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({holders})"), found)  # noqa: S608 - names of this file


def _milliseconds(work: Callable[[], object], times: int = 5) -> float:
    found = []
    for _ in range(times):
        start = perf_counter()
        work()
        found.append((perf_counter() - start) * 1000)
    return sorted(found)[len(found) // 2]


def _looked(house: House, look: Callable[[Session], object]) -> Callable[[], object]:
    def work() -> object:
        with house.reading() as session:
            return look(session)

    return work


def _measured(house: House) -> Iterator[tuple[str, float]]:
    terms, desk, now = relief.terms_of(house), desk_of(house), house.now()
    later = replace(house, clock=FixedClock(now + timedelta(days=10)))
    yield "overdue, hardly any", _milliseconds(_looked(house, lambda s: deadlines.overdue(s, terms, now=now)))
    late = now + timedelta(days=10)
    yield "overdue, tens of thousands", _milliseconds(_looked(house, lambda s: deadlines.overdue(s, terms, now=late)))
    yield "to expire", _milliseconds(_looked(house, lambda s: deadlines.to_expire(s, terms, now=now)))
    yield "lists that end", _milliseconds(_looked(house, lambda s: publicity.due(s, now=now)))
    yield "lines not filed", _milliseconds(_looked(house, lists.unfiled))
    yield "papers to chase", _milliseconds(_looked(house, lambda s: casework.papers_to_chase(s, terms, now=now)))
    yield "left behind", _milliseconds(_looked(house, lambda s: fund.left_behind(s, desk, now=now)))
    yield "budget queue, no money", _milliseconds(lambda: relief.serve_queue(house, by="bench"))
    yield "events nobody took", _milliseconds(lambda: relief.pending_events(house))
    yield "the whole sweep of the fund", _milliseconds(lambda: relief.sweep(house, by="bench"))
    yield "the sweep of approvals", _milliseconds(lambda: approving.sweep(house))
    yield "board of open cases", _milliseconds(lambda: fund_watch.board(house))
    yield "late cases", _milliseconds(lambda: fund_watch.late(later))
    yield "queue for money", _milliseconds(lambda: fund_watch.queue(house))


def _on(url: str, name: str) -> bool:
    engine = open_engine(url)
    upgrade(engine)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        copy_starter(home)
        settings = load_settings(home)
        house = House(settings, Database(engine, VAULT), Texts(home / "config" / "texts"), FixedClock(NOW), "district")
        _fill(house, _settle(house))
        with house.transaction() as session:
            session.execute(text("ANALYZE"))
            income = Incoming("in", AccountCode("fiscal"), 1, Subject("fund.income", "in"))
            ledger.receive(session, income, by="a", second="b", now=NOW)
        slowest = 0.0
        for what, took in _measured(house):
            slowest = max(slowest, took)
            print(f"{name}, {MANY:,} cases: {what} {took:.0f} ms", flush=True)
    engine.dispose()
    print(f"{name}: goal every sweep <= {GOAL_MS} ms {'met' if slowest <= GOAL_MS else 'MISSED'}")
    return slowest <= GOAL_MS


def main(urls: list[str]) -> int:
    """Measure SQLite and PostgreSQL, or the databases given; return 1 when a goal is missed."""
    if urls:
        return 0 if all(_on(url, url.partition(":")[0]) for url in urls) else 1
    with tempfile.TemporaryDirectory() as folder:
        good = _on(str(sqlite_url(Path(folder) / "house.db")), "SQLite")
    with postgres_server() as url:
        return 0 if _on(fresh_database(url), "PostgreSQL") and good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
