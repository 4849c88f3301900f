"""The sweep: reminders, escalations, expiries. Time never approves."""
