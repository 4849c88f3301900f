"""Old lines of the login log may go after the legal six months."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

FLOOR_DAYS = 183


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER login_log_no_delete")
        op.execute(
            "CREATE TRIGGER login_log_no_delete BEFORE DELETE ON login_log "
            f"WHEN OLD.at > datetime('now', '-{FLOOR_DAYS} days') "
            "BEGIN SELECT RAISE(ABORT, 'login_log is append-only'); END"
        )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION login_log_guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP = 'DELETE' AND OLD.at <= now() - interval '{FLOOR_DAYS} days' THEN RETURN OLD; END IF; "
        "RAISE EXCEPTION 'login_log is append-only'; END $$"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER login_log_no_delete")
        op.execute(
            "CREATE TRIGGER login_log_no_delete BEFORE DELETE ON login_log "
            "BEGIN SELECT RAISE(ABORT, 'login_log is append-only'); END"
        )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION login_log_guard() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'login_log is append-only'; END $$"
    )
