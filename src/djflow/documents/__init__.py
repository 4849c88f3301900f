"""Papers as an office prints them."""
