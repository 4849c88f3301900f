"""Market-day duty: who stands at which market on which day, how good the roster is, and who is told."""
