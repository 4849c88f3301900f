"""A posting from the talk to the archive: reporting, attendance, leave, reviews, extension, recall, return."""
