"""How long the outbox remembers."""
