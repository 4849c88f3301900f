"""Minutes bear the number the documents' register gave them, no number of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("meeting_minutes", sa.Column("number", sa.String(length=60), nullable=False, server_default=""))
    op.execute("UPDATE meeting_minutes SET number = '第' || issue || '期'")
    with op.batch_alter_table("meeting_minutes") as table:
        table.drop_constraint(op.f("uq_meeting_minutes_year"), type_="unique")
        table.drop_column("year")
        table.drop_column("issue")
        table.alter_column("signer", type_=sa.String(length=80), existing_type=sa.String(length=40))
        table.alter_column("number", server_default=None, existing_type=sa.String(length=60))


def downgrade() -> None:
    op.add_column("meeting_minutes", sa.Column("year", sa.Integer(), nullable=True))
    op.add_column("meeting_minutes", sa.Column("issue", sa.Integer(), nullable=True))
    # The numbers as they stand in the register may be of several years: each gets a place of its own again.
    op.execute(
        "UPDATE meeting_minutes SET year = 2026, issue = "
        "(SELECT COUNT(*) FROM meeting_minutes AS other WHERE other.meeting_id <= meeting_minutes.meeting_id)"
    )
    with op.batch_alter_table("meeting_minutes") as table:
        table.drop_column("number")
        table.alter_column("year", nullable=False, existing_type=sa.Integer())
        table.alter_column("issue", nullable=False, existing_type=sa.Integer())
        table.alter_column("signer", type_=sa.String(length=40), existing_type=sa.String(length=80))
        table.create_unique_constraint(op.f("uq_meeting_minutes_year"), ["year", "issue"])
