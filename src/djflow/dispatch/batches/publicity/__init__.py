"""Lists of whom a batch sends, on the board for a number of workdays, and objections to somebody on it."""
