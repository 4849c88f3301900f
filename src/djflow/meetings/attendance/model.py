"""Counts of attendance. Source: domain handbook, section 4.1 (statistics are published)."""

from dataclasses import dataclass

from djflow.core.ids import UnitId
from djflow.meetings.model import MeetingKind


@dataclass(frozen=True, slots=True)
class Tally:
    """How a unit came to the meetings of a kind.

    Every invitation is counted once among present, late, substitute, leave and absent; `no_reply` counts those that
    were not answered in time, whoever came in the end.
    """

    unit: UnitId
    kind: MeetingKind
    invited: int
    present: int
    late: int
    substitute: int
    leave: int
    absent: int
    no_reply: int

    @property
    def came(self) -> int:
        """How often somebody sat there, late or by substitute included."""
        return self.present + self.late + self.substitute
