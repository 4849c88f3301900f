"""The whole life of every notice, for the desk, the command line and reports."""
