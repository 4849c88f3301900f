"""Six batches (六个一批): who may be sent to which post, and who is."""
