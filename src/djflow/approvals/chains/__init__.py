"""Chains: what they are, what makes one unsound, and the versions kept for running cases."""
