"""What a circular tells of meetings and action items."""
