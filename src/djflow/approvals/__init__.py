"""Approvals: chains as configuration, cases, decisions, delegation. Of money it knows an amount for thresholds only.

The engine returns an `Outcome` and never calls back. Chains are kept in the database by version, so that a running
case finishes under the chain it began with. Source: handbook on the warmth fund, sections 1, 4, 5.
"""
