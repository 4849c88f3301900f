"""Bookings that wait for the cashier, published years, and by which way a donation came."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fund_booking",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("about", sa.String(length=40), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("voucher", sa.String(length=60), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=30), nullable=True),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("recorded_by", sa.String(length=32), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(length=32), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount_fen >= 0", name=op.f("ck_fund_booking_not_negative")),
        sa.CheckConstraint(
            "state <> 'confirmed' OR decided_by <> recorded_by", name=op.f("ck_fund_booking_two_persons")
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_fund_booking_decided_by")),
        sa.ForeignKeyConstraint(["recorded_by"], ["account.id"], name=op.f("fk_fund_booking_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_booking")),
    )
    op.create_index(op.f("ix_fund_booking_about"), "fund_booking", ["about"], unique=False)
    op.create_index(op.f("ix_fund_booking_state"), "fund_booking", ["state"], unique=False)
    op.create_table(
        "fund_disclosure",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_disclosure")),
    )
    op.create_index(op.f("ix_fund_disclosure_year"), "fund_disclosure", ["year"], unique=False)
    op.create_index(op.f("ix_fund_transfer_voucher"), "fund_transfer", ["voucher"], unique=False)
    # Nobody knows by which way earlier donations came; the column stays empty for them.
    op.add_column("fund_donation", sa.Column("method", sa.String(length=30), nullable=True))


def downgrade() -> None:
    op.drop_column("fund_donation", "method")
    op.drop_index(op.f("ix_fund_transfer_voucher"), table_name="fund_transfer")
    op.drop_index(op.f("ix_fund_disclosure_year"), table_name="fund_disclosure")
    op.drop_table("fund_disclosure")
    op.drop_index(op.f("ix_fund_booking_state"), table_name="fund_booking")
    op.drop_index(op.f("ix_fund_booking_about"), table_name="fund_booking")
    op.drop_table("fund_booking")
