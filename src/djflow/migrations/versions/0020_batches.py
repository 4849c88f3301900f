"""The life of a batch: demands, shares, nominations, findings, proposals, publicity with objections."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dispatch_batch",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminded_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatch_batch")),
        sa.UniqueConstraint("title", name=op.f("uq_dispatch_batch_title")),
    )
    op.create_index(op.f("ix_dispatch_batch_state"), "dispatch_batch", ["state"], unique=False)
    op.create_table(
        "dispatch_demand",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("batch_id", sa.String(length=32), nullable=False),
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("specialty", sa.String(length=40), nullable=False),
        sa.Column("village", sa.String(length=40), nullable=False),
        sa.Column("is_team", sa.Boolean(), nullable=False),
        sa.Column("each_of", sa.Text(), nullable=False),
        sa.Column("women_at_least", sa.Integer(), nullable=False),
        sa.Column("no_two_of_a_section", sa.Boolean(), nullable=False),
        sa.Column("granted", sa.Integer(), nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["dispatch_batch.id"], name=op.f("fk_dispatch_demand_batch_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_dispatch_demand_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatch_demand")),
        sa.UniqueConstraint("batch_id", "unit_id", "title", "village", name=op.f("uq_dispatch_demand_batch_id")),
    )
    op.create_index(op.f("ix_dispatch_demand_batch_id"), "dispatch_demand", ["batch_id"], unique=False)
    op.create_table(
        "dispatch_move",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("batch_id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=30), nullable=False),
        sa.Column("after", sa.String(length=30), nullable=False),
        sa.Column("who", sa.String(length=20), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["dispatch_batch.id"], name=op.f("fk_dispatch_move_batch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatch_move")),
        sa.UniqueConstraint("batch_id", "seq", name=op.f("uq_dispatch_move_batch_id")),
    )
    op.create_table(
        "dispatch_proposal",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("batch_id", sa.String(length=32), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("objective", sa.Integer(), nullable=False),
        sa.Column("bound", sa.Integer(), nullable=False),
        sa.Column("short", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["dispatch_batch.id"], name=op.f("fk_dispatch_proposal_batch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatch_proposal")),
        sa.UniqueConstraint("batch_id", "round", name=op.f("uq_dispatch_proposal_batch_id")),
    )
    op.create_table(
        "dispatch_unit_share",
        sa.Column("batch_id", sa.String(length=32), nullable=False),
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("quota", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["dispatch_batch.id"], name=op.f("fk_dispatch_unit_share_batch_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_dispatch_unit_share_unit_id")),
        sa.PrimaryKeyConstraint("batch_id", "unit_id", name=op.f("pk_dispatch_unit_share")),
    )
    op.create_table(
        "dispatch_candidate",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("batch_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("volunteers", sa.Boolean(), nullable=False),
        sa.Column("himself", sa.Boolean(), nullable=False),
        sa.Column("wishes", sa.Text(), nullable=False),
        sa.Column("demand_id", sa.String(length=32), nullable=True),
        sa.Column("points", sa.Integer(), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["dispatch_batch.id"], name=op.f("fk_dispatch_candidate_batch_id")),
        sa.ForeignKeyConstraint(["demand_id"], ["dispatch_demand.id"], name=op.f("fk_dispatch_candidate_demand_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_dispatch_candidate_person_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_dispatch_candidate_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatch_candidate")),
        sa.UniqueConstraint("batch_id", "person_id", name=op.f("uq_dispatch_candidate_batch_id")),
    )
    op.create_index(op.f("ix_dispatch_candidate_person_id"), "dispatch_candidate", ["person_id"], unique=False)
    op.create_table(
        "dispatch_finding",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("candidate_id", sa.String(length=32), nullable=False),
        sa.Column("place", sa.String(length=32), nullable=False),
        sa.Column("rule", sa.String(length=30), nullable=False),
        sa.Column("verdict", sa.String(length=30), nullable=False),
        sa.Column("strictness", sa.String(length=30), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled", sa.String(length=30), nullable=True),
        sa.Column("settled_by", sa.String(length=80), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["candidate_id"], ["dispatch_candidate.id"], name=op.f("fk_dispatch_finding_candidate_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatch_finding")),
        sa.UniqueConstraint("candidate_id", "place", "rule", name=op.f("uq_dispatch_finding_candidate_id")),
    )
    op.create_table(
        "dispatch_period",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("batch_id", sa.String(length=32), nullable=False),
        sa.Column("candidate_id", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("posted_on", sa.Date(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("remaining", sa.Integer(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["dispatch_batch.id"], name=op.f("fk_dispatch_period_batch_id")),
        sa.ForeignKeyConstraint(
            ["candidate_id"], ["dispatch_candidate.id"], name=op.f("fk_dispatch_period_candidate_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatch_period")),
    )
    op.create_index(op.f("ix_dispatch_period_batch_id"), "dispatch_period", ["batch_id"], unique=False)
    op.create_index(op.f("ix_dispatch_period_candidate_id"), "dispatch_period", ["candidate_id"], unique=False)
    op.create_index(op.f("ix_dispatch_period_state"), "dispatch_period", ["state", "ends_on"], unique=False)
    op.create_table(
        "dispatch_pin",
        sa.Column("candidate_id", sa.String(length=32), nullable=False),
        sa.Column("demand_id", sa.String(length=32), nullable=False),
        sa.Column("banned", sa.Boolean(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["candidate_id"], ["dispatch_candidate.id"], name=op.f("fk_dispatch_pin_candidate_id")),
        sa.ForeignKeyConstraint(["demand_id"], ["dispatch_demand.id"], name=op.f("fk_dispatch_pin_demand_id")),
        sa.PrimaryKeyConstraint("candidate_id", "demand_id", name=op.f("pk_dispatch_pin")),
    )
    op.create_table(
        "dispatch_proposal_line",
        sa.Column("proposal_id", sa.String(length=32), nullable=False),
        sa.Column("candidate_id", sa.String(length=32), nullable=False),
        sa.Column("demand_id", sa.String(length=32), nullable=True),
        sa.Column("points", sa.Integer(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["candidate_id"], ["dispatch_candidate.id"], name=op.f("fk_dispatch_proposal_line_candidate_id")
        ),
        sa.ForeignKeyConstraint(
            ["demand_id"], ["dispatch_demand.id"], name=op.f("fk_dispatch_proposal_line_demand_id")
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["dispatch_proposal.id"], name=op.f("fk_dispatch_proposal_line_proposal_id")
        ),
        sa.PrimaryKeyConstraint("proposal_id", "candidate_id", name=op.f("pk_dispatch_proposal_line")),
    )
    op.create_table(
        "dispatch_objection",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("period_id", sa.String(length=32), nullable=False),
        sa.Column("batch_id", sa.String(length=32), nullable=False),
        sa.Column("candidate_id", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("via", sa.String(length=30), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("contact", sa.LargeBinary(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by", sa.String(length=80), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.String(length=80), nullable=False),
        sa.Column("resolution", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["dispatch_batch.id"], name=op.f("fk_dispatch_objection_batch_id")),
        sa.ForeignKeyConstraint(
            ["candidate_id"], ["dispatch_candidate.id"], name=op.f("fk_dispatch_objection_candidate_id")
        ),
        sa.ForeignKeyConstraint(["period_id"], ["dispatch_period.id"], name=op.f("fk_dispatch_objection_period_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatch_objection")),
    )
    op.create_index(op.f("ix_dispatch_objection_batch_id"), "dispatch_objection", ["batch_id"], unique=False)
    op.create_index(op.f("ix_dispatch_objection_period_id"), "dispatch_objection", ["period_id"], unique=False)


def downgrade() -> None:
    op.drop_table("dispatch_objection")
    op.drop_table("dispatch_proposal_line")
    op.drop_table("dispatch_pin")
    op.drop_table("dispatch_period")
    op.drop_table("dispatch_finding")
    op.drop_table("dispatch_candidate")
    op.drop_table("dispatch_unit_share")
    op.drop_table("dispatch_proposal")
    op.drop_table("dispatch_move")
    op.drop_table("dispatch_demand")
    op.drop_table("dispatch_batch")
