"""The way by which a person wants to be told first, and the one a notice took."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("notice", sa.Column("first_way", sa.String(length=30), nullable=False, server_default=""))
    op.create_table(
        "first_way",
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("way", sa.String(length=30), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_first_way_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_first_way")),
    )


def downgrade() -> None:
    op.drop_table("first_way")
    op.drop_column("notice", "first_way")  # not by a copy of the table: messages point at it
