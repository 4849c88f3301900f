"""Postings: their steps, the posts left empty, the documents owed, and how people serve at the host."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0019"
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
        "posting_check",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("posting_id", sa.String(length=32), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column("present", sa.Boolean(), nullable=False),
        sa.Column("excused", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=140), nullable=False),
        sa.Column("struck_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["posting_id"], ["posting.id"], name=op.f("fk_posting_check_posting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting_check")),
    )
    op.create_index("ix_posting_check_day", "posting_check", ["posting_id", "checked_on"], unique=False)
    op.create_table(
        "posting_diary",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("posting_id", sa.String(length=32), nullable=False),
        sa.Column("written_on", sa.Date(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["posting_id"], ["posting.id"], name=op.f("fk_posting_diary_posting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting_diary")),
        sa.UniqueConstraint("posting_id", "written_on", "text_hash", name=op.f("uq_posting_diary_posting_id")),
    )
    op.create_index("ix_posting_diary_at", "posting_diary", ["posting_id", "written_at"], unique=False)
    op.create_table(
        "posting_extension",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("posting_id", sa.String(length=32), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["posting_id"], ["posting.id"], name=op.f("fk_posting_extension_posting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting_extension")),
    )
    op.create_index(op.f("ix_posting_extension_posting_id"), "posting_extension", ["posting_id"], unique=False)
    op.create_index(op.f("ix_posting_extension_state"), "posting_extension", ["state"], unique=False)
    op.create_table(
        "posting_handover",
        sa.Column("posting_id", sa.String(length=32), nullable=False),
        sa.Column("successor_id", sa.String(length=32), nullable=True),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by", sa.String(length=140), nullable=False),
        sa.ForeignKeyConstraint(["posting_id"], ["posting.id"], name=op.f("fk_posting_handover_posting_id")),
        sa.ForeignKeyConstraint(["successor_id"], ["posting.id"], name=op.f("fk_posting_handover_successor_id")),
        sa.PrimaryKeyConstraint("posting_id", name=op.f("pk_posting_handover")),
    )
    op.create_table(
        "posting_leave",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("posting_id", sa.String(length=32), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("grantor", sa.String(length=30), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.String(length=140), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["posting_id"], ["posting.id"], name=op.f("fk_posting_leave_posting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting_leave")),
    )
    op.create_index("ix_posting_leave_posting", "posting_leave", ["posting_id", "first_on"], unique=False)
    op.create_index("ix_posting_leave_state", "posting_leave", ["state", "grantor"], unique=False)
    op.create_table(
        "posting_month",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("posting_id", sa.String(length=32), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("required", sa.Integer(), nullable=False),
        sa.Column("stated", sa.Integer(), nullable=True),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("matters", sa.Integer(), nullable=False),
        sa.Column("filled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by", sa.String(length=140), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["posting_id"], ["posting.id"], name=op.f("fk_posting_month_posting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting_month")),
        sa.UniqueConstraint("posting_id", "month", name=op.f("uq_posting_month_posting_id")),
    )
    op.create_index(op.f("ix_posting_month_month"), "posting_month", ["month"], unique=False)
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
        "posting_proposal",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("posting_id", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.String(length=140), nullable=False),
        sa.Column("recalled", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["posting_id"], ["posting.id"], name=op.f("fk_posting_proposal_posting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting_proposal")),
        sa.UniqueConstraint("posting_id", "reason", "key", name=op.f("uq_posting_proposal_posting_id")),
    )
    op.create_index("ix_posting_proposal_open", "posting_proposal", ["settled_at", "posting_id"], unique=False)
    op.create_table(
        "posting_review",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("posting_id", sa.String(length=32), nullable=False),
        sa.Column("stage", sa.String(length=30), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("summary_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("assessed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("assessed_by", sa.String(length=140), nullable=False),
        sa.Column("present", sa.Integer(), nullable=True),
        sa.Column("excellent", sa.Integer(), nullable=True),
        sa.Column("competent", sa.Integer(), nullable=True),
        sa.Column("basic", sa.Integer(), nullable=True),
        sa.Column("incompetent", sa.Integer(), nullable=True),
        sa.Column("proposed", sa.String(length=30), nullable=True),
        sa.Column("grade", sa.String(length=30), nullable=True),
        sa.Column("graded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("graded_by", sa.String(length=140), nullable=False),
        sa.Column("summary", sa.LargeBinary(), nullable=True),
        sa.Column("opinion", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["posting_id"], ["posting.id"], name=op.f("fk_posting_review_posting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting_review")),
        sa.UniqueConstraint("posting_id", "stage", "round", name=op.f("uq_posting_review_posting_id")),
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
    op.drop_table("posting_review")
    op.drop_index("ix_posting_proposal_open", table_name="posting_proposal")
    op.drop_table("posting_proposal")
    op.drop_table("posting_paper")
    op.drop_table("posting_move")
    op.drop_index(op.f("ix_posting_month_month"), table_name="posting_month")
    op.drop_table("posting_month")
    op.drop_index("ix_posting_leave_state", table_name="posting_leave")
    op.drop_index("ix_posting_leave_posting", table_name="posting_leave")
    op.drop_table("posting_leave")
    op.drop_table("posting_handover")
    op.drop_index(op.f("ix_posting_extension_state"), table_name="posting_extension")
    op.drop_index(op.f("ix_posting_extension_posting_id"), table_name="posting_extension")
    op.drop_table("posting_extension")
    op.drop_index("ix_posting_diary_at", table_name="posting_diary")
    op.drop_table("posting_diary")
    op.drop_index("ix_posting_check_day", table_name="posting_check")
    op.drop_table("posting_check")
    op.drop_index("ix_posting_state", table_name="posting")
    op.drop_index(op.f("ix_posting_person_id"), table_name="posting")
    op.drop_index("ix_posting_host", table_name="posting")
    op.drop_index("ix_posting_home", table_name="posting")
    op.drop_index(op.f("ix_posting_batch"), table_name="posting")
    op.drop_table("posting")
