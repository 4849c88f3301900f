"""A correction of what came of a seat."""

from dataclasses import dataclass, field
from datetime import datetime

from djflow.core.ids import PersonId
from djflow.meetings.invitations.model import Presence, SeatId


@dataclass(frozen=True, slots=True)
class Correction:
    """What really came of a seat, and why the office knows; `person` is who sat there for somebody else."""

    presence: Presence
    reason: str = field(repr=False)
    person: PersonId | None = None


@dataclass(frozen=True, slots=True)
class Corrected:
    """A correction that was made."""

    seat: SeatId
    presence: Presence
    at: datetime
    reason: str = field(repr=False)
