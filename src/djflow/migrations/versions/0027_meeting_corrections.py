"""Corrections of who was at a meeting, with their sealed reasons."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "meeting_correction",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("seat_id", sa.String(length=32), nullable=False),
        sa.Column("presence", sa.String(length=30), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("by", sa.String(length=140), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_correction")),
    )
    op.create_index(op.f("ix_meeting_correction_seat_id"), "meeting_correction", ["seat_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_meeting_correction_seat_id"), table_name="meeting_correction")
    op.drop_table("meeting_correction")
