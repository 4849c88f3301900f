"""Messages under a lease: claimed by one sender, written down or let go by it, taken up when it died."""
