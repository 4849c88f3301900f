"""What a circular tells of the fund: totals only."""
