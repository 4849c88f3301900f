"""The reserve list: who is on it, entry and exit reviews with reasons and approvals. Nobody moves."""
