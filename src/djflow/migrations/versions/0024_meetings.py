"""Meetings: their topics and steps, seats, minutes, action items and reports."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "meeting",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("title", sa.String(length=40), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("chair", sa.String(length=40), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("topics_fixed", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
        sa.UniqueConstraint("key", name=op.f("uq_meeting_key")),
    )
    op.create_index("ix_meeting_state", "meeting", ["state", "starts_at"], unique=False)
    op.create_table(
        "meeting_minutes",
        sa.Column("meeting_id", sa.String(length=32), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("issue", sa.Integer(), nullable=False),
        sa.Column("signer", sa.String(length=40), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_minutes_meeting_id")),
        sa.PrimaryKeyConstraint("meeting_id", name=op.f("pk_meeting_minutes")),
        sa.UniqueConstraint("year", "issue", name=op.f("uq_meeting_minutes_year")),
    )
    op.create_table(
        "meeting_move",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("meeting_id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=30), nullable=False),
        sa.Column("before", sa.String(length=30), nullable=False),
        sa.Column("after", sa.String(length=30), nullable=False),
        sa.Column("who", sa.String(length=30), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=140), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_move_meeting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_move")),
        sa.UniqueConstraint("meeting_id", "version", name=op.f("uq_meeting_move_meeting_id")),
    )
    op.create_table(
        "meeting_item",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("meeting_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.String(length=300), nullable=False),
        sa.Column("lead_id", sa.String(length=32), nullable=False),
        sa.Column("helpers", sa.String(length=2000), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("owner_id", sa.String(length=32), nullable=True),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("urged", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["unit.id"], name=op.f("fk_meeting_item_lead_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_item_meeting_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_meeting_item_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_item")),
        sa.UniqueConstraint("meeting_id", "number", name=op.f("uq_meeting_item_meeting_id")),
    )
    op.create_index(op.f("ix_meeting_item_owner_id"), "meeting_item", ["owner_id"], unique=False)
    op.create_index("ix_meeting_item_state", "meeting_item", ["state", "due_on"], unique=False)
    op.create_table(
        "meeting_topic",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("meeting_id", sa.String(length=32), nullable=False),
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=True),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("into_id", sa.String(length=32), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["into_id"], ["meeting_topic.id"], name=op.f("fk_meeting_topic_into_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_topic_meeting_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_meeting_topic_person_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_meeting_topic_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_topic")),
    )
    op.create_index(op.f("ix_meeting_topic_meeting_id"), "meeting_topic", ["meeting_id"], unique=False)
    op.create_table(
        "meeting_report",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("item_id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("act", sa.String(length=30), nullable=True),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column("by", sa.String(length=140), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["meeting_item.id"], name=op.f("fk_meeting_report_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_report")),
        sa.UniqueConstraint("item_id", "seq", name=op.f("uq_meeting_report_item_id")),
    )
    op.create_table(
        "meeting_seat",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("meeting_id", sa.String(length=32), nullable=False),
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.Column("level", sa.String(length=30), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=True),
        sa.Column("liaison_id", sa.String(length=32), nullable=True),
        sa.Column("reply", sa.String(length=30), nullable=False),
        sa.Column("grant_state", sa.String(length=30), nullable=False),
        sa.Column("substitute_id", sa.String(length=32), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_id", sa.String(length=32), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("absence_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["absence_id"], ["absence.id"], name=op.f("fk_meeting_seat_absence_id")),
        sa.ForeignKeyConstraint(["liaison_id"], ["person.id"], name=op.f("fk_meeting_seat_liaison_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_seat_meeting_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_meeting_seat_person_id")),
        sa.ForeignKeyConstraint(["signed_id"], ["person.id"], name=op.f("fk_meeting_seat_signed_id")),
        sa.ForeignKeyConstraint(["substitute_id"], ["person.id"], name=op.f("fk_meeting_seat_substitute_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_meeting_seat_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_seat")),
        sa.UniqueConstraint("meeting_id", "unit_id", name=op.f("uq_meeting_seat_meeting_id")),
    )
    op.create_index(op.f("ix_meeting_seat_liaison_id"), "meeting_seat", ["liaison_id"], unique=False)
    op.create_index(op.f("ix_meeting_seat_person_id"), "meeting_seat", ["person_id"], unique=False)
    op.create_index(op.f("ix_meeting_seat_substitute_id"), "meeting_seat", ["substitute_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_meeting_seat_substitute_id"), table_name="meeting_seat")
    op.drop_index(op.f("ix_meeting_seat_person_id"), table_name="meeting_seat")
    op.drop_index(op.f("ix_meeting_seat_liaison_id"), table_name="meeting_seat")
    op.drop_table("meeting_seat")
    op.drop_table("meeting_report")
    op.drop_index(op.f("ix_meeting_topic_meeting_id"), table_name="meeting_topic")
    op.drop_table("meeting_topic")
    op.drop_index("ix_meeting_item_state", table_name="meeting_item")
    op.drop_index(op.f("ix_meeting_item_owner_id"), table_name="meeting_item")
    op.drop_table("meeting_item")
    op.drop_table("meeting_move")
    op.drop_table("meeting_minutes")
    op.drop_index("ix_meeting_state", table_name="meeting")
    op.drop_table("meeting")
