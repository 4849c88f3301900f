"""What a circular tells of documents and their receipts."""
