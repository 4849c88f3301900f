"""Who is proposed for which post, why, and what the office pinned."""
