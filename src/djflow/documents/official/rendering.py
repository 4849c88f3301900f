"""Renders an official document: always the .docx, and the PDF where the machine has fonts for it."""

from dataclasses import dataclass
from datetime import datetime

from djflow.core.errors import ConfigError, InputError
from djflow.documents.official import pdf, word
from djflow.documents.official.arranging import plan
from djflow.documents.official.model import OfficialDocument
from djflow.documents.official.paging import estimate
from djflow.documents.official.rules import faults


@dataclass(frozen=True, slots=True)
class Rendered:
    """The files of a document; `pdf` is None where `problem` says what to install, and `pages` is counted then."""

    docx: bytes
    pdf: bytes | None
    pages: int
    problem: str = ""


def render(document: OfficialDocument, *, now: datetime) -> Rendered:
    """Return a document as .docx and PDF.

    Raises: InputError naming every field that is wrong, or when the text is marked as classified.
    """
    wrong = faults(document)
    if wrong:
        raise InputError(f"公文不能排印：{'；'.join(wrong)}。", code="document.unsound")
    arranged = plan(document)
    issuer = document.issuers[0] if document.issuers else ""
    try:
        made, pages = pdf.typeset(arranged, now=now)
    except ConfigError as error:
        pages = estimate(arranged)
        return Rendered(word.write(arranged, pages, issuer=issuer, now=now), None, pages.count, error.message)
    return Rendered(word.write(arranged, pages, issuer=issuer, now=now), made, pages.count)
