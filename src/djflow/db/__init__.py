"""The database: engine for SQLite and PostgreSQL, one transaction per act, column types, encryption at rest."""
