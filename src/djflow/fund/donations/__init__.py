"""Donations: pledged, received, receipted, thanked; refunded when asked for. Nothing is ever levied."""
