"""Acts done for somebody else; indexes for the board of open cases."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_PLACES = (("unit_id", "ix_fund_case_unit"), ("branch_id", "ix_fund_case_branch"))


def upgrade() -> None:
    op.create_table(
        "fund_behalf",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("act", sa.String(length=30), nullable=False),
        sa.Column("person_id", sa.String(length=32), nullable=False),
        sa.Column("second_id", sa.String(length=32), nullable=False),
        sa.Column("evidence", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["fund_case.id"], name=op.f("fk_fund_behalf_case_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_fund_behalf_person_id")),
        sa.ForeignKeyConstraint(["second_id"], ["person.id"], name=op.f("fk_fund_behalf_second_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_behalf")),
    )
    op.create_index(op.f("ix_fund_behalf_case_id"), "fund_behalf", ["case_id"], unique=False)
    for column, name in _PLACES:
        op.drop_index(f"ix_fund_case_{column}", table_name="fund_case")
        op.create_index(name, "fund_case", [column, "state", "since"], unique=False)
    op.create_index("ix_fund_flag_open", "fund_flag", ["settled_at", "case_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_fund_flag_open", table_name="fund_flag")
    for column, name in _PLACES:
        op.drop_index(name, table_name="fund_case")
        op.create_index(f"ix_fund_case_{column}", "fund_case", [column], unique=False)
    op.drop_index(op.f("ix_fund_behalf_case_id"), table_name="fund_behalf")
    op.drop_table("fund_behalf")
