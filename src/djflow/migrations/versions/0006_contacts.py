"""Addresses at which nobody was found, people's own quiet hours, and when a provider was asked for a report."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("message", sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "contact_fault",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("way", sa.String(length=30), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_contact_fault_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_fault")),
        sa.UniqueConstraint("person_id", "way", "address_hash", name="uq_contact_fault_address"),
    )
    op.create_index(op.f("ix_contact_fault_person_id"), "contact_fault", ["person_id"], unique=False)
    op.create_table(
        "quiet_hours",
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("quiet_from", sa.Time(), nullable=False),
        sa.Column("quiet_to", sa.Time(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_quiet_hours_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_quiet_hours")),
    )


def downgrade() -> None:
    op.drop_table("quiet_hours")
    op.drop_index(op.f("ix_contact_fault_person_id"), table_name="contact_fault")
    op.drop_table("contact_fault")
    with op.batch_alter_table("message") as batch:
        batch.drop_column("asked_at")
