"""Circulars: their steps, frozen figures, answers and claims of units, rewritten paragraphs."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "circular",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("document_id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_circular")),
        sa.UniqueConstraint("kind", "period", "attempt", name=op.f("uq_circular_kind")),
    )
    op.create_index("ix_circular_state", "circular", ["state"], unique=False)
    op.create_table(
        "circular_move",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("circular_id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=30), nullable=False),
        sa.Column("before", sa.String(length=30), nullable=False),
        sa.Column("after", sa.String(length=30), nullable=False),
        sa.Column("who", sa.String(length=30), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=140), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["circular_id"], ["circular.id"], name=op.f("fk_circular_move_circular_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_circular_move")),
        sa.UniqueConstraint("circular_id", "version", name=op.f("uq_circular_move_circular_id")),
    )
    op.create_table(
        "circular_edition",
        sa.Column("circular_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cause", sa.String(length=30), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=140), nullable=False),
        sa.ForeignKeyConstraint(["circular_id"], ["circular.id"], name=op.f("fk_circular_edition_circular_id")),
        sa.PrimaryKeyConstraint("circular_id", "number", name=op.f("pk_circular_edition")),
    )
    op.create_table(
        "circular_answer",
        sa.Column("circular_id", sa.String(length=32), nullable=False),
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("answered", sa.String(length=30), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("by", sa.String(length=140), nullable=False),
        sa.Column("reminded", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["circular_id"], ["circular.id"], name=op.f("fk_circular_answer_circular_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_circular_answer_unit_id")),
        sa.PrimaryKeyConstraint("circular_id", "unit_id", name=op.f("pk_circular_answer")),
    )
    op.create_table(
        "circular_correction",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("circular_id", sa.String(length=32), nullable=False),
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.Column("section", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("shown_part", sa.Integer(), nullable=False),
        sa.Column("shown_whole", sa.Integer(), nullable=True),
        sa.Column("claimed_part", sa.Integer(), nullable=False),
        sa.Column("claimed_whole", sa.Integer(), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("verdict", sa.String(length=30), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=140), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=140), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["circular_id"], ["circular.id"], name=op.f("fk_circular_correction_circular_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_circular_correction_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_circular_correction")),
    )
    op.create_index(op.f("ix_circular_correction_circular_id"), "circular_correction", ["circular_id"], unique=False)
    op.create_table(
        "circular_paragraph",
        sa.Column("circular_id", sa.String(length=32), nullable=False),
        sa.Column("place", sa.String(length=60), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("replaced", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=140), nullable=False),
        sa.ForeignKeyConstraint(["circular_id"], ["circular.id"], name=op.f("fk_circular_paragraph_circular_id")),
        sa.PrimaryKeyConstraint("circular_id", "place", name=op.f("pk_circular_paragraph")),
    )


def downgrade() -> None:
    op.drop_table("circular_paragraph")
    op.drop_index(op.f("ix_circular_correction_circular_id"), table_name="circular_correction")
    op.drop_table("circular_correction")
    op.drop_table("circular_answer")
    op.drop_table("circular_edition")
    op.drop_table("circular_move")
    op.drop_index("ix_circular_state", table_name="circular")
    op.drop_table("circular")
