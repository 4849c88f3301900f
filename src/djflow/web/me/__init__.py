"""Phone pages of people on duty: behind an opaque link, without login, without scripts."""
