"""The warmth fund: its books, donations, applications and payments, each a folder of its own."""
