"""What the office configured about documents, as the register needs it."""

from djflow.assembly.house import House
from djflow.documents.register.model import Terms


def document_terms(house: House) -> Terms:
    """Return series, workdays and the official calendar."""
    documents = house.settings.documents
    return Terms(
        documents.families,
        documents.receipts.due_workdays,
        documents.receipts.remind_workdays,
        documents.countersign.due_workdays,
        house.settings.calendar,
    )
