"""Approvals: chains, cases, rounds, tasks, delegations, the approver's door."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

DECIDED = (
    "decided_at",
    "decided_by",
    "principal_id",
    "verdict",
    "content_hash",
    "automatic",
    "state",
    "person_id",
    "step",
    "round",
    "case_id",
)
"""What a decided task was decided with; its sealed opinion may still be sealed again with a new key."""

CHAIN = "approval_chain"
TASK = "approval_task"
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _chains()
    _cases()
    _tasks()
    _delegations()
    _door()
    if op.get_bind().dialect.name == "sqlite":
        _protect_sqlite()
    else:
        _protect_postgresql()


def _chains() -> None:
    op.create_table(
        CHAIN,
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("published_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("kind", "version", name=op.f("pk_approval_chain")),
    )


def _cases() -> None:
    op.create_table(
        "approval_case",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=140), nullable=False),
        sa.Column("open_subject", sa.String(length=140), nullable=True),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("applicant_id", sa.String(length=32), nullable=True),
        sa.Column("unit_id", sa.String(length=32), nullable=True),
        sa.Column("branch_id", sa.String(length=32), nullable=True),
        sa.Column("barred", sa.Text(), nullable=False),
        sa.Column("household", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=40), nullable=False),
        sa.Column("returns", sa.Integer(), nullable=False),
        sa.Column("supplements", sa.Integer(), nullable=False),
        sa.Column("urges", sa.Integer(), nullable=False),
        sa.Column("urged_at", INSTANT, nullable=True),
        sa.Column("stopped_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("next_at", INSTANT, nullable=True),
        sa.Column("blocked", sa.String(length=200), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["applicant_id"], ["person.id"], name=op.f("fk_approval_case_applicant_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_approval_case_unit_id")),
        sa.ForeignKeyConstraint(["branch_id"], ["branch.id"], name=op.f("fk_approval_case_branch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_case")),
        sa.UniqueConstraint("open_subject", name=op.f("uq_approval_case_open_subject")),
    )
    op.create_index(op.f("ix_approval_case_subject"), "approval_case", ["subject"], unique=False)
    op.create_index(op.f("ix_approval_case_next_at"), "approval_case", ["next_at"], unique=False)
    op.create_index("ix_approval_case_state", "approval_case", ["state", "kind", "opened_at"], unique=False)
    op.create_table(
        "approval_round",
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("first_step", sa.String(length=40), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["approval_case.id"], name=op.f("fk_approval_round_case_id")),
        sa.PrimaryKeyConstraint("case_id", "number", name=op.f("pk_approval_round")),
    )


def _tasks() -> None:
    op.create_table(
        TASK,
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("origin", sa.String(length=30), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=True),
        sa.Column("role", sa.String(length=30), nullable=True),
        sa.Column("assigned_at", INSTANT, nullable=False),
        sa.Column("clock_from", sa.Date(), nullable=False),
        sa.Column("elapsed", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("next_at", INSTANT, nullable=True),
        sa.Column("reminded", sa.Integer(), nullable=False),
        sa.Column("escalated_at", INSTANT, nullable=True),
        sa.Column("source", sa.String(length=40), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("decided_by", sa.String(length=32), nullable=True),
        sa.Column("principal_id", sa.String(length=32), nullable=True),
        sa.Column("verdict", sa.String(length=30), nullable=True),
        sa.Column("opinion", sa.LargeBinary(), nullable=True),
        sa.Column("content_hash", sa.String(length=64), nullable=True),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["approval_case.id"], name=op.f("fk_approval_task_case_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_approval_task_person_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_approval_task_decided_by")),
        sa.ForeignKeyConstraint(["principal_id"], ["person.id"], name=op.f("fk_approval_task_principal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_task")),
    )
    op.create_index(op.f("ix_approval_task_case_id"), TASK, ["case_id"], unique=False)
    op.create_index(op.f("ix_approval_task_next_at"), TASK, ["next_at"], unique=False)
    op.create_index("ix_approval_task_person", TASK, ["person_id", "state", "due_on", "id"], unique=False)


def _delegations() -> None:
    op.create_table(
        "approval_delegation",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("principal_id", sa.String(length=32), nullable=False),
        sa.Column("delegate_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["principal_id"], ["person.id"], name=op.f("fk_approval_delegation_principal_id")),
        sa.ForeignKeyConstraint(["delegate_id"], ["person.id"], name=op.f("fk_approval_delegation_delegate_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_delegation")),
    )
    for column in ("principal_id", "delegate_id"):
        op.create_index(op.f(f"ix_approval_delegation_{column}"), "approval_delegation", [column], unique=False)


def _door() -> None:
    op.create_table(
        "approval_invitation",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("task_id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.Column("codes", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("code_until", INSTANT, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["approval_task.id"], name=op.f("fk_approval_invitation_task_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_approval_invitation_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_invitation")),
        sa.UniqueConstraint("hash", name=op.f("uq_approval_invitation_hash")),
    )
    op.create_index("ix_approval_invitation_task", "approval_invitation", ["task_id", "person_id"], unique=False)
    op.create_table(
        "approval_wrong_code",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("invitation_id", sa.String(length=32), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_approval_wrong_code_person_id")),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["approval_invitation.id"], name=op.f("fk_approval_wrong_code_invitation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_wrong_code")),
    )
    op.create_index("ix_approval_wrong_code_person", "approval_wrong_code", ["person_id", "at"], unique=False)


def _protect_sqlite() -> None:
    for table, act in ((CHAIN, "UPDATE"), (CHAIN, "DELETE"), (TASK, "DELETE")):
        op.execute(
            f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
    op.execute(
        f"CREATE TRIGGER {TASK}_decided BEFORE UPDATE OF {', '.join(DECIDED)} ON {TASK} "
        f"WHEN OLD.decided_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'a decided task stays as it is'); END"
    )


def _protect_postgresql() -> None:
    for table, sentence in ((CHAIN, f"{CHAIN} is append-only"), (TASK, "a decided task stays as it is")):
        op.execute(
            f"CREATE FUNCTION {table}_guard() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{sentence}'; END $$"
        )
    op.execute(
        f"CREATE TRIGGER {CHAIN}_guard BEFORE UPDATE OR DELETE ON {CHAIN} FOR EACH ROW EXECUTE FUNCTION {CHAIN}_guard()"
    )
    op.execute(f"CREATE TRIGGER {TASK}_keep BEFORE DELETE ON {TASK} FOR EACH ROW EXECUTE FUNCTION {TASK}_guard()")
    op.execute(
        f"CREATE TRIGGER {TASK}_decided BEFORE UPDATE OF {', '.join(DECIDED)} ON {TASK} FOR EACH ROW "
        f"WHEN (OLD.decided_at IS NOT NULL) EXECUTE FUNCTION {TASK}_guard()"
    )


def downgrade() -> None:
    op.drop_index("ix_approval_wrong_code_person", table_name="approval_wrong_code")
    for table in ("approval_wrong_code", "approval_invitation", "approval_delegation", TASK, "approval_round"):
        op.drop_table(table)
    for table in ("approval_case", CHAIN):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        for table in (CHAIN, TASK):
            op.execute(f"DROP FUNCTION {table}_guard()")
