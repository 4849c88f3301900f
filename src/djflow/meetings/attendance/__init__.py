"""How units came to meetings over a span of days: counted from seats, never by person."""
