"""What people read of cases: what waits for somebody, and the approval sheet with its check code."""
