"""Loggers of djflow. Log lines hold ids and codes; never names, numbers, reasons or tokens."""

import logging


def logger(part: str) -> logging.Logger:
    """Return the logger of one part of djflow."""
    return logging.getLogger(f"djflow.{part}")
