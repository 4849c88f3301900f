"""The command line: `djflow …`. Imports stay light; each command loads what it needs when it runs."""
