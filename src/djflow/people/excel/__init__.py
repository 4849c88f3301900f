"""The office's own Excel tables: read whole or not at all, written so that they can be read back unchanged."""
