"""Versions of the dispatch policies in use; what the office knows of cadres; key posts of units."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dispatch_policy",
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "version", name=op.f("pk_dispatch_policy")),
    )
    op.create_table(
        "dispatch_profile",
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("education", sa.String(length=30), nullable=True),
        sa.Column("party", sa.String(length=30), nullable=True),
        sa.Column("in_service_since", sa.String(length=7), nullable=True),
        sa.Column("recruited", sa.String(length=7), nullable=True),
        sa.Column("classes", sa.Text(), nullable=True),
        sa.Column("on_probation", sa.Boolean(), nullable=True),
        sa.Column("probation_until", sa.Date(), nullable=True),
        sa.Column("profession", sa.String(length=30), nullable=True),
        sa.Column("section", sa.String(length=60), nullable=False),
        sa.Column("duties", sa.Text(), nullable=True),
        sa.Column("reviews", sa.Text(), nullable=False),
        sa.Column("on_task", sa.Boolean(), nullable=True),
        sa.Column("task_until", sa.Date(), nullable=True),
        sa.Column("native_town_id", sa.String(length=32), nullable=True),
        sa.Column("native_known", sa.Boolean(), nullable=False),
        sa.Column("kin_checked", sa.Boolean(), nullable=False),
        sa.Column("history_checked", sa.Boolean(), nullable=False),
        sa.Column("discipline", sa.LargeBinary(), nullable=True),
        sa.Column("health", sa.LargeBinary(), nullable=True),
        sa.Column("care", sa.LargeBinary(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["native_town_id"], ["unit.id"], name=op.f("fk_dispatch_profile_native_town_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_dispatch_profile_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_dispatch_profile")),
    )
    op.create_table(
        "dispatch_past_term",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("in_village", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_dispatch_past_term_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatch_past_term")),
        sa.UniqueConstraint("person_id", "kind", "first_on", name=op.f("uq_dispatch_past_term")),
    )
    op.create_index(op.f("ix_dispatch_past_term_person_id"), "dispatch_past_term", ["person_id"])
    op.create_table(
        "dispatch_key_post",
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.Column("role", sa.String(length=30), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_dispatch_key_post_person_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_dispatch_key_post_unit_id")),
        sa.PrimaryKeyConstraint("unit_id", "role", "person_id", name=op.f("pk_dispatch_key_post")),
    )
    op.create_index(op.f("ix_dispatch_key_post_person_id"), "dispatch_key_post", ["person_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_dispatch_key_post_person_id"), table_name="dispatch_key_post")
    op.drop_table("dispatch_key_post")
    op.drop_index(op.f("ix_dispatch_past_term_person_id"), table_name="dispatch_past_term")
    op.drop_table("dispatch_past_term")
    op.drop_table("dispatch_profile")
    op.drop_table("dispatch_policy")
