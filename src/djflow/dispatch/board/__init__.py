"""The board of all postings: counted by host and home unit, listed page by page, expiring terms first."""
