"""How long official documents take: one of several pages, and a hundred invitations, each as .docx and PDF.

`python -m benchmarks.documents`; the first document pays for finding the fonts, which a running house does once.
"""

import sys
from collections.abc import Sequence
from datetime import date
from time import perf_counter

from djflow.core.clock import SystemClock
from djflow.documents.official.model import Attachment, DocumentKind, OfficialDocument, Paragraph
from djflow.documents.official.rendering import render
from djflow.documents.official.rules import filled

ONE_SECONDS, HUNDRED_SECONDS = 1.0, 20.0
_TEXT = "各镇（街道）党（工）委要高度重视选派工作，把政治素质好、工作能力强、作风扎实的干部选派到乡村振兴一线。" * 4
_DAY = date(2026, 11, 24)


def report() -> OfficialDocument:
    """Return a circular of many pages with a long table."""
    body = tuple(Paragraph(_TEXT, level) for _ in range(6) for level in (0, 1, 2, 3))
    rows = tuple((str(at), f"某某镇{at}", "98.5%", "97.2%", str(at)) for at in range(1, 121))
    table = filled(("序号", "单位", "到岗率", "满意率", "名次"), rows)
    return OfficialDocument(
        DocumentKind.CIRCULAR, ("中共某某区委组织部",), "关于统筹城乡基层党建重点工作推进情况的通报", body,
        number="某组发〔2026〕7号", recipients=("各镇（街道）党（工）委",),
        attachments=(Attachment("各单位指标排名表", (table,)),),
        signed_on=_DAY, cc=("区委办公室",), print_office="区委组织部办公室", printed_on=_DAY,
    )  # fmt: skip


def invitation(number: int) -> OfficialDocument:
    """Return one of many invitations."""
    body = (Paragraph("定于12月3日召开联席会议，请准时参加。"), Paragraph("会议地点", 1), Paragraph(_TEXT))
    return OfficialDocument(
        DocumentKind.LETTER, ("中共某某区委组织部",), "关于邀请参加联席会议的函", body,
        number=f"某组函〔2026〕{number}号", recipients=(f"某某单位{number}",), signed_on=_DAY,
    )  # fmt: skip


def timed(documents: Sequence[OfficialDocument]) -> float:
    """Return the seconds that the documents take together; each must come as both files."""
    begun = perf_counter()
    for document in documents:
        made = render(document, now=SystemClock().now())
        assert made.pdf is not None, made.problem
    return perf_counter() - begun


def main() -> bool:
    """Print the figures and return whether the goals are met."""
    one = timed([report()])
    pages = render(report(), now=SystemClock().now()).pages
    hundred = timed([invitation(number) for number in range(1, 101)])
    print(f"documents: a circular of {pages} pages {one:.2f} s with finding the fonts, 100 invitations {hundred:.1f} s")
    met = one <= ONE_SECONDS and hundred <= HUNDRED_SECONDS
    goals = f"{ONE_SECONDS:.0f} s a document, {HUNDRED_SECONDS:.0f} s for 100"
    print(f"documents: goals {goals}: {'met' if met else 'MISSED'}")
    return met


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
