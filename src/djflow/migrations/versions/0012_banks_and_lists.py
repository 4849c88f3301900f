"""Banks of persons and cases, events in the order they happened, lists for a festival, refunds in parts."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person", sa.Column("bank_name", sa.LargeBinary(), nullable=True))
    op.add_column("fund_case", sa.Column("payee_bank", sa.LargeBinary(), nullable=True))
    op.add_column("payment_ruling", sa.Column("received_fen", sa.BigInteger(), nullable=False, server_default="0"))
    # Until now a refund was of the whole.
    op.execute(
        "UPDATE payment_ruling SET received_fen = (SELECT amount_fen FROM payment_order "
        "WHERE payment_order.id = payment_ruling.order_id) WHERE kind = 'refunded'"
    )
    _number_events()
    op.create_table(
        "fund_list",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_list")),
        sa.UniqueConstraint("name", name=op.f("uq_fund_list_name")),
    )
    op.create_table(
        "fund_list_line",
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("list_id", sa.String(length=32), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["fund_case.id"], name=op.f("fk_fund_list_line_case_id")),
        sa.ForeignKeyConstraint(["list_id"], ["fund_list.id"], name=op.f("fk_fund_list_line_list_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_fund_list_line_person_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_fund_list_line")),
        sa.UniqueConstraint("list_id", "person_id", name=op.f("uq_fund_list_line_list_id")),
    )


def _number_events() -> None:
    with op.batch_alter_table("fund_event") as batch:
        batch.add_column(sa.Column("seq", sa.BigInteger(), nullable=True))
    events = sa.table("fund_event", sa.column("id"), sa.column("place"), sa.column("made_at"), sa.column("seq"))
    connection = op.get_bind()
    known = connection.execute(sa.select(events.c.id, events.c.place, events.c.made_at)).all()
    # The place begins with the version the case then had.
    ordered = sorted(known, key=lambda row: (str(row.made_at), int(row.place.partition(":")[0]), row.id))
    for seq, row in enumerate(ordered, start=1):
        connection.execute(sa.update(events).where(events.c.id == row.id).values(seq=seq))
    with op.batch_alter_table("fund_event") as batch:
        batch.alter_column("seq", existing_type=sa.BigInteger(), nullable=False)
        batch.create_unique_constraint(op.f("uq_fund_event_seq"), ["seq"])
        batch.drop_index("ix_fund_event_taken")
        batch.create_index("ix_fund_event_taken", ["taken_at", "seq"], unique=False)


def downgrade() -> None:
    op.drop_table("fund_list_line")
    op.drop_table("fund_list")
    with op.batch_alter_table("fund_event") as batch:
        batch.drop_index("ix_fund_event_taken")
        batch.drop_constraint(op.f("uq_fund_event_seq"), type_="unique")
        batch.drop_column("seq")
        batch.create_index("ix_fund_event_taken", ["taken_at", "id"], unique=False)
    # Rebuilding these two tables, as a batch would on SQLite, would lose what refers to them.
    op.execute("ALTER TABLE payment_ruling DROP COLUMN received_fen")
    op.execute("ALTER TABLE fund_case DROP COLUMN payee_bank")
    op.execute("ALTER TABLE person DROP COLUMN bank_name")
