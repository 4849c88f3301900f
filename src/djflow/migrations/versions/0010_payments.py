"""Payments: orders, batches, answers of the bank, doubts, rulings of two persons."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ORDER = ("subject", "attempt", "line_key", "amount_fen", "payee_id", "account_hash", "account_tail")
ANSWER = ("sha256", "batch_id", "row_count")
FROZEN = ("sha256", "file_name", "line_count", "total_fen", "layout", "maker_id", "checker_id")
MOVES = (
    "(OLD.state NOT IN ('ready', 'batched') AND NEW.state IN ('ready', 'batched'))"
    " OR (OLD.state = 'paid' AND NEW.state <> 'clawed_back')"
    " OR OLD.state IN ('corrected', 'withdrawn', 'clawed_back')"
)
"""What was at the bank is never made ready again, what was paid can only be clawed back, what has ended stays so."""

RULES = (
    ("payment_order_says", "payment_order", ORDER, "1 = 1", "a payment order keeps what it says"),
    ("payment_order_moves", "payment_order", ("state",), MOVES, "a payment order keeps its way"),
    ("payment_batch_file", "payment_batch", FROZEN, "OLD.sha256 <> ''", "an exported batch keeps its file"),
    ("payment_answer_says", "payment_answer", ANSWER, "1 = 1", "an answer keeps what the bank said"),
)
"""Per trigger: its table, columns that no update may change, under which condition, what the database says then."""

NEVER_DELETED = ("payment_order", "payment_batch", "payment_answer")


def upgrade() -> None:
    op.create_table(
        "payment_batch",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=30), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("layout", sa.String(length=30), nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column("total_fen", sa.BigInteger(), nullable=False),
        sa.Column("maker_id", sa.String(length=32), nullable=False),
        sa.Column("maker_office", sa.String(length=30), nullable=False),
        sa.Column("checker_id", sa.String(length=32), nullable=True),
        sa.Column("flag_reason", sa.LargeBinary(), nullable=True),
        sa.Column("file_name", sa.String(length=80), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("exported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["checker_id"], ["person.id"], name=op.f("fk_payment_batch_checker_id")),
        sa.ForeignKeyConstraint(["maker_id"], ["person.id"], name=op.f("fk_payment_batch_maker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_batch")),
        sa.UniqueConstraint("number", name=op.f("uq_payment_batch_number")),
    )
    op.create_index(op.f("ix_payment_batch_state"), "payment_batch", ["state"], unique=False)
    op.create_table(
        "payment_answer",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("batch_id", sa.String(length=32), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["payment_batch.id"], name=op.f("fk_payment_answer_batch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_answer")),
        sa.UniqueConstraint("sha256", name=op.f("uq_payment_answer_sha256")),
    )
    op.create_index(op.f("ix_payment_answer_batch_id"), "payment_answer", ["batch_id"], unique=False)
    op.create_table(
        "payment_order",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=140), nullable=False),
        sa.Column("case_number", sa.String(length=30), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("line_key", sa.String(length=64), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("payee_id", sa.String(length=32), nullable=False),
        sa.Column("holder", sa.LargeBinary(), nullable=False),
        sa.Column("account", sa.LargeBinary(), nullable=False),
        sa.Column("account_hash", sa.String(length=64), nullable=False),
        sa.Column("account_tail", sa.String(length=4), nullable=False),
        sa.Column("bank", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("batch_id", sa.String(length=32), nullable=True),
        sa.Column("bank_code", sa.String(length=30), nullable=False),
        sa.Column("evidence", sa.String(length=64), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["payment_batch.id"], name=op.f("fk_payment_order_batch_id")),
        sa.ForeignKeyConstraint(["payee_id"], ["person.id"], name=op.f("fk_payment_order_payee_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_order")),
        sa.UniqueConstraint("line_key", name=op.f("uq_payment_order_line_key")),
        sa.UniqueConstraint("subject", "attempt", name=op.f("uq_payment_order_subject")),
    )
    op.create_index(op.f("ix_payment_order_account_hash"), "payment_order", ["account_hash"], unique=False)
    op.create_index(op.f("ix_payment_order_batch_id"), "payment_order", ["batch_id"], unique=False)
    op.create_index(op.f("ix_payment_order_payee_id"), "payment_order", ["payee_id"], unique=False)
    op.create_index(op.f("ix_payment_order_settled_at"), "payment_order", ["settled_at"], unique=False)
    op.create_index("ix_payment_order_state", "payment_order", ["state", "opened_at"], unique=False)
    op.create_table(
        "payment_bar",
        sa.Column("order_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["payment_order.id"], name=op.f("fk_payment_bar_order_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_payment_bar_person_id")),
        sa.PrimaryKeyConstraint("order_id", "person_id", name=op.f("pk_payment_bar")),
    )
    op.create_table(
        "payment_doubt",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("answer_id", sa.String(length=32), nullable=False),
        sa.Column("batch_id", sa.String(length=32), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("line_key", sa.String(length=64), nullable=False),
        sa.Column("doubt", sa.String(length=30), nullable=False),
        sa.Column("order_id", sa.String(length=32), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["answer_id"], ["payment_answer.id"], name=op.f("fk_payment_doubt_answer_id")),
        sa.ForeignKeyConstraint(["batch_id"], ["payment_batch.id"], name=op.f("fk_payment_doubt_batch_id")),
        sa.ForeignKeyConstraint(["order_id"], ["payment_order.id"], name=op.f("fk_payment_doubt_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_doubt")),
    )
    op.create_index(op.f("ix_payment_doubt_batch_id"), "payment_doubt", ["batch_id"], unique=False)
    op.create_index(op.f("ix_payment_doubt_order_id"), "payment_doubt", ["order_id"], unique=False)
    op.create_table(
        "payment_ruling",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("ground", sa.String(length=30), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("order_id", sa.String(length=32), nullable=True),
        sa.Column("doubt_id", sa.String(length=32), nullable=True),
        sa.Column("evidence", sa.String(length=64), nullable=False),
        sa.Column("first_id", sa.String(length=32), nullable=False),
        sa.Column("second_id", sa.String(length=32), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["doubt_id"], ["payment_doubt.id"], name=op.f("fk_payment_ruling_doubt_id")),
        sa.ForeignKeyConstraint(["first_id"], ["person.id"], name=op.f("fk_payment_ruling_first_id")),
        sa.ForeignKeyConstraint(["order_id"], ["payment_order.id"], name=op.f("fk_payment_ruling_order_id")),
        sa.ForeignKeyConstraint(["second_id"], ["person.id"], name=op.f("fk_payment_ruling_second_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_ruling")),
    )
    op.create_index(op.f("ix_payment_ruling_doubt_id"), "payment_ruling", ["doubt_id"], unique=False)
    op.create_index(op.f("ix_payment_ruling_order_id"), "payment_ruling", ["order_id"], unique=False)
    for rule in RULES:
        _keep(*rule)
    for table in NEVER_DELETED:
        _forbid_delete(table)


def _keep(name: str, table: str, columns: tuple[str, ...], condition: str, words: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        changed = " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in columns)
        op.execute(
            f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} WHEN ({condition}) AND ({changed}) "
            f"BEGIN SELECT RAISE(ABORT, '{words}'); END"
        )
        return
    changed = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in columns)
    _refusing(name, words)
    op.execute(
        f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} FOR EACH ROW "
        f"WHEN (({condition}) AND ({changed})) EXECUTE FUNCTION {name}()"
    )


def _forbid_delete(table: str) -> None:
    words = f"{table} keeps its rows"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, '{words}'); END"
        )
        return
    _refusing(f"{table}_no_delete", words)
    op.execute(
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_no_delete()"
    )


def _refusing(name: str, words: str) -> None:
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{words}'; END $$"
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_payment_ruling_order_id"), table_name="payment_ruling")
    op.drop_index(op.f("ix_payment_ruling_doubt_id"), table_name="payment_ruling")
    op.drop_table("payment_ruling")
    op.drop_index(op.f("ix_payment_doubt_order_id"), table_name="payment_doubt")
    op.drop_index(op.f("ix_payment_doubt_batch_id"), table_name="payment_doubt")
    op.drop_table("payment_doubt")
    op.drop_table("payment_bar")
    op.drop_index("ix_payment_order_state", table_name="payment_order")
    op.drop_index(op.f("ix_payment_order_settled_at"), table_name="payment_order")
    op.drop_index(op.f("ix_payment_order_payee_id"), table_name="payment_order")
    op.drop_index(op.f("ix_payment_order_batch_id"), table_name="payment_order")
    op.drop_index(op.f("ix_payment_order_account_hash"), table_name="payment_order")
    op.drop_table("payment_order")
    op.drop_index(op.f("ix_payment_answer_batch_id"), table_name="payment_answer")
    op.drop_table("payment_answer")
    op.drop_index(op.f("ix_payment_batch_state"), table_name="payment_batch")
    op.drop_table("payment_batch")
    if op.get_bind().dialect.name == "postgresql":
        for name in (*(rule[0] for rule in RULES), *(f"{table}_no_delete" for table in NEVER_DELETED)):
            op.execute(f"DROP FUNCTION {name}()")
