"""Rotation: terms that end, successors proposed so that no post stands empty, chains of moves solved together."""
