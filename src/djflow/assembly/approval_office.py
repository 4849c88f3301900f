"""What the approval engine needs to know of a house."""

from djflow.approvals.model import Office
from djflow.assembly.house import House


def office_of(house: House) -> Office:
    """Return what the approval engine needs of the configuration."""
    configured = house.settings.approvals
    return Office(house.settings.calendar, configured.deputies, configured.superiors)
