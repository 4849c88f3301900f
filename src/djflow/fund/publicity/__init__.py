"""Lists on the board, counted in the official calendar's days, and objections to them."""
