"""Alembic's scripts: the database's versions. `djflow db upgrade` runs them."""
