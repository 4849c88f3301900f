"""Prefect flows, a page each; nothing imports them. Deployments are listed in flows/register.py."""
