"""The documents of batches and postings: what stands in them, in the office's words."""
