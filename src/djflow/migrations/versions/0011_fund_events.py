"""Events of cases, until a flow has been started for each."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fund_event",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("step", sa.String(length=60), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["fund_case.id"], name=op.f("fk_fund_event_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_event")),
        sa.UniqueConstraint("case_id", "place", name=op.f("uq_fund_event_case_id")),
    )
    op.create_index("ix_fund_event_taken", "fund_event", ["taken_at", "id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_fund_event_taken", table_name="fund_event")
    op.drop_table("fund_event")
