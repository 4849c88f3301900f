"""Append-only, hash-chained record of every change, written in the change's own transaction."""
