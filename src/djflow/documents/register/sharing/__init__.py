"""Whom a document is shared with: units that countersign it, units that acknowledge it, the files they get."""
