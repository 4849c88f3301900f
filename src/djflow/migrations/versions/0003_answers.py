"""Answers: links, what people on duty said, requests to swap."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "invitation",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=140), nullable=False),
        sa.Column("purpose", sa.String(length=30), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_invitation_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("hash", name=op.f("uq_invitation_hash")),
    )
    op.create_index("ix_invitation_person", "invitation", ["person_id", "purpose", "subject"], unique=False)
    op.create_index(op.f("ix_invitation_expires_at"), "invitation", ["expires_at"], unique=False)
    op.create_table(
        "duty_answer",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("event", sa.String(length=60), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("declined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_duty_answer_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_answer")),
        sa.UniqueConstraint("event", "person_id", name=op.f("uq_duty_answer_event")),
    )
    op.create_index(op.f("ix_duty_answer_month"), "duty_answer", ["month"], unique=False)
    op.create_table(
        "swap_offer",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("asker_id", sa.String(length=32), nullable=False),
        sa.Column("event", sa.String(length=60), nullable=False),
        sa.Column("post", sa.String(length=40), nullable=False),
        sa.Column("other_id", sa.String(length=32), nullable=False),
        sa.Column("other_event", sa.String(length=60), nullable=False),
        sa.Column("other_post", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["asker_id"], ["person.id"], name=op.f("fk_swap_offer_asker_id")),
        sa.ForeignKeyConstraint(["other_id"], ["person.id"], name=op.f("fk_swap_offer_other_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_swap_offer")),
    )
    op.create_index(op.f("ix_swap_offer_asker_id"), "swap_offer", ["asker_id"], unique=False)
    op.create_index(op.f("ix_swap_offer_month"), "swap_offer", ["month"], unique=False)
    op.create_index(op.f("ix_swap_offer_other_id"), "swap_offer", ["other_id"], unique=False)


def downgrade() -> None:
    op.drop_table("swap_offer")
    op.drop_table("duty_answer")
    op.drop_table("invitation")
