"""What a circular tells of postings."""
