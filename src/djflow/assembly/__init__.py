"""Puts the parts together: settings, database, keys, texts, clock – and the acts that need several transactions."""

from djflow.assembly.house import House, create_house, open_house

__all__ = ["House", "create_house", "open_house"]
