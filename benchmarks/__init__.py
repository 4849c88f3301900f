"""What must be fast, runnable by anyone: `make bench` prints figures and ratios."""
