"""Meetings: topics, notice, who comes, minutes, and what becomes of what was agreed."""
