"""The fund's books with the triggers that guard them: accounts, balances, transfers, head, closed years; donations.

SQLite lets `INSERT OR REPLACE` delete a row without a delete trigger and `INSERT OR IGNORE` skip a failed check inside
a trigger, so every refusal there is an explicit RAISE before the row is written.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLES = ("fund_year", "fund_transfer", "fund_balance", "fund_head", "fund_account")
APPEND_ONLY = ("fund_transfer", "fund_year")
SOURCES = ("fiscal", "dues", "raised", "donated")
GENESIS = "0" * 64

_TAKEN_BACK = "(SELECT r.kind FROM fund_transfer r WHERE r.id = NEW.reverses_id)"
CAME = (
    "(CASE WHEN NEW.kind <> 'single' THEN 0 WHEN NEW.reverses_id IS NULL THEN NEW.amount_fen "
    f"WHEN {_TAKEN_BACK} = 'single' THEN -NEW.amount_fen ELSE 0 END)"
)
HELD = "(CASE NEW.kind WHEN 'pending' THEN NEW.amount_fen WHEN 'single' THEN 0 ELSE -NEW.amount_fen END)"
PAID = (
    f"(CASE WHEN NEW.kind = 'post' THEN NEW.amount_fen WHEN NEW.kind = 'single' AND {_TAKEN_BACK} = 'post' "
    "THEN -NEW.amount_fen ELSE 0 END)"
)
MOVE = (
    f"UPDATE fund_balance SET income_fen = income_fen + {CAME}, "  # noqa: S608 - constants
    f"reserved_fen = reserved_fen + {HELD}, "
    f"spent_fen = spent_fen + {PAID}, last_seq = NEW.seq WHERE account = NEW.account"
)
ADVANCE = "UPDATE fund_head SET seq = NEW.seq, hash = NEW.hash WHERE id = 1"
YEAR = {"sqlite": "CAST(substr(NEW.booked_on, 1, 4) AS INTEGER)", "postgresql": "extract(year FROM NEW.booked_on)"}


def _transfer_refusals(dialect: str) -> dict[str, str]:
    """Return what a new transfer is refused for, each with the condition under which it is."""
    return {
        "fund_transfer does not follow the head": (
            "NOT EXISTS (SELECT 1 FROM fund_head h WHERE h.id = 1 AND h.seq = NEW.seq - 1 AND h.hash = NEW.prev_hash)"
        ),
        "fund_transfer has no balance": (
            "NOT EXISTS (SELECT 1 FROM fund_balance b WHERE b.account = NEW.account AND b.last_seq < NEW.seq)"
        ),
        "fund_transfer settles what is not pending in full": (
            "NEW.kind IN ('post', 'void') AND NOT EXISTS (SELECT 1 FROM fund_transfer p WHERE p.id = NEW.pending_id "
            "AND p.kind = 'pending' AND p.account = NEW.account AND p.amount_fen = NEW.amount_fen "
            "AND p.claim_key = NEW.claim_key)"
        ),
        "fund_transfer takes back more than there was": (
            "NEW.reverses_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM fund_transfer r WHERE r.id = NEW.reverses_id "
            "AND r.account = NEW.account AND (r.kind = 'post' OR (r.kind = 'single' AND r.reverses_id IS NULL)) "
            "AND r.amount_fen >= NEW.amount_fen + (SELECT coalesce(sum(o.amount_fen), 0) FROM fund_transfer o "
            "WHERE o.reverses_id = NEW.reverses_id AND o.id <> NEW.id))"
        ),
        "fund_balance would be overspent": (
            "EXISTS (SELECT 1 FROM fund_balance b WHERE b.account = NEW.account AND "  # noqa: S608 - constants
            f"(b.income_fen + {CAME} < 0 OR b.reserved_fen + {HELD} < 0 OR b.spent_fen + {PAID} < 0 "
            f"OR b.reserved_fen + {HELD} + b.spent_fen + {PAID} > b.income_fen + {CAME}))"
        ),
        "fund_account is closed": (
            "(NEW.kind = 'pending' OR (NEW.kind = 'single' AND NEW.reverses_id IS NULL)) AND EXISTS "
            "(SELECT 1 FROM fund_account a WHERE a.code = NEW.account AND a.closed_at IS NOT NULL)"
        ),
        "fund_year is closed": f"EXISTS (SELECT 1 FROM fund_year y WHERE y.year = {YEAR[dialect]})",  # noqa: S608 - constants
    }


_BALANCE_REFUSAL = (
    "fund_balance is moved by transfers only",
    (
        "NEW.account <> OLD.account OR NEW.last_seq <= OLD.last_seq OR NOT EXISTS "
        "(SELECT 1 FROM fund_transfer t WHERE t.seq = NEW.last_seq AND t.account = NEW.account)"
    ),
)
_HEAD_REFUSAL = (
    "fund_head is moved by transfers only",
    (
        "NEW.id <> OLD.id OR NEW.seq <> OLD.seq + 1 OR NOT EXISTS "
        "(SELECT 1 FROM fund_transfer t WHERE t.seq = NEW.seq AND t.hash = NEW.hash)"
    ),
)
_ACCOUNT_REFUSAL = (
    "fund_account may only be closed",
    (
        "NEW.code <> OLD.code OR NEW.source <> OLD.source OR NEW.earmark <> OLD.earmark "
        "OR NEW.categories <> OLD.categories OR coalesce(NEW.opened_at <> OLD.opened_at, FALSE) "
        "OR (NEW.opened_at IS NULL) <> (OLD.opened_at IS NULL) OR OLD.closed_at IS NOT NULL"
    ),
)
_NEW_BALANCE_REFUSAL = (
    "fund_balance begins at nothing",
    "NEW.income_fen <> 0 OR NEW.reserved_fen <> 0 OR NEW.spent_fen <> 0 OR NEW.last_seq <> 0",
)
_NEW_HEAD_REFUSAL = ("fund_head is there", "EXISTS (SELECT 1 FROM fund_head)")
_REPLACING = {
    "fund_transfer": "(SELECT 1 FROM fund_transfer t WHERE t.id = NEW.id OR t.key = NEW.key OR t.seq = NEW.seq "
    "OR t.pending_id = NEW.pending_id)",
    "fund_balance": "(SELECT 1 FROM fund_balance b WHERE b.account = NEW.account)",
    "fund_account": "(SELECT 1 FROM fund_account a WHERE a.code = NEW.code)",
    "fund_year": "(SELECT 1 FROM fund_year y WHERE y.year = NEW.year AND y.account = NEW.account)",
}


def upgrade() -> None:
    _create_tables()
    accounts = sa.table("fund_account", *(sa.column(name) for name in ("code", "source", "earmark", "categories")))
    op.bulk_insert(accounts, [{"code": s, "source": s, "earmark": "", "categories": "[]"} for s in SOURCES])
    figures = ("income_fen", "reserved_fen", "spent_fen", "last_seq")
    balances = sa.table("fund_balance", *(sa.column(name) for name in ("account", *figures)))
    op.bulk_insert(balances, [{"account": source, **dict.fromkeys(figures, 0)} for source in SOURCES])
    op.execute(f"INSERT INTO fund_head (id, seq, hash) VALUES (1, 0, '{GENESIS}')")  # noqa: S608 - constants
    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite()
    else:
        _guard_postgresql()


def _create_tables() -> None:
    op.create_table(
        "fund_account",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=30), nullable=False),
        sa.Column("earmark", sa.String(length=100), nullable=False),
        sa.Column("categories", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_fund_account")),
    )
    op.create_table(
        "fund_balance",
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("income_fen", sa.BigInteger(), nullable=False),
        sa.Column("reserved_fen", sa.BigInteger(), nullable=False),
        sa.Column("spent_fen", sa.BigInteger(), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "income_fen >= 0 AND reserved_fen >= 0 AND spent_fen >= 0", name=op.f("ck_fund_balance_not_negative")
        ),
        sa.CheckConstraint("spent_fen + reserved_fen <= income_fen", name=op.f("ck_fund_balance_not_overspent")),
        sa.ForeignKeyConstraint(["account"], ["fund_account.code"], name=op.f("fk_fund_balance_account")),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_fund_balance")),
    )
    op.create_table(
        "fund_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_head")),
    )
    op.create_table(
        "fund_year",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("opening_fen", sa.BigInteger(), nullable=False),
        sa.Column("income_fen", sa.BigInteger(), nullable=False),
        sa.Column("spent_fen", sa.BigInteger(), nullable=False),
        sa.Column("reserved_fen", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["fund_account.code"], name=op.f("fk_fund_year_account")),
        sa.PrimaryKeyConstraint("year", "account", name=op.f("pk_fund_year")),
    )
    _create_transfers()
    _create_donations()


def _create_donations() -> None:
    op.create_table(
        "fund_donation",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("unit_name", sa.String(length=60), nullable=False),
        sa.Column("person_name", sa.LargeBinary(), nullable=True),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=True),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("earmark", sa.String(length=100), nullable=False),
        sa.Column("categories", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("pledged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("account", sa.String(length=40), nullable=True),
        sa.Column("transfer_id", sa.String(length=32), nullable=True),
        sa.Column("receipt_number", sa.String(length=20), nullable=True),
        sa.Column("receipted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("thanked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_fund_donation_positive")),
        sa.ForeignKeyConstraint(["account"], ["fund_account.code"], name=op.f("fk_fund_donation_account")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_fund_donation_person_id")),
        sa.ForeignKeyConstraint(["transfer_id"], ["fund_transfer.id"], name=op.f("fk_fund_donation_transfer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_donation")),
        sa.UniqueConstraint("key", name=op.f("uq_fund_donation_key")),
        sa.UniqueConstraint("number", name=op.f("uq_fund_donation_number")),
        sa.UniqueConstraint("receipt_number", name=op.f("uq_fund_donation_receipt_number")),
        sa.UniqueConstraint("transfer_id", name=op.f("uq_fund_donation_transfer_id")),
    )
    op.create_index(op.f("ix_fund_donation_person_id"), "fund_donation", ["person_id"], unique=False)
    op.create_index(op.f("ix_fund_donation_state"), "fund_donation", ["state"], unique=False)
    op.create_table(
        "fund_donation_series",
        sa.Column("series", sa.String(length=20), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("series", name=op.f("pk_fund_donation_series")),
    )


def _create_transfers() -> None:
    op.create_table(
        "fund_transfer",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(length=140), nullable=False),
        sa.Column("claim_key", sa.String(length=120), nullable=False),
        sa.Column("pending_id", sa.String(length=32), nullable=True),
        sa.Column("reverses_id", sa.String(length=32), nullable=True),
        sa.Column("subject", sa.String(length=140), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=True),
        sa.Column("voucher", sa.String(length=60), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("second", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_fund_transfer_positive")),
        sa.CheckConstraint(
            "(kind IN ('post', 'void')) = (pending_id IS NOT NULL) AND (reverses_id IS NULL OR kind = 'single')",
            name=op.f("ck_fund_transfer_shape"),
        ),
        sa.CheckConstraint(
            "kind <> 'single' OR (second <> '' AND second <> made_by)", name=op.f("ck_fund_transfer_two_persons")
        ),
        sa.ForeignKeyConstraint(["account"], ["fund_account.code"], name=op.f("fk_fund_transfer_account")),
        sa.ForeignKeyConstraint(["pending_id"], ["fund_transfer.id"], name=op.f("fk_fund_transfer_pending_id")),
        sa.ForeignKeyConstraint(["reverses_id"], ["fund_transfer.id"], name=op.f("fk_fund_transfer_reverses_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_transfer")),
        sa.UniqueConstraint("key", name=op.f("uq_fund_transfer_key")),
        sa.UniqueConstraint("pending_id", name=op.f("uq_fund_transfer_pending_id")),
        sa.UniqueConstraint("seq", name=op.f("uq_fund_transfer_seq")),
    )
    for column in ("account", "booked_on", "claim_key", "reverses_id", "subject"):
        op.create_index(op.f(f"ix_fund_transfer_{column}"), "fund_transfer", [column], unique=False)


def _guard_sqlite() -> None:
    for table in TABLES:
        _sqlite_trigger(table, "no_delete", "BEFORE DELETE", [(f"{table} is append-only", "1")])
    for table in APPEND_ONLY:
        _sqlite_trigger(table, "no_update", "BEFORE UPDATE", [(f"{table} is append-only", "1")])
    for table, refusal in (
        ("fund_balance", _BALANCE_REFUSAL),
        ("fund_head", _HEAD_REFUSAL),
        ("fund_account", _ACCOUNT_REFUSAL),
    ):
        _sqlite_trigger(table, "guard", "BEFORE UPDATE", [refusal])
    for table, found in _REPLACING.items():
        _sqlite_trigger(table, "no_replace", "BEFORE INSERT", [(f"{table} is append-only", f"EXISTS {found}")])
    _sqlite_trigger("fund_balance", "begin", "BEFORE INSERT", [_NEW_BALANCE_REFUSAL])
    _sqlite_trigger("fund_head", "begin", "BEFORE INSERT", [_NEW_HEAD_REFUSAL])
    whole = ("fund_transfer counts whole fen", "typeof(NEW.amount_fen) <> 'integer' OR typeof(NEW.seq) <> 'integer'")
    _sqlite_trigger("fund_transfer", "check", "BEFORE INSERT", [whole, *_transfer_refusals("sqlite").items()])
    op.execute(f"CREATE TRIGGER fund_transfer_move AFTER INSERT ON fund_transfer BEGIN {MOVE}; {ADVANCE}; END")


def _sqlite_trigger(table: str, name: str, when: str, refusals: list[tuple[str, str]]) -> None:
    body = " ".join(f"SELECT RAISE(ABORT, '{sentence}') WHERE {condition};" for sentence, condition in refusals)
    op.execute(f"CREATE TRIGGER {table}_{name} {when} ON {table} BEGIN {body} END")


def _guard_postgresql() -> None:
    for table in TABLES:
        _function(f"{table}_keep", f"RAISE EXCEPTION '{table} is append-only';")
        acts = "UPDATE OR DELETE" if table in APPEND_ONLY else "DELETE"
        op.execute(f"CREATE TRIGGER {table}_keep BEFORE {acts} ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_keep()")
        op.execute(
            f"CREATE TRIGGER {table}_whole BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_keep()"
        )
    for name, when, table, refusal in (
        ("fund_balance_guard", "UPDATE", "fund_balance", _BALANCE_REFUSAL),
        ("fund_head_guard", "UPDATE", "fund_head", _HEAD_REFUSAL),
        ("fund_account_guard", "UPDATE", "fund_account", _ACCOUNT_REFUSAL),
        ("fund_balance_begin", "INSERT", "fund_balance", _NEW_BALANCE_REFUSAL),
        ("fund_head_begin", "INSERT", "fund_head", _NEW_HEAD_REFUSAL),
    ):
        _function(name, f"{_refusing([refusal])} RETURN NEW;")
        op.execute(f"CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")
    # FOR UPDATE would wait for every row that points here and end in deadlocks; keys never change, so this is enough.
    locks = (
        "PERFORM 1 FROM fund_head WHERE id = 1 FOR NO KEY UPDATE; "
        "PERFORM 1 FROM fund_balance WHERE account = NEW.account FOR NO KEY UPDATE;"
    )
    checks = _refusing(list(_transfer_refusals("postgresql").items()))
    _function("fund_transfer_check", f"{locks} {checks} RETURN NEW;")
    _function("fund_transfer_move", f"{MOVE}; {ADVANCE}; RETURN NULL;")
    for name, when in (("fund_transfer_check", "BEFORE"), ("fund_transfer_move", "AFTER")):
        op.execute(f"CREATE TRIGGER {name} {when} INSERT ON fund_transfer FOR EACH ROW EXECUTE FUNCTION {name}()")


def _function(name: str, body: str) -> None:
    op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$")


def _refusing(refusals: list[tuple[str, str]]) -> str:
    return " ".join(f"IF {condition} THEN RAISE EXCEPTION '{sentence}'; END IF;" for sentence, condition in refusals)


def downgrade() -> None:
    op.drop_table("fund_donation_series")
    op.drop_index(op.f("ix_fund_donation_state"), table_name="fund_donation")
    op.drop_index(op.f("ix_fund_donation_person_id"), table_name="fund_donation")
    op.drop_table("fund_donation")
    for column in ("subject", "reverses_id", "claim_key", "booked_on", "account"):
        op.drop_index(op.f(f"ix_fund_transfer_{column}"), table_name="fund_transfer")
    if op.get_bind().dialect.name == "sqlite":
        for table in TABLES:  # SQLite deletes the rows of a table it drops, and the guards would refuse
            op.execute(f"DROP TRIGGER {table}_no_delete")
    for table in TABLES:
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        names = [f"{table}_keep" for table in TABLES]
        names += ["fund_balance_guard", "fund_head_guard", "fund_account_guard", "fund_balance_begin"]
        for name in (*names, "fund_head_begin", "fund_transfer_check", "fund_transfer_move"):
            op.execute(f"DROP FUNCTION {name}()")
