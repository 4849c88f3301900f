"""A process that books until it is killed and says on standard output what was committed: `… URL SEED`."""

import random
import sys

from djflow.db.engine import open_engine
from djflow.db.session import Database
from djflow.db.vault import Vault
from djflow.fund.ledger import service
from djflow.fund.ledger.model import Reservation
from tests.fund.ledger.books import CASHIER, NOW, claim, give

if __name__ == "__main__":
    database = Database(open_engine(sys.argv[1]), Vault("k1", {"k1": bytes(32)}, bytes(32)))
    chance = random.Random(sys.argv[2])  # noqa: S311 - a test's dice
    base = int(sys.argv[2]) * 100_000
    for turn in range(base, base + 10_000):
        with database.transaction() as session:
            give(session, 10_00, key=f"in-{turn}")
            found = service.reserve(session, claim(chance.randint(1, 9_00), turn), by=CASHIER, now=NOW)
            if isinstance(found, Reservation) and chance.random() < 0.5:
                found = service.post(session, found.key, key=f"pay-{turn}", by=CASHIER, now=NOW)
        sys.stdout.write(f"{turn} {found.state if isinstance(found, Reservation) else 'no_budget'}\n")
        sys.stdout.flush()
