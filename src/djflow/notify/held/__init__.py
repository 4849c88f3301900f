"""Messages that are held for a person: until a template is approved, or until they are too old."""
