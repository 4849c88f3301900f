"""The Party's relief fund: cases, materials, checks, publicity; money moves in the ledger only."""
