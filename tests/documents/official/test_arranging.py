"""Where the signature stands: a draft without a day leaves the room its day will take."""

from dataclasses import replace
from datetime import date

import pytest

from djflow.documents.official.arranging import plan
from djflow.documents.official.model import DocumentKind, OfficialDocument, Paragraph
from djflow.documents.official.plan import Line, Style
from djflow.documents.official.rules import CHARS
from djflow.documents.official.titles import width

DRAFT = OfficialDocument(
    DocumentKind.CIRCULAR, ("中共某某区委组织部",), "关于推进情况的通报", (Paragraph("现将推进情况通报如下。"),)
)


def issuer(document: OfficialDocument) -> tuple[float, float]:
    """Return how far from the left the issuer stands and where it ends, in characters."""
    (line,) = [one for one in plan(document).items if isinstance(one, Line) and one.style is Style.ISSUER]
    return line.left, line.left + width(line.runs[0].text)


@pytest.mark.parametrize("sealed", [True, False])
def test_a_draft_s_issuer_stands_on_one_line_where_it_will_stand(sealed: bool) -> None:  # noqa: FBT001 - a parameter
    """Without a day it is not pushed over the edge; with the longest day nothing moves."""
    draft = replace(DRAFT, sealed=sealed)
    left, end = issuer(draft)
    assert end <= CHARS
    assert issuer(replace(draft, signed_on=date(2026, 12, 31))) == (left, end)
