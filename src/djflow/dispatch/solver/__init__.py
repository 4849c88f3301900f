"""Finds the best assignment and proves it."""

from djflow.dispatch.solver.assign import solve

__all__ = ["solve"]
