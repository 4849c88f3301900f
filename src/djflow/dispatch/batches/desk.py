"""What the acts on batches are given: the office's policies, its approvals, and who knows about people and hosts."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from djflow.approvals.model import Office
from djflow.core.ids import PersonId
from djflow.dispatch.batches.model import Demand, DemandId
from djflow.dispatch.eligibility.model import Facts, Place
from djflow.dispatch.policy.model import Terms

FactsOf = Callable[[Session, Collection[PersonId], Terms, date], Mapping[PersonId, Facts]]
"""Returns what the office knows of people on a day; whoever it has no file of may be missing."""
PlacesOf = Callable[[Session, Collection[Demand]], Mapping[DemandId, Place]]
"""Returns what is known of the hosts of demands."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What the office configured, and whom to ask about people and hosts."""

    terms: Terms
    office: Office
    facts: FactsOf
    places: PlacesOf
