"""Rotation with its explanations, the reserve list with its reviews, courses with those called."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rotation_proposal",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("seat", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("host_id", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=140), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=False),
        sa.ForeignKeyConstraint(["host_id"], ["unit.id"], name=op.f("fk_rotation_proposal_host_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rotation_proposal")),
        sa.UniqueConstraint("number", name=op.f("uq_rotation_proposal_number")),
    )
    op.create_index(op.f("ix_rotation_proposal_host_id"), "rotation_proposal", ["host_id"], unique=False)
    op.create_index(op.f("ix_rotation_proposal_seat"), "rotation_proposal", ["seat"], unique=False)
    op.create_index(op.f("ix_rotation_proposal_state"), "rotation_proposal", ["state"], unique=False)
    op.create_table(
        "training_course",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("school", sa.String(length=60), nullable=False),
        sa.Column("host_id", sa.String(length=32), nullable=True),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("away", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.ForeignKeyConstraint(["host_id"], ["unit.id"], name=op.f("fk_training_course_host_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_course")),
        sa.UniqueConstraint("key", name=op.f("uq_training_course_key")),
        sa.UniqueConstraint("number", name=op.f("uq_training_course_number")),
    )
    op.create_index(op.f("ix_training_course_first_on"), "training_course", ["first_on"], unique=False)
    op.create_index(op.f("ix_training_course_host_id"), "training_course", ["host_id"], unique=False)
    op.create_index(op.f("ix_training_course_last_on"), "training_course", ["last_on"], unique=False)
    op.create_index(op.f("ix_training_course_state"), "training_course", ["state"], unique=False)
    op.create_table(
        "reserve_member",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_on", sa.Date(), nullable=True),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=30), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_reserve_member_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reserve_member")),
    )
    op.create_index(op.f("ix_reserve_member_person_id"), "reserve_member", ["person_id"], unique=False)
    op.create_index(op.f("ix_reserve_member_review_on"), "reserve_member", ["review_on"], unique=False)
    op.create_index(op.f("ix_reserve_member_state"), "reserve_member", ["state"], unique=False)
    op.create_table(
        "rotation_candidate",
        sa.Column("proposal_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("tenths", sa.Integer(), nullable=False),
        sa.Column("years", sa.Integer(), nullable=False),
        sa.Column("never", sa.Integer(), nullable=False),
        sa.Column("overtime", sa.Integer(), nullable=False),
        sa.Column("lot", sa.Integer(), nullable=False),
        sa.Column("allowed", sa.Boolean(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("chosen", sa.Boolean(), nullable=False),
        sa.Column("remarks", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_rotation_candidate_person_id")),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["rotation_proposal.id"], name=op.f("fk_rotation_candidate_proposal_id")
        ),
        sa.PrimaryKeyConstraint("proposal_id", "person_id", name=op.f("pk_rotation_candidate")),
    )
    op.create_index(op.f("ix_rotation_candidate_person_id"), "rotation_candidate", ["person_id"], unique=False)
    op.create_table(
        "rotation_move",
        sa.Column("proposal_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("seat", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("home_id", sa.String(length=32), nullable=False),
        sa.Column("host_id", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=True),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("overlap", sa.Integer(), nullable=False),
        sa.Column("leaves", sa.String(length=40), nullable=True),
        sa.Column("short", sa.Boolean(), nullable=False),
        sa.Column("replaces", sa.String(length=32), nullable=False),
        sa.Column("posting_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["home_id"], ["unit.id"], name=op.f("fk_rotation_move_home_id")),
        sa.ForeignKeyConstraint(["host_id"], ["unit.id"], name=op.f("fk_rotation_move_host_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_rotation_move_person_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["rotation_proposal.id"], name=op.f("fk_rotation_move_proposal_id")),
        sa.PrimaryKeyConstraint("proposal_id", "number", name=op.f("pk_rotation_move")),
    )
    op.create_index(op.f("ix_rotation_move_person_id"), "rotation_move", ["person_id"], unique=False)
    op.create_table(
        "reserve_review",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("member_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("held_by", sa.String(length=140), nullable=False),
        sa.Column("opinion", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["reserve_member.id"], name=op.f("fk_reserve_review_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reserve_review")),
    )
    op.create_index(op.f("ix_reserve_review_member_id"), "reserve_review", ["member_id"], unique=False)
    op.create_table(
        "training_participant",
        sa.Column("course_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.String(length=30), nullable=True),
        sa.Column("absence_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["absence_id"], ["absence.id"], name=op.f("fk_training_participant_absence_id")),
        sa.ForeignKeyConstraint(["course_id"], ["training_course.id"], name=op.f("fk_training_participant_course_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_training_participant_person_id")),
        sa.PrimaryKeyConstraint("course_id", "person_id", name=op.f("pk_training_participant")),
    )
    op.create_index(op.f("ix_training_participant_absence_id"), "training_participant", ["absence_id"], unique=False)
    op.create_index(op.f("ix_training_participant_person_id"), "training_participant", ["person_id"], unique=False)


def downgrade() -> None:
    op.drop_table("training_participant")
    op.drop_table("reserve_review")
    op.drop_table("rotation_move")
    op.drop_table("rotation_candidate")
    op.drop_table("reserve_member")
    op.drop_table("training_course")
    op.drop_table("rotation_proposal")
