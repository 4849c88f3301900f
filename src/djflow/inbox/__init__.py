"""The boxes of the desk: what waits to be done or read, for whom, and who did it."""
