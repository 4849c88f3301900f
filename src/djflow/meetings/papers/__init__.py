"""The documents of meetings: notice, topics, postponement, cancellation, minutes, sheet for signing in."""
