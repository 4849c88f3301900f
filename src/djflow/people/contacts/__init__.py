"""Addresses in the clear, for the sender only."""
