"""The office's policies of the six batches, as batches, postings and pages ask for them."""

from djflow.assembly.house import House
from djflow.dispatch.policy.model import Terms


def dispatch_terms(house: House) -> Terms:
    """Return every version of every kind with the house's calendar."""
    return house.settings.dispatch.terms(house.settings.calendar)
