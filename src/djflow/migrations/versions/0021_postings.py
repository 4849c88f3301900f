"""Postings: their steps, the posts left empty, the documents owed, and how people serve at the host."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "posting",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("batch", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("policy_version", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("home_id", sa.String(length=32), nullable=False),
        sa.Column("host_id", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("village", sa.String(length=30), nullable=False),
        sa.Column("replaces_id", sa.String(length=32), nullable=True),
        sa.Column("asked_first_on", sa.Date(), nullable=False),
        sa.Column("asked_last_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("first_end_on", sa.Date(), nullable=False),
        sa.Column("reported_on", sa.Date(), nullable=True),
        sa.Column("recall", sa.String(length=30), nullable=True),
        sa.Column("absence_id", sa.String(length=32), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["absence_id"], ["absence.id"], name=op.f("fk_posting_absence_id")),
        sa.ForeignKeyConstraint(["home_id"], ["unit.id"], name=op.f("fk_posting_home_id")),
        sa.ForeignKeyConstraint(["host_id"], ["unit.id"], name=op.f("fk_posting_host_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_posting_person_id")),
        sa.ForeignKeyConstraint(["replaces_id"], ["posting.id"], name=op.f("fk_posting_replaces_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting")),
        sa.UniqueConstraint("key", name=op.f("uq_posting_key")),
    )
    op.create_index(op.f("ix_posting_batch"), "posting", ["batch"], unique=False)
    op.create_index("ix_posting_home", "posting", ["home_id", "state"], unique=False)
    op.create_index("ix_posting_host", "posting", ["host_id", "state"], unique=False)
    op.create_index(op.f("ix_posting_person_id"), "posting", ["person_id"], unique=False)
    op.create_index("ix_posting_state", "posting", ["state", "last_on"], unique=False)
    op.create_table(
        "posting_move",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("posting_id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=30), nullable=False),
        sa.Column("before", sa.String(length=30), nullable=False),
        sa.Column("after", sa.String(length=30), nullable=False),
        sa.Column("who", sa.String(length=30), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=140), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["posting_id"], ["posting.id"], name=op.f("fk_posting_move_posting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting_move")),
        sa.UniqueConstraint("posting_id", "version", name=op.f("uq_posting_move_posting_id")),
    )
    op.create_table(
        "posting_paper",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("posting_id", sa.String(length=32), nullable=False),
        sa.Column("paper", sa.String(length=30), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_by", sa.String(length=140), nullable=False),
        sa.ForeignKeyConstraint(["posting_id"], ["posting.id"], name=op.f("fk_posting_paper_posting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting_paper")),
        sa.UniqueConstraint("posting_id", "paper", "step", name=op.f("uq_posting_paper_posting_id")),
    )
    op.create_table(
        "posting_vacancy",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("posting_id", sa.String(length=32), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("filled_by_id", sa.String(length=32), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["filled_by_id"], ["posting.id"], name=op.f("fk_posting_vacancy_filled_by_id")),
        sa.ForeignKeyConstraint(["posting_id"], ["posting.id"], name=op.f("fk_posting_vacancy_posting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting_vacancy")),
        sa.UniqueConstraint("posting_id", name=op.f("uq_posting_vacancy_posting_id")),
    )


def downgrade() -> None:
    op.drop_table("posting_vacancy")
    op.drop_table("posting_paper")
    op.drop_table("posting_move")
    op.drop_index("ix_posting_state", table_name="posting")
    op.drop_index(op.f("ix_posting_person_id"), table_name="posting")
    op.drop_index("ix_posting_host", table_name="posting")
    op.drop_index("ix_posting_home", table_name="posting")
    op.drop_index(op.f("ix_posting_batch"), table_name="posting")
    op.drop_table("posting")
