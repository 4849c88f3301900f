"""The desk of the offices behind a login: boxes, rosters, own unit, own township, accounts, record."""
