"""What a circular tells of messages: totals only."""
