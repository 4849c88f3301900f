"""Answers of the people on duty: confirm, decline, swap, substitute, and the links by which they answer."""
