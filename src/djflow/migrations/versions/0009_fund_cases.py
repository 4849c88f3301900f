"""The fund's applications: cases, materials, checks, publicity."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

APPEND_ONLY = ("fund_case_move",)


def upgrade() -> None:
    op.create_table(
        "fund_counter",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_fund_counter")),
    )
    op.create_table(
        "fund_case",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("category", sa.String(length=30), nullable=False),
        sa.Column("requested_fen", sa.BigInteger(), nullable=False),
        sa.Column("proposed_fen", sa.BigInteger(), nullable=True),
        sa.Column("approved_fen", sa.BigInteger(), nullable=True),
        sa.Column("applicant_id", sa.String(length=32), nullable=False),
        sa.Column("branch_id", sa.String(length=32), nullable=True),
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.Column("filing", sa.String(length=30), nullable=False),
        sa.Column("emergency", sa.Boolean(), nullable=False),
        sa.Column("appeal_of", sa.String(length=32), nullable=True),
        sa.Column("claim_hash", sa.String(length=64), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("materials_hash", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("papers_due_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("family", sa.LargeBinary(), nullable=True),
        sa.Column("income", sa.LargeBinary(), nullable=True),
        sa.Column("payee_account", sa.LargeBinary(), nullable=True),
        sa.Column("payee_hash", sa.String(length=64), nullable=False),
        sa.Column("household_hash", sa.String(length=64), nullable=True),
        sa.Column("id_hash", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["appeal_of"], ["fund_case.id"], name=op.f("fk_fund_case_appeal_of")),
        sa.ForeignKeyConstraint(["applicant_id"], ["person.id"], name=op.f("fk_fund_case_applicant_id")),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_fund_case_branch_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_fund_case_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_case")),
        sa.UniqueConstraint("number", name=op.f("uq_fund_case_number")),
    )
    op.create_index(op.f("ix_fund_case_applicant"), "fund_case", ["applicant_id", "year"], unique=False)
    op.create_index(op.f("ix_fund_case_branch_id"), "fund_case", ["branch_id"], unique=False)
    op.create_index(op.f("ix_fund_case_household_hash"), "fund_case", ["household_hash"], unique=False)
    op.create_index(op.f("ix_fund_case_id_hash"), "fund_case", ["id_hash"], unique=False)
    op.create_index(op.f("ix_fund_case_papers_due_on"), "fund_case", ["papers_due_on"], unique=False)
    op.create_index(op.f("ix_fund_case_payee_hash"), "fund_case", ["payee_hash"], unique=False)
    op.create_index(op.f("ix_fund_case_state"), "fund_case", ["state", "since"], unique=False)
    op.create_index(op.f("ix_fund_case_unit_id"), "fund_case", ["unit_id"], unique=False)
    op.create_table(
        "fund_ban",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=30), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["fund_case.id"], name=op.f("fk_fund_ban_case_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_fund_ban_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_ban")),
    )
    op.create_index(op.f("ix_fund_ban_person_id"), "fund_ban", ["person_id"], unique=False)
    op.create_table(
        "fund_case_move",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=30), nullable=False),
        sa.Column("before", sa.String(length=30), nullable=False),
        sa.Column("after", sa.String(length=30), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("who", sa.String(length=30), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["fund_case.id"], name=op.f("fk_fund_case_move_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_case_move")),
        sa.UniqueConstraint("case_id", "version", name=op.f("uq_fund_case_move_case_id")),
    )
    op.create_table(
        "fund_crosscheck",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("department", sa.String(length=40), nullable=False),
        sa.Column("finding", sa.String(length=30), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["fund_case.id"], name=op.f("fk_fund_crosscheck_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_crosscheck")),
        sa.UniqueConstraint("case_id", "department", name=op.f("uq_fund_crosscheck_case_id")),
    )
    op.create_table(
        "fund_flag",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("other_id", sa.String(length=32), nullable=True),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["fund_case.id"], name=op.f("fk_fund_flag_case_id")),
        sa.ForeignKeyConstraint(["other_id"], ["fund_case.id"], name=op.f("fk_fund_flag_other_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_flag")),
        sa.UniqueConstraint("case_id", "key", name=op.f("uq_fund_flag_case_id")),
    )
    op.create_index(op.f("ix_fund_flag_other_id"), "fund_flag", ["other_id"], unique=False)
    op.create_table(
        "fund_material",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("media", sa.String(length=30), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("data_key", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["fund_case.id"], name=op.f("fk_fund_material_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_material")),
    )
    op.create_index(op.f("ix_fund_material_case_id"), "fund_material", ["case_id"], unique=False)
    op.create_table(
        "fund_phone_approval",
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("approver_id", sa.String(length=32), nullable=False),
        sa.Column("recorder_id", sa.String(length=32), nullable=False),
        sa.Column("witness_id", sa.String(length=32), nullable=False),
        sa.Column("called_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["approver_id"], ["person.id"], name=op.f("fk_fund_phone_approval_approver_id")),
        sa.ForeignKeyConstraint(["case_id"], ["fund_case.id"], name=op.f("fk_fund_phone_approval_case_id")),
        sa.ForeignKeyConstraint(["recorder_id"], ["person.id"], name=op.f("fk_fund_phone_approval_recorder_id")),
        sa.ForeignKeyConstraint(["witness_id"], ["person.id"], name=op.f("fk_fund_phone_approval_witness_id")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_fund_phone_approval")),
    )
    op.create_table(
        "fund_publicity",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("level", sa.String(length=30), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("posted_on", sa.Date(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("remaining", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=30), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("category", sa.String(length=30), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["fund_case.id"], name=op.f("fk_fund_publicity_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_publicity")),
    )
    op.create_index(op.f("ix_fund_publicity_case_id"), "fund_publicity", ["case_id"], unique=False)
    op.create_index(op.f("ix_fund_publicity_state"), "fund_publicity", ["state", "ends_on"], unique=False)
    op.create_table(
        "fund_visit",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("visitor_id", sa.String(length=32), nullable=False),
        sa.Column("visited_on", sa.Date(), nullable=False),
        sa.Column("consistent", sa.Boolean(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["fund_case.id"], name=op.f("fk_fund_visit_case_id")),
        sa.ForeignKeyConstraint(["visitor_id"], ["person.id"], name=op.f("fk_fund_visit_visitor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_visit")),
        sa.UniqueConstraint("case_id", "visitor_id", name=op.f("uq_fund_visit_case_id")),
    )
    op.create_table(
        "fund_deliberation",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("present", sa.Integer(), nullable=False),
        sa.Column("votes_for", sa.Integer(), nullable=False),
        sa.Column("against", sa.Integer(), nullable=False),
        sa.Column("abstain", sa.Integer(), nullable=False),
        sa.Column("known", sa.Text(), nullable=False),
        sa.Column("category", sa.String(length=30), nullable=False),
        sa.Column("requested_fen", sa.BigInteger(), nullable=False),
        sa.Column("proposed_fen", sa.BigInteger(), nullable=False),
        sa.Column("minutes_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["fund_case.id"], name=op.f("fk_fund_deliberation_case_id")),
        sa.ForeignKeyConstraint(["minutes_id"], ["fund_material.id"], name=op.f("fk_fund_deliberation_minutes_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_deliberation")),
    )
    op.create_index(op.f("ix_fund_deliberation_case_id"), "fund_deliberation", ["case_id"], unique=False)
    op.create_table(
        "fund_objection",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("period_id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
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
        sa.ForeignKeyConstraint(["case_id"], ["fund_case.id"], name=op.f("fk_fund_objection_case_id")),
        sa.ForeignKeyConstraint(["period_id"], ["fund_publicity.id"], name=op.f("fk_fund_objection_period_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_objection")),
    )
    op.create_index(op.f("ix_fund_objection_case_id"), "fund_objection", ["case_id"], unique=False)
    op.create_index(op.f("ix_fund_objection_period_id"), "fund_objection", ["period_id"], unique=False)
    for table in APPEND_ONLY:
        _protect(table)


def _protect(table: str) -> None:
    # Rotation of the key must still seal reasons anew; what was done, by whom and when stays as it is.
    fixed = ("case_id", "version", "act", "before", "after", "round", "who", "at", "by")
    if op.get_bind().dialect.name == "sqlite":
        names = ", ".join(f'"{name}"' for name in fixed)
        op.execute(
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE OF {names} "
            f"ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
        return
    same = " AND ".join(f'NEW."{name}" = OLD."{name}"' for name in fixed)
    op.execute(
        f"CREATE FUNCTION {table}_guard() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF TG_OP = 'UPDATE' AND {same} THEN RETURN NEW; END IF; "
        f"RAISE EXCEPTION '{table} is append-only'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_guard BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_guard()"
    )


def downgrade() -> None:
    op.drop_table("fund_objection")
    op.drop_table("fund_deliberation")
    op.drop_table("fund_visit")
    op.drop_table("fund_publicity")
    op.drop_table("fund_phone_approval")
    op.drop_table("fund_material")
    op.drop_table("fund_flag")
    op.drop_table("fund_crosscheck")
    op.drop_table("fund_case_move")
    op.drop_table("fund_ban")
    op.drop_table("fund_case")
    op.drop_table("fund_counter")
    if op.get_bind().dialect.name == "postgresql":
        for table in APPEND_ONLY:
            op.execute(f"DROP FUNCTION {table}_guard()")
