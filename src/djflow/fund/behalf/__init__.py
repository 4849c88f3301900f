"""What the desk does for somebody else: who, in whose presence, why, on what paper; such a person never approves."""
