"""A message is unique by its notice and step; a try is written beside its message and points at it without a check.

The long key and the look-up by notice were two indexes that were written twice more for every message on its way.
On SQLite the tables are made anew, the tries first: while they point at messages, those cannot be.
"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("attempt") as batch:
        batch.drop_constraint(op.f("fk_attempt_message_id"), type_="foreignkey")
    with op.batch_alter_table("message") as batch:
        batch.drop_index(op.f("ix_message_notice_id"))
        batch.drop_constraint(op.f("uq_message_key"), type_="unique")
        batch.create_unique_constraint("uq_message_step", ["notice_id", "step"])


def downgrade() -> None:
    with op.batch_alter_table("message") as batch:
        batch.drop_constraint("uq_message_step", type_="unique")
        batch.create_unique_constraint(op.f("uq_message_key"), ["key"])
        batch.create_index(op.f("ix_message_notice_id"), ["notice_id"], unique=False)
    with op.batch_alter_table("attempt") as batch:
        batch.create_foreign_key(op.f("fk_attempt_message_id"), "message", ["message_id"], ["id"])
