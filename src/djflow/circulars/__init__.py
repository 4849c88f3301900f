"""Circulars: what the programmes did in a period, confirmed by the units, written, and handed to the register."""
