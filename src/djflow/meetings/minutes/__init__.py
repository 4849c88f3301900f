"""The minutes of a meeting: their number, who signed them, what they say."""
