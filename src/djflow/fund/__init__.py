"""The warmth fund: money for people in need, quick, fair, visible, and impossible to misuse."""
