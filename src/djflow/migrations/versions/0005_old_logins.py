"""Old lines of the login log may go after the legal six months; no line of a record is replaced by another."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

FLOOR_DAYS = 183
KEYS = {"audit_entry": "seq", "login_log": "id"}


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER login_log_no_delete")
        op.execute(
            "CREATE TRIGGER login_log_no_delete BEFORE DELETE ON login_log "
            f"WHEN OLD.at > datetime('now', '-{FLOOR_DAYS} days') "
            "BEGIN SELECT RAISE(ABORT, 'login_log is append-only'); END"
        )
        # INSERT OR REPLACE deletes without asking the triggers of DELETE.
        for table, key in KEYS.items():
            op.execute(
                f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "  # noqa: S608 - the names are ours
                f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key}) "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION login_log_guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP = 'DELETE' AND OLD.at <= now() - interval '{FLOOR_DAYS} days' THEN RETURN OLD; END IF; "
        "RAISE EXCEPTION 'login_log is append-only'; END $$"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in KEYS:
            op.execute(f"DROP TRIGGER {table}_no_replace")
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
