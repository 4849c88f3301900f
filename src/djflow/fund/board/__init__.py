"""The board of open cases: whose cases somebody sees, which of them wait, which are late."""
