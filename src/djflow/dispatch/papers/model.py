"""What stands in the documents of dispatch, as plain values; whoever asks for a document fills them.

They hold names and therefore never appear in their printed form.
"""

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Heading:
    """Who issues a document and when; `number` may be left for the register to give."""

    department: str
    department_short: str
    phone: str
    signed_on: date
    number: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """The batch a document is about, its kind in words, the days at the host."""

    batch: str
    kind: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Sent:
    """Somebody and where to: `born` in words such as 1985年6月; host, village and title may still be open."""

    name: str = field(repr=False)
    gender: str
    born: str = field(repr=False)
    unit: str
    post: str
    host: str = ""
    village: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class DemandLine:
    """What a host asks for."""

    host: str
    village: str
    title: str
    specialty: str
    places: int


@dataclass(frozen=True, slots=True)
class QuotaLine:
    """How many a unit is to nominate."""

    unit: str
    quota: int


@dataclass(frozen=True, slots=True)
class BatchPaper:
    """What the documents of a batch say; `people` are those decided on, `shown` first and last day of publicity."""

    term: Term
    months: int
    demands: tuple[DemandLine, ...] = ()
    quotas: tuple[QuotaLine, ...] = ()
    conditions: tuple[str, ...] = ()
    nominate_by: date | None = None
    people: tuple[Sent, ...] = ()
    shown: tuple[date, date] | None = None
    shown_workdays: int = 0


@dataclass(frozen=True, slots=True)
class FindingLine:
    """What a rule found, in words."""

    rule: str
    verdict: str
    detail: str
    basis: str


@dataclass(frozen=True, slots=True)
class CandidatePaper:
    """What the forms of a nomination say; empty texts are left for the hand."""

    term: Term
    who: Sent
    rank: str = ""
    education: str = ""
    party: str = ""
    since: str = ""
    reviews: str = field(default="", repr=False)
    wishes: str = ""
    how: str = ""
    findings: tuple[FindingLine, ...] = field(default=(), repr=False)
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class ArchiveLine:
    """A document to be kept; without a day it is still missing."""

    name: str
    made_on: date | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class ReviewWords:
    """What a review holds so far, in words."""

    summary: str = field(default="", repr=False)
    opinion: str = field(default="", repr=False)
    votes: str = ""
    grade: str = ""


@dataclass(frozen=True, slots=True)
class PostingPaper:
    """What the documents of a posting say; `before` is the end it had before an extension."""

    term: Term
    who: Sent
    report_by: date | None = None
    before: date | None = None
    review: ReviewWords = ReviewWords()
    kept: tuple[ArchiveLine, ...] = ()
