"""Reminders that are no longer true and can still be taken back."""
