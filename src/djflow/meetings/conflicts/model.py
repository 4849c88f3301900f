"""What takes somebody elsewhere at the time of a meeting. It names a kind, never a reason."""

from dataclasses import dataclass
from datetime import date, datetime

from djflow.core.ids import PersonId


@dataclass(frozen=True, slots=True)
class Engagement:
    """What takes somebody from `first` to `last`, both included, in words; `hours` when only a part of one day."""

    person: PersonId
    first: date
    last: date
    words: str
    hours: tuple[datetime, datetime] | None = None
