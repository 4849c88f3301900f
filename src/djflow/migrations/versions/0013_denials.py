"""Decisions that their approvers say were not theirs."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "approval_denial",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("task_id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.String(length=140), nullable=False),
        sa.Column("stands", sa.Boolean(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["approval_case.id"], name=op.f("fk_approval_denial_case_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_approval_denial_person_id")),
        sa.ForeignKeyConstraint(["task_id"], ["approval_task.id"], name=op.f("fk_approval_denial_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_denial")),
    )
    op.create_index("ix_approval_denial_case", "approval_denial", ["case_id", "settled_at"], unique=False)
    op.create_index("ix_approval_denial_person", "approval_denial", ["person_id", "settled_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_approval_denial_person", table_name="approval_denial")
    op.drop_index("ix_approval_denial_case", table_name="approval_denial")
    op.drop_table("approval_denial")
