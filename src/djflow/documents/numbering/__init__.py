"""Numbers of official documents: series, counters, and the ledger that keeps every number."""
