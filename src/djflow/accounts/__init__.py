"""Accounts of the desk: who may log in, which roles they hold, their logins, and the log of every attempt."""
