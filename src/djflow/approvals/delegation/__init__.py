"""Delegation (代理): dated, one level deep, both names printed."""
