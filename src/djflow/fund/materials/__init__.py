"""What applicants hand in: encrypted files, their type found by content."""
