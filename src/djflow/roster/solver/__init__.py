"""Finds a month's roster, proves how good it is, and mends it when somebody drops out."""

from djflow.roster.solver.repair import repair
from djflow.roster.solver.search import solve

__all__ = ["repair", "solve"]
