"""What quiet hours a person may set. Pure."""

from datetime import timedelta

from djflow.people.contacts.model import QuietHours

LONGEST = timedelta(hours=12)
"""Longer quiet hours would leave no time of the day at which a person can be told anything."""


def length(hours: QuietHours) -> timedelta:
    """Return how long quiet hours last; the same time twice is a whole day."""
    start = timedelta(hours=hours.quiet_from.hour, minutes=hours.quiet_from.minute)
    end = timedelta(hours=hours.quiet_to.hour, minutes=hours.quiet_to.minute)
    return end - start if end > start else end - start + timedelta(days=1)


def quiet_problem(hours: QuietHours) -> str:
    """Return what is wrong with quiet hours, empty when nothing is."""
    return "免打扰最长 12 小时：请改近一些，再提交一次。" if length(hours) > LONGEST else ""
