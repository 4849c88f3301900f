"""Lists of people to be visited at a festival: every line a case of its own, the list closed when all have ended."""
