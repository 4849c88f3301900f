"""Rows of donations."""
