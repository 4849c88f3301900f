"""The warmth fund: cases, publicity, payment and the books that hold its money."""
