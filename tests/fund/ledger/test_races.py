"""Four writers at once: the last money is given once, nobody waits in a circle."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from djflow.audit import service as audit
from djflow.core.errors import ConflictError
from djflow.core.subject import Subject
from djflow.db.session import Database
from djflow.fund.ledger import service
from djflow.fund.ledger.model import NoBudget, ReasonCode, Reservation
from tests.fund.ledger.books import ACCOUNTANT, CASHIER, DUES, NOW, claim, give

WRITERS = 4
EACH = 12


def test_four_writers_never_overspend(database: Database) -> None:
    """Of many claims on the last money exactly those that fit are reserved, over two accounts."""
    with database.transaction() as session:
        give(session, 150_00)
        give(session, 55_00, DUES, key="in-2")
    start = Barrier(WRITERS)

    def writer(number: int) -> list[Reservation | NoBudget]:
        start.wait()
        found = []
        for turn in range(EACH):
            with database.transaction() as session:
                if turn % 2:  # a caller that wrote into the record first must not meet one that did not in a circle
                    audit.record(session, Subject("fund.test", str(number)), "turn", by="t", now=NOW)
                found.append(service.reserve(session, claim(10_00, number * EACH + turn), by="t", now=NOW))
        return found

    with ThreadPoolExecutor(WRITERS) as pool:
        found = [one for part in pool.map(writer, range(WRITERS)) for one in part]
    given = [one for one in found if isinstance(one, Reservation)]
    assert (len(given), len(found)) == (20, WRITERS * EACH)
    with database.reading() as session:
        assert service.verify(session).intact
        assert sum(one.available_fen for one in service.balances(session)) == 5_00


def test_a_payment_and_a_release_at_once_are_one_of_them(database: Database) -> None:
    """Of a payment and a release of the same money one wins, the other is told what happened."""
    with database.transaction() as session:
        give(session, 100_00)
        for number in range(WRITERS):
            service.reserve(session, claim(10_00, number), by="t", now=NOW)
    start = Barrier(WRITERS)

    def settle(number: int) -> list[str]:
        start.wait()
        done = []
        for case in range(WRITERS):
            try:
                with database.transaction() as session:
                    if number % 2:
                        service.post(session, f"case-{case}", key=f"pay-{case}", by=CASHIER, now=NOW)
                    else:
                        reason = ReasonCode.WITHDRAWN
                        service.void(session, f"case-{case}", key=f"x-{case}", reason=reason, by=ACCOUNTANT, now=NOW)
            except ConflictError:
                continue
            done.append(f"{number % 2}:{case}")
        return done

    with ThreadPoolExecutor(WRITERS) as pool:
        done = {one for part in pool.map(settle, range(WRITERS)) for one in part}
    assert len(done) == WRITERS
    with database.reading() as session:
        assert service.verify(session).intact
        assert service.open_claims(session) == ()
        assert service.head(session).seq == 1 + 2 * WRITERS
