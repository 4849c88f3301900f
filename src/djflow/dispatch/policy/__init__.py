"""The six kinds of batches as the office has laid them down: terms, quotas, rules, clocks, papers."""
