"""Official documents: their numbers without gaps, texts, steps, countersigning, receipts and files."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "doc_counter",
        sa.Column("series", sa.String(length=20), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("series", "year", name=op.f("pk_doc_counter")),
    )
    op.create_table(
        "doc_number",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("series", sa.String(length=20), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=60), nullable=False),
        sa.Column("holder", sa.String(length=140), nullable=False),
        sa.Column("use", sa.String(length=30), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=140), nullable=False),
        sa.Column("void_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_reason", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_doc_number")),
        sa.UniqueConstraint("series", "year", "seq", name=op.f("uq_doc_number_series")),
    )
    op.create_index(op.f("ix_doc_number_holder"), "doc_number", ["holder"], unique=False)
    op.create_index(op.f("ix_doc_number_text"), "doc_number", ["text"], unique=False)
    op.create_table(
        "document",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("file_number", sa.String(length=20), nullable=False),
        sa.Column("series", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("title", sa.String(length=240), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("internal", sa.Boolean(), nullable=False),
        sa.Column("drafter_id", sa.String(length=32), nullable=True),
        sa.Column("number_id", sa.String(length=32), nullable=True),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("origin", sa.String(length=140), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["drafter_id"], ["person.id"], name=op.f("fk_document_drafter_id")),
        sa.ForeignKeyConstraint(["number_id"], ["doc_number.id"], name=op.f("fk_document_number_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("file_number", name=op.f("uq_document_file_number")),
        sa.UniqueConstraint("origin", name=op.f("uq_document_origin")),
    )
    op.create_index(op.f("ix_document_state"), "document", ["state"], unique=False)
    op.create_table(
        "doc_countersign",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("document_id", sa.String(length=32), nullable=False),
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.String(length=140), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=True),
        sa.Column("opinion", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_doc_countersign_document_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_doc_countersign_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_doc_countersign")),
        sa.UniqueConstraint("document_id", "unit_id", name=op.f("uq_doc_countersign_document_id")),
    )
    op.create_table(
        "doc_file",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("document_id", sa.String(length=32), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_doc_file_document_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_doc_file")),
        sa.UniqueConstraint("document_id", "edition", "name", name=op.f("uq_doc_file_document_id")),
    )
    op.create_table(
        "doc_move",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("document_id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=30), nullable=False),
        sa.Column("before", sa.String(length=30), nullable=False),
        sa.Column("after", sa.String(length=30), nullable=False),
        sa.Column("who", sa.String(length=30), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=140), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_doc_move_document_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_doc_move")),
        sa.UniqueConstraint("document_id", "version", name=op.f("uq_doc_move_document_id")),
    )
    op.create_table(
        "doc_receipt",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("document_id", sa.String(length=32), nullable=False),
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.String(length=140), nullable=False),
        sa.Column("reminded", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_doc_receipt_document_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_doc_receipt_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_doc_receipt")),
        sa.UniqueConstraint("document_id", "unit_id", name=op.f("uq_doc_receipt_document_id")),
    )
    op.create_index("ix_doc_receipt_open", "doc_receipt", ["acknowledged_at", "due_on"], unique=False)
    op.create_index(op.f("ix_doc_receipt_unit_id"), "doc_receipt", ["unit_id"], unique=False)
    op.create_table(
        "doc_text",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("document_id", sa.String(length=32), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=140), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signer_id", sa.String(length=32), nullable=True),
        sa.Column("principal_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_doc_text_document_id")),
        sa.ForeignKeyConstraint(["principal_id"], ["person.id"], name=op.f("fk_doc_text_principal_id")),
        sa.ForeignKeyConstraint(["signer_id"], ["person.id"], name=op.f("fk_doc_text_signer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_doc_text")),
        sa.UniqueConstraint("document_id", "edition", name=op.f("uq_doc_text_document_id")),
    )


def downgrade() -> None:
    op.drop_table("doc_text")
    op.drop_index(op.f("ix_doc_receipt_unit_id"), table_name="doc_receipt")
    op.drop_index("ix_doc_receipt_open", table_name="doc_receipt")
    op.drop_table("doc_receipt")
    op.drop_table("doc_move")
    op.drop_table("doc_file")
    op.drop_table("doc_countersign")
    op.drop_index(op.f("ix_document_state"), table_name="document")
    op.drop_table("document")
    op.drop_index(op.f("ix_doc_number_text"), table_name="doc_number")
    op.drop_index(op.f("ix_doc_number_holder"), table_name="doc_number")
    op.drop_table("doc_number")
    op.drop_table("doc_counter")
