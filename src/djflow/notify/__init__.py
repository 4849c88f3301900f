"""Telling people: intents written with the change that causes them, delivered by a channel afterwards."""
