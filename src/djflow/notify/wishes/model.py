"""A person's own quiet hours around the office's."""

from dataclasses import dataclass, replace
from datetime import time

from djflow.core.errors import InputError
from djflow.notify.model import Hours

EARLIEST, LATEST = time(18, 0), time(9, 0)
"""Evenings from six, mornings until nine: the reminders of three days and one day before still come in time."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """From when in the evening until when in the morning a person wants no messages, by local time."""

    quiet_from: time
    quiet_to: time

    def __post_init__(self) -> None:
        """Refuse hours that would keep duty reminders away.

        Raises: InputError.
        """
        if self.quiet_from < EARLIEST or self.quiet_to > LATEST:
            raise InputError(
                f"免打扰最早从{EARLIEST:%H:%M}开始、最晚到{LATEST:%H:%M}结束，请重新选择。", code="wish.quiet"
            )


def widened(hours: Hours, wish: Quiet | None) -> Hours:
    """Return the office's hours made longer by a person's wish, never shorter; hours within one day stay."""
    if wish is None or hours.quiet_from <= hours.quiet_to:
        return hours
    first, last = min(hours.quiet_from, wish.quiet_from), max(hours.quiet_to, wish.quiet_to)
    return replace(hours, quiet_from=first, quiet_to=last)
