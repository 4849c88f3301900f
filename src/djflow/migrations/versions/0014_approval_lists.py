"""Indexes by which the desk lists open cases: oldest first, by branch, and those with a late task."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_approval_case_open", "approval_case", ["ended_at", "id"], unique=False)
    op.create_index("ix_approval_case_branch", "approval_case", ["branch_id", "id"], unique=False)
    op.create_index("ix_approval_task_due", "approval_task", ["state", "due_on", "case_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_approval_task_due", table_name="approval_task")
    op.drop_index("ix_approval_case_branch", table_name="approval_case")
    op.drop_index("ix_approval_case_open", table_name="approval_case")
